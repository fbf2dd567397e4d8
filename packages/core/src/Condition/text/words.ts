/** The words that mean something wherever they stand, and how names and strings are written. */

/** As names, these stand in backticks. The names of functions need it not: a name is never followed by a bracket. */
export const reserved = new Set(["and", "or", "not", "in", "is", "true", "false"])

export const units = ["years", "months", "days"] as const

const bare = /^[A-Za-z][A-Za-z0-9]*$/

/** A name: as it is, or in backticks, with the escapes of JSON. */
export const writeName = (name: string): string =>
  bare.test(name) && !reserved.has(name)
    ? name
    : `\`${JSON.stringify(name).slice(1, -1).replaceAll('\\"', '"').replaceAll("`", "\\`")}\``

const escapes: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }

/** What stands between the quotes or backticks, without escapes. */
export const unescape = (body: string): string =>
  body.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, unit: string | undefined, letter: string) =>
    unit === undefined ? (escapes[letter] ?? letter) : String.fromCharCode(Number.parseInt(unit, 16)),
  )
