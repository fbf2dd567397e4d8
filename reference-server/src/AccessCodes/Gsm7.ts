/**
 * The alphabet of SMS (3GPP TS 23.038): 160 of its letters fit in one segment. One letter outside it makes the whole
 * message UCS-2, with 70 to the segment.
 */

/** How many letters one segment holds. */
export const segment = 160

const basic = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
)
/** These take two places. */
const extended = new Set("^{}\\[~]|€")

const letterLength = (letter: string) => (basic.has(letter) ? 1 : extended.has(letter) ? 2 : null)

/** How many places a text takes; null: it has letters of another alphabet. */
export const lengthOf = (text: string): number | null =>
  Array.from(text, letterLength).reduce<number | null>(
    (sum, one) => (sum === null || one === null ? null : sum + one),
    0,
  )

/**
 * The text with what can be told without another alphabet told so: `á` as `a`, curly quotes and long dashes as straight and
 * short ones. The text as it was when letters of another alphabet are left.
 */
export const plain = (text: string): string => {
  const told = Array.from(text.normalize("NFC"), (letter) =>
    letterLength(letter) === null ? (alike[letter] ?? letter.normalize("NFD").replace(/\p{M}/gu, "")) : letter,
  ).join("")
  return lengthOf(told) === null ? text : told
}

const alike: Readonly<Record<string, string>> = {
  "’": "'",
  "‘": "'",
  "“": '"',
  "”": '"',
  "«": '"',
  "»": '"',
  "–": "-",
  "—": "-",
  "…": "...",
  "\u00a0": " ",
  ł: "l",
  Ł: "L",
  đ: "d",
  Đ: "D",
}
