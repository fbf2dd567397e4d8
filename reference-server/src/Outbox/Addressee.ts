/**
 * Whom a delivery goes to, and in whose name (X12). A customer's mail speaks for a member: whoever sent the request, or
 * the assignee of the work where the policy says so or nobody pressed the button (K21, K22). A notice goes to whoever
 * sent the request, and of an item, an infected file or what a customer said also to the assignee (K31).
 */
import { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Together from "../Database/Together.ts"
import { SqlClient } from "../platform/Sql.ts"
import type { Step } from "./Step.ts"

export interface Addressee {
  /** Names the mail for ever. */
  readonly key: string
  /** In whose name it goes out, or whom it goes to; null: nobody is known. */
  readonly memberId: string | null
  /** The customer's address; of a notice it is the member's, looked up later. */
  readonly address: string
}

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const assigneeOf = Effect.fnUntraced(function* (workspaceId: string, { details }: ClientRequest.State) {
    if (details.workItem === null) return null
    const [row] = yield* sql<{ assignee: string | null }>`
      SELECT assignee FROM work_items WHERE workspace_id = ${workspaceId} AND id::text = ${details.workItem}`
    return row?.assignee ?? null
  })

  /** In whose name the latest invitation of this recipient went out. */
  const earlierSpeaker = yield* Together.make(
    (asked: ReadonlyArray<{ readonly workspace: string; readonly request: string; readonly to: string }>) =>
      Effect.map(
        sql<{ at: number; memberId: string | null }>`
          SELECT asked.at, latest.member_id FROM ${Together.rows(
            sql,
            "at int, workspace uuid, request uuid, recipient text",
            asked.map(({ to, ...one }, at) => ({ ...one, recipient: to, at })),
          )} asked CROSS JOIN LATERAL (
            SELECT member_id FROM mails
            WHERE request_id = asked.request AND workspace_id = asked.workspace AND kind = 'invitation'
              AND delivery ->> 'recipient' = asked.recipient
            ORDER BY created_at DESC, id LIMIT 1) latest`,
        (rows) => {
          const by = new Map(rows.map(({ at, memberId }) => [at, memberId]))
          return asked.map((_, at) => by.get(at) ?? null)
        },
      ),
  )

  const speakerOf = Effect.fnUntraced(function* (workspaceId: string, to: string, { event, after }: Step) {
    const sender = senderOf(after)
    if (after.policy.from === "assignee") return (yield* assigneeOf(workspaceId, after)) ?? sender
    if (event.by.kind === "member") return event.by.id
    // sent by the clock: by nobody's hand
    if (event.type === "RequestSent") return (yield* assigneeOf(workspaceId, after)) ?? sender
    return (yield* earlierSpeaker({ workspace: workspaceId, request: after.id, to })) ?? sender
  })

  return Effect.fnUntraced(function* (workspaceId: string, delivery: ClientRequest.Delivery, step: Step) {
    const { event, before, after } = step
    const key = ClientRequest.deliveryKey(after.id, delivery)
    if (ClientRequest.carriesLink(delivery)) {
      const address = ClientRequest.recipientOf(after, delivery.recipient)?.email.trim() ?? ""
      // a link that the firm hands out itself has no mail
      if (address === "") return []
      return [{ key, address, memberId: yield* speakerOf(workspaceId, delivery.recipient, step) }]
    }
    const sender =
      delivery.kind === "schedule-notice" ? (memberOf(before?.scheduled?.by) ?? senderOf(after)) : senderOf(after)
    const assignee = ofWork.has(delivery.kind) ? yield* assigneeOf(workspaceId, after) : null
    const to = new Set([sender, assignee])
    // nobody is told what they did themselves
    to.delete(memberOf(event.by))
    return [...to].flatMap((memberId): ReadonlyArray<Addressee> =>
      memberId === null ? [] : [{ key: `${key}:${memberId}`, memberId, address: "" }],
    )
  })
})

/** What whoever is at the work is told of too. */
const ofWork: ReadonlySet<ClientRequest.Delivery["kind"]> = new Set([
  "item-notice",
  "file-notice",
  "comments-notice",
  "proposal-notice",
  "delegated-notice",
  "disowned-notice",
])

const memberOf = (actor: ClientRequest.Actor | null | undefined): string | null =>
  actor?.kind === "member" ? actor.id : null

/** Who sent it last, else who made it. */
const senderOf = ({ sentBy, createdBy }: ClientRequest.State): string | null => memberOf(sentBy) ?? memberOf(createdBy)
