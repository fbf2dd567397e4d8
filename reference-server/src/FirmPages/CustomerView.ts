/**
 * "View as customer" (T15, L47): the pages of one recipient, by the very functions that the customer's are rendered by, in
 * their language and behind glass (`CustomerView/Glass.ts`). Nothing is claimed, opened, counted or saved; that a member
 * looked is an entry of the request's record. Of a request that was not sent it is what will be seen.
 *
 *   GET /requests/:id/as-customer                    leads to the first recipient
 *   GET /requests/:id/as-customer/:recipient         the link's own page, or that it has expired, and why
 *   …/in, …/in/sections/:section, …/in/review        behind the Start button
 *   …/in/messages, …/in/pass-on, …/in/not-mine       what they may say beside it
 *   …/in/code, …/in/done, …/in/receipt.json|.pdf     the second factor; the receipt; as it is kept
 *   …/in/files/:file                                 a file, as members download it
 */
import { ClientRequest, Crypto, Questionnaire } from "@requite/core"
import * as Effect from "effect/Effect"
import * as downloads from "../Api/downloads.ts"
import { ClientRequests, type Overview, RequestNotFound } from "../ClientRequests.ts"
import type { Customer } from "../Customer.ts"
import * as Sessions from "../CustomerAccess/Sessions.ts"
import * as ArrivalPage from "../CustomerPages/ArrivalPage.ts"
import * as CodePage from "../CustomerPages/CodePage.ts"
import * as DeadEnd from "../CustomerPages/DeadEnd.ts"
import * as DonePage from "../CustomerPages/DonePage.ts"
import * as Entry from "../CustomerPages/Entry.ts"
import * as Language from "../CustomerPages/Language.ts"
import * as ListPage from "../CustomerPages/ListPage.ts"
import * as Messaging from "../CustomerPages/Messaging.ts"
import * as Mode from "../CustomerPages/Mode.ts"
import * as PassingOn from "../CustomerPages/PassingOn.ts"
import * as PortalLink from "../CustomerPages/PortalLink.ts"
import * as Reader from "../CustomerPages/Reader.ts"
import * as ReviewPage from "../CustomerPages/ReviewPage.ts"
import * as SectionPage from "../CustomerPages/SectionPage.ts"
import { paths, type Session } from "../CustomerPages/Session.ts"
import * as Talk from "../CustomerPages/Talk.ts"
import * as UploadPage from "../CustomerPages/UploadPage.ts"
import * as WholePage from "../CustomerPages/WholePage.ts"
import { Downloads } from "../Downloads.ts"
import * as Exports from "../Exports.ts"
import * as Filling from "../Filling.ts"
import { type Html, html } from "../Html.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { HttpServerResponse } from "../platform/Http.ts"
import { Record } from "../Record.ts"
import * as FileName from "../Uploads/FileName.ts"
import { Uploads } from "../Uploads.ts"
import * as Glass from "./CustomerView/Glass.ts"
import { isRevoked } from "./RequestLinks.ts"
import { personName } from "./RequestWords.ts"
import * as Routes from "./Routes.ts"
import { idPart, NotHere, type Visit } from "./Visit.ts"
import type { Key } from "./Words.ts"

/** What the recipient's link leads to now. */
type Standing = "unsent" | "open" | "submitted" | "expired" | "cancelled" | "suspended" | "revoked" | "erased"

/** Where in it the member is. */
type Place = "arrival" | "code" | "in" | "review" | "done"

/** A member's look at a request, through the eyes of one of its recipients. */
interface Look {
  readonly visit: Visit
  readonly recipient: ClientRequest.Recipient
  readonly standing: Standing
  /** As the customer's pages take it: there is no such session, its handle is made up for this look. */
  readonly session: Session
  /** The way to the portal, for who has one. */
  readonly portal: Html | null
}

const base = (id: string, recipient: string) => `/requests/${id}/as-customer/${recipient}`

/** The address of the page, for the request's own page. */
export const path = (request: Pick<ClientRequest.State, "id">, recipient: string): string => base(request.id, recipient)

