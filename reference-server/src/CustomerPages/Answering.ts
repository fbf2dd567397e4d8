/**
 * What happens when a section's form is sent. Whatever was written is saved, right or wrong, and only then judged; the
 * customer goes on when nothing is wrong, comes back to the page with what is, or with what is asked now because of these
 * answers, or goes where the button said.
 */
import { type Answers, type ClientRequest, Crypto, type Questionnaire } from "@requite/core"
import { placeOf } from "@requite/core/FillSession/Place"
import * as Effect from "effect/Effect"
import type { Current, RequestNotFound } from "../ClientRequests.ts"
import { ClientRequests } from "../ClientRequests.ts"
import * as Filling from "../Filling.ts"
import type { HttpServerRequest } from "../platform/Http.ts"
import { Uploads } from "../Uploads.ts"
import * as Fields from "./Fields.ts"
import { controlAnchor, groupActions, questionAnchor } from "./kinds.ts"
import * as News from "./News.ts"
import type { Issue } from "./Problems.ts"
import type { NotOurs, Sent, TooMuch } from "./SectionForm.ts"
import * as SectionForm from "./SectionForm.ts"
import { actions } from "./SectionPage.ts"
import type { Session } from "./Session.ts"
import { paths } from "./Session.ts"

/** Where the customer is now: on another page, or on this one with something to put right. */
export type Outcome =
  | { readonly type: "go"; readonly to: string }
  | {
      readonly type: "wrong"
      readonly issues: ReadonlyArray<Issue>
      readonly typed: Answers.Answers
      readonly news: News.News
    }
  | { readonly type: "stale"; readonly typed: Answers.Answers }

export const post = Effect.fnUntraced(function* (
  session: Session,
  section: Questionnaire.Section,
): Effect.fn.Return<
  Outcome,
  NotOurs | TooMuch | RequestNotFound | ClientRequest.Refusal,
  ClientRequests | Uploads | Crypto.Crypto | HttpServerRequest.HttpServerRequest
> {
  const { customer, current, reader } = session
  const sent = yield* SectionForm.receive(customer, section)
  const { fields } = sent
  const read = Fields.read(section.items, { fields, reader, place: [], before: current.answers })
  const { typed, focus } = rearranged(session, section, sent, read)
  const saved = yield* save(session, section, sent, typed)
  if (saved.type === "stale") return { type: "stale", typed }
  if (saved.type === "refused") {
    return { type: "wrong", issues: [...saved.issues, ...sent.refused], typed, news: News.none }
  }
  yield* removeFile(session, sent)
  const requests = yield* ClientRequests
  return judge(session, section, sent, yield* requests.current(customer), focus)
})

/** Saved it is whatever it says, as long as the questions are those that were answered. */
const save = Effect.fnUntraced(function* (
  { customer }: Session,
  section: Questionnaire.Section,
  { revision, refusal }: Sent,
  answers: Answers.Answers,
) {
  const requests = yield* ClientRequests
  const saving =
    refusal === null
      ? requests.save(customer, { revision, answers, visited: section.id }, yield* Crypto.uuid)
      : Effect.fail(refusal)
  return yield* saving.pipe(
    Effect.as({ type: "saved" } as const),
    Effect.catchTags({
      AnswersRefused: ({ issues }) => Effect.succeed({ type: "refused", issues } as const),
      Refusal: (refusal) => (isStale(refusal) ? Effect.succeed({ type: "stale" } as const) : Effect.fail(refusal)),
    }),
  )
})

const isStale = ({ reasons }: ClientRequest.Refusal): boolean =>
  reasons.length > 0 && reasons.every(({ code }) => code === "stale-revision" || code === "file-limit")

/** What the button says, and what it is about: `add:owners`. */
const pressed = ({ fields }: Sent): readonly [action: string, about: string] => {
  const [action = actions.next, about = ""] = fields.get("action")?.[0]?.split(":") ?? []
  return [action, about]
}

