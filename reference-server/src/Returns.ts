/**
 * What comes back of mails: reports of their delivery, bounces and complaints, however they come (delivery.md M15-M18,
 * docs/mail.md). Each is noted of its mail, once; what says that nobody can be reached goes on through the door of the
 * request, so that it stands in its record (S75), and to `Suppressions`, so that no more mail goes there.
 *
 * Ways: the mail servers' own reports to the mail's *return path*, by SMTP (`Returns/listener.ts`) or from a pipe; events
 * that a mail provider posts, signed (`Returns/routes.ts`); and what a server says at once, when it refuses the address
 * (`Outbox/worker.ts`). All of them may come twice, late and in any order.
 */
import { ClientRequest as Core, type ClientRequest, Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { isUuid } from "./Database/Uuid.ts"
import { ClientRequests } from "./ClientRequests.ts"
import { Config } from "./Config.ts"
import type { Member } from "./Members.ts"
import { type MailStatus, MailStatus as MailStatusSchema, type Outcome, settled } from "./Outbox/MailStatus.ts"
import { SqlClient, SqlSchema } from "./platform/Sql.ts"
import * as Report from "./Returns/Report.ts"
import * as ReturnPath from "./Returns/ReturnPath.ts"
import * as ServerKey from "./ServerKey.ts"
import { type LiftRefused, type SuppressionNotFound, Suppressions } from "./Suppressions.ts"
import * as Tenancy from "./Tenancy.ts"

/** One thing that is reported of one mail. */
export interface Reported {
  readonly outcome: Outcome | "delayed"
  /** One sentence in English; it quotes nothing that a server wrote. */
  readonly detail: string
}

/** What became of a raw message: of which mail it was, or why it is nobody's. */
export type Received =
  | { readonly kind: "report"; readonly mailId: string; readonly outcome: Report.Outcome }
  | { readonly kind: "ignored"; readonly why: string }

export class Returns extends Context.Service<
  Returns,
  {
    /** Where a mail of that id is to come back to; undefined: no domain is set up for it. */
    returnPath(mailId: string): Effect.Effect<string | undefined>
    /** Is this a return path of ours, whole and with the right code? */
    isOurs(address: string): Effect.Effect<boolean>
    /** Takes a raw message that came back. `to`: the addresses it was sent to, where they are known. */
    receive(raw: Uint8Array, to?: ReadonlyArray<string>): Effect.Effect<Received>
    /** Notes what is reported of a mail, once for each outcome; one that is not there is passed over. Says whether it is. */
    report(mailId: string, reported: Reported): Effect.Effect<boolean>
    /** The id of the mail that this Message-ID is of; null: none of ours. */
    mailOf(messageId: string): Effect.Effect<string | null>
    /** Lets mail go to an address again, and to the recipients of requests who have it. */
    lift(member: Member, address: string, reason: string): Effect.Effect<void, SuppressionNotFound | LiftRefused>
  }
>()("@requite/reference-server/Returns") {}

const Row = Schema.Struct({
  id: Schema.String,
  workspaceId: Schema.String,
  requestId: Schema.String,
  delivery: Core.Delivery,
  address: Schema.String,
  status: MailStatusSchema,
  handedOverAt: Schema.NullOr(Schema.Date),
})

const Bearer = Schema.Struct({ id: Schema.String, state: Core.State })

/** So many mails that came back for a while, within so many milliseconds, and the address is given up. */
export const softLimit = { times: 3, millis: 14 * 86_400_000 }

export const layer = Layer.effect(
  Returns,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const crypto = yield* Crypto.Crypto
    const config = yield* Config
    const requests = yield* ClientRequests
    const suppressions = yield* Suppressions
    const key = yield* ServerKey.read(config, "return-key")
    const domain = config.mailReturnDomain
    const withCrypto = Effect.provideService(Crypto.Crypto, crypto)

    const byId = SqlSchema.findOneOption({
      Request: Schema.String,
      Result: Row,
      execute: (id) => sql`
        SELECT id, workspace_id, request_id, delivery, address, status, handed_over_at FROM mails WHERE id = ${id}`,
    })
    const carriedBy = SqlSchema.findAll({
      Request: Schema.String,
      Result: Row,
      execute: (id) => sql`
        SELECT id, workspace_id, request_id, delivery, address, status, handed_over_at FROM mails
        WHERE digest_id = ${id} ORDER BY created_at, id`,
    })
    const withAddress = SqlSchema.findAll({
      Request: Schema.Struct({ workspaceId: Schema.String, address: Schema.String }),
      Result: Bearer,
      execute: ({ workspaceId, address }) => sql`
        SELECT r.id, r.state FROM client_requests r WHERE r.workspace_id = ${workspaceId} AND r.id IN (
          SELECT request_id FROM mails WHERE workspace_id = ${workspaceId} AND address = ${address})`,
    })

    const ofMail = (address: string) =>
      domain === undefined ? Effect.succeed(null) : ReturnPath.read(key, domain, address).pipe(withCrypto)

    /** Through the door, under a name that never comes twice. */
    const tell = (
      { id, workspaceId, requestId, delivery }: typeof Row.Type,
      outcome: ClientRequest.DeliveryOutcome,
      detail: string,
    ) =>
      Core.carriesLink(delivery)
        ? requests
            .handle(workspaceId, requestId, {
              type: "ReportDelivery",
              id: `${outcome}:${id}`,
              by: { kind: "system" },
              recipient: delivery.recipient,
              mail: id,
              outcome,
              detail,
            })
            .pipe(Effect.asVoid, Effect.orDie)
        : Effect.void

    /** Inside a transaction: the request first, then the mail, as everybody locks them. */
    const note = Effect.fnUntraced(function* (mail: typeof Row.Type, { outcome, detail }: Reported) {
      const { id: mailId, workspaceId, address } = mail
      const now = yield* Clock.currentTimeMillis
      if (outcome !== "delayed") yield* tell(mail, outcome, detail)
      const at = new Date(now)
      const fresh = yield* sql`
        INSERT INTO mail_reports ${sql.insert({ workspaceId, mailId, outcome, address, detail, at })}
        ON CONFLICT (mail_id, outcome) DO NOTHING RETURNING outcome`
      if (fresh.length === 0) return
      const [there] = yield* sql<{ status: MailStatus }>`
        SELECT status FROM mails WHERE workspace_id = ${workspaceId} AND id = ${mailId} FOR UPDATE`
      const before = there?.status ?? mail.status
      const status = outcome === "delayed" ? before : settled(before, outcome)
      const step = JSON.stringify([
        { at: now, status: outcome === "delayed" ? "handed-over" : outcome, reason: detail },
      ])
      yield* sql`UPDATE mails SET status = ${status},
          reason = CASE WHEN ${status !== before} THEN ${status === "delivered" ? null : detail}::text ELSE reason END,
          trail = CASE WHEN jsonb_array_length(trail) < 100 THEN trail || ${step}::jsonb ELSE trail END
        WHERE workspace_id = ${workspaceId} AND id = ${mailId}`
      // members get mail as long as they are members; and only what failed is given up, nobody beside it (M15)
      if (!Core.carriesLink(mail.delivery) || address === "") return
      const sentAt = mail.handedOverAt?.getTime()
      const why = { detail, mailId, ...(sentAt === undefined ? {} : { sentAt }) }
      if (outcome === "bounced-hard") yield* suppressions.note(workspaceId, address, { ...why, cause: "hard-bounce" })
      if (outcome === "complained") yield* suppressions.note(workspaceId, address, { ...why, cause: "complaint" })
      if (outcome === "bounced-soft" && (yield* isGivenUp(workspaceId, address, now))) {
        const times = `It came back ${softLimit.times} times within two weeks: no more mail goes there.`
        if (yield* suppressions.note(workspaceId, address, { ...why, cause: "soft-bounces", detail: times })) {
          yield* tell(mail, "suppressed", times)
        }
      }
    })

    const isGivenUp = (workspaceId: string, address: string, now: number) =>
      Effect.map(
        sql<{ n: number }>`SELECT count(*)::int AS n FROM mail_reports m
          LEFT JOIN suppressions s ON s.workspace_id = m.workspace_id AND s.address = m.address
          WHERE m.workspace_id = ${workspaceId} AND m.address = ${address} AND m.outcome = 'bounced-soft'
            AND m.at > ${new Date(now - softLimit.millis)} AND (s.lifted_at IS NULL OR m.at > s.lifted_at)`,
        ([row]) => (row?.n ?? 0) >= softLimit.times,
      )

    const find = (mailId: string) =>
      isUuid(mailId)
        ? Effect.map(Tenancy.across(byId(mailId)), Option.getOrNull).pipe(Effect.orDie)
        : Effect.succeed(null)

    const report: Returns["Service"]["report"] = Effect.fn("Returns.report")(function* (mailId, reported) {
      const mail = yield* find(mailId)
      if (mail === null) return false
      yield* Effect.gen(function* () {
        // what went out in it comes back with it
        for (const one of [mail, ...(yield* carriedBy(mail.id))]) yield* note(one, reported)
      }).pipe(sql.withTransaction, Effect.orDie, Tenancy.within(mail.workspaceId))
      return true
    })

    const receive = Effect.fn("Returns.receive")(function* (raw: Uint8Array, to: ReadonlyArray<string> = []) {
      const { addresses } = yield* Effect.promise(() => Report.read(raw))
      let mail: typeof Row.Type | null = null
      for (const address of [...to, ...addresses]) {
        const mailId = yield* ofMail(address)
        mail = mailId === null ? null : yield* find(mailId)
        if (mail !== null) break
      }
      if (mail === null) return { kind: "ignored", why: "it is of no mail of ours" } as const
      const { finding } = yield* Effect.promise(() => Report.read(raw, mail.address))
      if (finding.kind === "nothing") return { kind: "ignored", why: finding.why } as const
      yield* report(mail.id, finding)
      return { kind: "report", mailId: mail.id, outcome: finding.outcome } as const
    })

    const lift = Effect.fn("Returns.lift")(function* (member: Member, address: string, reason: string) {
      const refused = yield* suppressions.lift(member, address, reason).pipe(
        Effect.as(null),
        // a request may say it still, of a mail from before
        Effect.catchTag("SuppressionNotFound", (error) => Effect.succeed(error)),
      )
      const normal = address.trim().toLowerCase()
      const found = yield* withAddress({ workspaceId: member.workspaceId, address: normal })
      const bearers = found.flatMap(({ id: requestId, state }) =>
        state.details.recipients
          .filter((one) => state.suppressed.includes(one.id) && one.email.trim().toLowerCase() === normal)
          .map((one) => ({ requestId, recipient: one.id })),
      )
      if (refused !== null && bearers.length === 0) return yield* refused
      const id = yield* Crypto.uuid
      for (const { requestId, recipient } of bearers) {
        yield* requests
          .handle(member.workspaceId, requestId, {
            type: "LiftSuppression",
            id: `${id}:${recipient}`,
            by: { kind: "member", id: member.id },
            recipient,
            reason,
          })
          .pipe(Effect.catchTags({ Refusal: () => Effect.void, RequestNotFound: () => Effect.void }))
      }
    })

    return Returns.of({
      returnPath: (mailId) =>
        domain === undefined ? Effect.succeed(undefined) : ReturnPath.make(key, domain, mailId).pipe(withCrypto),
      isOurs: (address) => Effect.map(ofMail(address), (mailId) => mailId !== null),
      receive: (raw, to) => receive(raw, to),
      report,
      mailOf: (messageId) =>
        Effect.gen(function* () {
          const [, id = ""] = /^<?([0-9a-f-]{36})@[^>]+>?$/i.exec(messageId.trim()) ?? []
          return (yield* find(id.toLowerCase())) === null ? null : id.toLowerCase()
        }),
      lift: (member, address, reason) =>
        lift(member, address, reason).pipe(
          sql.withTransaction,
          Effect.catchTags({ SqlError: Effect.die, SchemaError: Effect.die }),
          withCrypto,
        ),
    })
  }),
)
