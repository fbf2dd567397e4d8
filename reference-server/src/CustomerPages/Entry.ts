/** Who is at the door: the checks that every handler begins with, and what it needs to answer. */
import { AccessLink, type ClientRequest, Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Current } from "../ClientRequests.ts"
import { ClientRequests } from "../ClientRequests.ts"
import { Config } from "../Config.ts"
import { Conversations } from "../Conversations.ts"
import { type Customer, sessionCookie } from "../Customer.ts"
import { CustomerAccess } from "../CustomerAccess.ts"
import * as Device from "../CustomerAccess/Device.ts"
import { Handouts } from "../Documents/Handouts.ts"
import { Files, isReadable } from "../Files.ts"
import * as Filling from "../Filling.ts"
import * as Messages from "../Messages.ts"
import * as CurrentRequest from "../Observability/CurrentRequest.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { HttpRouter, HttpServerRequest } from "../platform/Http.ts"
import { type Action, CustomerLimits } from "../RateLimits/Customers.ts"
import * as Tenancy from "../Tenancy.ts"
import type { Workspace } from "../Workspaces.ts"
import * as Framing from "./Framing.ts"
import * as Language from "./Language.ts"
import * as Reader from "./Reader.ts"
import { NotOurs } from "./SectionForm.ts"
import type { Session } from "./Session.ts"

/** S39, before anything is looked up: a stranger's form gets the same answer whether the link lives or not. */
export const sameOrigin = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  if (!PageSecurity.isSameOrigin(yield* Config, request)) return yield* new NotOurs()
})

/** Where the caller is, as limits count it. */
export const addressOf = ({ remoteAddress }: HttpServerRequest.HttpServerRequest): string =>
  remoteAddress._tag === "Some" ? remoteAddress.value : ""

/** S41, before anything is looked up: one more try from this place. */
export const fromHere = Effect.fnUntraced(function* (action: Action) {
  const limits = yield* CustomerLimits
  yield* limits.ofPlace(action, addressOf(yield* HttpServerRequest.HttpServerRequest))
})

/** The secret of the browser's device cookie. */
export const device = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const { name } = Framing.isFramed(request) ? Device.framed : Device.cookie
  return PageSecurity.readCookie(yield* Config, request, name)
})

