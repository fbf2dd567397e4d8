/**
 * Answers that are written from several pages at once: in two tabs, or by several people on one record (C4). A form says of
 * each question which version of its answer it shows, and a digest of what it shows: so what the customer did not touch is
 * not written over something newer. On a record of several people, what somebody else wrote meanwhile is not lost either,
 * but shown beside one's own until the customer has chosen.
 *
 *   v.<question>  `<version>.<digest>` of the answer as the page showed it; each tab's version is 0 where nobody else writes
 *   w.<question>  `theirs`, or `mine.<version>`: written over just that version
 */
import type { Answers, Questionnaire } from "@requite/core"
import { ClientRequest, QuestionKind } from "@requite/core"
import { equal, isNothing, meaning } from "@requite/core/FillSession/Place"
import { canonical } from "@requite/core/JsonText/canonical"
import { createHash } from "node:crypto"
import type { Conflict, Current } from "../ClientRequests.ts"
import * as Filling from "../Filling.ts"
import type { Html } from "../Html.ts"
import { html } from "../Html.ts"
import { calendarDay } from "../Messages.ts"
import * as Fields from "./Fields.ts"
import * as Kinds from "./kinds.ts"
import * as Mode from "./Mode.ts"
import * as Problems from "./Problems.ts"
import * as ReadBack from "./ReadBack.ts"
import type { Reader } from "./Reader.ts"
import type { Session } from "./Session.ts"

/** What a form says of the versions that it shows, by question. */
export type Seen = Readonly<Record<string, string>>

/** What is stored, as a page shows it: with the instances that there are to fill in. `padded`: what this page shows. */
export const stored = ({ current, filling }: Session, padded: Filling.Filling): Filling.Filling =>
  equal(filling.session.draft(filling.state), current.answers) ? padded : Filling.padded(Filling.of(current))

/** Of what is stored now. */
export const seen = (session: Session, padded: Filling.Filling, { items }: Questionnaire.Section): Seen =>
  Object.fromEntries(
    Object.entries(onPage(stored(session, padded), items)).map(([id, answer]) => [
      id,
      `${session.current.versions[id]?.n ?? 0}.${digest(answer)}`,
    ]),
  )

/** What the fields of these items say when nobody has touched them: not files, nor what is not asked. */
const onPage = (
  filling: Filling.Filling,
  items: ReadonlyArray<QuestionKind.Question>,
  within: Filling.Place = [],
): Answers.Answers =>
  Object.fromEntries(
    items.flatMap((item): ReadonlyArray<readonly [string, unknown]> => {
      const { session, state } = filling
      const place = [...within, item.id]
      if (!session.isAsked(state, place) || QuestionKind.isGivenAsFiles(item)) return []
      if (item.items === undefined) {
        const isValue = Filling.takesAnswer({ place, question: item, inside: [] })
        return isValue ? [[item.id, Filling.answerAt(filling, place) ?? null]] : []
      }
      if (item.repeat === undefined) return Object.entries(onPage(filling, item.items, within))
      const { items: inside } = item
      const count = Filling.countOf(session, state, place)
      return [[item.id, Array.from({ length: count }, (_, index) => onPage(filling, inside, [...place, index]))]]
    }),
  )

/**
 * The questions that a form says nothing new of, because the customer left them as the page showed them; of each, whether
 * it is asked still and something else stands there by now. Instances that nobody has begun are new once more: they are
 * stored with the rest, where the record is not shared and nothing else is stored.
 */
export const untouched = (
  { current, filling, reader }: Session,
  { items }: Questionnaire.Section,
  fields: Kinds.Fields,
): ReadonlyMap<string, boolean> => {
  const now = onPage(Filling.padded(filling), items)
  const { shares } = Mode.of(current.request.policy)
  const said = Fields.read(items, { fields, reader, place: [], before: {} })
  return new Map(
    Object.entries(said).flatMap(([id, answer]): ReadonlyArray<readonly [string, boolean]> => {
      const [, was] = fields.get(`v.${id}`)?.[0]?.split(".") ?? []
      if (was !== digest(answer) || fields.has(`w.${id}`)) return []
      const isElse = was !== digest(now[id])
      const isRepeated = Filling.questionOf(current.stored.questionnaire, id)?.repeat !== undefined
      return shares || isElse || !isRepeated ? [[id, isElse && Object.hasOwn(now, id)]] : []
    }),
  )
}

