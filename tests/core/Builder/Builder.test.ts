import { assert, describe, it } from "@effect/vitest"
import * as Builder from "@requite/core/Builder"
import * as JsonText from "@requite/core/JsonText"
import * as Questionnaire from "@requite/core/Questionnaire"
import * as Result from "effect/Result"
import { readFileSync } from "node:fs"
import { join } from "node:path"

const text = (id: string, more: object = {}) => ({ id, type: "text", label: id, ...more })

const definition = {
  format: 1,
  id: "builder",
  version: 1,
  language: "en",
  title: "Builder",
  context: { channel: { type: "text" } },
  conditions: {
    isCompany: { eq: [{ answer: "kind" }, "company"] },
    byPost: { eq: [{ context: "channel" }, "post"] },
  },
  sections: [
    {
      id: "about",
      title: "About",
      items: [
        {
          id: "kind",
          type: "choice",
          label: "You are",
          options: [
            { value: "person", label: "A person" },
            { value: "company", label: "A company" },
          ],
        },
        text("name", { help: "Hello {{kind}}", when: { is: "byPost" } }),
        {
          id: "owners",
          type: "group",
          label: "Owners of {{name}}",
          when: { is: "isCompany" },
          repeat: { min: 1, max: 5 },
          calculated: { shares: { sum: [{ answer: "share" }] } },
          items: [
            text("owner", { when: { answered: { answer: "share" } } }),
            { id: "share", type: "number", label: "Share", min: 0, max: 100 },
          ],
        },
      ],
    },
    {
      id: "rest",
      title: "Rest",
      calculated: { total: { sum: [{ answer: "share" }] } },
      items: [text("reason", { when: { in: [{ answer: "kind" }, ["person", "company"]] } })],
    },
  ],
}

const opened = Builder.fromText(JSON.stringify(definition))
const builder = Result.isSuccess(opened) ? opened.success : assert.fail(JSON.stringify(opened.failure))

const done = (state: Builder.Builder, operation: Builder.Operation): Builder.Builder => {
  const applied = Builder.apply(state, operation)
  return Result.isSuccess(applied) ? applied.success : assert.fail(JSON.stringify(applied.failure))
}
const refusal = (state: Builder.Builder, operation: Builder.Operation) => {
  const applied = Builder.apply(state, operation)
  return Result.isFailure(applied) ? applied.failure : assert.fail("It was done")
}
const errors = (state: Builder.Builder) =>
  Builder.findings(state).flatMap(({ code, severity }) => (severity === "error" ? [code] : []))
const json = ({ questionnaire }: Builder.Builder) => JSON.stringify(questionnaire)

