/** How one kind of question stands on a page: its field, what a form says of it, and how its answer reads. */
import type { QuestionKind } from "@requite/core"
import type { Attachment } from "@requite/core/Questionnaire/Definition"
import type { Place } from "../../Filling.ts"
import type { Html } from "../../Html.ts"
import type { Reader } from "../Reader.ts"
import type { ReadInput } from "./names.ts"

export type { Fields, ReadInput } from "./names.ts"
export { controlAnchor, fieldName, fileField, partAnchor, questionAnchor, valueOf } from "./names.ts"

export interface FieldInput<Q extends QuestionKind.Question = QuestionKind.Question> {
  readonly place: Place
  readonly question: Q
  /** As saved or as just typed; wrong ones too. */
  readonly answer: unknown
  readonly isRequired: boolean
  /** Asked only since the answers that were just saved. */
  readonly isNew: boolean
  /** Reads the author's words as they are meant at this place. */
  readonly reader: Reader
  /** Sentences, to stand next to the field. */
  readonly errors: ReadonlyArray<string>
  /** Where a file can be had; null while nobody may read it. */
  readonly filePath: (id: string) => string | null
  /** Where a document that the question names can be had; null, or left out: nowhere. */
  readonly namedPath?: ((attachment: Attachment) => string | null) | undefined
  /** Of a choice: can it be picked, going by the other answers? */
  readonly isOffered: (option: string) => boolean
  /** Of a group: the fields in it; of a repeated one, those of each instance. */
  readonly inside: ReadonlyArray<Html>
  /** Of a repeated group: may there be another instance? */
  readonly hasRoom: boolean
  /** Of a repeated group: its instances are all there are, though more are saved. */
  readonly isAll?: boolean
  /** For the page's script: what is not there now is carried along, in templates (browser/customer.ts). */
  readonly live: boolean
  /** The same of a repeated group: the fields of an instance that nobody has begun. */
  readonly blank: Html | null
}

export interface SummaryInput<Q extends QuestionKind.Question = QuestionKind.Question> {
  readonly question: Q
  readonly answer: unknown
  readonly reader: Reader
  /** Where a file can be had; null on the receipt, which tells its digest instead. */
  readonly filePath: ((id: string) => string | null) | null
}

/**
 * The view of a kind. Methods, so that views of different questions can stand in one registry, as the kinds of core do;
 * the registry hands each only questions of its own `type`.
 */
export interface KindView<Q extends QuestionKind.Question = QuestionKind.Question> {
  readonly type: Q["type"]
  /** What the customer has to find or think of: the arrival page counts them apart. */
  readonly asksFor: "answer" | "document" | "nothing"
  /** How long a person needs, in seconds. */
  seconds(question: Q): number
  /** Label, help, errors and control. */
  field(input: FieldInput<Q>): Html
  /** The answer that a form carries; undefined where it does not: the question was not on the page, or its answer comes
   * another way (files). So what was not on the page keeps its answer. */
  read(input: ReadInput<Q>): unknown
  /** The answer as the firm will read it. */
  summary(input: SummaryInput<Q>): Html
  /** What is wrong and how to put it right, where the page knows better than core's own sentence. */
  sentence?(question: Q, problem: QuestionKind.Problem, reader: Reader): string | undefined
}