/** Goes on in the session that the address and the cookie name together, with what is there to see now: for its workspace. */
export const enter = <A, E, R>(then: (session: Session) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(admitted, (customer) =>
    Tenancy.within(customer.workspace.id)(
      Effect.gen(function* () {
        const current = yield* (yield* ClientRequests).current(customer)
        yield* speaks(customer, current.request)
        // a form is read as the page was that it was typed into
        return yield* then(yield* showing(customer, current, true))
      }),
    ).pipe(Framing.by(customer.workspace)),
  )

/**
 * What was chosen by the page's switch is the recipient's language from now on, in mails too, and stands in the record. What
 * only looks changes nothing, so that this waits for a form.
 */
export const speaks = Effect.fnUntraced(function* (
  { workspace, linkId, recipient: id }: Customer,
  request: ClientRequest.State,
) {
  const asked = yield* HttpServerRequest.HttpServerRequest
  const chosen = asked.method === "POST" ? Language.chosen(yield* Config, asked) : null
  const was = languageOf(request, id)
  if (chosen === null || Messages.translator("customer", [was]).language === chosen) return
  const accepted = Messages.acceptedLanguages(asked.headers["accept-language"])
  const { locale } = Messages.translator("customer", Language.wanted(chosen, accepted))
  const by = { kind: "customer", link: linkId } as const
  const intent = { type: "ChooseLanguage", id: yield* Crypto.uuid, by, recipient: id, language: locale } as const
  // a request that is over speaks to nobody any more
  yield* Effect.ignore((yield* ClientRequests).handle(workspace.id, request.id, intent))
})

const admitted = Effect.gen(function* () {
  const access = yield* CustomerAccess
  const action = yield* changing
  if (action !== null) yield* fromHere(action)
  const { handle, secret } = yield* presented
  const customer = yield* access.enter(handle, secret)
  yield* CurrentRequest.know({ workspaceId: customer.workspace.id })
  if (action !== null) {
    const { workspace, requestId, recipient } = customer
    yield* (yield* CustomerLimits).ofFamily(action, { workspaceId: workspace.id, requestId, recipient })
  }
  return customer
})

/** What the call counts as where it may change something; null: it only looks. */
const changing = Effect.map(HttpServerRequest.HttpServerRequest, ({ method, url }): Action | null =>
  method !== "POST" ? null : /^\/q\/[^/?]*(\?|$)/.test(url) ? "upload" : "save",
)

/** Was the form sent by the switch of languages? Then nothing is done with it: its page comes back as it was, in this session. */
export const switched = Effect.fnUntraced(function* (customer: Customer) {
  const asked = Language.inAddress(yield* HttpServerRequest.HttpServerRequest)
  return asked === null ? null : yield* sessionOf(customer)
})

/** What a customer who is in sees now. */
export const sessionOf = Effect.fnUntraced(function* (customer: Customer) {
  const requests = yield* ClientRequests
  return yield* showing(customer, yield* requests.current(customer))
})

/** What they would see of these answers. `asTyped`: in the language of the page that a form was sent from. */
export const showing = Effect.fnUntraced(function* (customer: Customer, current: Current, asTyped = false) {
  const filling = Filling.of(current)
  const reader = yield* readerOf(customer.workspace, current.request, customer.recipient, filling, asTyped)
  const asked: Session = { customer, current, filling, reader, now: yield* Clock.currentTimeMillis }
  const { headers } = yield* HttpServerRequest.HttpServerRequest
  // what a script saves is answered without a page
  return headers["accept"] === "application/json" ? asked : yield* furnished(asked)
})

/** The same with what stands on its pages beside the questions: what the firm gives to read, and what was said. */
export const furnished = Effect.fnUntraced(function* (asked: Session) {
  const { customer, current } = asked
  const handouts = yield* Handouts
  const given = yield* handouts.forCustomer(customer.workspace.id, current.request.id)
  const named = yield* handouts.named(customer.workspace.id, current.stored.questionnaire)
  const attachments = current.request.details.attachments.map(({ id }) => id)
  const known = attachments.length === 0 ? [] : yield* (yield* Files).of(customer.workspace.id, attachments)
  const withheld = known.filter(({ scan }) => !isReadable(scan)).map(({ id }) => id)
  const session: Session = { ...asked, handouts: given, named, withheld: new Set(withheld) }
  if (current.request.comments === undefined) return session
  const conversations = yield* Conversations
  return {
    ...session,
    comments: yield* conversations.of(customer.workspace.id, current.request, { recipient: customer.recipient }),
  }
})

const languageOf = (request: ClientRequest.State, recipient: string): string =>
  request.details.recipients.find(({ id }) => id === recipient)?.language ?? ""

/** The receipt of the session that submitted; there is none for anybody else (S50). */
export const receipt = Effect.gen(function* () {
  const access = yield* CustomerAccess
  const { handle, secret } = yield* presented
  const found = yield* access.receipt(handle, secret)
  const filling = Filling.of(found.current)
  const reader = yield* readerOf(found.workspace, found.request, found.customer.recipient, filling)
  return { ...found, handle, filling, reader }
})

/** The handle of the address with the secret of its cookie. */
export const presented = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const { handle = "" } = yield* HttpRouter.params
  const secret = PageSecurity.readCookie(yield* Config, request, sessionCookie(handle))
  return secret === null ? yield* new AccessLink.LinkDead() : { handle, secret }
})

/** The reader of the HTTP request at hand: a recipient, by id, of a request. */
export const readerOf = Effect.fnUntraced(function* (
  workspace: Workspace,
  of: ClientRequest.State,
  recipientId: string,
  filling: Filling.Filling,
  asTyped = false,
) {
  const request = yield* HttpServerRequest.HttpServerRequest
  const config = yield* Config
  const chosen =
    asTyped && request.method === "POST" ? Language.before(config, request) : Language.chosen(config, request)
  const recipient = languageOf(of, recipientId)
  const accepted = request.headers["accept-language"]
  return Reader.make({ workspace, recipient, accepted, chosen, zone: of.details.timeZone, filling })
})
