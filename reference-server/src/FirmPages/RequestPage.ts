/**
 * One request as the firm sees it: its state and what can be done now, what the customer has given so far, the people
 * and their links, the reminders, its e-mails and its history. What can be done is asked of the core, never worked out here.
 */
import type { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import { AccessCodes } from "../AccessCodes.ts"
import { ClientRequests, type Handled, type Overview, RequestNotFound } from "../ClientRequests.ts"
import { CustomerAccess } from "../CustomerAccess.ts"
import { Downloads } from "../Downloads.ts"
import { Files } from "../Files.ts"
import { type Child, html } from "../Html.ts"
import { Members } from "../Members.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { Record } from "../Record.ts"
import { Uploads } from "../Uploads.ts"
import * as Conversation from "./Conversation.ts"
import * as History from "./History.ts"
import * as Page from "./Page.ts"
import * as RequestAnswers from "./RequestAnswers.ts"
import * as RequestBanner from "./RequestBanner.ts"
import * as RequestFacts from "./RequestFacts.ts"
import * as RequestLinks from "./RequestLinks.ts"
import * as RequestRecord from "./RequestRecord.ts"
import * as RequestReminders from "./RequestReminders.ts"
import { personName, pill, recipientName, refusal, standing, titleOf } from "./RequestWords.ts"
import * as Routes from "./Routes.ts"
import { idPart, type Visit } from "./Visit.ts"

export const dones = [
  "sent",
  "resent",
  "scheduled",
  "unscheduled",
  "cancelled",
  "saved",
  "suspended",
  "resumed",
  "reopened",
  "closed",
  "window",
  "changed",
  "revoked",
  "unlocked",
  "item",
  "returned",
  "lifted",
  "erased",
  "commented",
  "asked",
  "delegated",
  "refused",
] as const
/** What was done, as the page says it afterwards. */
export type Done = (typeof dones)[number]

export const routes = [
  Routes.page("/requests/:id", (visit) => show(visit)),
  Routes.page("/requests/:id/files/:file", (visit) =>
    Effect.gen(function* () {
      const id = yield* idPart(visit, "id")
      // the page has no link to a file that is withheld
      const fileId = yield* idPart(visit, "file")
      const uploads = yield* Uploads
      const { id: workspaceId } = visit.workspace
      const answer = yield* (yield* Downloads).answer({
        workspaceId,
        reader: visit.member.id,
        find: (part) =>
          Effect.catchTag(uploads.download(workspaceId, id, fileId, part), "FileWithheld", () =>
            Effect.fail(new RequestNotFound({ id })),
          ),
      })
      yield* (yield* Record).viewed(visit.member, id, "file")
      return answer
    }),
  ),
]

/** Leads to the request when it was done; shows it with the reasons when it was refused. */
export const carriedOut = (visit: Visit, id: string, done: Done, handled: Handled) =>
  Effect.matchEffect(handled, {
    onSuccess: () => Effect.succeed(PageSecurity.seeOther(visit.config, `/requests/${id}?done=${done}`)),
    onFailure: (error) => (error._tag === "Refusal" ? show(visit, { id, refused: error }) : Effect.fail(error)),
  })

interface Options {
  /** When the path does not say which. */
  readonly id?: string
  readonly refused?: ClientRequest.Refused
  /** What of a small form has to be mended. */
  readonly problem?: string
  /** A link that was asked for. */
  readonly link?: RequestLinks.Copied
  /** A code that was asked for. */
  readonly readOut?: RequestLinks.ReadOut
}

export const show = Effect.fnUntraced(function* (visit: Visit, options: Options = {}) {
  const { id: given, refused, problem, link = null, readOut = null } = options
  const id = given ?? (yield* idPart(visit, "id"))
  const record = yield* Record
  const overview = yield* (yield* ClientRequests).overview(visit.workspace.id, id)
  if (Object.keys(overview.current.answers).length > 0) yield* record.viewed(visit.member, id, "answers")
  const proof = yield* record.prove(visit.workspace.id, id)
  const names = yield* memberNames(visit, overview)
  const attachments = overview.current.request.details.attachments.map(({ id: file }) => file)
  const files = attachments.length === 0 ? [] : yield* (yield* Files).of(visit.workspace.id, attachments)
  const locked = yield* (yield* AccessCodes).locked(visit.workspace.id, id)
  const { words } = visit
  const { request } = overview.current
  const links = yield* linkNames(visit, request)
  const comments = yield* Conversation.load(visit, request)
  const done = dones.find((one) => one === visit.query("done"))
  const name = recipientName(words, request)
  const wrong: ReadonlyArray<Child> =
    refused === undefined ? (problem === undefined ? [] : [problem]) : refusal(words, refused, request)
  const { description } = request.details
  const title = titleOf(words, request)
  return Page.member(visit, {
    title,
    place: "requests",
    status: refused !== undefined ? 409 : problem !== undefined ? 422 : 200,
    wrong: wrong.length > 0,
    body: html`${wrong.length > 0 && Page.alert(words.t("refusal.title"), wrong)}
      ${done !== undefined && wrong.length === 0 && Page.done(words.t(`request.done.${told(done, request)}`, { name }))}
      <p class="trail"><a href="/requests">${words.t("requests.title")}</a></p>
      <div class="titled">
        <h1>${title}</h1>
        ${pill(words, request)}
      </div>
      <p class="meta">${name} · ${standing(words, request)}</p>
      ${description !== "" && html`<p class="words lead">${description}</p>`} ${Conversation.waiting(visit, request)}
      ${RequestBanner.show(visit, overview)}
      <div class="beside overview">
        <div>
          ${RequestAnswers.show(visit, overview.current)} ${Conversation.show(visit, overview.current, comments)}
        </div>
        <div>
          ${RequestLinks.show(visit, request, { copied: link, readOut, locked, history: overview.history })}
          ${RequestReminders.show(visit, overview)} ${RequestFacts.show(visit, overview, { names, files })}
          ${RequestFacts.mails(visit, overview)} ${History.show(words, overview, { members: names, links })}
          ${RequestRecord.show(visit, request, proof)}
        </div>
      </div>`,
  })
})

/** What is said of it: where nothing was mailed, or the link stayed, other words than usual. */
const told = (done: Done, { policy, details }: ClientRequest.State) => {
  if (done === "sent" && details.recipients.every(({ email }) => email === "")) return "made"
  return done === "resent" && policy.resend.mode === "same-link" ? "resentSame" : done
}

/** Which of several people came by which link: the names by the links' ids. */
const linkNames = Effect.fnUntraced(function* (visit: Visit, request: ClientRequest.State) {
  // who has passed it on had links too
  const people = [...request.details.recipients, ...(request.delegated ?? []).map(({ from }) => from)]
  if (people.length < 2) return new Map<string, string>()
  const lines = yield* (yield* CustomerAccess).links(visit.workspace.id, request.id)
  return new Map(
    lines.flatMap(({ id, recipient }): ReadonlyArray<[string, string]> => {
      const found = people.find((one) => one.id === recipient)
      return found === undefined ? [] : [[id, personName(visit.words, found, request.policy)]]
    }),
  )
})

/** The names of the members who had a part in it, by id. */
const memberNames = Effect.fnUntraced(function* (visit: Visit, { current, history }: Overview) {
  const members = yield* Members
  const actors = [current.request.createdBy, current.request.sentBy, ...history.map(({ by }) => by)]
  const ids = new Set(actors.flatMap((actor) => (actor?.kind === "member" ? [actor.id] : [])))
  const found = yield* Effect.forEach([...ids], (id) =>
    Effect.map(members.find(visit.workspace.id, id), (member): readonly [string, string] => [id, member?.name ?? ""]),
  )
  return new Map(found)
})
