/** Plain text in lines that can be read without wrapping and sent without encoding. */
const columns = 76
/** A word this long (an address, or Chinese, which has no spaces) is left alone; a longer one could pass the 998 octets of a mail's line. */
const longestWord = 240

/** Lines of at most 76 characters where words allow; what follows a dash, a number or a quotation mark is hung below its first word. */
export const wrapText = (text: string): string => text.trim().split("\n").map(wrapLine).join("\n")

const wrapLine = (line: string): string => {
  const lead = /^\s*(?:(?:-|\d+\.|>)\s+)*/.exec(line)?.[0] ?? ""
  const hang = lead.replace(/[^\s>]/g, " ")
  const lines: Array<string> = []
  let current = lead
  for (const word of words(line.slice(lead.length))) {
    const started = current !== lead && current !== hang
    if (started && current.length + 1 + word.length > columns) {
      lines.push(current)
      current = hang + word
    } else current += (started ? " " : "") + word
  }
  return [...lines, current].join("\n").trimEnd()
}

const words = (text: string): ReadonlyArray<string> =>
  text.split(/ +/).flatMap((word) => (word.length <= longestWord ? [word] : broken(word)))

/** An address is ASCII and at most 900 octets, and useless when broken. */
const broken = (word: string): ReadonlyArray<string> =>
  /^[\x21-\x7e]{1,960}$/.test(word) ? [word] : [...word.matchAll(/.{1,60}/gsu)].map(([part]) => part)
