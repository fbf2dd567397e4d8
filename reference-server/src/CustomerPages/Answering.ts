/**
 * What happens when a section's form is sent. Whatever was written is saved, right or wrong, and only then judged; the
 * customer goes on when nothing is wrong, comes back to the page with what is, or with what is asked now because of these
 * answers, or goes where the button said: to the list, to the next section, or to the end, with the last tick.
 */
import type { Answers, Questionnaire } from "@requite/core"
import { type ClientRequest, Crypto } from "@requite/core"
import { placeOf } from "@requite/core/FillSession/Place"
import * as Effect from "effect/Effect"
import type { Conflict, Current, RequestNotFound } from "../ClientRequests.ts"
import { ClientRequests } from "../ClientRequests.ts"
import * as Filling from "../Filling.ts"
import type { HttpServerRequest } from "../platform/Http.ts"
import { Uploads } from "../Uploads.ts"
import * as Fields from "./Fields.ts"
import * as Items from "./Items.ts"
import { controlAnchor, groupActions, questionAnchor } from "./kinds.ts"
import * as Mode from "./Mode.ts"
import * as News from "./News.ts"
import type { Issue } from "./Problems.ts"
import type { NotOurs, Sent, TooMuch } from "./SectionForm.ts"
import * as SectionForm from "./SectionForm.ts"
import { actions } from "./SectionPage.ts"
import type { Session } from "./Session.ts"
import { paths } from "./Session.ts"
import * as Versions from "./Versions.ts"

/** Where the customer is now: on another page, or on this one with something to put right. */
export type Outcome =
  | { readonly type: "go"; readonly to: string }
  | {
      readonly type: "wrong"
      readonly issues: ReadonlyArray<Issue>
      readonly typed: Answers.Answers
      readonly news: News.News
      /** The versions that the form showed, where it was not saved. */
      readonly seen?: Versions.Seen
    }
  | { readonly type: "stale"; readonly typed: Answers.Answers; readonly seen: Versions.Seen }
  /** Saved; and questions that were left as the page showed them say something else by now. */
  | { readonly type: "changed"; readonly changed: ReadonlyArray<string> }
  | {
      readonly type: "conflict"
      readonly conflicts: ReadonlyArray<Conflict>
      readonly typed: Answers.Answers
      readonly seen: Versions.Seen
    }
  | { readonly type: "lacks-reason" }
  /** Saved; and the page stays, with the reason that was written and not sent. */
  | { readonly type: "keeps-reason"; readonly isLeaving: boolean }

type Ends = NotOurs | TooMuch | RequestNotFound | ClientRequest.Refusal
type Needs = ClientRequests | Uploads | Crypto.Crypto | HttpServerRequest.HttpServerRequest

const go = (to: string): Outcome => ({ type: "go", to })

/** With it the reason that was written why the section does not apply: wherever the page comes back, it stands there. */
export const post = Effect.fnUntraced(function* (
  session: Session,
  section: Questionnaire.Section,
): Effect.fn.Return<Outcome & { readonly reason: string }, Ends, Needs> {
  const { customer } = session
  const sent = yield* SectionForm.receive(customer, [section], yield* SectionForm.attached(customer))
  return { ...(yield* answered(session, section, sent)), reason: reasonIn(sent) }
})

