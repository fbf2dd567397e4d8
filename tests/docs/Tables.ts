// The tables of docs/questionnaire-format.md that say what there is: made from the JSON Schema of the format, so that they
// cannot say anything else. Each stands between `<!-- table: NAME -->` and `<!-- end -->`.
//
//   node --conditions=requite-source tests/docs/Tables.ts      writes them anew, and the files that docs/library.md shows
import * as IssueText from "@requite/core/IssueText"
import * as Questionnaire from "@requite/core/Questionnaire"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "../..")
export const page = join(root, "docs/questionnaire-format.md")
export const library = join(root, "docs/library.md")

/** What is read of a JSON Schema here. */
interface Shape {
  readonly description?: string
  readonly type?: string
  readonly pattern?: string
  readonly enum?: ReadonlyArray<unknown>
  readonly minimum?: number
  readonly maximum?: number
  readonly $ref?: string
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: ReadonlyArray<string>
  readonly items?: Shape
  readonly prefixItems?: ReadonlyArray<Shape>
  readonly anyOf?: ReadonlyArray<Shape>
  readonly patternProperties?: Readonly<Record<string, Shape>>
}

// the boundary: a JSON Schema, of which Shape names the part that is read
const schema = JSON.parse(JSON.stringify(Questionnaire.jsonSchema())) as Shape & {
  readonly $defs: Readonly<Record<string, Shape>>
}

const referred: Readonly<Record<string, string>> = {
  LocalText: "text for people",
  Condition: "[condition](#conditions)",
  Operand: "[operand](#what-is-compared)",
  Reference: "id",
  Literal: "value",
  Item: "item",
  Calculation: "[calculation](#calculated-values)",
  MigrationStep: "[step](#versions)",
}

/** A schema in a word or two. */
const said = (shape: Shape): string => {
  if (shape.$ref !== undefined) return referred[shape.$ref.replace("#/$defs/", "")] ?? shape.$ref
  if (shape.enum !== undefined) return shape.enum.map((one) => `\`${String(one)}\``).join(" or ")
  if (shape.anyOf !== undefined) return shape.anyOf.map(said).join(" or ")
  if (shape.prefixItems !== undefined) return `[${shape.prefixItems.map(said).join(", ")}]`
  if (shape.type === "array")
    return shape.items?.properties === undefined ? `list of ${said(shape.items ?? {})}` : "list of objects"
  if (shape.patternProperties !== undefined) return `${Object.values(shape.patternProperties).map(said).join()} by name`
  if (shape.type === "integer") return `${grouped(shape.minimum)} to ${grouped(shape.maximum)}`
  if (shape.type === "boolean") return "true or false"
  if (shape.type === "string") return shape.pattern?.startsWith("^[a-z][A-Za-z0-9]") === true ? "id" : "text"
  return shape.type ?? "value"
}

const grouped = (number = 0) => number.toLocaleString("en")

const rows = (header: ReadonlyArray<string>, cells: ReadonlyArray<ReadonlyArray<string>>) =>
  [header, header.map(() => "---"), ...cells]
    .map((row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n")

const properties = (shape: Shape | undefined, which: (name: string) => boolean = () => true): string =>
  rows(
    ["property", "value", "meaning"],
    Object.entries(shape?.properties ?? {})
      .filter(([name]) => which(name))
      .sort(([a], [b]) => Number(shape?.required?.includes(b)) - Number(shape?.required?.includes(a)))
      .map(([name, one]) => [
        shape?.required?.includes(name) === true ? `**\`${name}\`**` : `\`${name}\``,
        said(one),
        one.description ?? "",
      ]),
  )

/** The objects of one property that a union offers: operators, calculations, steps. */
const alternatives = (name: string): string =>
  rows(
    ["", "of", "meaning"],
    (schema.$defs[name]?.anyOf ?? []).flatMap(({ properties }) =>
      Object.entries(properties ?? {}).map(([key, one]) => [`\`${key}\``, said(one), one.description ?? ""]),
    ),
  )

const kinds = new Map(
  (schema.$defs["Item"]?.anyOf ?? []).map((kind) => [String(kind.properties?.["type"]?.enum?.[0]), kind]),
)
const common = new Set(
  Object.keys(kinds.get("text")?.properties ?? {}).filter((name) =>
    [...kinds].every(
      ([kind, { properties }]) => (kind === "note" && name === "required") || name in (properties ?? {}),
    ),
  ),
)

/** Any kind, as far as all are alike. */
const whatever: Shape = {
  ...kinds.get("text"),
  properties: {
    ...kinds.get("text")?.properties,
    type: { type: "kind", description: "What kind of question it is: see [kinds](#kinds)." },
  },
}

const item = (of: string, property: string) => kinds.get(of)?.properties?.[property]

/** A sentence for each code of an issue, with the names of its values where they would stand. */
const issues = (): string => {
  const name = (key: string) => `{${key}}`
  const plural = (key: string, { other }: { readonly other: string }) => other.replaceAll("#", name(key))
  const words = { text: name, number: name, date: name, bytes: name, plural }
  return rows(
    ["code", "in English"],
    Object.entries(IssueText.catalogues["en"] ?? {}).flatMap(([code, sentence]) =>
      code.includes(":") || code === "other" ? [] : [[`\`${code}\``, sentence(words)]],
    ),
  )
}

const section = schema.properties?.["sections"]?.items

/** Every table by its name. */
export const tables: ReadonlyMap<string, string> = new Map([
  ["questionnaire", properties(schema)],
  [
    "kinds",
    rows(
      ["kind", "what it is"],
      [...kinds].map(([name, kind]) => [`[\`${name}\`](#${name})`, kind.properties?.["type"]?.description ?? ""]),
    ),
  ],
  ["section", properties(section)],
  ["common", properties(whatever, (name) => common.has(name))],
  ...[...kinds]
    .filter(([, kind]) => Object.keys(kind.properties ?? {}).some((one) => !common.has(one)))
    .map(([name, kind]): [string, string] => [name, properties(kind, (one) => !common.has(one))]),
  ["option", properties(item("choice", "options")?.items)],
  ["pattern", properties(item("text", "pattern"))],
  ["repeat", properties(item("group", "repeat"))],
  ["attachment", properties(item("text", "attachments")?.items)],
  ["suppression", properties(item("text", "suppress")?.items)],
  ["end", properties(schema.properties?.["ends"]?.items)],
  ["context", properties(Object.values(schema.properties?.["context"]?.patternProperties ?? {})[0])],
  ["condition", alternatives("Condition")],
  ["calculation", alternatives("Calculation")],
  ["step", alternatives("MigrationStep")],
  ["issues", issues()],
])

/** The page with every table as it should be. */
export const renewed = (text: string): string =>
  text.replace(
    /(<!-- table: ([a-z]+) -->\n).*?(<!-- end -->)/gs,
    (_, start: string, name: string, end: string) => `${start}\n${tables.get(name) ?? `no table ${name}`}\n\n${end}`,
  )

/** A page with every file that it shows as it is: the fences `ts file=PATH`. */
export const withFiles = (text: string): string =>
  text.replace(
    /^(```ts file=(\S+)\n).*?^```$/gms,
    (_, start: string, path: string) => `${start}${readFileSync(join(root, path), "utf8")}\`\`\``,
  )

if (process.argv[1] === import.meta.filename) {
  writeFileSync(page, renewed(readFileSync(page, "utf8")))
  writeFileSync(library, withFiles(readFileSync(library, "utf8")))
}
