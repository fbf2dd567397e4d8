/**
 * requite in the harness that measures it beside its peers: a synthetic questionnaire as a definition of ours, loaded
 * with all checks, answered, changed and validated. Each function is one operation that is timed.
 */
import * as Answers from "@requite/core/Answers"
import * as Evaluation from "@requite/core/Evaluation"
import * as Questionnaire from "@requite/core/Questionnaire"

/** A question of the harness: `when` says which answer of which other question it needs. */
interface Asked {
  readonly id: string
  readonly type: "yesno" | "text" | "number" | "choice" | "multi" | "date"
  readonly required: boolean
  readonly when: { readonly q: string; readonly eq: string } | null
}

interface Model {
  readonly questionnaire: Questionnaire.Questionnaire
  evaluation: Evaluation.Evaluation
}

export const name = "requite"
export const version = "0.1.0"

const options = (...values: ReadonlyArray<string>) => values.map((value) => ({ value, label: value }))

const kinds = {
  yesno: { type: "choice", options: options("yes", "no") },
  text: { type: "text", maxLength: 200 },
  number: { type: "number", min: 0, max: 100 },
  choice: { type: "choice", options: options("a", "b", "c", "d") },
  multi: { type: "choice", multiple: true, options: options("a", "b", "c", "d") },
  date: { type: "date" },
}

/** The definition as JSON, fifty questions to a section. */
export const prepare = ({ questions }: { readonly questions: ReadonlyArray<Asked> }): string => {
  const items = questions.map(({ id, type, required, when }) => ({
    id,
    label: `Question ${id}`,
    ...kinds[type],
    ...(required ? { required } : {}),
    ...(when === null ? {} : { when: { eq: [{ answer: when.q }, when.eq] } }),
  }))
  const sections = Array.from({ length: Math.ceil(items.length / 50) }, (_, index) => ({
    id: `section${index}`,
    title: `Section ${index}`,
    items: items.slice(index * 50, index * 50 + 50),
  }))
  return JSON.stringify({ format: 1, id: "bench", version: 1, language: "en", title: "Bench", sections })
}

const model = (questionnaire: Questionnaire.Questionnaire): Model => ({
  questionnaire,
  evaluation: Evaluation.start(Evaluation.compile(questionnaire), {}),
})

/** With every check that there is. */
export const load = (json: string): Model => {
  const { questionnaire, findings } = Questionnaire.check(json)
  if (questionnaire === null) throw new Error(JSON.stringify(findings.slice(0, 3)))
  return model(questionnaire)
}

/** Without checks, as a page does that was sent a checked questionnaire. */
export const loadOnly = (json: string): Model => {
  // oxlint-disable-next-line no-unsafe-type-assertion -- made by `prepare`
  return model(JSON.parse(json) as Questionnaire.Questionnaire)
}

export const setAll = (one: Model, answers: Answers.Answers): void => {
  one.evaluation = Evaluation.start(Evaluation.compile(one.questionnaire), answers)
}

/** How many questions are asked afterwards. */
export const change = ({ evaluation }: Model, id: string, value: unknown): number => {
  Evaluation.set(evaluation, [id], value)
  return Evaluation.countAsked(evaluation)
}

/** How many issues a submission has. */
export const validate = ({ questionnaire }: Model, answers: Answers.Answers): number =>
  Answers.validate(questionnaire, answers).length