const answered = Effect.fnUntraced(function* (
  session: Session,
  section: Questionnaire.Section,
  sent: Sent,
): Effect.fn.Return<Outcome, Ends, Needs> {
  const { customer, reader } = session
  const { fields } = sent
  const [action, about] = pressed(sent)
  if (action === actions.reopen) return yield* reopen(session, section, sent)
  const requests = yield* ClientRequests
  const latest = yield* requests.current(customer)
  // files may be minutes on their way, and another page saves meanwhile; where the questions are others, nothing is saved
  const current = latest.request.revision === session.current.request.revision ? latest : session.current
  const meanwhile: Session = { ...session, current, filling: Filling.of(current) }
  const untouched = Versions.untouched(meanwhile, section, fields)
  const read = Object.fromEntries(
    Object.entries(Fields.read(section.items, { fields, reader, place: [], before: current.answers })).filter(
      ([id]) => !untouched.has(id),
    ),
  )
  const [id = ""] = about.split(".")
  const { shares } = Mode.of(current.request.policy)
  // which one they meant nobody knows, where the page showed others
  const isElsewhere = action === groupActions.take && untouched.has(id) && !shares
  const { typed, focus } = isElsewhere ? { typed: read, focus: [id] } : rearranged(meanwhile, section, sent, read)
  const saved = yield* save(session, sent, typed, section.id)
  const seen = Versions.posted(fields, Object.keys(typed))
  if (saved.type === "stale") return { type: "stale", typed, seen }
  if (saved.type === "closed") return go(paths.section(customer.handle, section.id))
  if (saved.type === "refused") {
    const issues = [...saved.issues, ...sent.refused]
    return { type: "wrong", issues, typed, news: News.none, seen }
  }
  yield* removeFile(session, sent)
  if (saved.conflicts.length > 0) return conflicting(sent, saved.conflicts)
  if (action === actions.decline) return yield* decline(session, section, sent)
  const now = yield* requests.current(customer)
  const outcome = judge(session, section, sent, now, focus)
  const isLeaving = outcome === null || (outcome.type === "go" && action === actions.list)
  // a script says itself what was touched; whoever stays sees the page anew
  const changed = isLeaving && !shares && !fields.has("shown") ? [...untouched].filter(([, isElse]) => isElse) : []
  if (changed.length > 0) return { type: "changed", changed: changed.map(([question]) => question) }
  const mayDecline = current.request.policy.customerMayDeclineItem
  // sent once more by a reload, the form must not bring an instance or a file once more
  const isSafeAgain = focus === null && sent.taken.length === 0
  if (mayDecline && reasonIn(sent).trim() !== "" && outcome?.type !== "wrong" && (isLeaving || isSafeAgain)) {
    return { type: "keeps-reason", isLeaving }
  }
  if (outcome !== null) return outcome
  return action === actions.complete
    ? yield* complete(session, section, sent)
    : go(after(section, customer.handle, { current: now, filling: Filling.of(now) }))
})

/** What came of a save. */
export type Kept =
  | { readonly type: "saved"; readonly conflicts: ReadonlyArray<Conflict> }
  | { readonly type: "refused"; readonly issues: ReadonlyArray<Issue> }
  | { readonly type: "stale" }
  | { readonly type: "closed" }

/** Saved it is whatever it says, as long as the questions are those that were answered. `visited`: it is done with. */
export const save = Effect.fnUntraced(function* (
  { customer, current }: Session,
  { revision, refusal, fields }: Sent,
  answers: Answers.Answers,
  visited?: string,
): Effect.fn.Return<Kept, Ends, ClientRequests | Crypto.Crypto> {
  const requests = yield* ClientRequests
  const written = Mode.of(current.request.policy).shares ? Versions.toWrite(answers, fields) : { answers }
  const input = { revision, ...written, ...(visited === undefined ? {} : { visited }) }
  const saving = refusal === null ? requests.save(customer, input, yield* Crypto.uuid) : Effect.fail(refusal)
  return yield* saving.pipe(
    Effect.map(({ conflicts }): Kept => ({ type: "saved", conflicts })),
    Effect.catchTags({
      AnswersRefused: ({ issues }) => Effect.succeed<Kept>({ type: "refused", issues }),
      Refusal: (refusal): Effect.Effect<Kept, ClientRequest.Refusal> => orGoOn(refusal),
    }),
  )
})

/** A refusal that is not the end: the questions are others by now, or this section is closed. */
const orGoOn = (
  refusal: ClientRequest.Refusal,
): Effect.Effect<{ readonly type: "stale" } | { readonly type: "closed" }, ClientRequest.Refusal> => {
  const codes = new Set<string>(refusal.reasons.map(({ code }) => code))
  const isOnly = (...these: ReadonlyArray<string>) => codes.size > 0 && [...codes].every((code) => these.includes(code))
  if (isOnly("stale-revision", "file-limit", "item-unknown") && codes.has("stale-revision")) {
    return Effect.succeed({ type: "stale" })
  }
  if (isOnly("file-limit")) return Effect.succeed({ type: "stale" })
  return isOnly("item-closed", "item-status", "item-not-allowed", "stale-revision")
    ? Effect.succeed({ type: "closed" })
    : Effect.fail(refusal)
}

/** The page that shows what two have written, with both values; all else is saved. */
const conflicting = ({ fields }: Sent, conflicts: ReadonlyArray<Conflict>): Outcome => {
  const typed = Object.fromEntries(conflicts.map(({ question, mine }) => [question, mine]))
  // until one is chosen, the form goes on to say what it showed first
  return { type: "conflict", conflicts, typed, seen: Versions.posted(fields, Object.keys(typed)) }
}

