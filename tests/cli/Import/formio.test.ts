/** Forms of Form.io: what becomes of each construct, and what Form.io's own processor decided about real ones. */
import { assert, describe, it } from "@effect/vitest"
import * as Answers from "@requite/core/Answers"
import * as Import from "requite/Import"
import * as Corpora from "../../support/Corpora.ts"
import { errors } from "./Strangers.ts"

interface Recorded {
  readonly data: Record<string, unknown>
  /** Paths of the components that are hidden by a condition. */
  readonly hidden: ReadonlyArray<string>
  readonly errors: ReadonlyArray<{ readonly path: string; readonly rule: string }>
}

const files = Corpora.names("formio", ".json").filter((name) => name !== "expected.json")
const recorded = (Corpora.json("formio/expected.json") as { readonly files: Record<string, ReadonlyArray<Recorded>> })
  .files

const imported = (form: unknown) => Import.from("formio", JSON.stringify(form))

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** What a submission holds, by path without numbers; of a grid, its first row. */
const flat = (data: Record<string, unknown>, prefix = ""): ReadonlyArray<readonly [string, unknown]> =>
  Object.entries(data).flatMap(([key, value]) => {
    const path = `${prefix}${key}`
    const first: unknown = Array.isArray(value) ? value[0] : value
    return [[path, value] as const, ...(isObject(first) ? flat(first, `${path}.`) : [])]
  })

/** A value of a submission as an answer of ours; undefined for none. */
const answer = (item: Record<string, unknown>, values: Readonly<Record<string, string>>, value: unknown): unknown => {
  if (value === null || value === "") return undefined
  switch (item["type"]) {
    case "choice": {
      const picked = isObject(value)
        ? Object.keys(value).filter((key) => value[key] === true)
        : Array.isArray(value)
          ? value
          : [value]
      const ours = picked.map((one) => values[String(one)] ?? String(one))
      return item["multiple"] === true ? ours : ours[0]
    }
    case "confirm":
      return value === true ? true : undefined
    case "date":
      return typeof value === "string" ? value.slice(0, 10) : undefined
    case "number":
      return value
    case "text":
      // an object without a text in it is an address that is not given
      return isObject(value)
        ? flat(value).some(([key, one]) => key !== "mode" && typeof one === "string" && one !== "")
          ? JSON.stringify(value)
          : undefined
        : typeof value === "string"
          ? value
          : JSON.stringify(value)
    default:
      return undefined
  }
}

const print = (line: string) => process.stdout.write(`${line}\n`)

/** Conditions of every component, by its key. */
const conditional = (value: unknown): ReadonlyMap<string, Record<string, unknown>> => {
  const found = new Map<string, Record<string, unknown>>()
  const pending: Array<unknown> = [value]
  while (pending.length > 0) {
    const one = pending.pop()
    if (Array.isArray(one)) for (const inner of one) pending.push(inner)
    else if (isObject(one)) {
      const { key, conditional: simple, customConditional } = one
      const says =
        isObject(simple) && (Boolean(simple["when"]) || Boolean(simple["json"]) || Array.isArray(simple["conditions"]))
      if (typeof key === "string" && (says || Boolean(customConditional))) found.set(key, one)
      pending.push(...Object.values(one))
    }
  }
  return found
}

const javascript = "JavaScript is never run: the component is shown, and listed as unsupported"
const unexplained = "none"

