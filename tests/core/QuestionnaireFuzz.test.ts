/** Hostile definitions: `check` gives findings in bounded time, whatever the text. */
import { assert, describe, it } from "@effect/vitest"
import * as Questionnaire from "@requite/core/Questionnaire"
import { readdirSync, readFileSync } from "node:fs"
import { definition, section } from "../support/Questionnaires.ts"
import { condition, pick, random } from "./Condition/Generated.ts"
import type { Random } from "./Condition/Generated.ts"

const folder = new URL("../../examples/questionnaires/", import.meta.url)
const examples = readdirSync(folder)
  .filter((name) => name.endsWith(".json") && !name.endsWith(".tests.json"))
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as unknown)

const text = (id: string, change: object = {}) => ({ id, type: "text", label: "Text", ...change })

/** A definition that uses everything. */
const everything = {
  ...definition([
    {
      ...section(
        "s",
        {
          id: "kind",
          type: "choice",
          label: "Kind",
          options: [
            { value: "a", label: "A" },
            { value: "b", label: "{{name}}", when: { answered: "name" } },
          ],
        },
        text("name", { required: { is: "isA" }, suppress: [{ code: "ne-optional", reason: "x" }] }),
        {
          id: "owners",
          type: "group",
          label: "Owners",
          repeat: { min: 1, max: 5 },
          items: [{ id: "share", type: "number", label: "Share", min: { answer: "least" }, max: 100 }],
          calculated: { half: { sum: [{ answer: "share" }, 1] } },
        },
        { id: "due", type: "date", label: "Due", min: { date: { context: "today" }, offset: { days: 1 } } },
      ),
      calculated: { total: { sum: [{ answer: "share" }] }, least: { count: "owners" } },
    },
    {
      ...section(
        "t",
        text("last", {
          when: { all: [{ some: ["owners", { gt: [{ answer: "share" }, 25] }] }, { ne: [{ answer: "total" }, 5] }] },
        }),
      ),
      when: { not: { is: "isA" } },
    },
  ]),
  version: 2,
  context: { country: { type: "choice", options: ["se", "es"] } },
  conditions: { isA: { any: [{ eq: [{ answer: "kind" }, "a"] }, { in: [{ context: "country" }, ["se"]] }] } },
  ends: [{ id: "done", title: "Done", when: { lt: [{ answer: "due" }, "2027-01-01"] } }],
  migrations: [{ from: 1, steps: [{ rename: ["fullName", "name"] }] }],
}

const names = [
  "__proto__",
  "constructor",
  "toString",
  "when",
  "items",
  "id",
  "type",
  "eq",
  "answer",
  "date",
  "",
  "\ud800",
]
const values: ReadonlyArray<unknown> = [
  null,
  true,
  -0,
  1e308,
  "",
  "__proto__",
  "\ud800",
  "{{kind}}",
  "{{__proto__}}",
  [],
  {},
  [[]],
  "owners",
  "kind",
  { answer: "kind" },
  { is: "isA" },
]

type Holder = Record<string | number, unknown>
const isHolder = (value: unknown): value is Holder => typeof value === "object" && value !== null

const holdersIn = (value: unknown): ReadonlyArray<Holder> => {
  const found: Array<Holder> = []
  const pending = [value]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (!isHolder(next)) continue
    found.push(next)
    pending.push(...Object.values(next))
  }
  return found
}

/** A few properties gone, renamed, moved, or of other values. */
const mutate = (original: unknown, next: Random): unknown => {
  const copy = structuredClone(original)
  const holders = holdersIn(copy)
  for (let change = 0; change < 1 + Math.floor(next() * 4); change++) {
    const holder = pick(next, holders)
    const keys = Object.keys(holder)
    const key = keys.length === 0 ? "x" : pick(next, keys)
    const what = next()
    const put = (key: string, value: unknown) =>
      Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true })
    if (what < 0.2) Reflect.deleteProperty(holder, key)
    else if (what < 0.4) put(Array.isArray(holder) ? "0" : pick(next, names), holder[key])
    else if (what < 0.6) put(key, structuredClone(pick(next, holders)))
    else if (what < 0.8) put(key, condition(next, 3, next() < 0.5))
    else put(key, pick(next, values))
  }
  return copy
}

const isBounded = (source: string) => {
  const { questionnaire, findings } = Questionnaire.check(source)
  assert.strictEqual(
    questionnaire === null,
    findings.some(({ severity }) => severity === "error"),
  )
  for (const { line, column, message, pointer } of findings) {
    assert.isTrue(line >= 1 && column >= 1)
    assert.isTrue(message.length > 0 && message.length < 5000, `${message.length}`)
    assert.match(pointer, /^(\/|$)/)
  }
  return findings
}

describe("definitions that were damaged", () => {
  it("everything is right before", () => {
    assert.deepStrictEqual(
      isBounded(JSON.stringify(everything)).filter(({ severity }) => severity === "error"),
      [],
    )
  })
  it("of everything, 1,000 times", () => {
    for (let seed = 0; seed < 1000; seed++) isBounded(JSON.stringify(mutate(everything, random(seed))))
  })
  it("of the examples, 30 times each", () => {
    for (const example of examples)
      for (let seed = 0; seed < 30; seed++) isBounded(JSON.stringify(mutate(example, random(seed))))
  })
  it("in the text itself", () => {
    const source = JSON.stringify(everything)
    for (let seed = 0; seed < 500; seed++) {
      const next = random(seed)
      const at = Math.floor(next() * source.length)
      isBounded(
        source.slice(0, at) +
          pick(next, ['"', "{", "}", "[", "]", ",", "\\", "\ud800", "1"]) +
          source.slice(at + Math.floor(next() * 3)),
      )
    }
  })
})

