/** How often a request reminds: which days of the calendar are its occurrences. A *day* counts from 1970-01-01. */
import * as Schema from "effect/Schema"

/**
 * `gentle`: seven days before an open item is due, on the day, and every day from then on (K13); `urgent`: every day
 * (K14); `custom`: every so many days, counted from the day of the latest send (K15).
 */
export const Rule = Schema.Union([
  Schema.Struct({ kind: Schema.Literals(["none", "gentle", "urgent"]) }),
  Schema.Struct({
    kind: Schema.Literal("custom"),
    everyDays: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)),
  }),
])
export type Rule = typeof Rule.Type

/** The last day that is planned for, 31 December 9999. */
const lastDay = 2_932_896

/**
 * The first occurrence on or after the day `from`; `base` is the day of the latest send, which never is one, and `dues`
 * are the days on which open items are due. Null: none that the calendar holds.
 */
export const occurrence = (
  rule: Rule,
  { base, dues }: { readonly base: number; readonly dues: ReadonlyArray<number> },
  from: number,
): number | null => {
  const day = firstDay(rule, base, dues, Math.max(from, base + 1))
  return day <= lastDay ? day : null
}

const firstDay = (rule: Rule, base: number, dues: ReadonlyArray<number>, from: number): number => {
  switch (rule.kind) {
    case "none":
      return Infinity
    case "urgent":
      return from
    case "custom":
      return base + Math.ceil((from - base) / rule.everyDays) * rule.everyDays
    case "gentle":
      return Math.min(...dues.map((due) => (due - 7 >= from ? due - 7 : Math.max(due, from))))
  }
}