describe("Builder", () => {
  it("renames an item with every reference to it: conditions, calculations, placeholders", () => {
    const renamed = done(builder, { type: "Rename", what: "item", from: "kind", to: "who" })
    assert.notInclude(json(renamed), '"kind"')
    assert.include(json(renamed), "{{who}}")
    assert.deepStrictEqual(errors(renamed), [])
    const shares = done(renamed, { type: "Rename", what: "item", from: "share", to: "part" })
    assert.include(json(shares), '"total":{"sum":[{"answer":"part"}]}')
    assert.deepStrictEqual(errors(done(shares, { type: "Rename", what: "item", from: "shares", to: "parts" })), [])
  })

  it("renames conditions, context values and sections", () => {
    const named = done(builder, { type: "Rename", what: "condition", from: "isCompany", to: "company" })
    assert.include(json(named), '"when":{"is":"company"}')
    const supplied = done(named, { type: "Rename", what: "context", from: "channel", to: "way" })
    assert.include(json(supplied), '{"context":"way"}')
    assert.deepStrictEqual(errors(done(supplied, { type: "Rename", what: "section", from: "rest", to: "end" })), [])
  })

  it("renames an option, and what is compared with it", () => {
    const renamed = done(builder, { type: "RenameOption", id: "kind", from: "company", to: "firm" })
    assert.notInclude(json(renamed), '"company"')
    assert.deepStrictEqual(errors(renamed), [])
    assert.strictEqual(
      refusal(builder, { type: "RenameOption", id: "kind", from: "company", to: "person" }).code,
      "id-taken",
    )
  })

  it("names what depends on an item that is to be deleted, and deletes it only when told to", () => {
    const refused = refusal(builder, { type: "RemoveItem", id: "kind" })
    assert.strictEqual(refused.code, "needed")
    assert.deepStrictEqual([...new Set(refused.dependents?.map(({ id }) => id))].sort(), [
      "isCompany",
      "name",
      "reason",
    ])
    const forced = done(builder, { type: "RemoveItem", id: "kind", evenIfNeeded: true })
    assert.include(errors(forced), "dangling-reference")
    assert.deepStrictEqual(Builder.undo(forced).questionnaire, builder.questionnaire)
  })

  it("a group goes with what is in it; what only they need of each other does not hold them", () => {
    const refused = refusal(builder, { type: "RemoveItem", id: "owners" })
    assert.deepStrictEqual(
      refused.dependents?.map(({ pointer }) => pointer),
      ["/sections/1/calculated/total/sum/0"],
    )
    const free = done(builder, { type: "SetCalculated", holder: "rest", id: "total", calculation: null })
    assert.deepStrictEqual(errors(done(free, { type: "RemoveItem", id: "owners" })), [])
  })

  it("duplicates a group with ids of its own, whose references stay inside the copy", () => {
    const copied = done(builder, { type: "DuplicateItem", id: "owners" })
    assert.strictEqual(copied.selected, "owners2")
    assert.deepStrictEqual(errors(copied), [])
    const copy = Questionnaire.question(copied.questionnaire, "owner2")
    assert.deepStrictEqual(copy?.when, { answered: { answer: "share2" } })
  })

  it("moves an item across sections, and not into itself", () => {
    const moved = done(builder, { type: "MoveItem", id: "name", holder: "rest", index: 1 })
    assert.deepStrictEqual(
      moved.questionnaire.sections[1]?.items.map(({ id }) => id),
      ["reason", "name"],
    )
    assert.strictEqual(
      refusal(builder, { type: "MoveItem", id: "owners", holder: "owners", index: 0 }).code,
      "into-itself",
    )
  })

  it("changes the kind of a question and keeps what all kinds have", () => {
    const changed = done(builder, { type: "ChangeKind", id: "name", properties: { type: "date", max: "2030-01-01" } })
    assert.deepStrictEqual(Questionnaire.question(changed.questionnaire, "name"), {
      label: "name",
      help: "Hello {{kind}}",
      when: { is: "byPost" },
      type: "date",
      max: "2030-01-01",
      id: "name",
    } as never)
    assert.deepStrictEqual(errors(changed), [])
  })

  it("undoes and does again, with the selection as it was", () => {
    const selected = Builder.select(builder, "name")
    const added = done(selected, { type: "AddItem", item: text("email"), holder: "about", index: 1 })
    assert.strictEqual(added.selected, "email")
    const undone = Builder.undo(added)
    assert.deepStrictEqual([undone.selected, undone.questionnaire], ["name", builder.questionnaire])
    assert.deepStrictEqual(Builder.redo(undone).questionnaire, added.questionnaire)
    const other = done(undone, { type: "SetText", name: "title", value: "Other" })
    assert.deepStrictEqual(Builder.redo(other), other)
    assert.deepStrictEqual(Builder.undo(builder), builder)
  })

  it("refuses what cannot be, and changes nothing", () => {
    const codes = (
      [
        { type: "AddItem", item: text("kind"), holder: "about", index: 0 },
        { type: "AddItem", item: text("__proto__"), holder: "about", index: 0 },
        { type: "AddItem", item: text("constructor"), holder: "about", index: 0 },
        { type: "AddItem", item: text("x"), holder: "nowhere", index: 0 },
        { type: "RemoveItem", id: "nothing" },
        { type: "Rename", what: "item", from: "kind", to: "name" },
        { type: "Rename", what: "item", from: "kind", to: "Not an id" },
        { type: "Rename", what: "condition", from: "nothing", to: "x" },
        { type: "SetProperty", of: { item: "name" }, name: "id", value: "x" },
        { type: "SetCondition", name: "isCompany", condition: null },
        { type: "RemoveSection", id: "about" },
      ] satisfies ReadonlyArray<Builder.Operation>
    ).map((operation) => refusal(builder, operation).code)
    assert.deepStrictEqual(codes, [
      "id-taken",
      "id-illegal",
      "id-illegal",
      "no-such-holder",
      "no-such-item",
      "id-taken",
      "id-illegal",
      "no-such-name",
      "property-fixed",
      "needed",
      "needed",
    ])
  })

  it("exports what it imported", () => {
    const again = Builder.fromText(Builder.toText(builder))
    assert.deepStrictEqual(Result.isSuccess(again) ? again.success : null, builder)
  })
})

