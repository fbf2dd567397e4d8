// What happens to the firm itself (members, roles, keys) is under the record's checkpoints like what happens to requests:
// whatever is done to its events as superuser is found, by the server and by whoever has only the file.
import { assert, layer } from "@effect/vitest"
import { AuditRecord } from "@requite/core"
import * as Effect from "effect/Effect"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Record } from "../../reference-server/src/Record.ts"
import * as TestDatabase from "../support/TestDatabase.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./RecordWorld.ts"

layer(TestFirm.withoutWorker, { excludeTestServices: true, timeout: "300 seconds" })("events of the firm", (it) => {
  /** What the server finds, and what is found in the file alone, after these statements, which are rolled back. */
  const found = Effect.fnUntraced(function* (workspaceId: string, ...statements: ReadonlyArray<string>) {
    const sql = yield* SqlClient.SqlClient
    const undo = yield* Effect.flip(
      TestDatabase.asAdministrator(
        Effect.gen(function* () {
          yield* sql`SET LOCAL session_replication_role = replica`
          for (const statement of statements) yield* sql.unsafe(statement)
          const { faults } = yield* (yield* Record).verify(workspaceId)
          const file = yield* Effect.provide(AuditRecord.verify(yield* World.lines(workspaceId)), World.signatures)
          return yield* Effect.fail({ faults, file: file.faults })
        }),
      ),
    )
    return "faults" in undo ? undo : yield* Effect.die(undo)
  })
  const brief = (faults: ReadonlyArray<AuditRecord.Fault>) =>
    faults.map(({ what, index, checkpoint }) => [what, index, checkpoint])

  /** Five events: two under checkpoint 1, three under checkpoint 2. */
  const arrange = Effect.gen(function* () {
    const firm = yield* World.arrange
    const { member, workspaceId, covered } = firm
    const record = yield* Record
    const sql = yield* SqlClient.SqlClient
    const before = (yield* record.standing(workspaceId)).last?.number ?? 0
    yield* World.happen(member, "MemberInvited", "MemberJoined")
    yield* covered
    yield* World.happen(member, "RoleChanged", "KeyMade", "SessionsEnded")
    yield* covered
    const rows = yield* sql<{ id: string }>`
      SELECT id FROM workspace_events WHERE workspace_id = ${workspaceId} ORDER BY position`
    assert.strictEqual(rows.length, 5)
    return { ...firm, rows: rows.map(({ id }) => `id = '${id}'`), first: before + 1, second: before + 2 }
  })

  it.effect("S73: an event of the firm that was changed, removed, moved or put in is found, and named", () =>
    Effect.gen(function* () {
      const { workspaceId, rows, first, second } = yield* arrange
      const [a = "", b = "", c = "", , e = ""] = rows
      const nothing = yield* found(workspaceId)
      assert.deepStrictEqual([nothing.faults, nothing.file], [[], []])

      const changed = yield* found(
        workspaceId,
        `UPDATE workspace_events SET data = data || '{"role": "admin"}' WHERE ${b}`,
      )
      assert.deepStrictEqual(brief(changed.file), [["hash", 2, null]])
      assert.include(changed.file[0]?.message, "Event 2 of the firm (MemberJoined) was changed")
      assert.deepStrictEqual(brief(changed.faults), [["hash", 2, null]])

      // hashed anew as the server does it, but under no right seal and not what was covered
      const other = yield* found(
        workspaceId,
        `UPDATE workspace_events SET data = '{}', hash = '${"0".repeat(64)}' WHERE ${a}`,
      )
      assert.deepStrictEqual(brief(other.faults), [
        ["hash", 1, null],
        ["covered", 1, first],
        ["seal", 1, null],
      ])

      for (const [gone, where] of [
        [a, ["covered", 1, first]],
        [c, ["missing", 5, second]],
        [e, ["missing", 5, second]],
      ] as const) {
        const { faults, file } = yield* found(workspaceId, `DELETE FROM workspace_events WHERE ${gone}`)
        assert.deepStrictEqual(brief(file), [[...where]])
        assert.deepStrictEqual(brief(faults), [[...where]])
      }
      const all = yield* found(workspaceId, `DELETE FROM workspace_events WHERE workspace_id = '${workspaceId}'`)
      assert.deepStrictEqual(brief(all.file), [["missing", 1, first]])

      const swapped = yield* found(
        workspaceId,
        `ALTER TABLE workspace_events ALTER position DROP IDENTITY`,
        `UPDATE workspace_events SET position = -position, transaction = '3' WHERE workspace_id = '${workspaceId}'`,
      )
      assert.deepStrictEqual(brief(swapped.file), [["covered", 1, first]])

      const put = yield* found(
        workspaceId,
        `INSERT INTO workspace_events (id, workspace_id, at, type, data, hash, seal, transaction)
          SELECT gen_random_uuid(), workspace_id, at, type, data, hash, seal, '3' FROM workspace_events WHERE ${b}`,
      )
      assert.include(
        brief(put.file).map(([what]) => what),
        "hash",
      )
    }),
  )

  it.effect("S73: an event that the server did not write comes under no checkpoint, nor does what follows on it", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const record = yield* Record
      const { workspaceId, member, rows, covered } = yield* arrange
      const id = yield* TestFirm.uuid
      const at = Date.now()
      const said = { id, at, type: "MemberJoined", by: null, about: null, data: {}, ip: null, userAgent: null }
      const hash = yield* AuditRecord.WorkspaceEvent.hashOf(workspaceId, said)
      // with the seal of another one, which is no better than none
      yield* TestDatabase.asAdministrator(
        sql.unsafe(`INSERT INTO workspace_events (id, workspace_id, at, type, data, hash, seal)
          SELECT '${id}', workspace_id, to_timestamp(${at} / 1000.0), 'MemberJoined', '{}', '${hash}', seal
          FROM workspace_events WHERE ${rows[0]}`),
      )
      yield* World.happen(member, "KeyMade")
      yield* covered
      const { faults } = yield* record.verify(workspaceId)
      assert.deepStrictEqual(brief(faults), [["seal", 6, null]])
      const [{ events } = { events: 0 }] = yield* sql<{ events: number }>`
        SELECT events FROM records WHERE workspace_id = ${workspaceId}`
      assert.strictEqual(events, 5)
      assert.isTrue(TestFirm.logs.some((line) => line.includes("Event 6 of the firm has no right seal")))
    }),
  )

  it.effect(
    "S73: what came after a checkpoint holds the events of the firm where any is new, and is proved with them",
    () =>
      Effect.gen(function* () {
        const { workspaceId, first, second } = yield* arrange
        const record = yield* Record
        const proved = Effect.fnUntraced(function* (after: number) {
          const lines = yield* World.lines(workspaceId, after)
          return yield* Effect.provide(AuditRecord.verify(lines, { keys: record.keys.all }), World.signatures)
        })
        const since = yield* proved(first)
        assert.deepStrictEqual([since.faults, since.events], [[], 5])
        const none = yield* proved(second)
        assert.deepStrictEqual([none.faults, none.events], [[], 0])
        // a file from which its events were taken does not hold
        const cut = (yield* World.lines(workspaceId, first)).filter((line) => !line.includes("KeyMade"))
        const { faults } = yield* Effect.provide(AuditRecord.verify(cut), World.signatures)
        assert.deepStrictEqual(
          faults.map(({ what }) => what),
          ["cut-off", "missing"],
        )
      }),
  )
})
