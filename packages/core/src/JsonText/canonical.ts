/** One text for all that mean the same (RFC 8785). Nothing here imports Effect. */

/**
 * The canonical form of a JSON value after RFC 8785: keys sorted by UTF-16 units, no white space, numbers as ECMAScript
 * prints them. Two values that mean the same have the same canonical form, so digests over it can be compared.
 * Properties whose value is `undefined` are left out, as in `JSON.stringify`.
 */
export const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item)).join(",")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null"
  const properties = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${properties.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(",")}}`
}