const reopen = Effect.fnUntraced(function* (
  { customer }: Session,
  section: Questionnaire.Section,
  { revision }: Sent,
): Effect.fn.Return<Outcome, Ends, Needs> {
  const requests = yield* ClientRequests
  // whatever has become of it, its own page says so
  const here = go(paths.section(customer.handle, section.id))
  return yield* requests.reopenItem(customer, { revision, item: section.id }, yield* Crypto.uuid).pipe(
    Effect.as(here),
    Effect.catchTag("Refusal", (refusal) => Effect.as(orGoOn(refusal), here)),
  )
})

const decline = Effect.fnUntraced(function* (
  { customer }: Session,
  section: Questionnaire.Section,
  { revision, fields }: Sent,
): Effect.fn.Return<Outcome, Ends, Needs> {
  const requests = yield* ClientRequests
  const reason = reasonIn({ fields }).trim()
  if (reason === "") return { type: "lacks-reason" }
  const intent = { revision, item: section.id, reason }
  return yield* requests.declineItem(customer, intent, yield* Crypto.uuid).pipe(
    Effect.map((request) => ended(customer.handle, request)),
    Effect.catchTag("Refusal", (refusal) => Effect.as(orGoOn(refusal), go(paths.list(customer.handle)))),
  )
})

/** Why it does not apply, as far as it was written. */
export const reasonIn = ({ fields }: Pick<Sent, "fields">): string =>
  (fields.get("reason")?.[0] ?? "").replace(/\r\n?/g, "\n").slice(0, 1000)

/** Ticks the section; where it is the last one, that was the end (L24). */
const complete = Effect.fnUntraced(function* (
  { customer }: Session,
  section: Questionnaire.Section,
  { revision }: Sent,
): Effect.fn.Return<Outcome, Ends, Needs> {
  const requests = yield* ClientRequests
  const { handle } = customer
  return yield* requests.completeItem(customer, { revision, item: section.id }, yield* Crypto.uuid).pipe(
    Effect.map((request) => ended(handle, request, `?ticked=${section.id}`)),
    Effect.catchTag("Refusal", (refusal) => Effect.as(orGoOn(refusal), go(paths.section(handle, section.id)))),
  )
})

const ended = (handle: string, { state }: ClientRequest.State, query = ""): Outcome =>
  go(state === "Submitted" ? paths.done(handle) : paths.list(handle) + query)

/** What the button says, and what it is about: `add:owners`. */
export const pressed = ({ fields }: Pick<Sent, "fields">): readonly [action: string, about: string] => {
  const [action = actions.next, about = ""] = fields.get("action")?.[0]?.split(":") ?? []
  return [action, about]
}

/** With an instance more or less, where the button says so; and where the customer goes on then. `section`: the only one
 * that the form shows. */
export const rearranged = (
  { current }: Session,
  section: Questionnaire.Section | null,
  sent: Pick<Sent, "fields">,
  read: Answers.Answers,
): { readonly typed: Answers.Answers; readonly focus: Filling.Place | null } => {
  const [action, about] = pressed(sent)
  const place = placeOf(`/${about.replaceAll(".", "/")}`)
  const id = String(place[0])
  const found = Filling.sectionOf(current.stored.questionnaire, id)
  const isOurs = section === null ? found !== undefined : found === section.id
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
        refusal.reasons.some(({ code }) => code === "file-unknown") ? Effect.void : Effect.fail(refusal),
      ),
    )
})

/** All is saved: is there something to put right here, or to see, after this button? Null: the customer may go on. */
const judge = (
  { customer: { handle }, current: before }: Session,
  section: Questionnaire.Section,
  sent: Sent,
  current: Current,
  focus: Filling.Place | null,
): Outcome | null => {
  const { fields, refused } = sent
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
    return issues.length > 0 ? wrong(issues) : null
  }
  const news = News.unseen(News.between(Filling.padded(Filling.of(before)), Filling.padded(now), section), fields)
  const issues = News.withoutUnseen(Filling.issuesOf(now, section), news)
  if (issues.length > 0) return wrong(issues, news)
  return News.isNone(news) ? null : go(paths.section(handle, section.id) + News.query(news))
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

/** The next section with something to do; after the last one the review, or the list while something is missing. */
const after = (section: Questionnaire.Section, handle: string, now: Pick<Session, "current" | "filling">): string => {
  const items = Items.of(now)
  const here = items.findIndex(({ id }) => id === section.id)
  const next = items.slice(here + 1).find(({ isSettled, isOpen }) => !isSettled && isOpen)
  if (next !== undefined) return paths.section(handle, next.id)
  const isReady = items.every(({ isSettled }) => isSettled) && Mode.of(now.current.request.policy).finishes
  return isReady ? paths.review(handle) : paths.list(handle)
}
