/**
 * An answers schema as json-schema-to-typescript wants it: only what a type can say. Limits and patterns would come out
 * as comments, a `title` as a global name, a property that only branches say more about as `unknown`.
 */
import type { JSONSchema } from "json-schema-to-typescript"

/** The schema for types of a schema as `AnswerSchema.jsonSchema` writes it. */
export const forTypes = (schema: unknown): JSONSchema => {
  if (schema === false) return { tsType: "never" }
  if (typeof schema !== "object" || schema === null) return {}
  const kept: JSONSchema = {}
  for (const [keyword, value] of Object.entries<unknown>({ ...schema })) {
    if (keyword === "properties") kept.properties = properties(value)
    else if (keyword === "items") kept.items = forTypes(value)
    else if (combinators.has(keyword) && Array.isArray(value)) Object.assign(kept, { [keyword]: value.map(forTypes) })
    else if (keyword === "description" && typeof value === "string") kept.description = harmless(value)
    else if (plain.has(keyword)) Object.assign(kept, { [keyword]: value })
  }
  return kept
}

const combinators = new Set(["oneOf", "anyOf", "allOf"])
const plain = new Set(["type", "const", "enum", "required", "additionalProperties"])

const properties = (value: unknown): Record<string, JSONSchema> =>
  typeof value === "object" && value !== null
    ? Object.fromEntries(
        Object.entries<unknown>({ ...value }).flatMap(([id, schema]) =>
          schema === true ? [] : [[id, forTypes(schema)] as const],
        ),
      )
    : {}

/**
 * A label comes from an author, who may be anybody: it must not end the comment that it stands in. Nor may it start
 * lines that look like tags, or hide what is there (control characters, those that turn the direction of writing).
 */
const harmless = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll("*/", "*\u2215")
    .replace(/^(\s*)@/gmu, "$1\u200b@")
    .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (character) => (character === "\n" ? "\n" : " "))
