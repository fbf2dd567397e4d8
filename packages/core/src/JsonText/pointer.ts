/** Paths as text (RFC 6901). Nothing here imports Effect. */

/** A path as an RFC 6901 JSON pointer. */
export const pointer = (path: ReadonlyArray<PropertyKey>): string =>
  path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")
