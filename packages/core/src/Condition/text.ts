/**
 * Conditions as a person writes them on one line. `parse` gives the condition, `print` its one way of writing it:
 * printing what was parsed and parsing that again changes nothing.
 *
 * ```
 * kind = "company" and count(owners) >= 2      =  !=  <  <=  >  >=
 * (a = 1 or b = 2) and not c = 3               `and` binds closer than `or`; `not` closest
 * kind in ("a", "b")                           one answer among values
 * toppings any of ("a", "b"), toppings all of ("a")
 * answered(email), is isCompany                has an answer; the condition of that name
 * some(owners, share >= 25), every(owners, answered(name))
 * birth <= date(context.today) - 18 years      context values, and dates with an offset:
 * due > date("2027-01-31") + 1 month - 2 days  a date in quotes, an answer or a context value in date( )
 * true, false, -1.5e3, "text with \"escapes\"" values, strings escaped as in JSON
 * all(x), any()                                a list of one condition, or of none
 * ```
 *
 * A name that is not letters and digits, or is a word of this language, stands in backticks: `` `and` = 1 ``. An offset
 * that shifts by nothing at all is `+ 0`.
 */
export type { TextProblem } from "./text/parse.ts"
export { parse } from "./text/parse.ts"
export { print } from "./text/print.ts"