/** The names of those who wrote what stands, by question. */
export const writers = ({
  request,
  versions,
}: Pick<Current, "request" | "versions">): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(versions).map(([id, { by }]) => [id, ClientRequest.recipientOf(request, by)?.name ?? ""]),
  )

const digest = (answer: unknown): string =>
  createHash("sha256")
    .update(canonical(meaning(answer)))
    .digest("base64url")
    .slice(0, 8)

export const hidden = (shown: Seen): Html =>
  html`${Object.entries(shown).map(([id, value]) => html`<input type="hidden" name="v.${id}" value="${value}" autocomplete="off" />`)}`

/** The same of a form that came in, of these questions. */
export const posted = (fields: Kinds.Fields, questions: ReadonlyArray<string>): Seen =>
  Object.fromEntries(
    questions.flatMap((id) => {
      const value = fields.get(`v.${id}`)?.[0]
      return value === undefined ? [] : [[id, value]]
    }),
  )

/** What of the answers is to be written on a shared record, and over which versions. */
export const toWrite = (answers: Answers.Answers, fields: Kinds.Fields) => {
  const seen: Record<string, number> = {}
  const written = Object.entries(answers).filter(([id]) => {
    const [version = ""] = fields.get(`v.${id}`)?.[0]?.split(".") ?? []
    const [choice, over = ""] = fields.get(`w.${id}`)?.[0]?.split(".") ?? []
    if (choice === "theirs") return false
    seen[id] = Number.parseInt(choice === "mine" ? over : version, 10) || 0
    return true
  })
  return { answers: Object.fromEntries(written), seen }
}

/** What to choose from, to stand before the field of each question in conflict; by pointer. `theirs` is what stands now. */
export const choices = (conflicts: ReadonlyArray<Conflict>, session: Session): ReadonlyMap<string, Html> => {
  const { current, reader, now } = session
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
              isNothing(answer)
                ? html`<p class="nothing">${reader.t("review.nothing")}</p>`
                : question.items === undefined
                  ? Kinds.viewOf(question).summary({ question, answer, reader, filePath: null })
                  : instances(session, question, answer)
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

/** What stands in each instance, read as it would stand among the other answers. */
const instances = (session: Session, question: QuestionKind.Question, answer: unknown): Html => {
  const { current, reader } = session
  const filling = Filling.of({ ...current, answers: { ...current.answers, [question.id]: answer } })
  const section = { id: question.id, title: "", items: [question] }
  return html`<div class="answers">
    ${ReadBack.render({ ...session, filling, reader: reader.of(filling) }, section, { isInside: true })}
  </div>`
}

const anchorOf = (id: string) => `w-${id}`

/** The box at the top, which leads to each. */
export const summary = (conflicts: ReadonlyArray<Conflict>, current: Current, reader: Reader): Html =>
  Problems.notice(
    html`<h2 id="summary">${reader.t("conflict.title", { count: conflicts.length })}</h2>
      <p>${reader.t("conflict.text")}</p>
      ${links(
        conflicts.map(({ question }) => question),
        anchorOf,
        current,
        reader,
      )}`,
    "news",
  )

/** The same of what another page saved meanwhile, and this form did not touch. */
export const changedNotice = (questions: ReadonlyArray<string>, current: Current, reader: Reader): Html =>
  Problems.notice(
    html`<h2 id="summary">${reader.t("changed.title")}</h2>
      <p>${reader.t("changed.text")}</p>
      ${links(questions, (id) => Kinds.controlAnchor([id]), current, reader)}`,
    "news",
  )

const links = (
  questions: ReadonlyArray<string>,
  anchor: (question: string) => string,
  { stored }: Current,
  reader: Reader,
): Html =>
  html`<ul>
    ${questions.map((id) => html`<li><a href="#${anchor(id)}">${Problems.nameAt(stored.questionnaire, [id], reader)}</a></li>`)}
  </ul>`