/** With an instance more or less, where the button says so; and where the customer goes on then. */
const rearranged = (
  { current }: Session,
  section: Questionnaire.Section,
  sent: Sent,
  read: Answers.Answers,
): { readonly typed: Answers.Answers; readonly focus: Filling.Place | null } => {
  const [action, about] = pressed(sent)
  const place = placeOf(`/${about.replaceAll(".", "/")}`)
  const id = String(place[0])
  const isOurs = Filling.sectionOf(current.stored.questionnaire, id) === section.id
  if (!isOurs || (action !== groupActions.add && action !== groupActions.take)) return { typed: read, focus: null }
  const filling = Filling.of({ ...current, answers: { ...current.answers, ...read } })
  const { session, state } = filling
  const isAdding = action === groupActions.add
  const group = isAdding ? place : place.slice(0, -1)
  if (isAdding && !Filling.hasRoom(filling, group)) return { typed: read, focus: group }
  const message = isAdding ? ({ type: "InstanceAdded", group } as const) : ({ type: "InstanceRemoved", place } as const)
  const [after] = session.update(state, message)
  const count = Filling.countOf(session, after, group)
  return {
    typed: { ...read, [id]: session.draft(after)[id] ?? null },
    focus: isAdding
      ? [...group, count - 1]
      : count === 0
        ? group
        : [...group, Math.min(Number(place.at(-1)), count - 1)],
  }
}

/** "Remove" beside a file. One that is gone already is what was wanted. */
const removeFile = Effect.fnUntraced(function* ({ customer }: Session, { fields, revision }: Sent) {
  const file = fields.get("remove")?.[0]
  if (file === undefined) return
  const uploads = yield* Uploads
  yield* uploads
    .remove(customer, { revision, file })
    .pipe(
      Effect.catchTag("Refusal", (refusal) =>
        refusal.reasons.every(({ code }) => code === "file-unknown") ? Effect.void : Effect.fail(refusal),
      ),
    )
})

/** All is saved: where to, after this button? */
const judge = (
  { customer: { handle }, current: before }: Session,
  section: Questionnaire.Section,
  sent: Sent,
  current: Current,
  focus: Filling.Place | null,
): Outcome => {
  const { fields, refused } = sent
  const go = (to: string): Outcome => ({ type: "go", to })
  const wrong = (issues: ReadonlyArray<Issue>, news = News.none): Outcome => ({
    type: "wrong",
    issues,
    typed: {},
    news,
  })
  const here = (anchor?: string) => go(paths.section(handle, section.id) + (anchor === undefined ? "" : `#${anchor}`))
  if (refused.length > 0) return wrong(refused)
  const now = Filling.of(current)
  if (focus !== null) return here(anchorOf(Filling.padded(now), section, focus))
  const removed = fields.get("remove")?.[0]
  const fileOf = before.request.files.find(({ id }) => id === removed)?.question
  if (removed !== undefined) return here(fileOf === undefined ? undefined : questionAnchor([fileOf]))
  const [action, about] = pressed(sent)
  if (action === actions.upload) {
    return here(Filling.sectionOf(now.questionnaire, about) === section.id ? questionAnchor([about]) : undefined)
  }
  if (action === actions.list) return go(paths.list(handle))
  if (action === actions.skip) {
    const issues = Filling.issuesOf(now, section, { draft: true })
    return issues.length > 0 ? wrong(issues) : go(after(section, handle, now))
  }
  const news = News.between(Filling.padded(Filling.of(before)), Filling.padded(now), section)
  const unseen = new Set(news.more.map(Filling.pointer))
  // what is asked only now nobody could answer yet; nor a group in which it is
  const issues = Filling.issuesOf(now, section).filter(
    ({ code, pointer }) =>
      code !== "required" || ![...unseen].some((one) => one === pointer || one.startsWith(`${pointer}/`)),
  )
  if (issues.length > 0) return wrong(issues, news)
  return go(News.isNone(news) ? after(section, handle, now) : paths.section(handle, section.id) + News.query(news))
}

/** The first field of an instance, which says by its groups where one is; the group itself where there is no instance. */
const anchorOf = (filling: Filling.Filling, section: Questionnaire.Section, place: Filling.Place): string => {
  const within = Filling.pointer(place)
  const first = Filling.all(Filling.asked(filling, section.items)).find(
    (one) => Filling.takesAnswer(one) && Filling.pointer(one.place).startsWith(`${within}/`),
  )
  if (first !== undefined) return controlAnchor(first.place)
  return typeof place.at(-1) === "number" ? questionAnchor(place) : controlAnchor(place)
}

/** The next section that is not done; after the last one the review, or the list while something is missing. */
const after = (section: Questionnaire.Section, handle: string, { session, state }: Filling.Filling): string => {
  const progress = session.sections(state)
  const here = progress.findIndex(({ id }) => id === section.id)
  const next = progress.slice(here + 1).find((one) => one.state !== "done")
  if (next !== undefined) return paths.section(handle, next.id)
  return progress.every((one) => one.state === "done") ? paths.review(handle) : paths.list(handle)
}
