/** FHIR Questionnaires: what becomes of each construct, and what two engines of FHIR decided about real ones. */
import { assert, describe, it } from "@effect/vitest"
import * as Import from "requite/Import"
import * as Corpora from "../../support/Corpora.ts"
import { errors } from "./Strangers.ts"

const files = Corpora.names("fhir", ".json").filter((name) => !name.startsWith("expected"))

const imported = (source: unknown) => Import.from("fhir", JSON.stringify(source))

/** A questionnaire of these items, imported; its definition has no errors. */
const form = (...item: ReadonlyArray<unknown>) => {
  const result = imported({ resourceType: "Questionnaire", title: "T", item })
  assert.deepStrictEqual(errors(result.definition), [])
  if (result.definition === null) return assert.fail("no definition")
  return { ...result, definition: result.definition, where: Corpora.placed(result.definition) }
}

interface Recorded {
  readonly files: Record<string, { readonly cases: ReadonlyArray<Case> }>
}
interface Case {
  readonly answers: Record<string, ReadonlyArray<Record<string, unknown>>>
  readonly enabled: Record<string, boolean>
}

/** What a FHIR answer says: the code of a coding, or the value itself. */
const codeOf = (answer: Record<string, unknown>): unknown => {
  const [value] = Object.values(answer)
  return typeof value === "object" && value !== null && "code" in value ? value.code : value
}

/** The value of a FHIR answer as an answer of ours to this item. */
const answer = (
  item: Record<string, unknown>,
  values: Readonly<Record<string, string>>,
  given: ReadonlyArray<Record<string, unknown>>,
) => {
  const raw = given.map(codeOf)
  if (item["type"] !== "choice") return raw[0]
  const picked = raw.map((one) => values[String(one)] ?? { other: String(one) })
  return item["multiple"] === true ? picked : picked[0]
}

const print = (line: string) => process.stdout.write(`${line}\n`)

describe("the corpus of FHIR questionnaires", () => {
  it("imports every file, without an error in the definition", () => {
    for (const name of files) {
      const result = Import.from("fhir", Corpora.text(`fhir/${name}`))
      assert.deepStrictEqual(errors(result.definition), [], name)
    }
  })

  it("keeps every item: each linkId has an id of an item or a section", () => {
    for (const name of files) {
      const { definition, ids } = Import.from("fhir", Corpora.text(`fhir/${name}`))
      if (definition === null) return assert.fail(name)
      const ours = new Set([...Corpora.placed(definition).keys(), ...definition.sections.map(({ id }) => id)])
      const theirs = [...Corpora.text(`fhir/${name}`).matchAll(/"linkId":"([^"]*)"/g)].map(([, linkId]) => linkId ?? "")
      for (const linkId of new Set(theirs)) {
        const isHelp = ids[linkId] === undefined
        assert.isTrue(isHelp || ours.has(ids[linkId] ?? ""), `${name}: ${linkId}`)
      }
    }
  })

  it("decides as the recorded engines did, but for items whose question is not asked itself (semantics 1)", () => {
    const recorded = Corpora.json("fhir/expected-enabled.json") as Recorded
    let same = 0
    const exceptions: Array<{ readonly at: string; readonly reason: string }> = []
    for (const [name, { cases }] of Object.entries(recorded.files)) {
      const { definition, ids, values } = Import.from("fhir", Corpora.text(`fhir/${name}`))
      if (definition === null) return assert.fail(name)
      const where = Corpora.placed(definition)
      const decide = Corpora.decider(definition, where)
      for (const { answers, enabled } of cases) {
        const given = Object.entries(answers).flatMap(([linkId, one]) => {
          const id = ids[linkId] ?? ""
          const item = where.get(id)?.item
          return item === undefined ? [] : [[id, answer({ ...item }, values[linkId] ?? {}, one)] as const]
        })
        const decided = decide(Corpora.answers(where, given))
        for (const [linkId, expected] of Object.entries(enabled)) {
          const id = ids[linkId] ?? ""
          if (decided.asked(id) === expected) same++
          else {
            exceptions.push({ at: `${name} ${linkId}`, reason: reason(id, expected, decided, answers, values) })
          }
        }
      }
    }
    const all = same + exceptions.length
    print(`FHIR: ${same} of ${all} decisions hold (${((100 * same) / all).toFixed(1)} %)`)
    for (const [why, list] of Map.groupBy(exceptions, (one) => one.reason)) print(`  ${list.length} differ: ${why}`)
    assert.deepStrictEqual(
      exceptions.filter(({ reason }) => reason === unexplained),
      [],
    )
    assert.isAtLeast(same / all, 0.893)
    assert.isAtLeast((same + exceptions.filter(({ reason }) => reason === notAsked).length) / all, 0.973)
  })
})