const standingOf = ({ current: { request }, history }: Overview, recipient: string, now: number): Standing => {
  if (request.erased !== null) return "erased"
  if (ClientRequest.isOpenAt(request, now)) return isRevoked(history, recipient) ? "revoked" : "open"
  switch (ClientRequest.stateAt(request, now)) {
    case "Submitted":
      return "submitted"
    case "Cancelled":
      return "cancelled"
    case "Expired":
      return "expired"
    default:
      return request.suspended === null ? "unsent" : "suspended"
  }
}

const look = Effect.fnUntraced(function* (visit: Visit) {
  const id = yield* idPart(visit, "id")
  const { workspace, member, words } = visit
  const overview = yield* (yield* ClientRequests).overview(workspace.id, id)
  const { current } = overview
  const recipient = current.request.details.recipients.find((one) => one.id === visit.part("recipient"))
  if (recipient === undefined) return yield* new NotHere()
  yield* (yield* Record).viewedAs(member, id, recipient.id)
  const customer: Customer = {
    workspace,
    requestId: id,
    recipient: recipient.id,
    // no link has it, so that no file of somebody's session is among those that are theirs
    linkId: "00000000-0000-4000-8000-000000000000",
    generation: 0,
    device: "",
    assurance: "link",
    // nothing that anybody wrote has it in it, so that only addresses are changed by the glass
    handle: yield* Crypto.secret,
    csrf: "",
  }
  const filling = Filling.of(current)
  // their browser's languages are not known here
  const language = { recipient: recipient.language, accepted: undefined, chosen: Language.inAddress(visit.request) }
  const reader = Reader.make({ workspace, ...language, filling })
  const session = yield* Entry.furnished({ customer, current, filling, reader, now: words.now })
  const standing = standingOf(overview, recipient.id, words.now)
  const portal = yield* PortalLink.show(customer, current.request, reader)
  const found: Look = { visit, recipient, standing, session, portal }
  return found
})

/** Does the link lead in? */
const isIn = ({ standing }: Look) => standing === "open" || standing === "unsent"

const shown = (found: Look, place: Place, page: string) =>
  Effect.succeed(
    Glass.show(found.visit.config, page, {
      from: paths.list(found.session.customer.handle),
      to: `${base(found.session.customer.requestId, found.recipient.id)}/in`,
      bar: bar(found, place),
    }),
  )

/** "You see what Eva sees. Nothing is saved.", what else there is to know, the pages, and the way back. */
const bar = (found: Look, place: Place): Html => {
  const { visit, recipient, standing, session } = found
  const { t, language } = visit.words
  const { request } = session.current
  const name = personName(visit.words, recipient, request.policy)
  const own = base(request.id, recipient.id)
  const hasReview = Mode.of(request.policy).layout === "sections" && Mode.of(request.policy).finishes
  const places: ReadonlyArray<readonly [Place, string, Key]> = [
    ["arrival", own, "customerView.place.arrival"],
    ...(isIn(found) && ClientRequest.needsFactor(request)
      ? [["code", `${own}/in/code`, "customerView.place.code"] as const]
      : []),
    ...(isIn(found) ? [["in", `${own}/in`, "customerView.place.in"] as const] : []),
    ...(isIn(found) && hasReview ? [["review", `${own}/in/review`, "customerView.place.review"] as const] : []),
    ...(standing === "submitted" ? [["done", `${own}/in/done`, "customerView.place.done"] as const] : []),
  ]
  const others = request.details.recipients.filter(({ id }) => id !== recipient.id)
  return html`<aside class="customer-view" lang="${language}" aria-label="${t("customerView.title")}">
    <p><strong>${t("customerView.bar", { name })}</strong> ${why(found, place, name)}</p>
    <nav aria-label="${t("customerView.places")}">
      <ul>
        ${places.map(
          ([one, href, label]) =>
            html`<li><a href="${href}" ${one === place && html` aria-current="page"`}>${t(label)}</a></li>`,
        )}
        ${others.map(
          (other) =>
            html`<li>
              <a href="${base(request.id, other.id)}"
                >${t("customerView.other", { name: personName(visit.words, other, request.policy) })}</a
              >
            </li>`,
        )}
        <li><a href="/requests/${request.id}">${t("customerView.back")}</a></li>
      </ul>
    </nav>
  </aside>`
}

