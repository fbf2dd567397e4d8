// The tables of docs/policies.md: what each knob does, how the presets have it, and what the linter finds. Made from the
// sources and the data, so that they cannot say anything else.
//
//   node --conditions=requite-source tests/docs/PolicyTables.ts      writes them anew
import * as RequestPolicy from "@requite/core/RequestPolicy"
import { rules } from "@requite/core/RequestPolicy/lint"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { renewed, table } from "./Lifecycle.ts"

const root = join(import.meta.dirname, "../..")
export const page = join(root, "docs/policies.md")

const presets = Object.entries(RequestPolicy.presets)

/** A value in a cell: what is not there is a dash, a list stands in a row. */
const shown = (value: unknown): string => {
  if (value === null || value === undefined) return "–"
  if (Array.isArray(value)) return value.length === 0 ? "–" : value.map(shown).join(", ")
  return typeof value === "string" || typeof value === "number" ? String(value) : value === true ? "yes" : "no"
}

/** The knobs of a policy by their path; a rule of reminders is one knob. */
const knobs = (value: unknown, path = ""): ReadonlyArray<readonly [string, string]> => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[path, shown(value)]]
  if ("kind" in value)
    return [[path, "everyDays" in value ? `every ${shown(value.everyDays)} days` : shown(value.kind)]]
  return Object.entries(value).flatMap(([name, inner]) => knobs(inner, path === "" ? name : `${path}.${name}`))
}

const byPreset = (): string => {
  const columns = presets.map(([, preset]) => new Map(knobs(preset)))
  const paths = [...new Set(columns.flatMap((knobs) => [...knobs.keys()]))].filter((path) => path !== "name")
  return table(
    ["knob", ...presets.map(([name]) => name)],
    paths.map((path) => [`\`${path}\``, ...columns.map((knobs) => knobs.get(path) ?? "–")]),
  )
}

/** What the source says of each field, or of the type that it has, in its own words; row numbers are for developers. */
const meanings = (): string => {
  const source = readFileSync(join(root, "packages/core/src/RequestPolicy/Policy.ts"), "utf8")
  const record = source.slice(source.indexOf("RequestPolicy = Schema.Struct"))
  const comment = (text: string, before: string) =>
    new RegExp(`/\\*\\*((?:(?!\\*/).)*)\\*/\\s*${before}\\b`, "s").exec(text)?.[1]
  return table(
    ["knob", "meaning"],
    Object.keys(RequestPolicy.RequestPolicy.fields).map((field) => {
      const [, type = ""] = new RegExp(`^  ${field}: (?:Schema\\.Array\\()?(\\w+)`, "m").exec(record) ?? []
      const said = comment(record, field) ?? comment(source, `export const ${type}`) ?? ""
      return [
        `\`${field}\``,
        said
          .replaceAll(/\s*\n\s*\*?\s*/g, " ")
          .replaceAll(/ \((?:guard )?[A-Z]\d[^)]*\)/g, "")
          .trim(),
      ]
    }),
  )
}

const findings = (): string =>
  table(
    ["code", "severity", "what it says", "presets that have it"],
    rules.map(({ code, severity, message, broken }) => [
      `\`${code}\``,
      severity,
      message,
      presets.flatMap(([name, preset]) => (broken(preset).length > 0 ? [name] : [])).join(", "),
    ]),
  )

/** Every table by its name. */
export const tables = (): ReadonlyMap<string, string> =>
  new Map([
    ["presets", byPreset()],
    ["knobs", meanings()],
    ["findings", findings()],
  ])

if (process.argv[1] === import.meta.filename) writeFileSync(page, renewed(readFileSync(page, "utf8"), tables()))
