import { assert, describe, it } from "@effect/vitest"
import * as Questionnaire from "@requite/core/Questionnaire"

const definition = (items: ReadonlyArray<unknown>, more = {}) =>
  JSON.stringify({
    format: 1,
    id: "q",
    version: 1,
    language: "en",
    title: "T",
    sections: [{ id: "first", title: "First", items }],
    ...more,
  })
const choice = (required: unknown) => ({
  id: "a",
  type: "choice",
  label: "A",
  required,
  options: ["x", "y"].map((value) => ({ value, label: value })),
})
const text = (when: unknown) => ({ id: "b", type: "text", label: "B", when })
const exhausted = { not: { in: [{ answer: "a" }, ["x", "y"]] } }
const codes = (source: string) => Questionnaire.check(source).findings.map(({ code, pointer }) => `${pointer} ${code}`)

describe("what is asked only while a required question is unanswered", () => {
  it("is found, behind a name and in another section too", () => {
    const only = ["/sections/0/items/1/when only-before-answered"]
    assert.deepStrictEqual(codes(definition([choice(true), text(exhausted)])), only)
    assert.deepStrictEqual(codes(definition([choice(true), text({ not: { answered: { answer: "a" } } })])), only)
    assert.deepStrictEqual(
      codes(definition([choice(true), text({ is: "none" })], { conditions: { none: exhausted } })),
      only,
    )
    const sections = [
      { id: "first", title: "First", items: [choice(true)] },
      { id: "second", title: "Second", when: exhausted, items: [{ id: "b", type: "text", label: "B" }] },
    ]
    assert.deepStrictEqual(codes(definition([], { sections })), ["/sections/1/when only-before-answered"])
  })
  it("is not said of what a whole submission can hold", () => {
    assert.deepStrictEqual(codes(definition([choice(false), text(exhausted)])), [])
    assert.deepStrictEqual(codes(definition([choice(true), text({ not: { eq: [{ answer: "a" }, "x"] } })])), [])
    // required only sometimes
    const sometimes = [{ id: "z", type: "text", label: "Z" }, choice({ answered: { answer: "z" } }), text(exhausted)]
    assert.deepStrictEqual(codes(definition(sometimes)), [])
    // not asked at all, it need not be answered
    const hidden = [
      { id: "z", type: "confirm", label: "Z" },
      { ...choice(true), when: { answered: { answer: "z" } } },
      text(exhausted),
    ]
    assert.deepStrictEqual(codes(definition(hidden)), [])
  })
  it("may be a note that says what is missing", () => {
    assert.deepStrictEqual(codes(definition([choice(true), { ...text(exhausted), type: "note" }])), [])
  })
})