const why = ({ visit: { words }, standing }: Look, place: Place, name: string): string => {
  if (standing === "open") return ""
  if (standing === "submitted" && place === "done") return words.t("customerView.receipt", { name })
  return words.t(`customerView.why.${standing}`, { name })
}

/** The one page of every link that does not work, in the language that the recipient's browser most likely asks for. */
const expired = (found: Look) => {
  const { visit, session } = found
  const headers = { ...visit.request.headers, "accept-language": session.reader.locale }
  const { body } = DeadEnd.expired(visit.config, visit.request.modify({ headers }))
  return shown(found, "arrival", body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : "")
}

const arrival = (found: Look) => {
  const { session, recipient } = found
  const { customer, current, reader, now } = session
  const { workspace, handle } = customer
  const context = Filling.contextOf(current.request, workspace.timeZone, now)
  const blank = Filling.blank(current.stored.questionnaire, context)
  const page = ArrivalPage.render({ workspace, recipient, current }, blank, reader, paths.list(handle), now)
  return shown(found, "arrival", page)
}

/** A page behind Start; of a link that leads nowhere the one that says so. */
const inside = (route: "" | `/${string}`, place: Place, render: (found: Look) => string | null) =>
  Routes.page(`/requests/:id/as-customer/:recipient/in${route}`, (visit) =>
    Effect.gen(function* () {
      const found = yield* look(visit)
      const { requestId, recipient } = found.session.customer
      if (found.standing === "submitted" && route === "")
        return PageSecurity.seeOther(visit.config, `${base(requestId, recipient)}/in/done`)
      if (!isIn(found)) return yield* expired(found)
      const page = render(found)
      return page === null
        ? PageSecurity.seeOther(visit.config, `${base(requestId, recipient)}/in`)
        : yield* shown(found, place, page)
    }),
  )

const front = ({ session, portal }: Look): string => {
  switch (Mode.of(session.current.request.policy).layout) {
    case "whole":
      return WholePage.render(session, { portal })
    case "uploads":
      return UploadPage.render(session, { own: [], portal })
    case "sections":
      return ListPage.render(session, { portal })
  }
}

const section = ({ session, visit }: Look): string | null => {
  const { current, filling } = session
  const found = Questionnaire.section(current.stored.questionnaire, visit.part("section"))
  const isShown =
    found !== undefined &&
    Mode.of(current.request.policy).layout === "sections" &&
    filling.session.isSectionAsked(filling.state, found.id)
  return isShown
    ? SectionPage.render(session, { section: found, draft: Filling.issuesOf(filling, found, { draft: true }) })
    : null
}

const review = ({ session }: Look): string | null => {
  const { layout, finishes } = Mode.of(session.current.request.policy)
  return layout === "sections" && finishes ? ReviewPage.render(session) : null
}

const code = ({ session, recipient, visit }: Look): string | null => {
  const { request } = session.current
  const channels = Sessions.channelsOf(request)
  const [channel] = channels
  if (channel === undefined || !ClientRequest.needsFactor(request)) return null
  const to = channel === "email" ? Sessions.masked(recipient.email) : recipient.mobile.slice(-2)
  const { language } = recipient
  const step = { workspace: visit.workspace, language, csrf: "", channel, to, step: 1, steps: channels.length }
  const shown = {
    path: paths.code(session.customer.handle),
    accepted: undefined,
    chosen: Language.inAddress(visit.request),
    notice: null,
  }
  return CodePage.render({ ...step, lapsed: false }, shown)
}

