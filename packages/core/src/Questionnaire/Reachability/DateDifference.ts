/** "At most so many days, months or years from one date to another", as a comparison of the one, moved, with the other. */
import type { Writing } from "./Writing.ts"
import type { Literal } from "./Literal.ts"
import { not } from "./Literal.ts"
import { compare, movedBy, type Term } from "./Term.ts"

/** The whole units from `from` to `to` are at most `most`; undefined: not to be said. Both are answered. */
export const compareDifference = (
  encoding: Writing,
  from: Term,
  to: Term,
  unit: "days" | "months" | "years",
  most: number,
): Literal | undefined => {
  // a shift of a shift is not one shift
  if (from.term === "unknown" || to.term === "unknown") return undefined
  const more = Math.floor(most) + 1
  const shift = (count: number) => ({
    months: unit === "days" ? 0 : unit === "months" ? count : 12 * count,
    days: unit === "days" ? count : 0,
  })
  if (more > 0) {
    // not yet so many more: from + more > to
    const moved = movedBy(from, shift(more))
    return moved === undefined ? undefined : compare(encoding, "gt", moved, to)
  }
  // counted back from `to`, there are more than that: to + (1 - more) <= from, or the other way round
  const moved = movedBy(to, shift(1 - more))
  return moved === undefined ? undefined : not(compare(encoding, "gt", moved, from))
}
