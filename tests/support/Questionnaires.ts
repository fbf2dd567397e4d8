/** Questionnaires for tests, made the way authors make them: as JSON that is checked. */
import * as Questionnaire from "@requite/core/Questionnaire"

/** A definition around sections; with `change`, with other properties. */
export const definition = (
  sections: ReadonlyArray<unknown>,
  change: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> => ({
  format: 1,
  id: "test",
  version: 1,
  language: "en",
  title: "Test",
  sections,
  ...change,
})

export const section = (id: string, ...items: ReadonlyArray<unknown>) => ({ id, title: `Section ${id}`, items })

/** The checked questionnaire of a definition; throws with the findings if there is none. */
export const checked = (value: unknown): Questionnaire.Questionnaire => {
  const { questionnaire, findings } = Questionnaire.check(JSON.stringify(value))
  if (questionnaire === null) throw new Error(JSON.stringify(findings, null, 2))
  return questionnaire
}

/** A questionnaire of one section with these questions. */
export const asking = (...items: ReadonlyArray<unknown>) => checked(definition([section("only", ...items)]))