/** A small generator with a seed, so that a failure can be run again. */
const random = (seed: number) => () => {
  seed = (seed * 1_664_525 + 1_013_904_223) >>> 0
  return seed / 2 ** 32
}

describe("Builder: properties", () => {
  const kyc = readFileSync(join(import.meta.dirname, "../../../examples/questionnaires/kyc-company.json"), "utf8")
  const real = Builder.fromText(kyc)

  it("an operation, then its inverse, is the identity; undoing all leads back to the start, doing all again to the end", () => {
    const starts = [builder, ...(Result.isSuccess(real) ? [real.success] : [])]
    assert.lengthOf(starts, 2)
    let applied = 0
    for (let seed = 1; seed <= 60; seed++) {
      const next = random(seed)
      const start = starts[seed % 2] ?? builder
      let state = start
      for (let turn = 0; turn < 25; turn++) {
        const result = Builder.apply(state, operation(state.questionnaire, next))
        if (Result.isFailure(result)) continue
        applied++
        const inverted = Builder.undo(result.success)
        assert.strictEqual(JsonText.canonical(inverted.questionnaire), JsonText.canonical(state.questionnaire))
        assert.strictEqual(inverted.selected, state.selected)
        state = JSON.parse(JSON.stringify(result.success)) as Builder.Builder
      }
      let undone = state
      while (undone.past.length > 0) undone = Builder.undo(undone)
      assert.strictEqual(JsonText.canonical(undone.questionnaire), JsonText.canonical(start.questionnaire))
      let redone = undone
      while (redone.future.length > 0) redone = Builder.redo(redone)
      assert.strictEqual(JsonText.canonical(redone.questionnaire), JsonText.canonical(state.questionnaire))
    }
    assert.isAbove(applied, 600)
  })

  const operation = (questionnaire: Questionnaire.Questionnaire, next: () => number): Builder.Operation => {
    const pick = <T>(list: ReadonlyArray<T>): T => list[Math.floor(next() * list.length)] as T
    const all = Questionnaire.questions(questionnaire)
    const item = all.length === 0 ? text("none") : pick(all)
    const holders = [...questionnaire.sections, ...all.filter(({ items }) => items !== undefined)].map(({ id }) => id)
    const holder = holders.length === 0 ? "nowhere" : pick(holders)
    const index = Math.floor(next() * 4)
    const fresh = pick(["fresh", "other", "more", "kind", "name", "share"])
    const names = Object.keys(questionnaire.conditions ?? { none: {} })
    const section = questionnaire.sections.length === 0 ? "none" : pick(questionnaire.sections).id
    return pick<() => Builder.Operation>([
      () => ({ type: "AddItem", item: text(fresh, { when: { answered: { answer: item.id } } }), holder, index }),
      () => ({ type: "RemoveItem", id: item.id, evenIfNeeded: next() < 0.5 }),
      () => ({ type: "MoveItem", id: item.id, holder, index }),
      () => ({ type: "DuplicateItem", id: item.id }),
      () => ({ type: "ChangeKind", id: item.id, properties: { type: "number", min: 1 } }),
      () => ({ type: "Rename", what: "item", from: item.id, to: fresh }),
      () => ({ type: "Rename", what: "condition", from: pick(names), to: fresh }),
      () => ({ type: "Rename", what: "section", from: section, to: fresh }),
      () => ({ type: "RenameOption", id: "kind", from: pick(["person", "company"]), to: pick(["firm", "company"]) }),
      () => ({
        type: "SetProperty",
        of: { item: item.id },
        name: pick(["required", "help"]),
        value: pick([true, "x", undefined]),
      }),
      () => ({ type: "SetProperty", of: { section }, name: "title", value: "Title" }),
      () => ({ type: "SetCondition", name: pick([...names, fresh]), condition: pick([null, { all: [] }]) }),
      () => ({ type: "SetContext", key: fresh, value: pick([null, { type: "number" as const }]) }),
      () => ({ type: "SetCalculated", holder, id: fresh, calculation: pick([null, { count: { answer: item.id } }]) }),
      () => ({ type: "AddSection", section: { id: fresh, title: "New", items: [] }, index }),
      () => ({ type: "RemoveSection", id: section, evenIfNeeded: next() < 0.3 }),
      () => ({ type: "MoveSection", id: section, index }),
      () => ({
        type: "Several",
        operations: [
          { type: "DuplicateItem", id: item.id },
          { type: "MoveItem", id: item.id, holder, index },
        ],
      }),
    ])()
  }
})
