/**
 * The world around a machine that dies: a firm with its member and customers, a database, a mail server, and somebody who
 * looks at the database from outside and says whether anything was lost, doubled or left half.
 */
import { AuditEntry, ClientRequest, Crypto, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as memory from "../../reference-server/src/BlobStore/memory.ts"
import * as noScanner from "../../reference-server/src/VirusScanner/none.ts"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as statements from "../../reference-server/src/ClientRequests/sql.ts"
import { Links } from "../../reference-server/src/CustomerAccess/Links.ts"
import * as Database from "../../reference-server/src/Database.ts"
import * as Domain from "../../reference-server/src/Domain.ts"
import { Mailer } from "../../reference-server/src/Mailer.ts"
import { Members, type Member } from "../../reference-server/src/Members.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Questionnaires } from "../../reference-server/src/Questionnaires.ts"
import { SmsSender } from "../../reference-server/src/SmsSender.ts"
import * as Tenancy from "../../reference-server/src/Tenancy.ts"
import * as Person from "../support/Person.ts"
import type * as Receiver from "./Receiver.ts"
import type * as SmtpSink from "../support/SmtpSink.ts"
import * as TestFirm from "../support/TestFirm.ts"

const unreachable = () => Effect.die(new Error("whoever looks from outside sends nothing"))

/** The services over the same database, without a worker, a sweeper or a mail server: nothing happens by itself. */
const outside = (environment: { readonly DATABASE_URL: string; readonly DATA_DIR: string }) =>
  Domain.layer.pipe(
    Layer.provideMerge(
      Layer.mergeAll(
        Layer.succeed(Mailer, { send: unreachable }),
        Layer.succeed(SmsSender, { send: unreachable }),
        memory.layer,
        noScanner.layer,
        Database.layer({ url: Redacted.make(environment.DATABASE_URL), dataDir: environment.DATA_DIR }),
      ),
    ),
    Layer.provideMerge(Domain.platform(TestFirm.config(environment))),
    Layer.provideMerge(Logger.layer([])),
  )
type Outside = Layer.Success<ReturnType<typeof outside>>

/** What a request that is being told about has to be like. */
export interface Wanted {
  readonly id: string
  /** How often events of these types must be there. */
  readonly events: Readonly<Record<string, number>>
  /** Arrivals of one mail beyond the first that a crash may have caused. */
  readonly again: number
}

export interface World {
  readonly member: Member
  /** The member's browser, signed in. */
  readonly desk: Person.Person
  readonly run: <A>(effect: Effect.Effect<A, unknown, Outside>) => Promise<A>
  /** What a request's customer gave, as the firm sees it. */
  readonly answers: (id: string) => Promise<Readonly<Record<string, unknown>>>
  readonly sql: (text: string, parameters?: ReadonlyArray<unknown>) => Promise<ReadonlyArray<Record<string, unknown>>>
  /** A request to a customer of its own; `daysAgo`: made, and sent, then. */
  readonly request: (options?: {
    readonly send?: boolean
    readonly daysAgo?: number
    readonly policy?: Partial<RequestPolicy.RequestPolicy>
    readonly rule?: ClientRequest.Details["reminders"]["rule"]
  }) => Promise<string>
  /** Has events of that type sent there; once made, it stays. */
  readonly endpoint: (url: string, type: string) => Promise<void>
  /** What is wrong with the webhook that a request's event led to. */
  readonly webhookFaults: (id: string) => Promise<ReadonlyArray<string>>
  /** The token of a fresh link to a request. */
  readonly token: (id: string) => Promise<string>
  /** Lets the leases of dead workers run out, as ten seconds would. */
  readonly forgetLeases: () => Promise<void>
  /** Waits until nothing of these requests is on its way any more, or `isOver` says that it never will. */
  readonly settled: (ids: ReadonlyArray<string>, isOver?: () => boolean) => Promise<boolean>
  /** What is wrong with a request: a sentence each. */
  readonly faults: (wanted: Wanted) => Promise<ReadonlyArray<string>>
  readonly close: () => Promise<void>
}

const day = 86_400_000

/** `url`: of a server that runs on that database and has not been set up. */
export const make = async (
  environment: { readonly DATABASE_URL: string; readonly DATA_DIR: string },
  sink: SmtpSink.SmtpSink,
  url: string,
  receiver?: Receiver.Receiver,
): Promise<World> => {
  const scope = Scope.makeUnsafe()
  const services = await Effect.runPromise(Scope.provide(Layer.build(outside(environment)), scope))
  const run: World["run"] = (effect) => Effect.runPromise(Effect.provideContext(Tenancy.across(effect), services))
  const sql: World["sql"] = (text, parameters = []) =>
    run(Effect.flatMap(SqlClient.SqlClient, (client) => client.unsafe<Record<string, unknown>>(text, parameters)))

  const desk = await Person.setUp(url)
  const { member, ref } = await run(
    Effect.gen(function* () {
      const client = yield* SqlClient.SqlClient
      const members = yield* Members
      const questionnaires = yield* Questionnaires
      const [row] = yield* client<{ id: string; workspaceId: string }>`SELECT id, workspace_id FROM members`
      if (row === undefined) return yield* Effect.die(new Error("nobody was set up"))
      const found = yield* members.find(row.workspaceId, row.id)
      if (found === null) return yield* Effect.die(new Error("nobody was set up"))
      const { stored } = yield* questionnaires.add(row.workspaceId, TestFirm.questionnaire)
      return { member: found, ref: stored.ref }
    }),
  )

  const mailsOf = (ids: ReadonlyArray<string>) =>
    sql(
      `SELECT m.message_id, m.status, m.reason, m.key, q.state FROM mails m LEFT JOIN queue q ON q.id = m.id::text
       WHERE m.request_id = ANY($1::uuid[])`,
      [ids],
    )
  const deliveriesOf = (ids: ReadonlyArray<string>) =>
    sql(`SELECT message_id, status FROM webhook_deliveries WHERE request_id = ANY($1::uuid[])`, [ids])
  let seen = 0
  const arrivals = new Map<string, number>()
  const arrived = (messageId: string): number => {
    for (const { parsed } of sink.mails.slice(seen)) {
      const id = parsed.messageId ?? ""
      arrivals.set(id, (arrivals.get(id) ?? 0) + 1)
    }
    seen = sink.mails.length
    return arrivals.get(messageId) ?? 0
  }

  return {
    member,
    desk,
    run,
    sql,
    answers: (id) =>
      run(
        Effect.flatMap(ClientRequests, (requests) =>
          Effect.map(requests.read(member.workspaceId, id), ({ answers }) => answers),
        ),
      ),
    request: ({ send = true, daysAgo = 0, policy = {}, rule = { kind: "none" } as const } = {}) =>
      run(
        Effect.gen(function* () {
          const requests = yield* ClientRequests
          const recipient = TestFirm.recipient(`carl.${yield* Crypto.uuid}@customer.example`)
          const details = TestFirm.details(ref, { recipients: [recipient], reminders: { rule, enabled: true } })
          const rules = { ...RequestPolicy.standard, ...policy }
          const { id } = yield* requests.create(member, { details, policy: rules }, yield* Crypto.uuid)
          if (send) yield* requests.send(member, id, yield* Crypto.uuid)
          return id
        }).pipe(daysAgo === 0 ? (now) => now : TestFirm.at(Date.now() - daysAgo * day)),
      ),
    token: (id) =>
      run(
        Effect.gen(function* () {
          const requests = yield* ClientRequests
          const links = yield* Links
          const { request } = yield* requests.read(member.workspaceId, id)
          const recipient = ClientRequest.primary(request.details).id
          const { url: address } = yield* links.issue(member.workspaceId, request, {
            recipient,
            mailId: null,
            rebinds: true,
          })
          return Redacted.value(address).split("/").at(-1) ?? ""
        }),
      ),
    endpoint: async (to, type) => {
      const known = await sql(`SELECT 1 FROM webhook_endpoints WHERE url = $1`, [to])
      if (known.length === 0) await desk.json("/api/webhooks", { url: to, types: [type] })
    },
    webhookFaults: async (id) => {
      const [one, ...more] = await deliveriesOf([id])
      if (one === undefined || more.length > 0) return [`${more.length} webhooks more than one`]
      const times = receiver?.arrivals.get(String(one["messageId"])) ?? 0
      // after a death it may come once more, under the same id
      return one["status"] === "delivered" && (times === 1 || times === 2)
        ? []
        : [`a webhook is ${String(one["status"])} and arrived ${times} times`]
    },
    forgetLeases: async () => {
      await sql(`UPDATE queue SET acquired_at = acquired_at - interval '1 hour' WHERE acquired_at IS NOT NULL`)
      await sql(`UPDATE webhook_deliveries SET due_at = queued_at, leased_until = NULL WHERE status = 'queued'`)
      // a machine that dies cuts its own line first, and may have noted that
      await sql(`UPDATE webhook_endpoints SET paused_until = NULL WHERE paused_until IS NOT NULL`)
    },
    settled: async (ids, isOver = () => false) => {
      for (const end = performance.now() + 60_000; performance.now() < end;) {
        if (isOver()) return false
        const [mails, webhooks] = [await mailsOf(ids), await deliveriesOf(ids)]
        const isMailed = mails.every(({ status, state }) => status !== "queued" && state !== "pending")
        if (isMailed && webhooks.every(({ status }) => status !== "queued")) return true
        await new Promise((resolve) => setTimeout(resolve, 15))
      }
      throw new Error(`not settled within a minute: ${JSON.stringify(await mailsOf(ids))}`)
    },
    faults: async ({ id, events, again }) => {
      const faults: Array<string> = []
      const { request, history, broken, submissions } = await run(
        Effect.gen(function* () {
          const requests = yield* ClientRequests
          const rows = yield* statements.make
          const { current, history: entries } = yield* requests.overview(member.workspaceId, id)
          const client = yield* SqlClient.SqlClient
          return {
            request: current.request,
            history: entries.flatMap(({ event }) => (event === null ? [] : [event])),
            broken: yield* AuditEntry.firstBroken(yield* rows.entries(member.workspaceId, id)),
            submissions: yield* client`SELECT id FROM submissions WHERE request_id = ${id}`,
          }
        }),
      )
      if (broken !== null) faults.push(`the chain is broken: ${JSON.stringify(broken)}`)
      if (JSON.stringify(ClientRequest.replay(history)) !== JSON.stringify(request)) {
        faults.push("the row is not what its events replay to")
      }
      const count = (type: string) => history.filter((event) => event.type === type).length
      for (const [type, wanted] of Object.entries(events)) {
        if (count(type) !== wanted) faults.push(`${type}: ${count(type)} times, not ${wanted}`)
      }
      if (submissions.length !== count("RequestSubmitted")) faults.push(`${submissions.length} submissions are kept`)
      const mails = await mailsOf([id])
      const deliveries = new Set<string>()
      for (const { messageId, status, reason, state, key } of mails) {
        const times = arrived(String(messageId))
        deliveries.add(String(key))
        if (status === "failed") faults.push(`a mail failed: ${String(reason)}`)
        if (status === "handed-over" && times === 0) faults.push(`a mail was lost: ${String(key)}`)
        if (status === "dropped" && times > again) faults.push(`a mail was sent and is called dropped: ${String(key)}`)
        if (times > 1 + again) faults.push(`a mail arrived ${times} times: ${String(key)}`)
        if (state !== "completed") faults.push(`the queue holds a mail that is done: ${String(state)}`)
      }
      if (deliveries.size !== mails.length) faults.push("one delivery has two mails")
      return faults
    },
    close: () => Effect.runPromise(Scope.close(scope, Exit.void)),
  }
}
