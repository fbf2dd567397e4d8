/**
 * "Ask for documents": a list, one document a line, and what it becomes: a questionnaire of one section of uploads that
 * is written for one request alone (T3). Its id says so.
 */
import { LocalText, Questionnaire } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { translator } from "../Messages.ts"
import { Questionnaires, type Stored } from "../Questionnaires.ts"

export const mostLines = 50
export const longestLine = 300

/** The documents asked for: lines that are not empty. */
export const linesOf = (text: string): ReadonlyArray<string> =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")

const ownId = (requestId: string) => `ask-${requestId}`

/** Was this questionnaire written for one request by asking for documents? */
export const isOne = ({ id }: Questionnaire.QuestionnaireRef): boolean => /^ask-[0-9a-f-]{36}$/.test(id)

/** The lines that a document list was made of. */
export const textOf = (questionnaire: Questionnaire.Questionnaire): string =>
  Questionnaire.questions(questionnaire)
    .map(({ label }) => LocalText.resolve(label, []))
    .join("\n")

/** The kinds of files that firms ask for: scans, photographs, texts and tables. */
const accept = [
  "application/pdf",
  "image/*",
  "application/msword",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  "application/vnd.ms-excel",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  "text/csv",
  "text/plain",
]

/** One document to upload: a question that has to be answered. */
export const documentOf = (id: string, label: string) => ({
  id,
  type: "upload",
  label,
  required: true,
  accept,
  maxBytes: 25_000_000,
  maxFiles: 10,
})

interface Asked {
  readonly title: string
  /** The recipient's. */
  readonly language: string
  readonly lines: ReadonlyArray<string>
}

const source = (id: string, version: number, { title, language, lines }: Asked): string => {
  const section = translator("firm", [language]).t("documents.section")
  const items = lines.map((label, index) => documentOf(`document${index + 1}`, label))
  return JSON.stringify(
    { format: 1, id, version, language, title, sections: [{ id: "documents", title: section, items }] },
    null,
    2,
  )
}

/** What the list becomes, before anything is stored; null while there is nothing in it, or too much. */
export const drafted = (asked: Asked): Questionnaire.Questionnaire | null =>
  Questionnaire.check(source("ask", 1, asked)).questionnaire

/** Stores what is asked, as a new version when the request had another list; as it stands when nothing changed. */
export const store = Effect.fnUntraced(function* (
  workspaceId: string,
  requestId: string,
  asked: Asked,
): Effect.fn.Return<Stored, never, Questionnaires> {
  const questionnaires = yield* Questionnaires
  const id = ownId(requestId)
  const latest = Option.getOrNull(yield* Effect.option(questionnaires.get(workspaceId, id)))
  const version = latest?.ref.version ?? 1
  if (latest !== null && latest.source === source(id, version, asked)) return latest
  const text = source(id, latest === null ? 1 : version + 1, asked)
  const { stored } = yield* Effect.orDie(questionnaires.add(workspaceId, text, { listed: false }))
  return stored
})
