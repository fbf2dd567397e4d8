/** An `Encoding` while it is being written: what terms, questions and calculated values are put together from. */
import type { Offer } from "../../AnswerKind.ts"
import type { Reference } from "../../Condition/Ast.ts"
import type { Field, PicksField } from "./Field.ts"
import type { Entry, Index } from "./Index.ts"
import type { Literal } from "./Literal.ts"
import type { Logic, Ordered, Part } from "./Logic.ts"
import type { Moved, Place, Sum } from "./Place.ts"

export interface Writing {
  readonly logic: Logic
  readonly index: Index
  readonly root: Place
  /** Everything is taken as asked. */
  readonly free: boolean
  /** Limits are put in force by guards. */
  readonly explain: boolean
  readonly sums: Array<Sum>
  /** By what comes out: the sum of what is added up in the end. */
  readonly sumOf: Map<Ordered, Sum>
  readonly moved: Array<Moved>

  /** Writes it out after what is being written now. */
  later(task: () => void): void
  /** Puts one reason in force. */
  guard(because: "asked" | "limits" | "options", entry: Entry | undefined): Literal
  asked(entry: Entry, at: Place): Literal
  /** What is around it is asked. */
  around(entry: Entry, at: Place): Literal
  /** The place at or around `at` where the answer to an entry stands; undefined when there is not one but several. */
  placeOf(entry: Entry, at: Place): Place | undefined
  /** The instances of a repeated group that are told apart. */
  instances(group: Entry, at: Place): ReadonlyArray<Place>
  /** Of what stands there or around; undefined when that is not one. */
  referred(reference: Reference, at: Place): Field | undefined
  field(entry: Entry, at: Place): Field
  /** Of a value of the caller; undefined: not declared. */
  contextField(key: string): Field | undefined
  /** Of options, of which one (or, as the type of the question says, several) is picked. */
  choice(
    entry: Entry | undefined,
    part: Part,
    answered: Literal,
    options: ReadonlyArray<Offer>,
    of: PicksField["of"],
    at: Place,
  ): PicksField
  /** The option is picked (and offered). */
  pick(field: PicksField, value: string): Literal
  /** The place of a text in the list of those that are told apart; all others come behind them. */
  textPlace(text: string): number
}
