import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Issue } from "@requite/core/Answers"
import * as Answers from "@requite/core/Answers"
import * as upload from "@requite/core/AnswerKind/upload"
import * as IssueText from "@requite/core/IssueText"
import { question as questionOf } from "@requite/core/Questionnaire/Definition"
import { asking } from "../support/Questionnaires.ts"

const sources = join(import.meta.dirname, "../../packages/core/src")

/** Every code that a kind or `Answers` writes down. */
const codes = [
  ...readdirSync(join(sources, "AnswerKind")).map((name) => join("AnswerKind", name)),
  "Answers/issues.ts",
].flatMap((name) =>
  [
    ...readFileSync(join(sources, name), "utf8").matchAll(
      /"((?:text|choice|number|date|confirm|note|upload|group|unknown)-[a-z-]+|required|not-asked)"/g,
    ),
  ].map(([, code = ""]) => code),
)

const accept = ["application/pdf"]
const file = { id: "f", name: "a.pdf", bytes: 5_000_000, type: "image/png", sha256: "0".repeat(64) }

const questionnaire = asking(
  {
    id: "word",
    type: "text",
    label: "Word",
    minLength: 3,
    maxLength: 5,
    pattern: { regex: "^[a-z]+$", message: { en: "Small letters.", sv: "Små bokstäver." } },
  },
  { id: "plain", type: "text", label: "Plain", pattern: { regex: "^[a-z]+$", message: "Small letters." } },
  { id: "mail", type: "text", label: "Mail", format: "email" },
  { id: "phone", type: "text", label: "Phone", format: "phone" },
  { id: "url", type: "text", label: "Address", format: "url" },
  {
    id: "one",
    type: "choice",
    label: "One",
    options: [
      { value: "a", label: "A" },
      { value: "b", label: "B", when: { answered: { answer: "never" } } },
    ],
    other: true,
  },
  {
    id: "some",
    type: "choice",
    label: "Some",
    multiple: true,
    minPicked: 2,
    maxPicked: 2,
    options: ["a", "b", "c"].map((value) => ({ value, label: value })),
  },
  { id: "number", type: "number", label: "Number", min: 1000, max: 2000, decimals: 2 },
  { id: "whole", type: "number", label: "Whole", decimals: 0 },
  { id: "day", type: "date", label: "Day", min: "2027-01-02", max: "2027-12-31" },
  { id: "agree", type: "confirm", label: "Agree", required: true },
  { id: "note", type: "note", label: "Note" },
  {
    id: "papers",
    type: "upload",
    label: "Papers",
    accept,
    maxBytes: 1_000_000,
    minFiles: 2,
    maxFiles: 3,
    required: true,
  },
  {
    id: "owners",
    type: "group",
    label: "Owners",
    repeat: { min: 2, max: 3 },
    items: [{ id: "name", type: "text", label: "Name", required: true }],
  },
  { id: "never", type: "text", label: "Never", when: { eq: [{ answer: "word" }, "never asked"] } },
  { id: "must", type: "choice", label: "Must", required: true, options: [{ value: "a", label: "A" }] },
  {
    id: "musts",
    type: "choice",
    label: "Musts",
    required: true,
    multiple: true,
    options: [{ value: "a", label: "A" }],
  },
  { id: "mustNumber", type: "number", label: "Must", required: true },
  { id: "mustDay", type: "date", label: "Must", required: true },
  { id: "mustText", type: "text", label: "Must", required: true },
)

const attempts: ReadonlyArray<Answers.Answers> = [
  {},
  { word: "ab", plain: "AB", mail: "x", phone: "x", url: "x", one: { other: "" }, some: ["a"], number: 1, whole: 1.5 },
  { word: "abcdef", number: 5000, day: "2026-01-01", one: "b", some: ["a", "b", "c"], owners: [{}] },
  { word: "A\u0007bc", number: 1500.123, day: "2028-01-01", one: "x", some: ["a", "a"], agree: "x", note: "x" },
  { word: 1, number: true, day: {}, one: 1, some: "a", owners: "x", papers: "x", never: "x", nothing: "x" },
  {
    papers: [file, file, file, file],
    owners: [{}, {}, {}, {}],
    day: "31 2 2027",
    number: "many",
    one: { other: "x".repeat(501) },
  },
  { papers: [{ ...file, bytes: 0, type: "application/pdf" }] },
]

const issues: ReadonlyArray<Issue> = [
  ...attempts.flatMap((answers) => Answers.validate(questionnaire, answers)),
  { code: "unknown-kind", question: "word", pointer: "/word", values: {}, malformed: true },
]