describe("the corpus of Form.io forms", () => {
  it("imports every form without an error, and says of anything else that it is none", () => {
    for (const name of files) {
      const source = Corpora.json(`formio/${name}`)
      const { definition, unsupported } = imported(source)
      const form = isObject(source) && isObject(source["form"]) ? source["form"] : source
      const list: unknown = isObject(form) ? form["components"] : form
      const isForm = Array.isArray(list) && list.some((one) => isObject(one) && typeof one["key"] === "string")
      assert.strictEqual(definition !== null, isForm, name)
      if (definition === null) assert.deepInclude(unsupported[0], { what: "form" })
      else assert.deepStrictEqual(errors(definition), [], name)
    }
  })

  it("hides what Form.io hides and misses what it misses, but where our semantics differ", () => {
    let same = 0
    const exceptions: Array<{ readonly at: string; readonly reason: string }> = []
    const decide = (at: string, agrees: boolean, reason: string) => {
      if (agrees) same++
      else exceptions.push({ at, reason })
    }
    for (const [name, cases] of Object.entries(recorded)) {
      const source = Corpora.json(`formio/${name}`)
      const { definition, ids, values } = imported(source)
      if (definition === null) return assert.fail(name)
      const where = Corpora.placed(definition)
      const decider = Corpora.decider(definition, where)
      const conditions = conditional(source)
      for (const { data, hidden, errors } of cases) {
        const given = flat(data).flatMap(([path, value]) => {
          const item = where.get(ids[path] ?? "")?.item
          const own = item === undefined ? undefined : answer({ ...item }, values[path] ?? {}, value)
          return item === undefined || own === undefined ? [] : [[item.id, own] as const]
        })
        const answers = Corpora.answers(where, given)
        const decided = decider(answers)
        const paths = hidden.map((path) => path.replace(/\[\d+\]/g, ""))
        for (const path of paths) {
          const key = path.slice(path.lastIndexOf(".") + 1)
          const isCustom = Boolean(conditions.get(key)?.["customConditional"])
          const isShown =
            where.has(ids[path] ?? "") && decided.holds(ids[path] ?? "") && decided.holdsAround(ids[path] ?? "")
          decide(`${name} ${path}: hidden there`, !isShown, isCustom ? javascript : unexplained)
        }
        // what has a condition and is not listed is shown
        for (const [key, { hidden }] of conditions) {
          const id = ids[key] ?? ""
          if (paths.some((path) => path === key || path.endsWith(`.${key}`)) || hidden === true || !where.has(id))
            continue
          decide(`${name} ${key}: shown there`, decided.holds(id), unexplained)
        }
        const missing = errors
          .filter(({ rule }) => rule === "required")
          .map(({ path }) => ids[path.replace(/\[\d+\]/g, "")])
        const ours = Answers.validate(definition, answers, { context: { today: "2026-01-01" } })
          .filter(({ code }) => code === "required")
          .map(({ pointer }) => pointer.slice(pointer.lastIndexOf("/") + 1))
        const around = new Set(paths.map((path) => ids[path] ?? ""))
        const isBelow = (id: string) => (where.get(id)?.around ?? []).some((one) => around.has(one))
        decide(
          `${name} ${JSON.stringify(data)}: missing are ${missing.join()} there, ${ours.join()} here`,
          missing.length === ours.length && ours.every((id) => missing.includes(id)),
          ours.every((id) => missing.includes(id) || isBelow(id)) ? javascript : unexplained,
        )
      }
    }
    const all = same + exceptions.length
    print(`Form.io: ${same} of ${all} decisions hold (${((100 * same) / all).toFixed(1)} %)`)
    for (const { at, reason } of exceptions) print(`  differs: ${at} (${reason})`)
    assert.deepStrictEqual(
      exceptions.filter(({ reason }) => reason === unexplained),
      [],
    )
    assert.isAtLeast(same / all, 0.75)
  })
})

