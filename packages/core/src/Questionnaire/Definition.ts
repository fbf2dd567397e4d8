/** What a definition that was found right looks like. */
import type { LocalText } from "../LocalText.ts"
import type { Question } from "../QuestionKind.ts"

export interface Section {
  readonly id: string
  readonly title: LocalText
  readonly description?: LocalText
  readonly items: ReadonlyArray<Question>
}

export interface Questionnaire {
  readonly format: 1
  readonly id: string
  readonly version: number
  readonly language: string
  readonly title: LocalText
  readonly description?: LocalText
  readonly sections: ReadonlyArray<Section>
}
