/**
 * Lines of text as they lie on paper. What breaks lines there knows no writing from right to left: it would put the words of a
 * Hebrew or Arabic sentence in the order of an English one. So such a text is broken here, and each line given in the order in
 * which its words stand on the page. A simplification of Unicode's algorithm (UAX 9), by whole words, enough to be read.
 */

const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u
const letter = /\p{L}/u

/** Does it read from right to left? As its first letter does. */
export const isRightToLeft = (text: string): boolean => {
  for (const one of text) if (letter.test(one)) return rightToLeft.test(one)
  return false
}

/** Breaks a text into lines of at most `width`, as `measure` says, in reading order. */
const broken = (text: string, width: number, measure: (line: string) => number): ReadonlyArray<string> =>
  text.split("\n").flatMap((paragraph) => {
    const lines: Array<string> = []
    let line = ""
    for (const word of paragraph.split(/\s+/)) {
      const longer = line === "" ? word : `${line} ${word}`
      if (line !== "" && measure(longer) > width) {
        lines.push(line)
        line = word
      } else line = longer
    }
    return [...lines, line]
  })

/** The words of a line from left to right, as they stand on the page; runs of words that read to the right keep their order. */
const visual = (line: string): ReadonlyArray<string> => {
  const runs: Array<Array<string>> = []
  let before = true
  for (const word of line.split(" ")) {
    // numbers and signs go with what they follow
    const isBackwards: boolean = letter.test(word) ? rightToLeft.test(word) : before
    const last = runs.at(-1)
    if (last !== undefined && !isBackwards && !before) last.push(word)
    else runs.push([word])
    before = isBackwards
  }
  return runs.toReversed().flat()
}

/** The lines of a text that reads from right to left, each as its words stand on the page. */
export const fromTheRight = (
  text: string,
  width: number,
  measure: (line: string) => number,
): ReadonlyArray<ReadonlyArray<string>> => broken(text, width, measure).map(visual)