describe("what becomes of Form.io components", () => {
  /** A form of these components, imported; its definition has no errors. */
  const form = (components: ReadonlyArray<unknown>, more: Record<string, unknown> = {}) => {
    const result = imported({ display: "form", components, ...more })
    assert.deepStrictEqual(errors(result.definition), [])
    if (result.definition === null) return assert.fail("no definition")
    const where = Corpora.placed(result.definition)
    const item = (key: string): Readonly<Record<string, unknown>> => ({ ...where.get(result.ids[key] ?? "")?.item })
    return { ...result, definition: result.definition, where, item }
  }
  const values = [
    { value: "a", label: "A" },
    { value: "b", label: "B" },
    { value: "c d", label: "C" },
  ]
  const asked = [
    { key: "t", type: "textfield", label: "T" },
    { key: "n", type: "number", label: "N" },
    { key: "d", type: "datetime", label: "D", enableTime: false },
    { key: "b", type: "checkbox", label: "B" },
    { key: "r", type: "radio", label: "R", values },
    { key: "s", type: "selectboxes", label: "S", values },
    { key: "m", type: "select", label: "M", multiple: true, data: { values } },
    { key: "g", type: "datagrid", label: "G", components: [{ key: "x", type: "textfield", label: "X" }] },
  ]
  const [t, n, d, b, r, s, m] = asked.map(({ key }) => ({ answer: key }))
  /** The condition of a component that is shown by this, after components of every kind. */
  const when = (conditional: unknown) =>
    form([...asked, { key: "probe", type: "textfield", label: "P", conditional }]).item("probe")["when"]

  it("translates the older conditions", () => {
    const translated: ReadonlyArray<readonly [unknown, unknown]> = [
      [{ show: true, when: "t", eq: "x" }, { eq: [t, "x"] }],
      [{ show: "false", when: "t", eq: "x" }, { not: { eq: [t, "x"] } }],
      [{ show: "true", when: "b", eq: "true" }, { answered: b }],
      [{ show: true, when: "b", eq: "false" }, { not: { answered: b } }],
      [{ show: true, when: "r", eq: "c d" }, { eq: [r, "c-d"] }],
      [{ show: true, when: "s", eq: "a" }, { anyOf: [s, ["a"]] }],
      [{ show: false, when: "m", eq: "b" }, { not: { anyOf: [m, ["b"]] } }],
      [{ show: true, when: "n", eq: "5" }, { eq: [n, 5] }],
      [{ show: true, when: "nothing", eq: "5" }, { any: [] }],
      [{ show: true, when: "g.x", eq: "5" }, { some: [{ answer: "g" }, { eq: [{ answer: "x" }, "5"] }] }],
      [{ show: null, when: null, eq: "" }, undefined],
    ]
    for (const [conditional, expected] of translated)
      assert.deepStrictEqual<unknown>(when(conditional), expected, JSON.stringify(conditional))
  })

  it("translates each operator of the newer conditions", () => {
    const one = (component: string, operator: string, value?: unknown) =>
      when({ show: true, conjunction: "all", conditions: [{ component, operator, value }] })
    const translated: ReadonlyArray<readonly [unknown, unknown]> = [
      [one("t", "isEqual", "x"), { eq: [t, "x"] }],
      [one("t", "isNotEqual", "x"), { not: { eq: [t, "x"] } }],
      [one("t", "isEmpty"), { not: { answered: t } }],
      [one("g", "isNotEmpty"), { answered: { answer: "g" } }],
      [one("n", "lessThan", 3), { lt: [n, 3] }],
      [one("n", "greaterThanOrEqual", "3"), { gte: [n, 3] }],
      [one("b", "isEqual", "true"), { answered: b }],
      [one("r", "startsWith", "c"), { eq: [r, "c-d"] }],
      [one("r", "isNotEqual", "a"), { not: { eq: [r, "a"] } }],
      [one("s", "isEqual", "b"), { anyOf: [s, ["b"]] }],
      [one("m", "isNotEqual", "a"), { any: [{ not: { answered: m } }, { anyOf: [m, ["b", "c-d"]] }] }],
      [one("d", "dateGreaterThan", "2026-05-01"), { gt: [d, "2026-05-01"] }],
      [one("d", "isNotDateEqual", "2026-05-01"), { not: { eq: [d, "2026-05-01"] } }],
    ]
    for (const [found, expected] of translated) assert.deepStrictEqual<unknown>(found, expected)
    const conditions = [
      { component: "t", operator: "isEqual", value: "x" },
      { component: "n", operator: "greaterThan", value: 1 },
    ]
    assert.deepStrictEqual<unknown>(when({ show: true, conjunction: "any", conditions }), {
      any: [{ eq: [t, "x"] }, { gt: [n, 1] }],
    })
    assert.deepStrictEqual<unknown>(when({ show: false, conjunction: "all", conditions }), {
      not: { all: [{ eq: [t, "x"] }, { gt: [n, 1] }] },
    })
  })

  it("translates JsonLogic where values are the same, and nothing else", () => {
    assert.deepStrictEqual<unknown>(when({ json: { "===": [{ var: "data.r" }, "a"] } }), { eq: [r, "a"] })
    for (const json of [
      { "===": [{ var: "data.r" }, "c d"] },
      { "==": [{ var: "data.n" }, "5"] },
      { in: ["a", { var: "data.t" }] },
    ])
      assert.isUndefined(when({ json }), JSON.stringify(json))
  })

  it("runs no JavaScript: it is listed, and the component is shown", () => {
    const { item, unsupported } = form([
      {
        key: "x",
        type: "textfield",
        label: "X",
        customConditional: "show = false",
        calculateValue: "value = 1",
        validate: { custom: "valid = false" },
      },
    ])
    assert.isUndefined(item("x")["when"])
    assert.deepStrictEqual(
      unsupported.map(({ pointer }) => pointer),
      ["/components/0/customConditional", "/components/0/calculateValue", "/components/0/validate/custom"],
    )
  })

  it("reads what logic shows and requires", () => {
    const trigger = { type: "simple", simple: { show: true, when: "t", eq: "x" } }
    const logic = (value: string, state: boolean) => [
      { trigger, actions: [{ type: "property", property: { type: "boolean", value }, state }] },
    ]
    const { item, unsupported } = form([
      ...asked,
      { key: "u", type: "textfield", label: "U", hidden: true, logic: logic("hidden", false) },
      { key: "v", type: "textfield", label: "V", logic: logic("validate.required", true) },
      { key: "w", type: "textfield", label: "W", logic: logic("disabled", true) },
    ])
    assert.deepStrictEqual<unknown>(item("u")["when"], { eq: [t, "x"] })
    assert.deepStrictEqual<unknown>(item("v")["required"], { eq: [t, "x"] })
    assert.deepInclude(unsupported.at(-1), { pointer: "/components/10/logic/0/actions/0", what: "logic" })
  })

  it("makes groups of what holds others, and lists of what is answered several times", () => {
    const { item, where, ids } = form([
      {
        key: "p",
        type: "panel",
        title: "Panel",
        components: [
          { key: "c", type: "columns", columns: [{ components: [{ key: "q", type: "email", label: "Q" }] }] },
        ],
      },
      { key: "k", type: "container", label: "K", components: [{ key: "q", type: "url", label: "Q" }] },
      {
        key: "e",
        type: "editgrid",
        label: "E",
        validate: { required: true, maxLength: 4 },
        components: [{ key: "z", type: "day", label: "Z" }],
      },
      { key: "l", type: "textfield", label: "L", multiple: true },
      {
        key: "v",
        type: "survey",
        label: "V",
        validate: { required: true },
        questions: [{ value: "one", label: "One" }],
        values,
      },
      { key: "h", type: "content", html: "<p>Hello <b>there</b></p>" },
      { key: "go", type: "button", label: "Go" },
    ])
    assert.deepInclude(item("p"), { type: "group", label: "Panel" })
    assert.deepInclude(item("q"), { type: "text", format: "email" })
    assert.deepInclude(item("k.q"), { type: "text", format: "url" })
    assert.deepInclude(item("e"), { type: "group", repeat: { min: 1, max: 4 } })
    assert.deepStrictEqual(where.get(ids["e.z"] ?? "")?.repeats, ["e"])
    assert.lengthOf(where.get(ids["l"] ?? "")?.repeats ?? [], 1)
    assert.deepInclude(item("v.one"), { type: "choice", required: true })
    assert.deepInclude(item("h"), { type: "note", label: "Hello there" })
    assert.isUndefined(ids["go"])
  })

  it("makes a section of each page of a wizard, and a group of a page that can be hidden", () => {
    const page = (key: string, more = {}) => ({
      key,
      type: "panel",
      title: `Page ${key}`,
      components: [{ key: `${key}q`, type: "textfield", label: "Q" }],
      ...more,
    })
    const { definition, item } = form([page("a"), page("b", { conditional: { show: true, when: "aq", eq: "x" } })], {
      display: "wizard",
    })
    assert.deepStrictEqual(
      definition.sections.map(({ title }) => title),
      ["Page a", "Page b"],
    )
    assert.deepInclude(item("b"), { type: "group", when: { eq: [{ answer: "aq" }, "x"] } })
  })

  it("reads limits, formats, masks and options", () => {
    const { item } = form([
      { key: "n", type: "currency", label: "N", currency: "EUR", validate: { min: "1", max: 9 }, decimalLimit: 2 },
      {
        key: "t",
        type: "textfield",
        label: "T",
        validate: { minLength: 2, maxLength: "5", pattern: "[a-z]+", customMessage: "Small" },
      },
      { key: "i", type: "textfield", label: "I", inputMask: "99-aA" },
      { key: "s", type: "selectboxes", label: "S", values, validate: { minSelectedCount: 2, maxSelectedCount: 3 } },
      { key: "f", type: "file", label: "F", filePattern: ".pdf,image/*", fileMaxSize: "2MB", multiple: true },
      { key: "d", type: "day", label: "D", minDate: "02/01/2026" },
      {
        key: "j",
        type: "select",
        label: "J",
        dataSrc: "json",
        data: { json: '[{"id":1,"name":"One"}]' },
        valueProperty: "id",
        template: "<span>{{ item.name }}</span>",
      },
      { key: "u", type: "select", label: "U", dataSrc: "url", data: { url: "/x" } },
    ])
    assert.deepInclude(item("n"), { min: 1, max: 9, decimals: 2, unit: "EUR" })
    assert.deepInclude(item("t"), { minLength: 2, maxLength: 5, pattern: { regex: "[a-z]+", message: "Small" } })
    assert.deepInclude(item("i"), { pattern: { regex: "[0-9][0-9]-[a-z][A-Za-z]", message: "Expected: 99-aA" } })
    assert.deepInclude(item("s"), { minPicked: 2, maxPicked: 3 })
    assert.deepInclude(item("f"), { accept: ["application/pdf", "image/*"], maxBytes: 2_097_152, maxFiles: 20 })
    assert.deepInclude(item("d"), { min: "2026-02-01" })
    assert.deepInclude(item("j"), { options: [{ value: "1", label: "One" }] })
    assert.deepInclude(item("u"), { type: "text" })
  })

  it("shows answers in texts where they are given before, in the languages that the form brings", () => {
    const { item } = form(
      [
        { key: "name", type: "textfield", label: "Name", description: "As in the <i>passport</i>" },
        { key: "hi", type: "content", html: "Dear {{ data.name }} and {{ data.later }}" },
      ],
      { settings: { i18n: { sv: { Name: "Namn" } } } },
    )
    assert.deepStrictEqual(item("name")["label"], { en: "Name", sv: "Namn" })
    assert.deepStrictEqual(item("name")["help"], "As in the passport")
    assert.deepStrictEqual(item("hi")["label"], "Dear {{name}} and { { data.later } }".replace("} }", "}}"))
  })
})
