/**
 * The OpenAPI document, made readable. It is generated from the contract; what the generator says in the words of its
 * own machinery is put here into those of the reader: names of failures without their suffix, numbers in a query as
 * numbers, descriptions where tools look for them.
 */

type Members = Readonly<Record<string, unknown>>

/** Numbers of query strings. The generator knows them only as text of a pattern. */
const numbers: Readonly<Record<string, Members>> = {
  limit: { type: "integer", minimum: 1, maximum: 100, default: 50 },
  offset: { type: "integer", minimum: 0, default: 0 },
  version: { type: "integer", minimum: 1 },
  revision: { type: "integer", minimum: 1 },
}

/** What those numbers mean; a description on a coded schema does not reach the document. */
const meanings: Readonly<Record<string, string>> = {
  limit: "How many.",
  offset: "How many to pass over.",
  version: "Without it, the newest version.",
  revision: "`revision` of what the customer saw.",
}

/** The document with its names, parameters and numbers as a reader expects them. */
export const tidy = (document: Members): Record<string, unknown> => object(tidyValue(document))

const tidyValue = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(tidyValue)
  if (typeof value === "string") return value.startsWith("#/components/schemas/") ? plain(value) : value
  if (typeof value !== "object" || value === null) return value
  const members: ReadonlyArray<readonly [string, unknown]> = Object.entries(value)
    .filter(([key, member]) => !isNoLimit(key, member))
    .map(([key, member]) => [plain(key), tidyValue(member)])
  return tidyParameter(Object.fromEntries(members))
}

/** `LinkDeadEncoded`, a class as it stands on the wire, is `LinkDead` to everybody else. */
const plain = (name: string): string => (/^[\w#/]+Encoded$/.test(name) ? name.slice(0, -"Encoded".length) : name)

/** Every integer is a safe one; saying so at each of them is noise. */
const isNoLimit = (key: string, value: unknown): boolean =>
  (key === "minimum" && value === Number.MIN_SAFE_INTEGER) || (key === "maximum" && value === Number.MAX_SAFE_INTEGER)

const tidyParameter = (members: Members): Members => {
  const { in: place, name, schema } = members
  if (typeof place !== "string" || typeof name !== "string" || typeof schema !== "object") return members
  const { description, ...rest } = object(schema)
  const known = place === "query" ? numbers[name] : undefined
  const meaning = known === undefined ? description : meanings[name]
  return { ...members, ...(meaning === undefined ? {} : { description: meaning }), schema: known ?? rest }
}

const object = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {}
