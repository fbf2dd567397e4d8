/** Texts that a source compares without telling capital letters from small ones. Ours do: the usual spellings are listed. */

type Warn = (code: string, message: string) => void

const code = "letter-case"

/** The usual ways to write a text. */
export const spellings = (text: string, warn: Warn): ReadonlyArray<string> => {
  const distinct = [...new Set([text, text.toLowerCase(), text.toUpperCase(), capitalised(text)])]
  if (distinct.length > 1)
    warn(
      code,
      `Of ${JSON.stringify(text.slice(0, 60))} only these spellings count: ${distinct.join(", ").slice(0, 300)}.`,
    )
  return distinct
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1).toLowerCase()

/** Of two answers all that can be done is to say so. */
export const spelledAlike = (warn: Warn): void =>
  warn(code, "Capital and small letters differ in the comparison of ours.")
