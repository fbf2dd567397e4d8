/** Lines that every mail server takes: at most 998 octets (RFC 5322 §2.1.1), with a margin for the end of a tag. */
const limit = 900

const encoder = new TextEncoder()
const octets = (text: string) => encoder.encode(text).length
/** A unit of UTF-16 is three octets at most: what is short need not be counted. */
const fits = (text: string) => text.length * 3 <= limit || octets(text) <= limit

/** A space; a part of a tag (its name, or an attribute with its quoted value); a word of the text. */
const pieces = /\s+|<\/?[a-z0-9]+>?|[a-z-]+="[^"]*">?|[^\s<]+/giu
/** An entity or a character: what a word that fits into no line is made of. */
const letters = /&[#\w]+;|./gsu

/**
 * HTML of ours with its long lines folded where a line end changes nothing: instead of a space, before the `>` of a tag, and where a text has
 * no space (Chinese, a very long word) in a comment. An attribute is never broken: links are capped, and the styles are our own.
 */
export const foldLines = (html: string): string =>
  html
    .split("\n")
    .map((line) => (fits(line) ? line : fold(line)))
    .join("\n")

const fold = (line: string): string => {
  let folded = ""
  let width = 0
  let space = ""
  const put = (piece: string) => {
    const full = width + space.length + octets(piece) > limit
    const isTag = piece.startsWith("<")
    const before = !full ? space : space !== "" ? "\n" : isTag ? "" : "<!--\n-->"
    const written = full && space === "" && isTag ? piece.replace(/>$/, "\n>") : piece
    folded += before + written
    const lineEnd = (before + written).lastIndexOf("\n")
    width = lineEnd < 0 ? width + octets(before + written) : octets((before + written).slice(lineEnd + 1))
    space = ""
  }
  for (const [piece] of line.matchAll(pieces)) {
    if (piece.trim() === "") space = " "
    else if (fits(piece) || piece.startsWith("<")) put(piece)
    else for (const [letter] of piece.matchAll(letters)) put(letter)
  }
  return folded
}
