// A firm with a record worth proving: a request that was submitted with a file, one that was cancelled, one that is out.
import { AuditRecord, type ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { CurrentCaller } from "../../reference-server/src/Caller.ts"
import type { Member } from "../../reference-server/src/Members.ts"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Record } from "../../reference-server/src/Record.ts"
import { Uploads } from "../../reference-server/src/Uploads.ts"
import { WorkspaceEvents } from "../../reference-server/src/WorkspaceEvents.ts"
import * as Tenancy from "../../reference-server/src/Tenancy.ts"
import * as TestFirm from "../support/TestFirm.ts"

const { uuid } = TestFirm

/** What the customer types that must be gone once it is erased. */
export const secrets = ["Winifred Quill", "winifred@quill.example", "quill-passport", "wrongly asked Quill"]

/** Submits with an answer and a file. */
export const submit = Effect.fnUntraced(function* (request: ClientRequest.State) {
  const requests = yield* ClientRequests
  const uploads = yield* Uploads
  const customer = yield* TestFirm.customerOf(request)
  const { stored } = yield* requests.current(customer)
  yield* requests.save(customer, { revision: 1, answers: { name: "Winifred Quill" }, visited: "about" }, yield* uuid)
  const passport = stored.questionnaire.sections[1]?.items[0]
  if (passport === undefined) return yield* Effect.die("the questionnaire asks for no passport")
  const content = Stream.make(new TextEncoder().encode("%PDF-1.7\n%\u00e2\u00e3\n1 0 obj\n<<>>\nendobj\n"))
  yield* uploads.receive(customer, { question: passport, revision: 1, name: "quill-passport.pdf", content })
  return { customer, request: yield* requests.submit(customer, 1, yield* uuid) }
})

/** A checkpoint over all that has happened in a firm. */
export const checkpoint = Effect.fnUntraced(function* (workspaceId: string) {
  const record = yield* Record
  const sql = yield* SqlClient.SqlClient
  // somebody else's transaction on the same server may still be open
  yield* sql<{ is: boolean }>`
    SELECT NOT EXISTS (SELECT FROM audit_entries WHERE workspace_id = ${workspaceId}
      AND transaction >= audit_horizon()) AND NOT EXISTS (SELECT FROM workspace_events
      WHERE workspace_id = ${workspaceId} AND transaction >= audit_horizon()) AS is`.pipe(
    Effect.repeat({ until: ([row]) => row?.is === true, schedule: Schedule.spaced("20 millis") }),
    Tenancy.within(workspaceId),
  )
  return yield* record.checkpoint(workspaceId)
})

/** The firm; each of the three is under a checkpoint of its own. */
export const arrange = Effect.gen(function* () {
  const requests = yield* ClientRequests
  const { member, stored } = yield* TestFirm.firm
  const { workspaceId } = member
  const covered = checkpoint(workspaceId)
  const { request: submitted, customer } = yield* submit(yield* TestFirm.sendRequest(member, stored.ref))
  yield* covered
  const cancelled = yield* TestFirm.sendRequest(member, stored.ref)
  yield* requests.cancel(member, cancelled.id, "wrongly asked Quill", yield* uuid)
  yield* covered
  const out = yield* TestFirm.sendRequest(member, stored.ref)
  yield* covered
  return { member, workspaceId, stored, submitted, customer, cancelled, out, covered }
})

/** Events of the workspace, as members and their keys give rise to them. */
export const happen = (member: Member, ...types: ReadonlyArray<string>) =>
  Effect.flatMap(WorkspaceEvents, (events) =>
    Effect.forEach(
      types,
      (type) =>
        events.add({
          workspaceId: member.workspaceId,
          type,
          by: member.id,
          about: member.id,
          data: { name: "Moa", email: "moa@firm.example", role: "member" },
        }),
      { discard: true },
    ),
  ).pipe(Effect.provideService(CurrentCaller, { ip: "192.0.2.0", userAgent: "Browser" }))

export const lines = (workspaceId: string, after?: number) =>
  Effect.flatMap(Record, (record) => Stream.runCollect(record.ofWorkspace(workspaceId, after)))

export const signatures = AuditRecord.Signatures.layer(globalThis.crypto)