describe("IssueText", () => {
  it("each code that a kind or Answers can give has a sentence in each language, under the same keys", () => {
    const { en, es, sv } = IssueText.catalogues
    assert.deepStrictEqual(Object.keys(es ?? {}), Object.keys(en ?? {}))
    assert.deepStrictEqual(Object.keys(sv ?? {}), Object.keys(en ?? {}))
    assert.isAbove(codes.length, 25)
    for (const code of codes) assert.property(en, code)
    // and no sentence is about nothing
    const bare = Object.keys(en ?? {}).map((key) => key.split(":")[0] ?? "")
    for (const code of bare) assert.include([...issues.map((issue) => issue.code), "other"], code)
  })

  it("every sentence is reached by answers that are wrong so, with all its values filled in, in each language", () => {
    assert.deepStrictEqual(
      codes.filter((code) => !issues.some((issue) => issue.code === code)),
      [],
    )
    for (const language of ["en", "es", "sv"]) {
      for (const issue of issues) {
        const sentence = IssueText.sentence(issue, questionOf(questionnaire, issue.question), [language])
        assert.match(sentence, /^\p{Lu}|^[“«”]/u, `${language} ${issue.code}`)
        assert.match(sentence, /[.]$/, `${language} ${issue.code}`)
        assert.notMatch(sentence, /NaN|undefined|null|#|\{|“”|«»|””|Invalid/, `${language} ${issue.code}`)
      }
    }
  })

  it("what is missing is asked for in the words of its kind", () => {
    const missing = Answers.validate(questionnaire, {}).map((issue) => [
      issue.question,
      IssueText.sentence(issue, questionOf(questionnaire, issue.question), ["en"]),
    ])
    assert.deepStrictEqual(missing, [
      ["agree", "Tick the box to agree."],
      ["papers", "Add a file."],
      ["owners", "Add at least one."],
      ["must", "Choose one."],
      ["musts", "Choose at least one."],
      ["mustNumber", "Enter a number."],
      ["mustDay", "Enter a date."],
      ["mustText", "Enter an answer."],
    ])
  })

  it("values are written as the reader writes them, and the author's own sentence goes first", () => {
    const of = (code: string, language: string, answers: Answers.Answers) => {
      const issue = Answers.validate(questionnaire, answers).find((one) => one.code === code)
      return issue === undefined ? "" : IssueText.sentence(issue, questionOf(questionnaire, issue.question), [language])
    }
    assert.strictEqual(of("number-too-large", "es", { number: 50_000 }), "Escriba 2000 o menos.")
    assert.strictEqual(of("number-too-large", "sv", { number: 50_000 }), "Skriv 2\u00a0000 eller mindre.")
    assert.strictEqual(
      of("date-too-early", "en-GB", { day: "2020-01-01" }),
      "Enter Saturday, 2 January 2027 or a later date.",
    )
    assert.strictEqual(of("text-pattern", "sv", { word: "ABC" }), "Små bokstäver.")
    assert.strictEqual(
      of("upload-too-few", "en", { papers: [{ ...file, bytes: 1, type: "application/pdf" }] }),
      "Add at least 2 files. There is 1 so far.",
    )
    assert.strictEqual(of("number-decimals", "en", { whole: 1.5 }), "Enter a whole number.")
  })

  it("a language that nobody has written is English; a tag with a region is its language", () => {
    const missing = { code: "required", values: {} }
    assert.strictEqual(IssueText.sentence(missing, undefined, ["fi", "__proto__"]), "Enter an answer.")
    assert.strictEqual(IssueText.sentence(missing, undefined, ["fi", "sv-FI"]), "Skriv ett svar.")
    assert.strictEqual(
      IssueText.sentence({ code: "constructor", values: {} }, undefined, ["en"]),
      "Give this answer once more.",
    )
  })

  it("files that are refused before they are kept are told by the same sentences", () => {
    const question = questionOf(questionnaire, "papers")
    if (question === undefined || !upload.isUpload(question)) throw new Error("no upload")
    const told = upload
      .validateFile(question, { name: "a.png", bytes: 5_000_000, type: "image/png" })
      .map(({ code, values = {} }) => IssueText.sentence({ code, values }, question, ["en"]))
    assert.deepStrictEqual(told, [
      "“a.png” is too large. A file may be up to 1 MB.",
      "“a.png” is of a type that cannot be taken here. You can add: application/pdf.",
    ])
  })
})
