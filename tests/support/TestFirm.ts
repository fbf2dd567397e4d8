/**
 * A firm to test with: the whole domain of the server in this process, over a real database (TestDatabase), blobs in
 * memory and a mailer that keeps what it is given. `arrange` sets the first firm up, with a questionnaire to send; `firm`
 * makes further ones, so that tests over one database do not see one another.
 */
import { AccessLink, ClientRequest, Crypto, RequestPolicy } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Schedule from "effect/Schedule"
import { BlobStore } from "../../reference-server/src/BlobStore.ts"
import * as memory from "../../reference-server/src/BlobStore/memory.ts"
import type { VirusScanner } from "../../reference-server/src/VirusScanner.ts"
import * as noScanner from "../../reference-server/src/VirusScanner/none.ts"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { parse, type ServerConfig } from "../../reference-server/src/Config.ts"
import type { Customer } from "../../reference-server/src/Customer.ts"
import { CustomerAccess } from "../../reference-server/src/CustomerAccess.ts"
import * as Domain from "../../reference-server/src/Domain.ts"
import * as Invitation from "../../reference-server/src/Invitation.ts"
import { Mailer, type MailFailed, type OutgoingMail } from "../../reference-server/src/Mailer.ts"
import * as LetterWorker from "../../reference-server/src/Members/LetterWorker.ts"
import * as worker from "../../reference-server/src/Outbox/worker.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Questionnaires } from "../../reference-server/src/Questionnaires.ts"
import { type OutgoingSms, SmsSender } from "../../reference-server/src/SmsSender.ts"
import { Workspaces } from "../../reference-server/src/Workspaces.ts"
import type { Member } from "../../reference-server/src/Members.ts"
import * as ShiftedClock from "./ShiftedClock.ts"
import * as TestDatabase from "./TestDatabase.ts"

export const config = (environment: Record<string, string> = {}): ServerConfig => {
  const { config: parsed, mistakes } = parse({
    PUBLIC_URL: "http://localhost:3000",
    // all customers of a test file come from one place, and within seconds
    RATE_LIMIT_FACTOR: "1000",
    ...environment,
  })
  if (parsed === null) throw new Error(mistakes.join(" "))
  return parsed
}

/** The mails handed over so far, and what the next hand-overs shall come to. */
export interface Post {
  readonly mails: Array<OutgoingMail>
  readonly failures: Array<MailFailed>
  /** Every attempt, those that failed too. */
  readonly attempts: Array<OutgoingMail>
  /** What the next attempts to an address come to; after them, and to all others, mail is taken. */
  readonly outcomes: Map<string, Array<Effect.Effect<void, MailFailed>>>
}

export const clock = ShiftedClock.make()
export const post: Post = { mails: [], failures: [], attempts: [], outcomes: new Map() }

const mailer = Layer.succeed(Mailer, {
  send: (mail) =>
    Effect.suspend(() => {
      post.attempts.push(mail)
      const failure = post.failures.shift()
      const outcome = failure === undefined ? post.outcomes.get(mail.to.address)?.shift() : Effect.fail(failure)
      return Effect.tap(outcome ?? Effect.void, () => Effect.sync(() => post.mails.push(mail)))
    }),
})

/** The keys of the blobs that are there. */
export const blobs = new Set<string>()

export const store = Layer.effect(
  BlobStore,
  Effect.map(BlobStore, (inner) => ({
    ...inner,
    put: (key, content, options) =>
      Effect.tap(inner.put(key, content, options), () => Effect.sync(() => blobs.add(key))),
    remove: (key) => Effect.tap(inner.remove(key), () => Effect.sync(() => blobs.delete(key))),
  })),
).pipe(Layer.provide(memory.layer))

/** Every line that was logged, at any level. */
export const logs: Array<string> = []

/** The SMS handed over so far. */
export const sms: Array<OutgoingSms> = []

/** The lines of the log with a link's token of a mail, or a code of an SMS or a mail: there must be none (S12). */
export const telling = (): ReadonlyArray<string> => {
  const text = post.attempts.map((mail) => mail.text).join("\n")
  const tokens = [...text.matchAll(/\/(?:r|u|join|password)\/([\w-]{43})/g)].map(([, token = ""]) => token)
  const codes = sms.flatMap((message) => /\b\d{6}\b/.exec(message.text) ?? [])
  const all = logs.join("\n")
  const found = [
    ...new Set(tokens).values().filter((token) => all.includes(token)),
    // any long number has six digits in it
    ...new Set(codes).values().filter((code) => new RegExp(`(?<![\\w.:-])${code}(?![\\w.:-])`).test(all)),
  ]
  return logs.filter((line) => found.some((secret) => line.includes(secret)))
}

