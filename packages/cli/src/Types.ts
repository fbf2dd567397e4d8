/**
 * `requite types`: TypeScript types of the answers to a questionnaire, made by json-schema-to-typescript from the JSON
 * Schema of a submission. What is asked depending on a choice comes out as a discriminated union; labels stand above
 * their properties. Nothing here touches files, the network or a terminal.
 */
import * as AnswerSchema from "@requite/core/AnswerSchema"
import type { Questionnaire } from "@requite/core/Questionnaire"
import * as QuestionKind from "@requite/core/QuestionKind"
import * as Effect from "effect/Effect"
import { compile } from "json-schema-to-typescript"
import * as TypeSchema from "./Types/TypeSchema.ts"

/**
 * The text of a TypeScript module that exports one type, named after the questionnaire's id (`kyc-company` gives
 * `KycCompany`). The same questionnaire gives the same text.
 */
export const types = (
  questionnaire: Questionnaire,
  kinds: QuestionKind.Registry = QuestionKind.standard,
): Effect.Effect<string> => {
  const schema = TypeSchema.forTypes(AnswerSchema.jsonSchema(questionnaire, kinds, { combinations: 256 }))
  return Effect.promise(() =>
    compile(schema, nameOf(questionnaire.id), {
      additionalProperties: false,
      bannerComment: `// The answers to the questionnaire "${questionnaire.id}", version ${questionnaire.version}.
// Made by \`requite types\`: do not edit, make it anew from the definition.`,
      // a limit on how many would become a union of tuples
      ignoreMinAndMaxItems: true,
      unknownAny: true,
      $refOptions: { resolve: { http: false, file: false } },
      style: { printWidth: 120, semi: false },
    }),
  )
}

/** The name of the type that `types` exports. */
export const nameOf = (id: string): string =>
  id
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("")
