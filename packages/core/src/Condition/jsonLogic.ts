/**
 * JsonLogic (jsonlogic.com) in and out. It coerces types and its engines disagree; we do neither, so what comes in is
 * translated where it means one thing, and everything else is named by its pointer instead of guessed at.
 *
 * What differs, and is told as a *difference* where it can matter:
 * - `==` takes 1 and "1" for the same, `<` and `>` take texts for numbers and nothing for 0; here types match, and nothing
 *   is compared with what is not answered.
 * - Any value can stand for true: 0, "" and an empty list are false there. A question alone is read as "is answered".
 * - `in` looks also for a part of a text; here only among options.
 */
export type { Read, Remark, Resolve } from "./jsonLogic/from.ts"
export { fromJsonLogic } from "./jsonLogic/from.ts"
export { toJsonLogic } from "./jsonLogic/to.ts"
