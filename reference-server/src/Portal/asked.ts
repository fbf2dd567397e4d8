/**
 * Whom each request asks, in plain columns beside it, so that what was asked of a contact is found without reading every
 * request. Written in the transaction of the request's own events.
 */
import { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Together from "../Database/Together.ts"
import { SqlClient } from "../platform/Sql.ts"
import type { Account } from "../Portal.ts"
import { isUuid } from "../Database/Uuid.ts"

/** Does it ask this account as that recipient, as it stands? It does not whom it is not for, as they said. */
export const isOf = (
  { contact, email }: Pick<Account, "contact" | "email">,
  request: ClientRequest.State,
  recipient: string,
): boolean => {
  const person = ClientRequest.recipientOf(request, recipient)
  const isThem =
    person?.contact === contact ||
    (person?.contact === null && person.email.trim().toLowerCase() === email.toLowerCase())
  return isThem && !(request.disowned ?? []).some((one) => one.recipient === recipient)
}

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  return {
    /** Takes note of whom a request asks now. Nothing is written while it asks the same people. */
    follow: Effect.fnUntraced(function* (
      workspaceId: string,
      before: ClientRequest.State | null,
      { id: requestId, details: { recipients } }: ClientRequest.State,
    ) {
      if (before?.details.recipients === recipients) return
      if (before !== null) yield* sql`DELETE FROM portal_requests WHERE request_id = ${requestId}`
      // of an erased request nobody is known
      const known = recipients.filter(({ contact, email }) => contact !== null || email !== "")
      if (known.length === 0) return
      const rows = known.map(({ id, contact, email }) => ({
        requestId,
        recipient: id,
        workspaceId,
        contactId: contact !== null && isUuid(contact) ? contact : null,
        emailKey: email.trim().toLowerCase(),
      }))
      yield* sql`INSERT INTO ${Together.inserted(sql, "portal_requests", rows)} ON CONFLICT DO NOTHING`
    }),
  }
})
