/** What the tests of the portal share: the server with its pages, a firm with a contact, and a browser made of plain HTTP. */
import { RequestPolicy, type ClientRequest } from "@requite/core"
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Contacts } from "../../reference-server/src/Contacts.ts"
import * as PortalLetters from "../../reference-server/src/Portal/Letters.ts"
import { pathOf } from "../../reference-server/src/Portal.ts"
import * as Authenticator from "../support/Authenticator.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./SecurityWorld.ts"

export const layer = PortalLetters.worker.pipe(Layer.provideMerge(World.layer))

export const password = "a horse of correct battery"

/** A firm with a contact, who has an address of their own. */
export const firm = Effect.gen(function* () {
  const made = yield* World.firm
  const { workspaceId } = made.member
  const contact = yield* person(workspaceId, "Carl Customer", made.address)
  return { ...made, contact, base: pathOf(workspaceId) }
})
export type Firm = Effect.Success<typeof firm>

export const person = (workspaceId: string, name: string, email: string) =>
  Effect.gen(function* () {
    const details = { name, email, mobile: "", language: "en", timeZone: null }
    return yield* (yield* Contacts).create(workspaceId, yield* Crypto.uuid, details)
  })

/** The recipient that a contact is. */
export const asked = ({ id, name, email }: { readonly id: string; readonly name: string; readonly email: string }) =>
  TestFirm.recipient(email, { id: "carl", name, contact: id })

/** A request to the firm's contact, sent. */
export const send = (
  { member, stored, contact }: Pick<Firm, "member" | "stored" | "contact">,
  changes: Partial<ClientRequest.Details> = {},
  policy: RequestPolicy.RequestPolicy = RequestPolicy.taxdome,
) => TestFirm.sendRequest(member, stored.ref, { recipients: [asked(contact)], ...changes }, policy)

/** A browser: what it was given of cookies it brings again. */
export const browser = () => {
  const jar = new Map<string, string>()
  const keep = (answer: World.Answer) => {
    for (const line of answer.cookies) {
      const [name = "", value = ""] = line.split(/=(.*)/s)
      if (value === "") jar.delete(name)
      else jar.set(name, value)
    }
    return answer
  }
  const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join("; ")
  const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    Effect.map(World.call("GET", path, { headers: { cookie: cookie(), ...headers } }), keep)
  const send = (
    path: string,
    body: URLSearchParams | FormData | string,
    headers: Readonly<Record<string, string>> = {},
  ) =>
    Effect.map(
      World.call("POST", path, { headers: { cookie: cookie(), "sec-fetch-site": "same-origin", ...headers }, body }),
      keep,
    )
  /** Opens a page, and sends the form on it that goes to `to`, with these fields filled in. */
  const submit = (page: string, fields: Readonly<Record<string, string>>, to = page) =>
    Effect.flatMap(get(page), ({ body }) => send(to, new URLSearchParams({ csrf: csrfIn(body), ...fields })))
  return { jar, cookie, get, send, submit }
}
export type Browser = ReturnType<typeof browser>

/** What the script of a page sends: JSON, with the token of the page in a header. */
const script = (own: Browser, page: string, to: string, body: object) =>
  Effect.flatMap(own.get(page), (read) =>
    own.send(to, JSON.stringify(body), { "content-type": "application/json", "x-csrf-token": csrfIn(read.body) }),
  )
const challengeIn = ({ body }: World.Answer) => (JSON.parse(body) as { readonly challenge: string }).challenge

/** Adds a passkey to the login of who is logged in there; `with`: the password that they type. */
export const addPasskey = Effect.fnUntraced(function* (own: Browser, base: string, typed: string = password) {
  const device = Authenticator.make(World.origin)
  const asked = yield* script(own, `${base}/account`, `${base}/passkeys/options`, { password: typed })
  if (asked.status !== 200) return { device, answer: asked }
  const sent = { answer: device.made(challengeIn(asked)), name: "My phone" }
  return { device, answer: yield* script(own, `${base}/account`, `${base}/passkeys`, sent) }
})
type Device = ReturnType<typeof Authenticator.make>

/** A fresh browser that tries to log in with a passkey. */
export const byPasskey = Effect.fnUntraced(function* (base: string, device: Device) {
  const own = browser()
  const asked = yield* script(own, `${base}/log-in`, `${base}/passkeys/log-in/options`, {})
  const sent = { answer: device.used(challengeIn(asked)), next: base }
  return { own, answer: yield* script(own, `${base}/log-in`, `${base}/passkeys/log-in`, sent) }
})

export const csrfIn = (body: string): string => /name="csrf" value="([0-9a-f]+)"/.exec(body)?.[1] ?? ""

/** The words of a page, without its tags. */
export const said = ({ body }: World.Answer): string =>
  body
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&#39;", "'")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replace(/\s+/g, " ")

/** The path of the link in the nth mail about a login to an address. */
export const linkTo = (base: string, address: string, nth = 1) =>
  Effect.map(
    TestFirm.eventually(
      Effect.sync(() => World.mailsTo(address).filter(({ text }) => text.includes(`${base}/password/`))[nth - 1]),
    ),
    ({ text }) => /\/portal\/[0-9a-f-]+\/password\/[\w-]{43}/.exec(text)?.[0] ?? "",
  )

/** Makes a login, as its owner would, and gives the browser that is logged in. */
export const loggedIn = Effect.fnUntraced(function* (base: string, email: string) {
  const own = browser()
  yield* own.submit(`${base}/start`, { email })
  const path = yield* linkTo(base, email)
  const answer = yield* own.submit(path, { password })
  if (answer.status !== 303) return yield* Effect.die(new Error(`${answer.status} ${said(answer)}`))
  return own
})
