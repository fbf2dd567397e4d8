/** One text for all that mean the same (RFC 8785). Nothing here imports Effect. */

/**
 * The canonical form of a JSON value after RFC 8785: keys sorted by UTF-16 units, no white space, numbers as ECMAScript
 * prints them. Two values that mean the same have the same canonical form, so digests over it can be compared.
 * Properties whose value is `undefined` are left out, as in `JSON.stringify`.
 */
export const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item)).join(",")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null"
  let text = ""
  // without a comparison of one's own it is by UTF-16 units, and many times as fast
  for (const key of Object.keys(value).sort()) {
    const member: unknown = Reflect.get(value, key)
    if (member !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonical(member)}`
  }
  return `{${text}}`
}
