/** The name somebody probably meant: the nearest by edit distance, at most a third of its letters away; undefined when none is near. */
export const nearest = (name: string, candidates: ReadonlyArray<string>): string | undefined => {
  const near = candidates
    .map((candidate) => ({ candidate, far: distance(name.toLowerCase().slice(0, 64), candidate.toLowerCase()) }))
    .filter(({ candidate, far }) => far <= Math.max(1, Math.floor(candidate.length / 3)))
  return near.sort((a, b) => a.far - b.far)[0]?.candidate
}

/** Levenshtein's distance, row by row. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++)
      next.push(Math.min((row[j] ?? 0) + (letter === b[j] ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    row = next
  }
  return row[b.length] ?? 0
}
