/**
 * The JSON Schema (draft 2020-12) of a submission: of answers that `Answers.validate` finds complete and in which
 * nothing empty and nothing that was not asked is left. It lets every submission through (it never says more than is
 * sure), and says as much as a JSON Schema can: nothing but the questions' ids (`additionalProperties: false`), what is
 * required, and which answers go together. Where questions are asked depending on what was picked, it has `oneOf`
 * branches, each with a `const` or `enum` of the picked value; several such questions stand beside one another in
 * `allOf`. What depends on anything else (a number, a date, the caller's data) is optional.
 *
 * The shape suits json-schema-to-typescript, which makes discriminated unions of it: no `title`, no `prefixItems`, no
 * `if`; what must be missing from a branch is `false` there, and what only branches say is `true` outside of them.
 */
import * as Branches from "./AnswerSchema/Branches.ts"
import type { Field, JsonSchema } from "./AnswerSchema/Branches.ts"
import type { Knowledge } from "./AnswerSchema/Knowledge.ts"
import type { Condition } from "./Condition/Ast.ts"
import { type LocalText, resolve } from "./LocalText.ts"
import { requirement } from "./Migration/Place.ts"
import type { Question, Questionnaire } from "./Questionnaire/Definition.ts"
import { type QuestionKind, type Registry, standard } from "./QuestionKind.ts"

/**
 * JSON Schema of a submission; `description`s are the labels, in the questionnaire's own language. `combinations` bounds
 * the ways through all the branches of an object: types made of the schema are a union of as many.
 */
export const jsonSchema = (
  questionnaire: Questionnaire,
  kinds: Registry = standard,
  { combinations = Infinity }: { readonly combinations?: number } = {},
): Record<string, unknown> => {
  const budget: Branches.Budget = { branches: 500, combinations }
  const languages = [questionnaire.language]
  const describe = (...texts: ReadonlyArray<LocalText | undefined>) => ({
    description: texts.flatMap((text) => (text === undefined ? [] : [resolve(text, languages)])).join("\n\n"),
  })

  /** The items whose answers stand beside one another, with what must hold for each. */
  const fieldsOf = (items: ReadonlyArray<Question>, asked: ReadonlyArray<Condition>): Array<Field> =>
    items.flatMap((item): ReadonlyArray<Field> => {
      const all = item.when === undefined ? asked : [...asked, item.when]
      const kind = kinds.get(item.type)
      if (item.items !== undefined && item.repeat === undefined) return fieldsOf(item.items, all)
      if (kind?.givenAs === "nothing") return []
      const schema = { ...(kind === undefined ? {} : answered(item, kind)), ...describe(item.label, item.help) }
      const inner = item.items
      return [
        {
          id: item.id,
          asked: all,
          required: requirement(item),
          values: kind === undefined ? undefined : Branches.valuesOf(kind.valueType(item), schema),
          schema: inner === undefined ? () => schema : (known) => ({ ...schema, items: objectOf(inner, [], known) }),
        },
      ]
    })

  const objectOf = (items: ReadonlyArray<Question>, asked: ReadonlyArray<Condition>, known: Knowledge): JsonSchema =>
    Branches.object(fieldsOf(items, asked), known, questionnaire.conditions ?? {}, budget)

  const fields = questionnaire.sections.flatMap(({ items, when }) => fieldsOf(items, when === undefined ? [] : [when]))
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    ...describe(questionnaire.title, questionnaire.description),
    ...Branches.object(fields, new Map(), questionnaire.conditions ?? {}, budget),
  }
}

/** The schema of an answer that is there: what is empty is no answer, and a submission leaves it out. */
const answered = (item: Question, kind: QuestionKind): JsonSchema => {
  const schema = kind.answerSchema(item)
  const least = (name: "minLength" | "minItems") => ({ ...schema, [name]: Math.max(1, Number(schema[name] ?? 0)) })
  if (schema["type"] === "string" && !kind.isAnswered(item, "")) return least("minLength")
  return schema["type"] === "array" && !kind.isAnswered(item, []) ? least("minItems") : schema
}