describe("definitions without end", () => {
  const nested = (levels: number, open: string, inner: string, close: string) =>
    open.repeat(levels) + inner + close.repeat(levels)
  const asking = (item: string) =>
    JSON.stringify(definition([section("s", text("a"), "ITEM")])).replace('"ITEM"', () => item)
  const whenever = (when: string) => asking(JSON.stringify(text("b", { when: "WHEN" })).replace('"WHEN"', () => when))
  const is = '{"answered":"a"}'

  it.each([
    ["not", whenever(nested(100_000, '{"not":', is, "}")), "too-deep"],
    ["all", whenever(nested(100_000, '{"all":[', is, "]}")), "too-deep"],
    ["some", whenever(nested(100_000, '{"some":["a",', is, "]}")), "too-deep"],
    ["objects in an operand", whenever(`{"eq":[1,${nested(100_000, '{"date":', "1", "}")}]}`), "unknown-property"],
    ["lists in a condition", whenever(nested(100_000, "[", "", "]")), "invalid-value"],
    [
      "groups",
      asking(nested(30_000, '{"id":"g","type":"group","label":"G","items":[', JSON.stringify(text("b")), "]}")),
      "too-deep",
    ],
    [
      "keys that stand twice",
      asking(`{"id":"b","type":"text","label":"B"${',"label":"B"'.repeat(1000)}}`),
      "duplicate-key",
    ],
    ["a text of 10 MB", asking(JSON.stringify(text("b", { label: "x".repeat(10_000_000) }))), "syntax"],
    ["a text of 3 MB", asking(JSON.stringify(text("b", { label: "{{a".repeat(1_000_000) }))), "invalid-value"],
    ["numbers where sections stand", `{"sections":[${"1,".repeat(1_000_000)}1]}`, "invalid-value"],
    ["numbers where items stand", asking("1,".repeat(1_000_000) + "1"), "invalid-value"],
    [
      "20,001 items",
      JSON.stringify(
        definition(
          Array.from({ length: 5 }, (_, index) =>
            section(`s${index}s`, ...Array.from({ length: 4001 }, (_, item) => text(`q${index}x${item}`))),
          ),
        ),
      ),
      "too-many-items",
    ],
    [
      "wrong options",
      asking(
        Array.from({ length: 100 }, (_, index) =>
          JSON.stringify({
            id: `c${index}`,
            type: "choice",
            label: "C",
            options: Array.from({ length: 10_000 }, () => 1),
          }),
        ).join(),
      ),
      "invalid-value",
    ],
    ["numbers where conditions stand", whenever(`{"all":[${"1,".repeat(1_000_000)}1]}`), "invalid-value"],
    [
      "unknown properties",
      asking(
        `{"id":"b","type":"text","label":"B",${Array.from({ length: 19_000 }, (_, index) => `"k${index}":1`).join()}}`,
      ),
      "unknown-property",
    ],
  ])("%s", (_, source, code) => {
    const findings = isBounded(source)
    assert.include(
      findings.map(({ code }) => code),
      code,
    )
    assert.isAtMost(findings.length, 15_000)
  })

  const many = (items: ReadonlyArray<unknown>, change: object = {}) => {
    const sections = Array.from({ length: Math.ceil(items.length / 500) }, (_, index) =>
      section(`s${index}s`, ...items.slice(index * 500, index * 500 + 500)),
    )
    return JSON.stringify(definition(sections, { ...change }))
  }
  const ids = (count: number) => Array.from({ length: count }, (_, index) => `q${index}`)
  const next = (id: string, by: number, count: number) => `q${(Number(id.slice(1)) + by + count) % count}`

  it.each([
    [
      "a chain of 10,000",
      many(ids(10_000).map((id, index) => text(id, index === 0 ? {} : { when: { answered: `q${index - 1}` } }))),
    ],
    ["a circle of 10,000", many(ids(10_000).map((id) => text(id, { when: { answered: next(id, 1, 10_000) } })))],
    ["10,000 references to nothing", many(ids(10_000).map((id) => text(id, { when: { answered: `${id}x` } })))],
    [
      "a chain of 10,000 named conditions",
      many([text("a", { when: { is: "q9999" } })], {
        conditions: Object.fromEntries(
          ids(10_000).map((id, index) => [id, index === 0 ? { answered: "a" } : { is: `q${index - 1}` }]),
        ),
      }),
    ],
    [
      "a calculated value of 10,000, each of the others",
      many([], {
        sections: [
          {
            ...section("s", text("a")),
            calculated: Object.fromEntries(
              ids(10_000).map((id, index) => [id, { max: index === 0 ? [1] : [{ answer: `q${index - 1}` }] }]),
            ),
          },
        ],
      }),
    ],
    [
      "one condition of 30,000 parts",
      many([
        { id: "a", type: "number", label: "A" },
        text("b", {
          when: { all: Array.from({ length: 15_000 }, () => [{ answered: "a" }, { ne: [{ answer: "a" }, 1] }]).flat() },
        }),
      ]),
    ],
    [
      "20,000 suppressions",
      many(
        ids(1000).map((id) =>
          text(id, { suppress: Array.from({ length: 20 }, () => ({ code: "always-true", reason: "x" })) }),
        ),
      ),
    ],
  ])("%s", (_, source) => {
    isBounded(source)
  })
})