const messages = ({ session, visit }: Look): string | null =>
  Talk.isPossible(session) ? Messaging.render(session, { item: visit.query("item"), text: "", isWrong: false }) : null

const passOn = ({ session }: Look): string | null =>
  PassingOn.mayPass(session) ? PassingOn.passing(session, { name: "", email: "", word: "" }, null) : null

/** What the session that submitted has, of a request that was. */
const submitted = (visit: Visit) =>
  Effect.filterOrFail(
    look(visit),
    ({ standing }) => standing === "submitted",
    () => new NotHere(),
  )

const attached = (visit: Visit, name: string, contentType: string, content: Uint8Array) =>
  HttpServerResponse.uint8Array(content, {
    contentType,
    headers: {
      ...PageSecurity.headers(visit.config),
      ...downloads.harmless,
      "content-disposition": FileName.attachment(name),
    },
  })

export const routes = [
  Routes.page("/requests/:id/as-customer", (visit) =>
    Effect.gen(function* () {
      const id = yield* idPart(visit, "id")
      const { request } = yield* (yield* ClientRequests).read(visit.workspace.id, id)
      return PageSecurity.seeOther(visit.config, base(id, ClientRequest.primary(request.details).id))
    }),
  ),
  Routes.page("/requests/:id/as-customer/:recipient", (visit) =>
    Effect.flatMap(look(visit), (found) => (isIn(found) ? arrival(found) : expired(found))),
  ),
  inside("", "in", front),
  inside("/sections/:section", "in", section),
  inside("/review", "review", review),
  inside("/code", "code", code),
  inside("/messages", "in", messages),
  inside("/pass-on", "in", passOn),
  inside("/not-mine", "in", ({ session }) => (Talk.isPossible(session) ? PassingOn.disowning(session) : null)),
  Routes.page("/requests/:id/as-customer/:recipient/in/done", (visit) =>
    Effect.gen(function* () {
      const found = yield* submitted(visit)
      const { customer, current, filling, reader } = found.session
      const signed = yield* (yield* Record).receipt(customer)
      const receipt = { workspace: visit.workspace, customer, request: current.request, current }
      return yield* shown(found, "done", DonePage.render(receipt, filling, reader, signed, found.portal))
    }),
  ),
  Routes.page("/requests/:id/as-customer/:recipient/in/receipt.json", (visit) =>
    Effect.gen(function* () {
      const { session } = yield* submitted(visit)
      const signed = yield* (yield* Record).receipt(session.customer)
      if (signed === null) return yield* new NotHere()
      const text = new TextEncoder().encode(`${JSON.stringify(signed, null, 2)}\n`)
      return attached(visit, "receipt.json", "application/json", text)
    }),
  ),
  Routes.page("/requests/:id/as-customer/:recipient/in/receipt.pdf", (visit) =>
    Effect.gen(function* () {
      const { customer, current, filling, reader } = (yield* submitted(visit)).session
      const signed = yield* (yield* Record).receipt(customer)
      const hash = signed?.entry.hash ?? null
      const pdf = yield* Exports.receipt(current, filling, reader, visit.workspace.name, hash)
      return attached(visit, "receipt.pdf", "application/pdf", pdf)
    }),
  ),
  Routes.page("/requests/:id/as-customer/:recipient/in/files/:file", (visit) =>
    Effect.gen(function* () {
      const { customer } = (yield* look(visit)).session
      const id = customer.requestId
      const fileId = yield* idPart(visit, "file")
      const uploads = yield* Uploads
      const answer = yield* (yield* Downloads).answer({
        workspaceId: visit.workspace.id,
        reader: visit.member.id,
        find: (part) =>
          uploads.download(visit.workspace.id, id, fileId, part).pipe(
            // a document that goes with the request
            Effect.catchTag("RequestNotFound", () => uploads.downloadFor(customer, fileId, part)),
            Effect.catchTag("FileWithheld", () => Effect.fail(new RequestNotFound({ id }))),
          ),
      })
      yield* (yield* Record).viewed(visit.member, id, "file")
      return answer
    }),
  ),
]
