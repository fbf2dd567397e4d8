/**
 * The customer's name for a file, made safe to show and to save under (S53): the last part of a path, in NFC, without
 * control and bidirectional characters, at most 255 bytes with its extension kept.
 */
const encoder = new TextEncoder()

/** Far more than is kept of a name. A mail may hold one of megabytes, and what follows takes the longer, the longer it is. */
const most = 1000

export const safe = (given: string): string => {
  const last = given.split(/[/\\]/).at(-1) ?? ""
  const short = last.length <= most ? last : last.slice(0, most - 100) + last.slice(-100)
  const cleaned = short
    .normalize("NFC")
    // \p{Cc} control, \p{Cf} format: among them the marks that turn the direction of what follows; \p{Cs} half letters
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "")
    .replace(/[<>:"|?*]/g, "_")
    .replace(/^[.\s]+|[.\s]+$/g, "")
  return shorten(cleaned === "" ? "file" : cleaned)
}

const shorten = (name: string): string => {
  if (encoder.encode(name).length <= 255) return name
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? ""
  let stem = ""
  for (const letter of name) {
    if (encoder.encode(stem + letter + extension).length > 255) break
    stem += letter
  }
  return stem + extension
}

/** `Content-Disposition` that saves under this name whatever is in it (RFC 6266, RFC 8187). */
export const attachment = (name: string): string => {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, "_")
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}
