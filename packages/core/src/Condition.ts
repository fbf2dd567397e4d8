/**
 * Conditions: when something is asked, required or offered, as data (`Condition/Ast.ts` says what each one means). Here is
 * what can be done with them apart from a questionnaire: reading and writing them as JSON, as text and as JsonLogic.
 */
export type {
  Calculation,
  Comparison,
  Condition,
  ContextReference,
  Count,
  Literal,
  Operand,
  Reference,
  ShiftedDate,
  Value,
} from "./Condition/Ast.ts"
export { maxDepth } from "./Condition/decode.ts"
export type { Read, Remark, Resolve } from "./Condition/jsonLogic.ts"
export { fromJsonLogic, toJsonLogic } from "./Condition/jsonLogic.ts"
export { Calculated, Calculation as calculation, Condition as schema, Operand as operand } from "./Condition/schema.ts"
export type { TextProblem } from "./Condition/text.ts"
export { parse, print } from "./Condition/text.ts"
