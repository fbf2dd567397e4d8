/**
 * Does one JSON Schema admit every value that another admits? As far as the schemas of answers go: a `false` may mean
 * that it could not be told.
 */

const annotations = new Set(["title", "description", "$comment", "examples", "default"])

/** Keywords whose number may only grow, or only shrink. */
const growing = new Set(["maximum", "maxLength", "maxItems", "maxProperties", "exclusiveMaximum"])
const shrinking = new Set(["minimum", "minLength", "minItems", "minProperties", "exclusiveMinimum"])

type JsonSchema = Readonly<Record<string, unknown>>

/** Every value that fits `from` fits `to`. Schemas nest as deep as a kind writes them, a few levels. */
export const admits = (from: unknown, to: unknown): boolean => {
  if (to === true || from === false) return true
  if (!isSchema(from) || !isSchema(to)) return false
  const alternatives = from["anyOf"]
  if (Array.isArray(alternatives)) return alternatives.every((one) => admits(one, to))
  const offered = to["anyOf"]
  if (Array.isArray(offered)) return splits(from).every((one) => offered.some((other) => admits(one, other)))
  return Object.entries(to).every(([keyword, value]) => annotations.has(keyword) || keeps(keyword, from, value))
}

/** A list of values is as good as an alternative for each. */
const splits = (schema: JsonSchema): ReadonlyArray<JsonSchema> => {
  const values = valuesOf(schema)
  return values === undefined ? [schema] : values.map((value) => ({ const: value }))
}

const valuesOf = (schema: JsonSchema): ReadonlyArray<unknown> | undefined => {
  const listed = schema["enum"]
  const list: ReadonlyArray<unknown> | undefined = Array.isArray(listed) ? listed : undefined
  if (list !== undefined) return list
  return "const" in schema ? [schema["const"]] : undefined
}

const keeps = (keyword: string, from: JsonSchema, value: unknown): boolean => {
  const before = from[keyword]
  if (same(before, value)) return true
  if (growing.has(keyword)) return typeof before === "number" && typeof value === "number" && before <= value
  if (shrinking.has(keyword))
    return typeof value === "number" && (value === 0 || (typeof before === "number" && before >= value))
  if (keyword === "enum" || keyword === "const") {
    const allowed = keyword === "enum" && Array.isArray(value) ? value : [value]
    return valuesOf(from)?.every((one) => allowed.some((other) => same(one, other))) === true
  }
  if (keyword === "type") return before === "integer" && value === "number"
  if (keyword === "items") return before !== undefined && admits(before, value)
  if (keyword === "required")
    return Array.isArray(value) && value.every((one) => Array.isArray(before) && before.includes(one))
  if (keyword === "properties")
    return (
      isSchema(before) &&
      isSchema(value) &&
      Object.entries(value).every(([name, schema]) => admits(Object.hasOwn(before, name) ? before[name] : true, schema))
    )
  if (keyword === "uniqueItems") return value === false
  return false
}

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
