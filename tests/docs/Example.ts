// The notation of docs/questionnaire-format.md: fences that are run, each with the fence before it.
//
//   ```json run      a definition; `[` begins the items of one section, and the lines at the top may be left out
//   ```findings      severity, code and pointer of each finding; without this fence there are none
//   ```answers       ANSWERS → claim; claim …   lines `today DATE` and `with CONTEXT` hold for those below
//   ```changes       what `requite diff` says of the definition before the last and the last
//   ```migrated      ANSWERS → ANSWERS, from the version before the last to the last
//   ```json tests    definition tests
//   ```conditions    the text of a condition, two spaces, its JSON
//
// `failures` gives a sentence for everything that is not as the page says.
import * as Answers from "@requite/core/Answers"
import * as Condition from "@requite/core/Condition"
import * as Difference from "@requite/core/Difference"
import * as FillSession from "@requite/core/FillSession"
import * as Reading from "@requite/core/FillSession/reading"
import * as JsonText from "@requite/core/JsonText"
import * as Migration from "@requite/core/Migration"
import * as Questionnaire from "@requite/core/Questionnaire"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { DefinitionTest } from "requite"

export interface Fence {
  readonly language: string
  readonly line: number
  readonly text: string
}

export const fences = (markdown: string): ReadonlyArray<Fence> =>
  [...markdown.matchAll(/^```(\S[^\n]*)\n(.*?)^```$/gms)].map((match) => ({
    language: match[1] ?? "",
    line: markdown.slice(0, match.index).split("\n").length,
    text: match[2] ?? "",
  }))

