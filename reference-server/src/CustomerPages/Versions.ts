/**
 * A record that several people write on (C4). A form says of each question which version of its answer it shows, and a
 * digest of that answer: so what the customer did not touch is not written, and what somebody else wrote meanwhile is not
 * lost, but shown beside one's own until the customer has chosen.
 *
 *   v.<question>  `<version>.<digest>` of the answer as the page showed it
 *   w.<question>  `theirs`, or `mine.<version>`: written over just that version
 */
import type { Answers, Questionnaire } from "@requite/core"
import { ClientRequest, QuestionKind } from "@requite/core"
import { canonical } from "@requite/core/JsonText/canonical"
import { walk } from "@requite/core/Questionnaire/Definition"
import { createHash } from "node:crypto"
import type { Conflict, Current } from "../ClientRequests.ts"
import * as Filling from "../Filling.ts"
import type { Html } from "../Html.ts"
import { html } from "../Html.ts"
import { calendarDay } from "../Messages.ts"
import type { Fields } from "./kinds.ts"
import { viewOf } from "./kinds.ts"
import * as Mode from "./Mode.ts"
import * as Problems from "./Problems.ts"
import type { Reader } from "./Reader.ts"
import type { Session } from "./Session.ts"

/** What a form says of the versions that it shows, by question. */
export type Seen = Readonly<Record<string, string>>

/** Of what is stored now; nothing where nobody else writes. */
export const seen = (current: Current, section: Questionnaire.Section): Seen =>
  Mode.of(current.request.policy).shares
    ? Object.fromEntries(
        written(section).map(({ id }) => [
          id,
          `${current.versions[id]?.n ?? 0}.${digest(Object.hasOwn(current.answers, id) ? current.answers[id] : null)}`,
        ]),
      )
    : {}

/** The names of those who wrote what stands, by question. */
export const writers = ({
  request,
  versions,
}: Pick<Current, "request" | "versions">): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(versions).map(([id, { by }]) => [id, ClientRequest.recipientOf(request, by)?.name ?? ""]),
  )

/** The questions whose answers stand under their own name in the record: not those inside repeated groups. */
const written = ({ items }: Questionnaire.Section): ReadonlyArray<QuestionKind.Question> =>
  items.flatMap((item) =>
    item.items !== undefined && item.repeat === undefined
      ? written({ id: item.id, title: "", items: item.items })
      : QuestionKind.isGivenAsFiles(item)
        ? []
        : [item],
  )

const digest = (answer: unknown): string =>
  createHash("sha256")
    .update(canonical(pruned(answer) ?? null))
    .digest("hex")
    .slice(0, 12)

/** Without what says nothing: an empty field, an instance in which nothing was written. */
const pruned = (answer: unknown): unknown => {
  if (answer === "" || answer === null) return undefined
  if (Array.isArray(answer)) {
    const rows = answer.map(pruned).filter((row) => row !== undefined)
    return rows.length === 0 ? undefined : rows
  }
  if (typeof answer !== "object") return answer
  const entries = Object.entries(answer).flatMap(([key, value]) => {
    const kept = pruned(value)
    return kept === undefined ? [] : [[key, kept] as const]
  })
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

export const hidden = (shown: Seen): Html =>
  html`${Object.entries(shown).map(([id, value]) => html`<input type="hidden" name="v.${id}" value="${value}" autocomplete="off" />`)}`

/** The same of a form that came in. */
export const posted = (section: Questionnaire.Section, fields: Fields): Seen =>
  Object.fromEntries(
    walk(section.items).flatMap(({ id }) => {
      const value = fields.get(`v.${id}`)?.[0]
      return value === undefined ? [] : [[id, value]]
    }),
  )

/** What of the answers is to be written, and over which versions. */
export const toWrite = (answers: Answers.Answers, fields: Fields) => {
  const seen: Record<string, number> = {}
  const changed = Object.entries(answers).filter(([id, answer]) => {
    const [version = "", shown] = fields.get(`v.${id}`)?.[0]?.split(".") ?? []
    const [choice, over = ""] = fields.get(`w.${id}`)?.[0]?.split(".") ?? []
    if (choice === "theirs") return false
    seen[id] = Number.parseInt(choice === "mine" ? over : version, 10) || 0
    return choice === "mine" || shown === undefined || shown !== digest(answer)
  })
  return { answers: Object.fromEntries(changed), seen }
}

/** What to choose from, to stand before the field of each question in conflict; by pointer. `theirs` is what stands now. */
export const choices = (
  conflicts: ReadonlyArray<Conflict>,
  { current, reader, now }: Session,
): ReadonlyMap<string, Html> => {
  const { versions, stored, answers } = current
  const names = writers(current)
  return new Map(
    conflicts.flatMap(({ question: id, mine }) => {
      const question = Filling.questionOf(stored.questionnaire, id)
      const version = versions[id]
      if (question === undefined || version === undefined) return []
      const who = names[id] ?? ""
      const option = (value: string, anchor: string, label: string, answer: unknown) =>
        html`<div class="choice">
          <input type="radio" id="${anchor}" name="w.${id}" value="${value}" aria-describedby="${anchor}-said" />
          <label for="${anchor}">${label}</label>
          <div class="option-help" id="${anchor}-said">
            ${
              pruned(answer) === undefined
                ? html`<p class="nothing">${reader.t("review.nothing")}</p>`
                : viewOf(question).summary({ question, answer, reader, filePath: null })
            }
          </div>
        </div>`
      const { zone } = reader
      const theirs =
        calendarDay(version.at, zone) === calendarDay(now, zone)
          ? reader.t("conflict.theirsToday", { who, time: reader.time(version.at) })
          : reader.t("conflict.theirs", { who, date: reader.date(version.at) })
      const box = html`<fieldset class="conflict">
        <legend>${reader.t("conflict.choose")}<span class="unseen">: ${reader.text(question.label)}</span></legend>
        <div class="choices">
          ${option("theirs", anchorOf(id), theirs, Object.hasOwn(answers, id) ? answers[id] : null)}
          ${option(`mine.${version.n}`, `${anchorOf(id)}-mine`, reader.t("conflict.mine"), mine)}
        </div>
      </fieldset>`
      return [[Filling.pointer([id]), box] as const]
    }),
  )
}

const anchorOf = (id: string) => `w-${id}`

/** The box at the top, which leads to each. */
export const summary = (conflicts: ReadonlyArray<Conflict>, { stored }: Current, reader: Reader): Html =>
  Problems.notice(
    html`<h2 id="summary">${reader.t("conflict.title", { count: conflicts.length })}</h2>
      <p>${reader.t("conflict.text")}</p>
      <ul>
        ${conflicts.map(
          ({ question }) =>
            html`<li>
              <a href="#${anchorOf(question)}">${Problems.nameAt(stored.questionnaire, [question], reader)}</a>
            </li>`,
        )}
      </ul>`,
    "news",
  )
