// A request of the customer centre that is out to Eva and Bo, and a sender that keeps the SMS it is given.
import { type ClientRequest, Crypto, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import { type Asked, AccessCodes } from "../../reference-server/src/AccessCodes.ts"
import * as accessCodes from "../../reference-server/src/AccessCodes/layer.ts"
import * as files from "../../reference-server/src/Files/layer.ts"
import * as memory from "../../reference-server/src/BlobStore/memory.ts"
import * as noScanner from "../../reference-server/src/VirusScanner/none.ts"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as Door from "../../reference-server/src/ClientRequests/Door.ts"
import { Config, parse } from "../../reference-server/src/Config.ts"
import { DataKeys } from "../../reference-server/src/DataKeys.ts"
import { Mailer, type MailFailed, type OutgoingMail } from "../../reference-server/src/Mailer.ts"
import { MailTemplates } from "../../reference-server/src/MailTemplates.ts"
import type { Member } from "../../reference-server/src/Members.ts"
import { Outbox } from "../../reference-server/src/Outbox.ts"
import { NodeCrypto, NodeServices } from "../../reference-server/src/platform/Node.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as RateLimits from "../../reference-server/src/RateLimits.ts"
import { Senders } from "../../reference-server/src/Senders.ts"
import { type OutgoingSms, type SmsFailed, SmsSender } from "../../reference-server/src/SmsSender.ts"
import { Suppressions } from "../../reference-server/src/Suppressions.ts"
import { Webhooks } from "../../reference-server/src/Webhooks.ts"
import { Documents } from "../../reference-server/src/Documents.ts"
import { WorkItems } from "../../reference-server/src/WorkItems.ts"
import * as workspaces from "../../reference-server/src/Workspaces/layer.ts"
import * as TestDatabase from "../support/TestDatabase.ts"
import { at } from "../support/TestFirm.ts"

/** What was handed over, and what the next hand-overs come to. */
export const post = {
  sms: [] as Array<OutgoingSms>,
  mails: [] as Array<OutgoingMail>,
  /** Every attempt, those that failed too. */
  attempts: [] as Array<OutgoingSms>,
  smsFailures: [] as Array<SmsFailed>,
  mailFailures: [] as Array<MailFailed>,
}
export const logs: Array<string> = []

const senders = Layer.merge(
  Layer.succeed(SmsSender, {
    send: (message) =>
      Effect.suspend(() => {
        post.attempts.push(message)
        const failure = post.smsFailures.shift()
        if (failure !== undefined) return Effect.fail(failure)
        return Effect.sync(() => void post.sms.push(message))
      }),
  }),
  Layer.succeed(Mailer, {
    send: (mail) =>
      Effect.suspend(() => {
        const failure = post.mailFailures.shift()
        return failure === undefined ? Effect.sync(() => void post.mails.push(mail)) : Effect.fail(failure)
      }),
  }),
)

/** Requests behind their real door; what leads from it to mails and to the work is not what is asked here. */
const requests = Layer.unwrap(Effect.map(Door.make, ({ handle }) => Layer.mock(ClientRequests, { handle }))).pipe(
  Layer.provide([
    // nothing is answered here
    Layer.mock(DataKeys, {}),
    Layer.mock(Outbox, { add: () => Effect.void }),
    Layer.mock(WorkItems, { follow: () => Effect.void }),
    Layer.mock(Documents, { follow: () => Effect.void }),
    Layer.mock(Webhooks, { add: () => Effect.void }),
    Layer.mock(Suppressions, { among: () => Effect.succeed(new Set<string>()) }),
  ]),
)

/** From the server's address, in standard words: those have tests of their own (Senders, MailTemplates). */
const plainly = Layer.mergeAll(
  Layer.unwrap(
    Effect.map(Config, ({ mailFrom }) =>
      Layer.mock(Senders, {
        own: (name) => ({ from: { name, address: mailFrom } }),
        from: (_, { name }) => Effect.succeed({ from: { name, address: mailFrom } }),
      }),
    ),
  ),
  Layer.mock(MailTemplates, { find: () => Effect.sync(() => undefined) }),
)

const config = (environment: Record<string, string>) =>
  Layer.unwrap(
    Effect.map(TestDatabase.temporaryDirectory, (DATA_DIR) => {
      const { config: parsed, mistakes } = parse({ PUBLIC_URL: "http://localhost:3000", DATA_DIR, ...environment })
      if (parsed === null) throw new Error(mistakes.join(" "))
      return Layer.succeed(Config, parsed)
    }),
  )

export const layerOf = (environment: Record<string, string> = {}) =>
  accessCodes.layer.pipe(
    Layer.provideMerge(plainly),
    Layer.provideMerge(requests),
    Layer.provideMerge(Layer.merge(workspaces.layer, RateLimits.layer)),
    Layer.provideMerge(files.layer),
    Layer.provideMerge(
      Layer.mergeAll(senders, memory.layer, noScanner.layer, TestDatabase.layer, TestDatabase.everyWorkspace),
    ),
    Layer.provideMerge(
      Layer.mergeAll(
        config(environment),
        Crypto.layer(globalThis.crypto),
        NodeCrypto.layerKdf,
        NodeCrypto.layerSecureRandom,
        NodeServices.layer,
      ),
    ),
    Layer.provideMerge(
      Layer.mergeAll(
        Logger.layer([Logger.map(Logger.formatLogFmt, (line) => void logs.push(line))]),
        Layer.succeed(References.MinimumLogLevel, "All"),
      ),
    ),
  )

/** A Swedish mobile number that nobody else has. */
let numbers = 0
export const freshNumber = (): string => `+4670${String(1_000_000 + numbers++)}`

/** Noon of the tests' day; the window is open until a week later. */
export const noon = Date.UTC(2027, 0, 4, 12)

export interface Out {
  readonly member: Member
  readonly request: ClientRequest.State
  readonly eva: ClientRequest.Recipient
  readonly bo: ClientRequest.Recipient
  /** What a visit of Eva's asks for. */
  readonly asked: Asked
}

/** A firm of its own, with a request out to Eva and to Bo. */
export const sent = Effect.fnUntraced(function* (changes: Partial<ClientRequest.Recipient> = {}) {
  const sql = yield* SqlClient.SqlClient
  const { handle } = yield* ClientRequests
  const [workspaceId, memberId, requestId] = [yield* Crypto.uuid, yield* Crypto.uuid, yield* Crypto.uuid]
  const member: Member = {
    id: memberId,
    workspaceId,
    name: "Fia Firm",
    email: `fia.${memberId}@firm.example`,
    role: "admin",
  }
  const createdAt = new Date(noon)
  const workspace = { name: "North & Co", accent: "#0b6e4f", language: "en", timeZone: "Europe/Stockholm" }
  yield* sql`INSERT INTO workspaces ${sql.insert({ id: workspaceId, ...workspace, createdAt })}`
  yield* sql`INSERT INTO members ${sql.insert({ ...member, passwordHash: "", createdAt })}`
  const eva: ClientRequest.Recipient = {
    id: "eva",
    name: "Eva Ek",
    email: `eva.${requestId}@customer.example`,
    language: "en",
    mobile: freshNumber(),
    role: "Applicant",
    contact: null,
    ...changes,
  }
  const bo = { ...eva, id: "bo", name: "Bo Bok", email: `bo.${requestId}@customer.example`, mobile: freshNumber() }
  const by = { kind: "member", id: memberId } as const
  const details: ClientRequest.Details = {
    title: "Mortgage",
    description: "",
    questionnaire: { id: "kyc", version: 1, hash: "0".repeat(64), questions: 1, sections: ["about"] },
    attachments: [],
    due: null,
    dues: {},
    message: "Hello",
    recipients: [eva, bo],
    reminders: { rule: { kind: "none" }, enabled: true },
    timeZone: "Europe/Stockholm",
    sensitivity: "normal",
    workItem: "0d6f1c1e-0000-4000-8000-000000000000",
    tasks: [],
  }
  // what asks for codes is the claim, which is not here; without it a request may go out to somebody without a number
  const policy: RequestPolicy.RequestPolicy = {
    ...RequestPolicy.customerCentre,
    requires: ["email"],
    secondFactor: "none",
    settingsEditable: { ...RequestPolicy.customerCentre.settingsEditable, recipients: "open" },
  }
  const request = yield* at(noon)(
    Effect.andThen(
      handle(workspaceId, requestId, { type: "Create", id: requestId, by, requestId, details, policy }),
      handle(workspaceId, requestId, {
        type: "Send",
        id: yield* Crypto.uuid,
        by,
        outstanding: { subject: [], tasks: {} },
      }),
    ),
  )
  const asked: Asked = { workspaceId, requestId, recipient: "eva", preSession: yield* visit, channel: "sms" }
  const out: Out = { member, request, eva, bo, asked }
  return out
})

/** The name of a visit. */
export const visit = Effect.map(Crypto.secret, (secret) => secret.slice(0, 16))

/** Asks for a code, and gives the code that came. */
export const codeFor = Effect.fnUntraced(function* (asked: Asked) {
  const codes = yield* AccessCodes
  const before = post.sms.length + post.mails.length
  const started = yield* codes.start(asked)
  if (started.outcome !== "sent") return yield* Effect.die(new Error(started.outcome))
  yield* until(() => post.sms.length + post.mails.length > before)
  const text = asked.channel === "sms" ? post.sms.at(-1)?.text : post.mails.at(-1)?.text
  return /\d{6}/.exec(text ?? "")?.[0] ?? ""
})

/** Waits until something has happened beside the caller. */
export const until = Effect.fnUntraced(function* (happened: () => boolean) {
  for (let tries = 0; !happened(); tries++) {
    if (tries > 6000) return yield* Effect.die(new Error("it did not happen"))
    yield* Effect.promise(() => new Promise((go) => void setTimeout(go, 10)))
  }
})

export const check = (preSession: string, presented: string) =>
  Effect.flatMap(AccessCodes, (codes) => codes.check({ preSession, presented }))

/** Another code than this one. */
export const notThis = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, "0")

/** The access facts in the request's history, as `what channel`. */
export const facts = Effect.fnUntraced(function* ({ request }: Out) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ event: ClientRequest.Event }>`
    SELECT event FROM audit_entries WHERE request_id = ${request.id} ORDER BY index`
  return rows.flatMap(({ event }) =>
    event?.type === "AccessRecorded" ? [`${event.what} ${event.recipient} ${event.channel}`.trim()] : [],
  )
})

export { at }

/** Every row of every table, as text. */
export const dump = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const tables = yield* sql<{ name: string }>`
    SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name`
  const rows = yield* Effect.forEach(
    tables,
    ({ name }) => sql<{ row: string }>`SELECT t::text AS row FROM ${sql(name)} t`,
  )
  return rows.flat().map(({ row }) => row)
})
