/**
 * The ceiling of due work: a bare process that hands over mails which are made already, through the same mailer and driver. One
 * claim and one update for each, with sixteen under way; no deciding, no record, no links, no words. `go` on it answers when
 * nothing is left.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Smtp from "../../../reference-server/src/Mailer/smtp.ts"
import { Mailer, type OutgoingMail } from "../../../reference-server/src/Mailer.ts"
import { PgClient, SqlClient } from "../../../reference-server/src/platform/Sql.ts"

const scope = Scope.makeUnsafe()
const services = await Effect.runPromise(
  Scope.provide(
    Layer.build(
      Layer.merge(
        PgClient.layer({ url: Redacted.make(process.env["DATABASE_URL"] ?? ""), maxConnections: 10 }),
        Smtp.layer({ url: Redacted.make(process.env["SMTP_URL"] ?? "") }),
      ),
    ),
    scope,
  ),
)
const sql = Context.get(services, SqlClient.SqlClient)
const mailer = Context.get(services, Mailer)

const lane = Effect.gen(function* () {
  for (;;) {
    const [mail] = yield* sql<{ id: number; mail: Omit<OutgoingMail, "messageId"> }>`
      UPDATE proof.bare SET state = 'taken' WHERE id = (
        SELECT id FROM proof.bare WHERE state = 'due' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING id, mail`
    if (mail === undefined) return
    yield* mailer.send({ ...mail.mail, messageId: `<${mail.id}.${process.pid}@bare.example>` })
    yield* sql`UPDATE proof.bare SET state = 'sent' WHERE id = ${mail.id}`
  }
})

process.on("message", () => {
  Effect.runPromise(
    Effect.all(
      Array.from({ length: 16 }, () => lane),
      { concurrency: "unbounded", discard: true },
    ),
  ).then(
    () => process.send?.("done"),
    (error: unknown) => {
      throw error
    },
  )
})
process.send?.("ready")
