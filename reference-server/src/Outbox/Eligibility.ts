/**
 * Whether a mail is still worth sending, asked once more at hand-over (M8): the request's own reasons, addresses that get
 * no mail of the firm (M16), and how many reminders an address had today (M29). What is dropped is told to the request
 * through its door: a reminder that did not go out counts for no cap, and a customer who gets nothing is shown.
 */
import { ClientRequest } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { ClientRequests } from "../ClientRequests.ts"
import { Config } from "../Config.ts"
import * as reads from "../Conversations/reads.ts"
import { SqlClient } from "../platform/Sql.ts"
import { RateLimits } from "../RateLimits.ts"
import * as Suppressions from "../Suppressions.ts"
import * as Composing from "./Composing.ts"

const day = 86_400

/** `suppressed`: its address gets no mail of the firm. */
export const Row = Schema.Struct({ ...Composing.Row.fields, suppressed: Schema.Boolean })
type Row = typeof Row.Type

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const requests = yield* ClientRequests
  const limits = yield* RateLimits
  const conversation = yield* reads.make
  const { remindersPerDay } = yield* Config

  /** Was this the last of the reminder's mails that might have gone out? On a shared record each recipient has one. */
  const isLast = Effect.fnUntraced(function* (
    { id, workspaceId, state }: Row,
    { sendNo, count }: ClientRequest.ReportedReminder,
  ) {
    if (state.details.recipients.length === 1) return true
    const rows = yield* sql`
      SELECT 1 FROM mails WHERE workspace_id = ${workspaceId} AND request_id = ${state.id} AND kind = 'reminder'
        AND status <> 'dropped' AND id <> ${id}
        AND (delivery ->> 'sendNo')::int = ${sendNo} AND (delivery ->> 'count')::int = ${count} LIMIT 1`
    return rows.length === 0
  })

  const tell = Effect.fnUntraced(function* (
    row: Row,
    delivery: ClientRequest.ToCustomer,
    outcome: "dropped" | "suppressed",
    detail: string,
  ) {
    const { recipient } = delivery
    const reminder =
      delivery.kind === "reminder" && (yield* isLast(row, delivery))
        ? { sendNo: delivery.sendNo, count: delivery.count }
        : null
    if (reminder === null && outcome === "dropped") return
    yield* requests
      .handle(row.workspaceId, row.state.id, {
        type: "ReportDelivery",
        // of this mail there is one such report, however often it is made
        id: `${outcome}:${row.id}`,
        by: { kind: "system" },
        recipient,
        mail: row.id,
        outcome,
        detail,
        ...(reminder === null ? {} : { reminder }),
      })
      .pipe(Effect.orDie)
  })

  const reasonOf = Effect.fnUntraced(function* (row: Row, counts: boolean) {
    const { delivery, state, workspaceId } = row
    const own = ClientRequest.dropReason(delivery, state, yield* Clock.currentTimeMillis)
    if (own !== null) return { reason: own, outcome: "dropped" } as const
    if (delivery.kind === "comments" || delivery.kind === "comments-notice") {
      const reader = delivery.kind === "comments" ? delivery.recipient : reads.firm
      const isNew = yield* conversation.isUnread(workspaceId, state.id, reader)
      if (!isNew) return { reason: "everything that was said has been read", outcome: "dropped" } as const
    }
    if (!ClientRequest.carriesLink(delivery)) return null
    if (row.suppressed) {
      return { reason: "its address gets no mail of the firm", outcome: "suppressed" } as const
    }
    if (delivery.kind !== "reminder" || !counts) return null
    const address = Suppressions.normal(ClientRequest.recipientOf(state, delivery.recipient)?.email ?? "")
    const limit = { times: remindersPerDay, seconds: day }
    const isTooMany = yield* limits.take(`reminders:${workspaceId}:${address}`, limit).pipe(
      Effect.as(false),
      Effect.catchTag("RateLimited", () => Effect.succeed(true)),
    )
    return isTooMany
      ? ({ reason: `the address has had ${remindersPerDay} reminders within a day`, outcome: "dropped" } as const)
      : null
  })

  return {
    /** Why a mail is not sent any more, after its request was told; null: it is. `counts`: it was not counted yet. */
    dropped: Effect.fnUntraced(function* (row: Row, counts: boolean) {
      const found = yield* reasonOf(row, counts)
      if (found === null) return null
      if (ClientRequest.carriesLink(row.delivery)) yield* tell(row, row.delivery, found.outcome, found.reason)
      return found.reason
    }),
  }
})