const logging = Layer.mergeAll(
  Logger.layer([Logger.map(Logger.formatLogFmt, (line) => void logs.push(line))]),
  Layer.succeed(References.MinimumLogLevel, "All"),
  // whatever a file tests: when its world ends, its whole log is looked through
  Layer.effectDiscard(
    Effect.addFinalizer(() =>
      Effect.suspend(() => {
        const [line] = telling()
        return line === undefined ? Effect.void : Effect.die(new Error(`a secret is in the log: ${line}`))
      }),
    ),
  ),
)

const smsSender = Layer.succeed(SmsSender, {
  send: (message) => Effect.sync(() => void sms.push(message)),
})

/** Everything but HTTP and the worker, under the configuration of this environment. */
export const domainOf = (environment: Record<string, string>, scanner: Layer.Layer<VirusScanner> = noScanner.layer) =>
  Layer.unwrap(
    Effect.map(TestDatabase.temporaryDirectory, (DATA_DIR) =>
      Domain.layer.pipe(
        Layer.provideMerge(Layer.mergeAll(mailer, smsSender, store, scanner, TestDatabase.layer)),
        Layer.provideMerge(Domain.platform(config({ DATA_DIR, ...environment }))),
        Layer.provideMerge(clock.layer),
        Layer.provideMerge(logging),
      ),
    ),
  )

/** The same with the worker, which hands mails over. */
export const layerOf = (environment: Record<string, string>, scanner?: Layer.Layer<VirusScanner>) =>
  Layer.merge(worker.layer, LetterWorker.layer).pipe(
    Layer.provideMerge(domainOf(environment, scanner)),
    Layer.merge(TestDatabase.everyWorkspace),
  )

/** Where nobody works the outbox off. */
export const withoutWorker = Layer.merge(domainOf({}), TestDatabase.everyWorkspace)

export const layer = layerOf({})

export const questionnaire = JSON.stringify({
  format: 1,
  id: "kyc",
  version: 1,
  language: "en",
  title: "Company check",
  sections: [
    {
      id: "about",
      title: "About you",
      items: [
        { id: "name", type: "text", label: "Your name", required: true, maxLength: 50 },
        { id: "mail", type: "text", label: "Your e-mail", format: "email" },
      ],
    },
    {
      id: "papers",
      title: "Papers",
      items: [
        {
          id: "passport",
          type: "upload",
          label: "Passport",
          accept: ["application/pdf", "image/*"],
          maxBytes: 100_000,
          maxFiles: 2,
        },
      ],
    },
  ],
})

export const uuid = Crypto.uuid

/** The first firm, made by the set-up, with a questionnaire. */
export const arrange = Effect.gen(function* () {
  const workspaces = yield* Workspaces
  const questionnaires = yield* Questionnaires
  const workspace = { name: "Ask & Answer Ltd", accent: "#0b6e4f", language: "en", timeZone: "Europe/Stockholm" }
  const person = { name: "Moa Member", email: "moa@firm.example", password: "correct horse battery" }
  const member = yield* workspaces.setUp({ workspace, member: person })
  const { stored } = yield* questionnaires.add(member.workspaceId, questionnaire)
  return { member, stored }
})

/** A firm of its own with a member and the same questionnaire, and an address that nobody else has been asked at. */
export const firm = Effect.gen(function* () {
  const questionnaires = yield* Questionnaires
  const sql = yield* SqlClient.SqlClient
  const [workspaceId, id] = [yield* Crypto.uuid, yield* Crypto.uuid]
  const [name, email] = ["Fia Firm", `fia.${id}@firm.example`]
  const workspace = { name: "Fresh Ltd", accent: "#0b6e4f", language: "en", timeZone: "Europe/Stockholm" }
  yield* sql`INSERT INTO workspaces ${sql.insert({ id: workspaceId, ...workspace, createdAt: new Date() })}`
  yield* sql`INSERT INTO members ${sql.insert({ id, workspaceId, name, email, role: "admin", passwordHash: "", createdAt: new Date() })}`
  const { stored } = yield* questionnaires.add(workspaceId, questionnaire)
  const member: Member = { id, workspaceId, name, email, role: "admin" }
  return { member, stored, address: `carl.${id}@customer.example` }
})

export const details = (
  ref: ClientRequest.Details["questionnaire"],
  changes: Partial<ClientRequest.Details> = {},
): ClientRequest.Details => ({
  title: "Company check 2027",
  description: "",
  due: "2027-03-27",
  dues: {},
  message: Invitation.defaultMessage("en"),
  questionnaire: ref,
  recipients: [recipient("carl@customer.example")],
  attachments: [],
  reminders: { rule: { kind: "none" }, enabled: true },
  timeZone: "Europe/Stockholm",
  sensitivity: "normal",
  workItem: null,
  tasks: [],
  ...changes,
})

export const recipient = (email: string, changes: Partial<ClientRequest.Recipient> = {}): ClientRequest.Recipient => ({
  id: "carl",
  name: "Carl Customer",
  email,
  language: "en",
  mobile: "",
  role: "",
  contact: null,
  ...changes,
})