/** What a page has shown so far. */
interface Shown {
  readonly checked: Questionnaire.Checked
  readonly earlier: Questionnaire.Checked | undefined
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {}

const definitionOf = (text: string): string => {
  const value: unknown = JSON.parse(text)
  if (typeof value === "object" && value !== null && "format" in value) return text
  const part = Array.isArray(value) ? { sections: [{ id: "only", title: "Only", items: value }] } : record(value)
  return JSON.stringify({ format: 1, id: "example", version: 1, language: "en", title: "Example", ...part })
}

/** Everything on the page that is not as it says. */
export const failures = (markdown: string): ReadonlyArray<string> => {
  const all = fences(markdown)
  let shown: Shown | undefined
  return all.flatMap((fence, index): ReadonlyArray<string> => {
    const { language, text } = fence
    const found = (() => {
      if (language === "conditions") return lines(text).flatMap(written)
      if (language === "json run") {
        shown = { checked: Questionnaire.check(definitionOf(text)), earlier: shown?.checked }
        return all[index + 1]?.language === "findings" ? [] : compared("findings", shown.checked, "")
      }
      if (language === "findings" && shown !== undefined) return compared("findings", shown.checked, text)
      if (!["answers", "changes", "migrated", "json tests"].includes(language)) return []
      const questionnaire = shown?.checked.questionnaire ?? null
      if (questionnaire === null) return ["There is no questionnaire that this is about."]
      if (language === "answers") return answered(questionnaire, text)
      if (language === "json tests") return tested(questionnaire, text)
      const before = shown?.earlier?.questionnaire ?? null
      if (before === null) return ["There is no version before."]
      return language === "changes" ? changed(before, questionnaire, text) : migrated(before, questionnaire, text)
    })()
    return found.map((failure) => `line ${fence.line}: ${failure}`)
  })
}

const lines = (text: string): ReadonlyArray<string> => text.split("\n").filter((line) => line.trim() !== "")

const same = (what: string, expected: unknown, found: unknown): ReadonlyArray<string> => {
  const [a, b] = [expected, found].map((value) => (value === undefined ? "nothing" : JsonText.canonical(value)))
  return a === b ? [] : [`${what}: the page says ${a}, and it is ${b}`]
}

const compared = (what: string, { findings }: Questionnaire.Checked, text: string) =>
  same(
    what,
    lines(text),
    findings.map(({ severity, code, pointer }) => `${severity} ${code} ${pointer}`),
  )

const written = (line: string): ReadonlyArray<string> => {
  const [, text = "", json = ""] = /^(.*?)\s{2,}(\{.*)$/.exec(line) ?? []
  const parsed = Condition.parse(text)
  if (Result.isFailure(parsed)) return [`"${text}" cannot be read: ${parsed.failure.message}`]
  return [...same(text, JSON.parse(json), parsed.success), ...same("printed", text, Condition.print(parsed.success))]
}

const tested = (questionnaire: Questionnaire.Questionnaire, text: string) =>
  Effect.runSync(DefinitionTest.decode(text)).flatMap((test) =>
    DefinitionTest.run(questionnaire, test).failures.map((failure) => `${test.name}: ${failure}`),
  )

const changed = (before: Questionnaire.Questionnaire, now: Questionnaire.Questionnaire, text: string) => {
  const { changes, publishable } = Difference.verdict(before, now)
  const said = changes.map(
    ({ kind, code, id, covered }) => `${kind} ${code} ${id}${covered === true ? ", migrated" : ""}`,
  )
  return same("changes", lines(text), [...said, publishable ? "publishable" : "not publishable"])
}

const migrated = (before: Questionnaire.Questionnaire, now: Questionnaire.Questionnaire, text: string) =>
  lines(text).flatMap((line) => {
    const [from = "", to = ""] = line.split("→")
    const result = Migration.migrate(now, before.version, record(JSON.parse(from)))
    return Result.isFailure(result) ? ["not migrated"] : same(from, JSON.parse(to), result.success.answers)
  })

/** Each line of answers with its claims; a line that begins with spaces goes on with the one before. */
const answered = (questionnaire: Questionnaire.Questionnaire, text: string): ReadonlyArray<string> => {
  let context: Readonly<Record<string, unknown>> = {}
  return lines(text.replaceAll(/\n\s+→/g, " →")).flatMap((line) => {
    const [, today] = /^today (\S+)$/.exec(line) ?? []
    const [, given] = /^with (\{.*\})$/.exec(line) ?? []
    if (today !== undefined || given !== undefined) {
      context = today === undefined ? record(JSON.parse(given ?? "{}")) : { today }
      return []
    }
    const [answers = "", claims = ""] = line.split("→")
    const failed = claims
      .split("; ")
      .flatMap((claim) => claimed(questionnaire, record(JSON.parse(answers)), context, claim.trim()))
    return failed.map((failure) => `${answers.trim()}: ${failure}`)
  })
}

const claimed = (
  questionnaire: Questionnaire.Questionnaire,
  answers: Answers.Answers,
  context: Readonly<Record<string, unknown>>,
  claim: string,
): ReadonlyArray<string> => {
  const { asked, required, issues, end } = Answers.examine(questionnaire, answers, { context })
  const [, word = "", rest = ""] = /^(\S+)\s*(.*)$/.exec(claim) ?? []
  const list = rest.split(", ")
  const wrong = issues.map(({ pointer, code }) => `${pointer} ${code}`)
  switch (word) {
    case "asked":
      return same("asked", list, asked)
    case "asks":
      return same(
        "asks",
        list,
        list.filter((id) => asked.includes(id)),
      )
    case "not":
      return same(
        "does not ask",
        list,
        list.filter((id) => !asked.includes(id)),
      )
    case "required":
      return same("required", list, required)
    case "complete":
      return same("issues", [], wrong)
    case "issues":
      return same("issues", list, wrong)
    case "end":
      return same("end", rest, end)
    case "keeps":
      return same("keeps", JSON.parse(rest), Answers.given(questionnaire, answers, { context }))
  }
  const session = FillSession.make(questionnaire)
  const state = session.start({ answers, revision: 0, context })
  const [, value] = /^= (.*)$/.exec(rest) ?? []
  if (value !== undefined) {
    const found = session.valueOf(state, [word])
    return same(word, value === "nothing" ? undefined : JSON.parse(value), found)
  }
  const [, text, language = "en"] = /^reads (".*")(?: in (\S+))?$/.exec(rest) ?? []
  const question = Questionnaire.question(questionnaire, word)
  if (text === undefined || question === undefined) return [`There is no claim "${claim}".`]
  return same(
    word,
    JSON.parse(text),
    Reading.text(session, state, question.label, [language, questionnaire.language], [word]),
  )
}
