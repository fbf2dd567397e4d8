/**
 * The whole server on loopback, in this process: every page and the API on one port, over the real domain with mail, SMS
 * and logs that are kept and a clock that can be moved. `firm` is a firm with an API key; strangers speak plain HTTP.
 */
import { createServer } from "node:http"
import { client } from "@requite/api"
import { AuditEntry, type ClientRequest, RequestPolicy } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as AccessLog from "../../reference-server/src/AccessLog.ts"
import * as Api from "../../reference-server/src/Api.ts"
import * as Caller from "../../reference-server/src/Caller.ts"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as CustomerPages from "../../reference-server/src/CustomerPages.ts"
import * as FirmPages from "../../reference-server/src/FirmPages.ts"
import * as Samples from "../../reference-server/src/FirmPages/Samples.ts"
import type { OutgoingMail } from "../../reference-server/src/Mailer.ts"
import { Members } from "../../reference-server/src/Members.ts"
import * as PortalPages from "../../reference-server/src/PortalPages.ts"
import { HttpRouter, HttpServer } from "../../reference-server/src/platform/Http.ts"
import { NodeHttpServer } from "../../reference-server/src/platform/Node.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as TestFirm from "../support/TestFirm.ts"
import { entriesOf } from "../support/Chain.ts"

export const day = 86_400_000
/** What the configuration says, and pages of ours therefore send. */
export const origin = "http://localhost:3000"

export const layer = HttpRouter.serve(
  Layer.mergeAll(CustomerPages.layer, PortalPages.layer, FirmPages.layer, Api.layer),
  {
    disableLogger: true,
    disableListenLog: true,
    middleware: (app) => AccessLog.middleware([])(Caller.middleware({ recordWholeIp: false })(app)),
  },
).pipe(
  Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
  Layer.provideMerge(Samples.layer),
  Layer.provideMerge(TestFirm.layer),
)

export const baseUrl = Effect.map(HttpServer.HttpServer, ({ address }) =>
  "port" in address ? `http://127.0.0.1:${address.port}` : "",
)

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly cookies: ReadonlyArray<string>
  readonly body: string
}

export interface Asked {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | URLSearchParams | FormData
}

/**
 * One call, with these headers and no others but what every client sends. A string is JSON unless its type is given. Of
 * the answer's headers those are left out that differ each time: the date and the request's own number.
 */
export const call = (method: string, path: string, { headers = {}, body }: Asked = {}) =>
  Effect.flatMap(baseUrl, (base) =>
    Effect.promise(async (): Promise<Answer> => {
      const type = typeof body === "string" ? { "content-type": "application/json" } : {}
      const init = { method, redirect: "manual", headers: { ...type, ...headers } } as const
      const response = await fetch(base + path, body === undefined ? init : { ...init, body })
      const { date: _, "x-request-id": __, ...rest } = Object.fromEntries(response.headers)
      const cookies = response.headers.getSetCookie().map((line) => line.split(";")[0] ?? "")
      return { status: response.status, headers: rest, cookies, body: await response.text() }
    }),
  )

/** A firm of its own, its member's key, and a client that uses it. */
export const firm = Effect.gen(function* () {
  const made = yield* TestFirm.firm
  const members = yield* Members
  const { secret } = yield* members.createKey(made.member, "tests")
  const api = yield* client({ baseUrl: yield* baseUrl, apiKey: secret })
  const session = yield* members.openSession(made.member)
  return { ...made, api, key: secret, session, headers: { authorization: `Bearer ${Redacted.value(secret)}` } }
})
export type Firm = Effect.Success<typeof firm>

/** A request that is out, by this firm, and the mail that it went with. */
export const sent = Effect.fnUntraced(function* (
  { member, stored, address }: Pick<Firm, "member" | "stored" | "address">,
  changes: Partial<ClientRequest.Details> = {},
  policy: RequestPolicy.RequestPolicy = RequestPolicy.standard,
) {
  const before = mailsTo(address).length
  const recipients = [TestFirm.recipient(address)]
  const request = yield* TestFirm.sendRequest(member, stored.ref, { recipients, ...changes }, policy)
  const mail = yield* TestFirm.mailTo(address, before + 1)
  return { id: request.id, mail, token: tokenOf(mail) }
})

export const mailsTo = (address: string): ReadonlyArray<OutgoingMail> =>
  TestFirm.post.mails.filter(({ to }) => to.address === address)

export const tokenOf = (mail: OutgoingMail): string => Redacted.value(TestFirm.tokenIn(mail))

/** Lets time pass until a request has a reminder due, and sends it; gives the mail. */
export const reminded = Effect.fnUntraced(function* (id: string, address: string) {
  const sql = yield* SqlClient.SqlClient
  const before = mailsTo(address).length
  const [row] = yield* sql<{ at: Date }>`SELECT next_due_at AS at FROM client_requests WHERE id = ${id}`
  TestFirm.clock.pass(Math.max(0, (row?.at.getTime() ?? 0) - (yield* Clock.currentTimeMillis)))
  yield* sweep
  return yield* TestFirm.mailTo(address, before + 1)
})

export const sweep = Effect.flatMap(ClientRequests, (requests) =>
  Effect.repeat(requests.sweep, { while: (looked) => looked > 0 }),
)

/** Presses Start as a browser does. */
export const start = (token: string, headers: Readonly<Record<string, string>> = {}) =>
  call("POST", `/r/${token}`, { headers: { "sec-fetch-site": "same-origin", ...headers } })

/** A customer who is in through the API: where, with what. */
export const enter = Effect.fnUntraced(function* (token: string) {
  const headers = { origin, "content-type": "application/json" }
  const claimed = yield* call("POST", "/api/customer/claim", { headers, body: JSON.stringify({ token }) })
  const { handle } = JSON.parse(claimed.body) as { readonly handle: string }
  const cookie = claimed.cookies.join("; ")
  const at = `/api/customer/${handle}`
  const { csrf = "" } = JSON.parse((yield* call("GET", at, { headers: { cookie } })).body) as { readonly csrf?: string }
  return { handle, at, cookie, headers: { ...headers, cookie, "x-csrf-token": csrf } }
})
export type Entered = Effect.Success<ReturnType<typeof enter>>

/** The kinds of a request's events, in order; the chain of its audit holds. */
export const history = (id: string) =>
  Effect.gen(function* () {
    const entries = yield* entriesOf(id)
    const broken = yield* AuditEntry.firstBroken(entries)
    if (broken !== null) return yield* Effect.die(new Error(broken.message))
    return entries.flatMap(({ event }) => event ?? [])
  })