const notAsked = "semantics 1: a question that is not asked itself has no answer, and nothing in it is asked"
const notOffered = "an answer that is none of the options is refused, so no condition sees it"
const unexplained = "none"

/** Why we decide otherwise: by our rules, and nothing else. */
const reason = (
  id: string,
  expected: boolean,
  decided: Corpora.Decisions,
  answers: Case["answers"],
  values: Import.Imported["values"],
): string => {
  if (decided.holds(id) === expected) return notAsked
  const isOffList = Object.entries(answers).some(([linkId, list]) =>
    list.some((one) => values[linkId] !== undefined && !Object.hasOwn(values[linkId], String(codeOf(one)))),
  )
  return isOffList && expected ? notOffered : unexplained
}

describe("what becomes of FHIR items", () => {
  const one = (source: Record<string, unknown>): Readonly<Record<string, unknown>> => {
    const { where, ids } = form({ linkId: "x", text: "X", ...source })
    return { ...where.get(ids["x"] ?? "")?.item }
  }
  const yesNo = [
    { value: "true", label: { en: "Yes", es: "Sí", sv: "Ja" } },
    { value: "false", label: { en: "No", es: "No", sv: "Nej" } },
  ]
  const coding = (code: string, display = code) => ({ valueCoding: { system: "s", code, display } })

  it("gives each type its kind", () => {
    assert.deepStrictEqual<unknown>(one({ type: "boolean" }), { id: "x", label: "X", type: "choice", options: yesNo })
    assert.deepInclude(one({ type: "decimal" }), { type: "number" })
    assert.deepInclude(one({ type: "integer" }), { type: "number", decimals: 0 })
    assert.deepInclude(one({ type: "date", required: true }), { type: "date", required: true })
    assert.deepInclude(one({ type: "text", maxLength: 9 }), { type: "text", long: true, maxLength: 9 })
    assert.deepInclude(one({ type: "url" }), { type: "text", format: "url" })
    assert.deepInclude(one({ type: "display" }), { type: "note" })
    assert.deepInclude(one({ type: "attachment", repeats: true }), { type: "upload", maxFiles: 20 })
    assert.deepInclude(one({ type: "quantity" }), { type: "number" })
  })

  it("keeps the codes of options, and renames only those that are not legal", () => {
    const item = one({
      type: "open-choice",
      repeats: true,
      answerOption: [coding("a-1", "A"), coding("b c"), coding("other")],
    })
    assert.deepInclude(item, { multiple: true, other: true })
    assert.deepStrictEqual<unknown>(item["options"], [
      { value: "a-1", label: "A" },
      { value: "b-c", label: "b c" },
      { value: "other-2", label: "other" },
    ])
  })

  it("reads contained value sets, and types the answers of those it does not have", () => {
    const valueSet = {
      resourceType: "ValueSet",
      id: "v",
      compose: { include: [{ system: "s", concept: [{ code: "a" }] }] },
    }
    const result = imported({
      resourceType: "Questionnaire",
      contained: [valueSet],
      item: [
        { linkId: "a", text: "A", type: "choice", answerValueSet: "#v" },
        { linkId: "b", text: "B", type: "choice", answerValueSet: "http://elsewhere" },
      ],
    })
    assert.deepStrictEqual(
      result.definition?.sections[0]?.items.map(({ type }) => type),
      ["choice", "text"],
    )
    assert.deepInclude(result.unsupported[0], { pointer: "/item/1", what: "answerValueSet" })
  })

  it("makes a question that is answered several times a repeated group, of which one answer is enough", () => {
    const { where, ids } = form(
      { linkId: "n", text: "Names", type: "string", repeats: true },
      { linkId: "y", text: "Y", type: "string", enableWhen: [{ question: "n", operator: "=", answerString: "A" }] },
    )
    assert.deepStrictEqual(where.get("n")?.repeats, ["nAnswers"])
    assert.deepStrictEqual(where.get(ids["y"] ?? "")?.item.when, {
      some: [{ answer: "nAnswers" }, { eq: [{ answer: "n" }, "A"] }],
    })
  })

  it("means the same instance from inside a repeated group", () => {
    const { where } = form({
      linkId: "g",
      text: "G",
      type: "group",
      repeats: true,
      item: [
        { linkId: "a", text: "A", type: "boolean" },
        { linkId: "b", text: "B", type: "string", enableWhen: [{ question: "a", operator: "=", answerBoolean: true }] },
      ],
    })
    assert.deepStrictEqual(where.get("b")?.item.when, { eq: [{ answer: "a" }, "true"] })
  })

  it("translates every operator of enableWhen", () => {
    const when = (...enableWhen: ReadonlyArray<Record<string, unknown>>) =>
      form(
        { linkId: "n", text: "N", type: "decimal" },
        { linkId: "c", text: "C", type: "choice", repeats: true, answerOption: [coding("a"), coding("b")] },
        { linkId: "x", text: "X", type: "string", enableBehavior: "any", enableWhen },
      ).where.get("x")?.item.when
    const n = { answer: "n" }
    assert.deepStrictEqual(when({ question: "n", operator: ">", answerDecimal: 1.5 }), { gt: [n, 1.5] })
    assert.deepStrictEqual(when({ question: "n", operator: "<=", answerInteger: 1 }), { lte: [n, 1] })
    assert.deepStrictEqual(when({ question: "n", operator: "!=", answerInteger: 1 }), { not: { eq: [n, 1] } })
    assert.deepStrictEqual(when({ question: "n", operator: "exists", answerBoolean: false }), { not: { answered: n } })
    const coded = { question: "c", operator: "=", answerCoding: { system: "s", code: "a" } }
    assert.deepStrictEqual(when(coded, { question: "n", operator: "exists", answerBoolean: true }), {
      any: [{ anyOf: [{ answer: "c" }, ["a"]] }, { answered: n }],
    })
  })

  it("never asks by an option or question that is not there, and warns", () => {
    const { where, warnings } = form(
      { linkId: "c", text: "C", type: "choice", answerOption: [coding("a")] },
      {
        linkId: "x",
        text: "X",
        type: "string",
        enableWhen: [{ question: "c", operator: "=", answerCoding: { code: "z" } }],
      },
      { linkId: "y", text: "Y", type: "string", enableWhen: [{ question: "q", operator: "=", answerString: "z" }] },
    )
    assert.deepStrictEqual(where.get("x")?.item.when, { any: [] })
    assert.deepStrictEqual(where.get("y")?.item.when, { any: [] })
    assert.deepStrictEqual(
      warnings.map(({ pointer, code }) => [pointer, code]),
      [
        ["/item/1/enableWhen/0", "unknown-option"],
        ["/item/2/enableWhen/0", "unknown-question"],
      ],
    )
  })

  it("shows what waits for itself in a circle, and says so", () => {
    const { where, unsupported } = form(
      {
        linkId: "a",
        text: "A",
        type: "string",
        enableWhen: [{ question: "b", operator: "exists", answerBoolean: true }],
      },
      {
        linkId: "b",
        text: "B",
        type: "string",
        enableWhen: [{ question: "a", operator: "exists", answerBoolean: true }],
      },
    )
    assert.isUndefined(where.get("a")?.item.when)
    assert.deepStrictEqual(where.get("b")?.item.when, { answered: { answer: "a" } })
    assert.deepInclude(unsupported[0], { pointer: "/item/0", what: "condition" })
  })

  it("asks what stands in a question only while the question is asked", () => {
    const { where } = form(
      { linkId: "a", text: "A", type: "boolean" },
      {
        linkId: "b",
        text: "B",
        type: "string",
        enableWhen: [{ question: "a", operator: "=", answerBoolean: true }],
        item: [
          { linkId: "c", text: "C", type: "string" },
          {
            linkId: "d",
            text: "D",
            type: "string",
            enableWhen: [{ question: "b", operator: "exists", answerBoolean: true }],
          },
        ],
      },
    )
    assert.deepStrictEqual(where.get("c")?.item.when, { eq: [{ answer: "a" }, "true"] })
    assert.deepStrictEqual(where.get("d")?.item.when, { answered: { answer: "b" } })
  })

  it("keeps translations", () => {
    const translation = (lang: string, content: string) => ({
      url: "http://hl7.org/fhir/StructureDefinition/translation",
      extension: [
        { url: "lang", valueCode: lang },
        { url: "content", valueString: content },
      ],
    })
    const item = one({ type: "string", _text: { extension: [translation("sv", "Ex"), translation("not a tag", "?")] } })
    assert.deepStrictEqual(item["label"], { en: "X", sv: "Ex" })
  })

  it("lists with its pointer what has no counterpart", () => {
    const { unsupported } = form({
      linkId: "x",
      text: "X",
      type: "integer",
      readOnly: true,
      initial: [{ valueInteger: 1 }],
      extension: [
        { url: "http://hl7.org/fhir/StructureDefinition/minValue", valueInteger: 3 },
        { url: "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression" },
      ],
    })
    assert.deepStrictEqual(
      unsupported.map(({ pointer, what }) => [pointer, what]),
      [
        ["/item/0/readOnly", "readOnly"],
        ["/item/0/initial", "initial"],
        ["/item/0/extension/1", "calculatedExpression"],
      ],
    )
  })
})
