/** The layer of `Record`. */
import { AuditRecord, type ClientRequest, Crypto, Submission } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { ClientRequests } from "../ClientRequests.ts"
import type { Member } from "../Members.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import { Questionnaires } from "../Questionnaires.ts"
import { Record } from "../Record.ts"
import * as Tenancy from "../Tenancy.ts"
import * as archive from "./archive.ts"
import * as checkpoints from "./checkpoints.ts"
import * as Destroying from "./destroying.ts"
import * as erasing from "./erasing.ts"
import * as exporting from "./exporting.ts"
import * as Marks from "./Marks.ts"
import * as Seals from "./Seals.ts"
import * as Signer from "./Signer.ts"

const hour = 3_600_000

export const layer = Layer.effect(
  Record,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const crypto = yield* Crypto.Crypto
    const requests = yield* ClientRequests
    const questionnaires = yield* Questionnaires
    const signer = yield* Signer.make
    const seals = yield* Seals.checking(yield* Seals.make, signer)
    const marks = yield* Marks.make
    const making = yield* checkpoints.make(signer, seals, marks)
    const files = yield* exporting.make(signer)
    const { erase, eraseContact, sweep, unfinished } = yield* erasing.make
    const destroying = yield* Destroying.make(erase)
    const everything = yield* archive.make
    // in a database that was restored the numbers of transactions begin anew
    const [settled] = yield* sql<{ restored: boolean }>`SELECT audit_settle() AS restored`
    if (settled?.restored === true) yield* Effect.logInfo("the database was restored: the audit record goes on from it")

    const withCrypto = Effect.provideService(Crypto.Crypto, crypto)

    const checks = Layer.merge(Layer.succeed(Crypto.Crypto, crypto), AuditRecord.Signatures.layer(globalThis.crypto))

    /** Those entries as faults. The file does not have seals: nobody else could check them. */
    const unsealedIn = <E>(workspaceId: string, looking: Effect.Effect<ReadonlyMap<string, number>, E>) =>
      Effect.map(looking, (found) =>
        [...found].map(([request, index]): AuditRecord.Fault => {
          return { what: "seal", request, index, checkpoint: null, message: Seals.message({ request, index }) }
        }),
      ).pipe(Effect.orDie, Tenancy.within(workspaceId))

    const submittedEntry = SqlSchema.findOneOption({
      Request: Schema.Struct({ workspaceId: Schema.String, requestId: Schema.String }),
      Result: Schema.Struct({ index: Schema.Int, hash: Schema.String }),
      execute: ({ workspaceId, requestId }) => sql`
        SELECT index, hash FROM audit_entries
        WHERE workspace_id = ${workspaceId} AND request_id = ${requestId} AND type = 'RequestSubmitted'
        ORDER BY index DESC LIMIT 1`,
    })

    const receipt = Effect.fn("Record.receipt")(function* (workspaceId: string, firm: string, requestId: string) {
      const { request, answers } = yield* requests.read(workspaceId, requestId)
      const { submission, erased } = request
      if (submission === null || erased !== null || request.state !== "Submitted") return null
      const { id, version, hash } = request.details.questionnaire
      const { questionnaire } = yield* questionnaires.get(workspaceId, id, version, hash)
      const entry = Option.getOrNull(yield* submittedEntry({ workspaceId, requestId }))
      if (entry === null) return null
      const { said, text } = AuditRecord.receipt({
        firm,
        requestId,
        submissionId: submission.id,
        submittedAt: submission.at,
        submission: yield* Submission.receipt(questionnaire, answers),
        entry,
      })
      return { ...said, key: signer.key, signature: yield* signer.sign(text) }
    })

    /** What a look of a member is, without who and when. */
    type Look =
      | { readonly type: "RecordView"; readonly what: ClientRequest.ViewedPart }
      | {
          readonly type: "RecordAccess"
          readonly what: ClientRequest.AccessFact
          readonly recipient: string
          readonly channel: string
        }

    const looked = Effect.fn("Record.viewed")(
      function* ({ id, workspaceId }: Member, requestId: string, as: string, look: Look) {
        const now = yield* Clock.currentTimeMillis
        // one name for all views of an hour: the door carries a command out once
        const hex = yield* Crypto.sha256Hex(`view:${id}:${requestId}${as}:${Math.floor(now / hour)}`)
        const commandId = hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-8$3-a$4-$5")
        const known = yield* sql`
          SELECT 1 FROM audit_entries WHERE request_id = ${requestId} AND command_id = ${commandId} LIMIT 1`
        if (known.length > 0) return
        yield* requests.handle(workspaceId, requestId, { ...look, id: commandId, by: { kind: "member", id } })
      },
      (effect) => effect.pipe(withCrypto, Effect.orDie),
    )

    return Record.of({
      keys: { current: signer.key, all: signer.keys },
      standing: Effect.fn("Record.standing")(
        function* (workspaceId) {
          const [row] = yield* sql<{ number: number; at: Date; hash: string }>`
            SELECT number, at, hash FROM audit_checkpoints WHERE workspace_id = ${workspaceId}
            ORDER BY number DESC LIMIT 1`
          const [kept] = yield* sql<{ keepDays: number | null }>`
            SELECT keep_days FROM records WHERE workspace_id = ${workspaceId}`
          const [count] = yield* sql<{ erased: number }>`
            SELECT count(*)::int AS erased FROM client_requests
            WHERE workspace_id = ${workspaceId} AND erased_at IS NOT NULL`
          return {
            last: row === undefined ? null : { ...row, at: row.at.getTime() },
            keepDays: kept?.keepDays ?? null,
            erased: count?.erased ?? 0,
          }
        },
        (effect, workspaceId) => effect.pipe(Effect.orDie, Tenancy.within(workspaceId)),
      ),
      keepFor: ({ workspaceId }, days) =>
        sql`INSERT INTO records (workspace_id, keep_days, checkpoint, checkpoint_hash)
          VALUES (${workspaceId}, ${days}, 0, '')
          ON CONFLICT (workspace_id) DO UPDATE SET keep_days = excluded.keep_days`.pipe(Effect.orDie, Effect.asVoid),
      checkpoint: (workspaceId) => withCrypto(making.checkpoint(workspaceId)),
      prove: Effect.fn("Record.prove")(function* (workspaceId, requestId) {
        const lines = yield* files.ofRequest(workspaceId, requestId)
        const { faults, entries, covered, last } = yield* AuditRecord.verify(lines, { keys: signer.keys })
        const unsealed = yield* unsealedIn(workspaceId, seals.ofRequests(workspaceId, [requestId]))
        return {
          entries,
          covered: last === null ? null : { index: covered, at: last.at },
          fault: (faults[0] ?? unsealed[0])?.message ?? null,
        }
      }, Effect.provide(checks)),
      ofRequest: (workspaceId, requestId) => withCrypto(files.ofRequest(workspaceId, requestId)),
      ofWorkspace: (workspaceId, after) =>
        Stream.provideService(files.ofWorkspace(workspaceId, after), Crypto.Crypto, crypto),
      archive: everything.ofWorkspace,
      verify: Effect.fn("Record.verify")(function* (workspaceId) {
        const verification = AuditRecord.begin({ keys: signer.keys })
        yield* Stream.runForEach(files.ofWorkspace(workspaceId), verification.take)
        const report = yield* verification.finish
        const back = yield* marks.fault(workspaceId).pipe(Effect.orDie, Tenancy.within(workspaceId))
        const unsealed = yield* unsealedIn(workspaceId, seals.ofWorkspace(workspaceId))
        const index = yield* seals.ofEvents(workspaceId).pipe(Effect.orDie, Tenancy.within(workspaceId))
        const unsealedEvent: ReadonlyArray<AuditRecord.Fault> =
          index === null
            ? []
            : [{ what: "seal", request: null, index, checkpoint: null, message: Seals.eventMessage(index) }]
        const found = [...report.faults, ...(back === null ? [] : [back]), ...unsealed, ...unsealedEvent]
        return {
          ...report,
          faults: found.slice(0, AuditRecord.most),
          faultCount: report.faultCount + found.length - report.faults.length,
        }
      }, Effect.provide(checks)),
      receipt: ({ workspace, requestId }) =>
        receipt(workspace.id, workspace.name, requestId).pipe(
          withCrypto,
          Tenancy.within(workspace.id),
          Effect.catchTag("RequestNotFound", () => Effect.succeed(null)),
          Effect.orDie,
        ),
      viewed: (member, requestId, what) => looked(member, requestId, "", { type: "RecordView", what }),
      viewedAs: (member, requestId, recipient) =>
        looked(member, requestId, `:as:${recipient}`, {
          type: "RecordAccess",
          what: "viewed-as-customer",
          recipient,
          channel: "",
        }),
      restored: marks.forget(),
      erase: ({ id, workspaceId }, requestId, reason, commandId) =>
        erase(workspaceId, requestId, { type: "Erase", id: commandId, by: { kind: "member", id }, reason }),
      eraseContact,
      destroyKeys: destroying.destroy,
      rotateKey: destroying.rotate,
      sweep: Effect.gen(function* () {
        for (const { id } of yield* making.due) yield* withCrypto(making.checkpoint(id))
        yield* sweep
        for (const { id } of yield* unfinished) yield* destroying.finish(id)
      }),
    })
  }),
)
