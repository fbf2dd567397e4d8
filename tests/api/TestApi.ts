/**
 * The HTTP API to test against: the server's routes over the whole real domain (TestFirm), listening on loopback. Two
 * firms, each with a member who has an API key and a session; `call` speaks plain HTTP, as anybody can.
 */
import { client } from "@requite/api"
import { Crypto } from "@requite/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Api from "../../reference-server/src/Api.ts"
import { type Member, Members } from "../../reference-server/src/Members.ts"
import { HttpRouter, HttpServer } from "../../reference-server/src/platform/Http.ts"
import { NodeHttpServer } from "../../reference-server/src/platform/Node.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import type { Stored } from "../../reference-server/src/Questionnaires.ts"
import * as TestFirm from "../support/TestFirm.ts"

/** What the configuration says, and pages of ours therefore send. */
export const origin = "http://localhost:3000"

interface Caller {
  readonly member: Member
  readonly apiKey: Redacted.Redacted
  /** The value of the session's cookie. */
  readonly session: Redacted.Redacted
}

export class TestApi extends Context.Service<
  TestApi,
  {
    readonly baseUrl: string
    readonly ours: Caller
    readonly theirs: Caller
    readonly stored: Stored
  }
>()("tests/TestApi") {}

const caller = Effect.fnUntraced(function* (member: Member) {
  const members = yield* Members
  const { secret } = yield* members.createKey(member, "tests")
  return { member, apiKey: secret, session: yield* members.openSession(member) }
})

/** Set-up makes one firm only; the second is written as it would be. */
const another = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [workspaceId, id] = [yield* Crypto.uuid, yield* Crypto.uuid]
  const [name, email] = ["Otto Other", "otto@other.example"]
  const at = new Date()
  yield* sql`INSERT INTO workspaces ${sql.insert({ id: workspaceId, name: "Other Ltd", accent: "#123456", language: "sv", timeZone: "UTC", createdAt: at })}`
  yield* sql`INSERT INTO members ${sql.insert({ id, workspaceId, name, email, role: "admin", passwordHash: "", createdAt: at })}`
  return { id, workspaceId, name, email, role: "admin" } as const
}).pipe(Effect.orDie)

export const server = HttpRouter.serve(Api.layer, { disableListenLog: true, disableLogger: true }).pipe(
  Layer.provideMerge(NodeHttpServer.layerTest),
)

export const addressOf = HttpServer.addressFormattedWith((address) =>
  Effect.succeed(`http://127.0.0.1:${new URL(address).port}`),
)

const made = Layer.effect(
  TestApi,
  Effect.gen(function* () {
    const { member, stored } = yield* TestFirm.arrange
    return {
      baseUrl: yield* addressOf,
      ours: yield* caller(member),
      theirs: yield* caller(yield* another),
      stored,
    }
  }),
).pipe(Layer.provideMerge(server))

export const layer = made.pipe(Layer.provideMerge(TestFirm.layer))

/** The same over another configuration, and with a scanner. */
export const layerOf = (...world: Parameters<typeof TestFirm.layerOf>) =>
  made.pipe(Layer.provideMerge(TestFirm.layerOf(...world)))

/** The typed client of our firm's member. */
export const ours = Effect.flatMap(TestApi, ({ baseUrl, ours: { apiKey } }) => client({ baseUrl, apiKey }))
export const theirs = Effect.flatMap(TestApi, ({ baseUrl, theirs: { apiKey } }) => client({ baseUrl, apiKey }))

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly cookies: ReadonlyArray<string>
  readonly body: string
}

/** One call, with these headers and no others but what every client sends. A string is JSON unless its type is given. */
export const call = (
  method: string,
  path: string,
  options: {
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string | Uint8Array<ArrayBuffer> | FormData
  } = {},
) =>
  Effect.gen(function* () {
    const { baseUrl } = yield* TestApi
    const headers = {
      ...(typeof options.body === "string" ? { "content-type": "application/json" } : {}),
      ...options.headers,
    }
    return yield* Effect.promise(async (): Promise<Answer> => {
      const init = options.body === undefined ? {} : { body: options.body }
      const response = await fetch(baseUrl + path, { method, headers, ...init })
      const { date: _, ...rest } = Object.fromEntries(response.headers)
      return {
        status: response.status,
        headers: rest,
        cookies: response.headers.getSetCookie(),
        body: await response.text(),
      }
    })
  })

export const bearer = ({ apiKey }: Caller) => ({ authorization: `Bearer ${Redacted.value(apiKey)}` })
export const cookie = ({ session }: Caller) => ({ cookie: `rq-member=${Redacted.value(session)}` })
