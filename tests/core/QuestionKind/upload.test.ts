import { assert, describe, it } from "@effect/vitest"
import * as Answers from "@requite/core/Answers"
import { asking } from "../../support/Questionnaires.ts"

const question = (change: object = {}) => ({
  id: "q",
  type: "upload",
  label: "Question",
  accept: ["application/pdf", "image/*"],
  maxBytes: 1000,
  ...change,
})
const file = (change: object = {}) => ({
  id: "f1",
  name: "passport.pdf",
  bytes: 1000,
  type: "application/pdf",
  sha256: "0".repeat(64),
  ...change,
})
const issues = (change: object, answer: unknown) => Answers.validate(asking(question(change)), { q: answer })
const codes = (change: object, answer: unknown) => issues(change, answer).map(({ code }) => code)

it.each([
  [null],
  ["passport.pdf"],
  [7],
  [{}],
  [file()],
  [["f1"]],
  [[null]],
  [[file({ bytes: "1000" })]],
  [[file({ bytes: 0.5 })]],
  [[file(), {}]],
  [[{ ...file(), sha256: undefined }]],
])("%j is no list of files", (answer) =>
  assert.deepStrictEqual(issues({}, answer), [
    { code: "upload-type", question: "q", pointer: "/q", values: {}, malformed: true },
  ]),
)

it("size: maxBytes is allowed, one byte more is not, nor is an empty file", () => {
  assert.deepStrictEqual(codes({}, [file()]), [])
  assert.deepInclude(issues({}, [file({ bytes: 1001 })])[0], {
    code: "upload-too-large",
    values: { name: "passport.pdf", max: 1000 },
  })
  for (const bytes of [0, -1]) {
    assert.deepInclude(issues({}, [file({ bytes })])[0], { code: "upload-empty", values: { name: "passport.pdf" } })
  }
})

it.each(["image/png", "image/svg+xml", "application/pdf"])("type %s is allowed", (type) =>
  assert.deepStrictEqual(codes({}, [file({ type })]), []),
)
it.each(["text/html", "application/pdfx", "application/*", "image", "imagery/png", "", "x-image/png"])(
  "type %j is not",
  (type) =>
    assert.deepStrictEqual(
      issues({}, [file({ type })]).map(({ code, values }) => ({ code, values })),
      [{ code: "upload-wrong-type", values: { name: "passport.pdf", accept: "application/pdf, image/*" } }],
    ),
)

it("how many: one by default, from minFiles to maxFiles", () => {
  const files = (count: number) => Array.from({ length: count }, (_, index) => file({ id: `f${index}` }))
  assert.deepStrictEqual(issues({}, files(2))[0]?.values, { max: 1 })
  assert.deepStrictEqual(codes({}, files(2)), ["upload-too-many"])
  const two = { minFiles: 2, maxFiles: 3 }
  assert.deepStrictEqual(
    [1, 2, 3, 4].map((count) => codes(two, files(count))),
    [["upload-too-few"], [], [], ["upload-too-many"]],
  )
  assert.deepStrictEqual(issues(two, files(1))[0]?.values, { min: 2, count: 1 })
  // an optional question that is not answered asks for nothing
  assert.deepStrictEqual(codes(two, []), [])
})

it("each file is told about, and then their number", () =>
  assert.deepStrictEqual(codes({}, [file({ bytes: 0 }), file({ bytes: 5000, type: "text/html" })]), [
    "upload-empty",
    "upload-too-large",
    "upload-wrong-type",
    "upload-too-many",
  ]))

describe("in words", () => {
  it("by their names", () =>
    assert.deepStrictEqual(
      Answers.describe(asking(question()), { q: [file(), file({ name: "b.png" })] }, "q", ["en"]),
      ["passport.pdf", "b.png"],
    ))
  it("nothing when there are none, or no files", () => {
    for (const answer of [[], ["passport.pdf"], "x"]) {
      assert.deepStrictEqual(Answers.describe(asking(question()), { q: answer }, "q", ["en"]), [])
    }
  })
})
