// Whatever is done to the audit tables as superuser, checking the record finds it. Each tampering is done in a transaction, the
// record is checked inside it, and it is rolled back.
import { assert, layer } from "@effect/vitest"
import { AuditEntry, ClientRequest, Crypto, JsonText } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Record } from "../../reference-server/src/Record.ts"
import { entriesOf } from "../support/Chain.ts"
import * as TestDatabase from "../support/TestDatabase.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./RecordWorld.ts"

/** Numbers that look random and are the same in every run. */
const numbers = (seed: number) => {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Another value for a column of a type: never the same, and as near to it as may be. */
const other: Readonly<{ [type: string]: (column: string) => string }> = {
  text: (column) => `overlay(${column} placing (CASE left(${column}, 1) WHEN 'a' THEN 'b' ELSE 'a' END) from 1 for 1)`,
  uuid: () => "gen_random_uuid()",
  integer: (column) => `${column} + 1000`,
  bigint: (column) => `${column} + 1000`,
  xid8: (column) => `(${column}::text::bigint + 1000)::text::xid8`,
  jsonb: (column) => `CASE jsonb_typeof(${column}) WHEN 'array' THEN jsonb_set(${column}, '{0,index}', '99')
    ELSE jsonb_set(${column}, '{tampered}', '1') END`,
  "timestamp with time zone": (column) => `${column} + interval '1 microsecond'`,
}

/** They say where a row stands in the order of commits, and are no part of what happened. */
const places = new Set([
  "audit_entries.position",
  "audit_entries.transaction",
  "workspace_events.position",
  "workspace_events.transaction",
])

layer(TestFirm.withoutWorker, { excludeTestServices: true, timeout: "300 seconds" })("tampering as superuser", (it) => {
  /** What a tampering comes to, which is rolled back. */
  const rolledBack = <A, E, R>(tampering: Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const undo = yield* Effect.flip(
        TestDatabase.asAdministrator(
          Effect.gen(function* () {
            // foreign keys and triggers are nothing to a superuser
            yield* sql`SET LOCAL session_replication_role = replica`
            const found = yield* Effect.orDie(tampering)
            return yield* Effect.fail({ found })
          }),
        ),
      )
      return "found" in undo ? undo.found : yield* Effect.die(undo)
    })

  /** What checking says after these statements. */
  const checked = (workspaceId: string, ...statements: ReadonlyArray<string>) =>
    rolledBack(
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        for (const statement of statements) yield* sql.unsafe(statement)
        return yield* (yield* Record).verify(workspaceId)
      }),
    )

  /** As if the end of a chain had been there for a while: the next checkpoint takes it up. */
  const aged = Effect.fnUntraced(function* (requestId: string, after: number) {
    const sql = yield* SqlClient.SqlClient
    yield* sql`UPDATE audit_entries e SET transaction = (SELECT max(transaction) FROM audit_checkpoints c
      WHERE c.workspace_id = e.workspace_id) WHERE request_id = ${requestId} AND index > ${after}`
  })

  /** Puts an entry after the one with that number, hashed as the server does, and the state that follows from it. */
  const forge = Effect.fnUntraced(function* (
    { member, workspaceId, out }: Effect.Success<typeof World.arrange>,
    after: number,
    seal: string,
  ) {
    const sql = yield* SqlClient.SqlClient
    const entries = (yield* entriesOf(out.id)).slice(0, after)
    const last = entries.at(-1) ?? assert.fail("no entries")
    const by = { kind: "member", id: member.id } as const
    const event: ClientRequest.Event = { type: "RequestCancelled", at: last.at + 1, by, reason: "Forged" }
    const events = entries.flatMap((entry) => (entry.event === null ? [] : [entry.event]))
    const before = ClientRequest.replay(events) ?? assert.fail("no state")
    const state = ClientRequest.evolve(before, event)
    const policy = yield* Crypto.sha256Hex(JsonText.canonical(state.policy))
    const context = { ip: null, userAgent: null, before: before.state, after: state.state, policy }
    const [entry] = yield* AuditEntry.append(out.id, last, yield* TestFirm.uuid, [{ event, context }])
    if (entry === undefined) return assert.fail("no entry")
    yield* sql`DELETE FROM audit_entries WHERE request_id = ${out.id} AND index > ${after}`
    yield* sql`INSERT INTO audit_entries ${sql.insert({
      ...entry,
      workspaceId,
      seal,
      by: JSON.stringify(by),
      event: JSON.stringify(event),
      context: JSON.stringify(context),
      at: new Date(entry.at),
    })}`
    yield* aged(out.id, after)
    yield* sql`UPDATE client_requests SET state = ${JSON.stringify(state)}::jsonb WHERE id = ${out.id}`
  })

  it.effect(
    "S73 S75 L49: every column of every row of the audit, one at a time",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const { workspaceId, member, covered } = yield* World.arrange
        yield* World.happen(member, "MemberInvited", "MemberJoined", "RoleChanged")
        yield* covered
        assert.deepStrictEqual((yield* checked(workspaceId)).faults, [])
        const columns = yield* sql<{ tableName: string; columnName: string; dataType: string }>`
        SELECT table_name, column_name, data_type FROM information_schema.columns
        WHERE table_name IN ('audit_entries', 'audit_checkpoints', 'workspace_events') ORDER BY 1, 2`
        const random = numbers(20_260_101)
        const missed: Array<string> = []
        let done = 0
        for (const { tableName, columnName, dataType } of columns) {
          if (places.has(`${tableName}.${columnName}`)) continue
          const rows = yield* sql<{ at: string }>`
          SELECT ctid::text AS at FROM ${sql(tableName)} WHERE workspace_id = ${workspaceId} ORDER BY ctid`
          for (const { at } of rows.toSorted(() => random(3) - 1).slice(0, 4)) {
            const value = (other[dataType] ?? assert.fail(`no other value for ${dataType}`))(columnName)
            const report = yield* checked(
              workspaceId,
              `ALTER TABLE ${tableName} DROP CONSTRAINT ${tableName}_pkey`,
              `UPDATE ${tableName} SET ${columnName} = ${value} WHERE ctid = '${at}'`,
            )
            done++
            const [first] = report.faults
            if (first === undefined) missed.push(`${tableName}.${columnName}`)
            else if (tableName === "audit_entries") assert.isNotNull(first.request, JSON.stringify(first))
          }
        }
        assert.deepStrictEqual(missed, [])
        assert.isAbove(done, 60)
      }),
    180_000,
  )

  it.effect(
    "S73 L49: removed, put in, moved, cut off, forgotten whole; and the first broken link is named",
    () =>
      Effect.gen(function* () {
        const { workspaceId, submitted, cancelled } = yield* World.arrange
        const [a, b] = [`request_id = '${submitted.id}'`, `request_id = '${cancelled.id}'`]
        const first = (...statements: ReadonlyArray<string>) =>
          Effect.map(checked(workspaceId, ...statements), ({ faults: [fault] }) =>
            fault === undefined ? null : [fault.what, fault.request, fault.index, fault.checkpoint],
          )
        const remove = (where: string) => `DELETE FROM audit_entries WHERE ${where}`
        assert.deepStrictEqual(yield* first(remove(`${a} AND index = 3`)), ["missing", submitted.id, 3, null])
        assert.deepStrictEqual(yield* first(remove(`${b} AND index >= 3`)), ["missing", cancelled.id, 3, 2])
        assert.deepStrictEqual(yield* first(remove(a)), ["missing", submitted.id, 1, null])
        assert.deepStrictEqual(yield* first(remove(a), `DELETE FROM client_requests WHERE id = '${submitted.id}'`), [
          "request-missing",
          submitted.id,
          null,
          1,
        ])
        const copied = `INSERT INTO audit_entries (request_id, index, workspace_id, command_id, event, hash, at, type, by, context, salt, commitment)
        SELECT request_id, index + 100, workspace_id, command_id, event, hash, at, type, by, context, salt, commitment
        FROM audit_entries WHERE ${a} AND index = 2`
        assert.deepStrictEqual((yield* first(copied))?.slice(0, 2), ["missing", submitted.id])
        const swapped = [
          `UPDATE audit_entries SET index = 1003 WHERE ${a} AND index = 3`,
          `UPDATE audit_entries SET index = 3 WHERE ${a} AND index = 4`,
          `UPDATE audit_entries SET index = 4 WHERE ${a} AND index = 1003`,
        ]
        assert.deepStrictEqual(yield* first(...swapped), ["hash", submitted.id, 3, null])
        const blanked = `UPDATE audit_entries SET event = NULL, context = NULL, salt = NULL WHERE ${a} AND index = 2`
        assert.deepStrictEqual(yield* first(blanked), ["erased", submitted.id, 2, null])

        const gone = (number: number) =>
          `DELETE FROM audit_checkpoints WHERE workspace_id = '${workspaceId}' AND number = ${number}`
        assert.deepStrictEqual(yield* first(gone(2)), ["checkpoint", null, null, 3])
        assert.deepStrictEqual(yield* first(gone(3)), ["checkpoint", null, null, 3])
        assert.deepStrictEqual(
          yield* first(
            `UPDATE client_requests SET state = jsonb_set(state, '{details,title}', '"Other"') WHERE id = '${cancelled.id}'`,
          ),
          ["state", cancelled.id, null, null],
        )
        assert.deepStrictEqual(
          yield* first(`UPDATE submissions SET sealed = NULL, answers = '{"name": "Other"}' WHERE ${a}`),
          ["submission", submitted.id, null, null],
        )
        assert.deepStrictEqual(yield* first(`DELETE FROM submissions WHERE ${a}`), [
          "submission",
          submitted.id,
          null,
          null,
        ])
      }),
    180_000,
  )

  it.effect(
    "S73: a chain that is written anew is found by its checkpoint, and by the signature when that is written anew too",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const { workspaceId, cancelled } = yield* World.arrange
        // the last entry under another hash, and the checkpoint's root and hash made to fit it would need the key
        const [row] = yield* sql<{ heads: ReadonlyArray<{ requestId: string }> }>`
        SELECT heads FROM audit_checkpoints WHERE workspace_id = ${workspaceId} AND number = 2`
        assert.deepStrictEqual(
          row?.heads.map(({ requestId }) => requestId),
          [cancelled.id],
        )
        const report = yield* checked(
          workspaceId,
          `UPDATE audit_checkpoints SET signature = (SELECT signature FROM audit_checkpoints c
          WHERE c.workspace_id = '${workspaceId}' AND c.number = 1) WHERE workspace_id = '${workspaceId}' AND number = 2`,
        )
        assert.deepStrictEqual(
          report.faults.map(({ what, checkpoint }) => [what, checkpoint]),
          [["signature", 2]],
        )
        const key = yield* checked(
          workspaceId,
          `UPDATE audit_checkpoints SET key = '3OJyzh1FS8ZTQPEpqzFNMzKQaU4nj2_W1sLhhVlJQBY' WHERE workspace_id = '${workspaceId}' AND number = 3`,
        )
        assert.deepStrictEqual(
          key.faults.map(({ what, checkpoint }) => [what, checkpoint]),
          [
            ["signature", 3],
            ["key", 3],
          ],
        )
      }),
  )

  it.effect(
    "S73: an entry that is hashed as the server does it, at the end of a chain or in place of its end, comes under no checkpoint",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const record = yield* Record
        const requests = yield* ClientRequests
        const firm = yield* World.arrange
        const { workspaceId, out, member } = firm
        /** What is said after the next checkpoint, and up to which entry checkpoints cover the request. */
        const found = Effect.gen(function* () {
          yield* record.checkpoint(workspaceId)
          const { faults } = yield* record.verify(workspaceId)
          const [row] = yield* sql<{ covered: number }>`
            SELECT max((h->>'index')::int) AS covered FROM audit_checkpoints, jsonb_array_elements(heads) h
            WHERE workspace_id = ${workspaceId} AND h->>'requestId' = ${out.id}`
          const { fault } = yield* record.prove(workspaceId, out.id)
          return { faults: faults.map(({ what, request, index }) => [what, request, index]), fault, ...row }
        })
        const sealOf = (index: number) =>
          Effect.map(
            sql<{ seal: string }>`SELECT seal FROM audit_entries WHERE request_id = ${out.id} AND index = ${index}`,
            ([row]) => row?.seal ?? "",
          )
        const length = (yield* entriesOf(out.id)).length
        const seal = yield* sealOf(length)
        assert.match(seal, /^[\w-]{43}$/)
        const told = {
          faults: [["seal", out.id, length + 1]],
          fault: `Request ${out.id}: Entry ${length + 1} has no right seal: it was not written by this server.`,
          covered: length,
        }
        // another entry's seal is no better than none
        for (const given of ["", seal, "A".repeat(43)]) {
          assert.deepStrictEqual(yield* rolledBack(Effect.andThen(forge(firm, length, given), found)), told)
        }
        const errors = TestFirm.logs.filter((line) => /level=error/i.test(line) && line.includes(out.id))
        assert.isAtLeast(errors.length, 3)
        assert.include(errors[0], `Entry ${length + 1} has no right seal`)

        // the end that no checkpoint covers yet is replaced, and keeps the seal that stood there; the server goes on from it
        yield* requests.suspend(member, out.id, "On hold", yield* TestFirm.uuid)
        const replaced = forge(firm, length, yield* sealOf(length + 1))
        assert.deepStrictEqual(yield* rolledBack(Effect.andThen(replaced, found)), told)
        const followed = Effect.gen(function* () {
          yield* replaced
          yield* found
          yield* record.viewed(member, out.id, "answers")
          yield* aged(out.id, length)
          return yield* found
        })
        assert.deepStrictEqual(yield* rolledBack(followed), told)

        // left alone, it is covered
        yield* firm.covered
        assert.deepStrictEqual(yield* found, { faults: [], fault: null, covered: length + 1 })
      }),
    300_000,
  )

  it.effect("S73: a request removed with all its rows and every checkpoint since, and the note of the last one", () =>
    Effect.gen(function* () {
      const record = yield* Record
      const sql = yield* SqlClient.SqlClient
      const { workspaceId, out } = yield* World.arrange
      const back = [
        `DELETE FROM audit_entries WHERE request_id = '${out.id}'`,
        `DELETE FROM client_requests WHERE id = '${out.id}'`,
        `DELETE FROM audit_checkpoints WHERE workspace_id = '${workspaceId}' AND number > 2`,
        `UPDATE records r SET checkpoint = 2, checkpoint_hash = c.hash FROM audit_checkpoints c
          WHERE r.workspace_id = '${workspaceId}' AND c.workspace_id = r.workspace_id AND c.number = 2`,
      ]
      const { faults } = yield* checked(workspaceId, ...back)
      assert.deepStrictEqual(
        faults.map(({ what, checkpoint }) => [what, checkpoint]),
        [["checkpoint", 3]],
      )
      assert.include(faults[0]?.message, "went back to an older state")
      // nothing is signed on top of it, until the operator says that it was a backup
      const [refused, goneOn] = yield* rolledBack(
        Effect.gen(function* () {
          for (const statement of back) yield* sql.unsafe(statement)
          yield* sql`UPDATE audit_entries SET transaction = '1'::xid8 WHERE workspace_id = ${workspaceId}`
          yield* sql`UPDATE audit_checkpoints SET transaction = '0'::xid8 WHERE workspace_id = ${workspaceId}`
          const before = yield* record.checkpoint(workspaceId)
          yield* record.restored
          return [before, yield* record.checkpoint(workspaceId)] as const
        }),
      )
      assert.deepStrictEqual([refused, goneOn], [0, 1])
    }),
  )
})