/** Creates a request, and leaves it unsent. */
export const createRequest = (
  member: Member,
  ref: ClientRequest.Details["questionnaire"],
  changes: Partial<ClientRequest.Details> = {},
  policy: RequestPolicy.RequestPolicy = RequestPolicy.standard,
) =>
  Effect.gen(function* () {
    const requests = yield* ClientRequests
    return yield* requests.create(member, { details: details(ref, changes), policy }, yield* Crypto.uuid)
  })

/** Creates a request and sends it. */
export const sendRequest = (...request: Parameters<typeof createRequest>) =>
  Effect.gen(function* () {
    const requests = yield* ClientRequests
    const { id } = yield* createRequest(...request)
    return yield* requests.send(request[0], id, yield* Crypto.uuid)
  })

/** Does something at exactly that instant: time stands still meanwhile, for this caller alone. */
export const at =
  (instant: number) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(Clock.Clock, (real) =>
      Effect.provideService(effect, Clock.Clock, {
        monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
        monotonicTimeNanos: real.monotonicTimeNanos,
        sleep: (duration) => real.sleep(duration),
        currentTimeMillisUnsafe: () => instant,
        currentTimeMillis: Effect.succeed(instant),
        currentTimeNanosUnsafe: () => BigInt(instant) * 1_000_000n,
        currentTimeNanos: Effect.succeed(BigInt(instant) * 1_000_000n),
      }),
    )

/** Noon (UTC) of the day so many days after an instant: outside of the quiet hours of every firm here, whenever tests run. */
export const noonAfter = (instant: number, days: number): number =>
  (Math.floor(instant / 86_400_000) + days + 0.5) * 86_400_000

/** Tries for a minute until there is something; a test that waits in vain dies. */
export const eventually = <A, E, R>(look: Effect.Effect<A | undefined, E, R>): Effect.Effect<A, never, R> =>
  Effect.filterOrFail(look, (found) => found !== undefined).pipe(
    Effect.retry({ schedule: Schedule.spaced("25 millis"), times: 2_400 }),
    Effect.orDie,
  )

/** Waits until so many mails have been handed over, and gives them. */
export const mails = (count: number): Effect.Effect<ReadonlyArray<OutgoingMail>> =>
  eventually(Effect.sync(() => (post.mails.length >= count ? post.mails : undefined)))

/** Waits for the nth mail to an address, counted from 1. */
export const mailTo = (address: string, nth = 1): Effect.Effect<OutgoingMail> =>
  eventually(Effect.sync(() => post.mails.filter(({ to }) => to.address === address)[nth - 1]))

/** What an error says, without where it was made: to be compared. */
export const said = (error: object): object => Object.assign({}, error)

/** The token in a mail's link. */
export const tokenIn = (mail: OutgoingMail): Redacted.Redacted =>
  Redacted.make(/\/r\/([A-Za-z0-9_-]{43})/.exec(mail.text)?.[1] ?? "")

/** Opens a mail's link, as its reader would: on a device of their own, or on the one whose secret it is. */
export const claim = (mail: OutgoingMail, device: Redacted.Redacted | null = null) =>
  Effect.gen(function* () {
    const access = yield* CustomerAccess
    const { handle, secret, deviceSecret } = yield* access.claim(tokenIn(mail), device)
    return { handle, secret, deviceSecret, customer: yield* access.enter(handle, secret) }
  })

/** Who a request's customer is to the services behind the door, for tests that are not about getting in. */
export const customerOf = (request: ClientRequest.State, changes: Partial<Customer> = {}) =>
  Effect.gen(function* () {
    const workspaces = yield* Workspaces
    const sql = yield* SqlClient.SqlClient
    const [row] = yield* sql<{ workspaceId: string }>`SELECT workspace_id FROM client_requests WHERE id = ${request.id}`
    const workspace = yield* workspaces.get(row?.workspaceId ?? "")
    const recipient = changes.recipient ?? ClientRequest.primary(request.details).id
    const customer: Customer = {
      workspace,
      requestId: request.id,
      recipient,
      linkId: yield* Crypto.uuid,
      generation: request.families[recipient]?.generation ?? 0,
      device: "a device",
      assurance: "link",
      handle: "",
      csrf: "",
      ...changes,
    }
    return customer
  })

/** Every row of every table, as text, by table. */
export const dump = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const tables = yield* sql<{ name: string }>`
    SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name`
  const rows = yield* Effect.forEach(tables, ({ name }) =>
    sql<{ row: string }>`SELECT t::text AS row FROM ${sql(name)} t ORDER BY 1`.pipe(
      Effect.map((found) => [name, found.map(({ row }) => row)] as const),
    ),
  )
  return Object.fromEntries(rows)
})

export { AccessLink }
