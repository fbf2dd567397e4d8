// `npm run operate -- files check` over the server's own services: what the store has and the database does not know, the
// other way round, and what is damaged. Files are encrypted here, by keys of their firm.

import { createHash, randomUUID } from "node:crypto"
import { readFileSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { type BlobKey, BlobStore, newKey } from "../../reference-server/src/BlobStore.ts"
import { Config } from "../../reference-server/src/Config.ts"
import { DataKeys } from "../../reference-server/src/DataKeys.ts"
import { commands } from "../../reference-server/src/Files/commands.ts"
import * as Operator from "../../reference-server/src/Operator.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as Tenancy from "../../reference-server/src/Tenancy.ts"
import * as TestDatabase from "../support/TestDatabase.ts"
import * as TestFirm from "../support/TestFirm.ts"

const services = Layer.unwrap(
  Effect.map(TestDatabase.acquireEnvironment, (environment) =>
    Operator.services(TestFirm.config({ ...environment, FILES_ENCRYPTED: "true" })),
  ),
)

const text = "what a customer gave, and nobody else may read"
const content = new TextEncoder().encode(text)
const sha256 = createHash("sha256").update(content).digest("hex")

const operate = (...words: ReadonlyArray<string>) =>
  Effect.flatMap(Operator.find(commands, words), ({ command, given }) => command.run(given))
/** What it complains of, sorted, without the line that sums up. */
const complaints = (...words: ReadonlyArray<string>) =>
  Effect.map(Effect.flip(operate("files", "check", ...words)), ({ message }) => message.split("\n").slice(0, -1).sort())

const fileOf = (key: BlobKey) =>
  Effect.map(Config, ({ dataDir }) => join(dataDir, "files", key.slice(0, 2), `${key}.aes`))
const days = (file: string, count: number) => {
  const then = Date.now() / 1000 - count * 24 * 3600
  utimesSync(file, then, then)
}

const firm = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const id = randomUUID()
  const createdAt = new Date()
  yield* sql`INSERT INTO workspaces ${sql.insert({ id, name: "Firm", accent: "#0b6e4f", language: "en", timeZone: "UTC", createdAt })}`
  return id
}).pipe(Tenancy.across)

const put = (workspaceId: string) =>
  Effect.gen(function* () {
    const key = yield* newKey
    yield* (yield* BlobStore).put(key, Stream.make(content), { maxBytes: 1000 })
    return key
  }).pipe(Tenancy.within(workspaceId))

const row = (workspaceId: string, id: string, gone = false) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const now = new Date()
    const file = { name: "a.txt", bytes: content.length, type: "text/plain", sha256, scan: "clean", origin: "firm" }
    yield* sql`INSERT INTO files ${sql.insert({ id, workspaceId, ...file, goneAt: gone ? now : null, createdAt: now })}`
  }).pipe(Tenancy.within(workspaceId))

layer(services, { excludeTestServices: true, timeout: "180 seconds" })("files check", (it) => {
  it.effect("F15 S66: finds orphans, missing and damaged files, and removes what nobody knows", () =>
    Effect.gen(function* () {
      const [store, workspaceId] = [yield* BlobStore, yield* firm]
      const good = yield* put(workspaceId)
      yield* row(workspaceId, good)
      // an infected one that was removed is where it should be: nowhere
      yield* row(workspaceId, randomUUID(), true)
      assert.match(
        yield* operate("files", "check", "--digest"),
        /^1 files, 1 in the store: 0 orphans, 0 missing, 0 damaged\.$/,
      )

      const [orphan, young, damaged, swapped] = yield* Effect.all([
        put(workspaceId),
        put(workspaceId),
        put(workspaceId),
        put(workspaceId),
      ])
      days(yield* fileOf(orphan), 2)
      const partial = yield* newKey
      yield* store.append(partial, 0, Stream.make(content), { maxBytes: 1000 })
      const { dataDir } = yield* Config
      days(join(dataDir, "files", "partial", partial, `${"0".repeat(16)}.aes`), 2)
      const missing = randomUUID()
      for (const id of [missing, damaged, swapped]) yield* row(workspaceId, id)
      const file = yield* fileOf(damaged)
      const changed = readFileSync(file)
      changed.writeUInt8(changed.readUInt8(70) ^ 1, 70)
      writeFileSync(file, changed)
      yield* store.put(swapped, Stream.make(content.slice(1)), { maxBytes: 1000 })

      const about = (line: string) => line.replace(/ of \d{4}-\S+$/, "").replace(/: .*/, "")
      assert.deepStrictEqual((yield* complaints()).map(about), [
        `missing  ${missing}  of workspace ${workspaceId}`,
        ...[
          `orphan   ${orphan}  ${content.length} bytes`,
          `orphan   ${partial}  unfinished, ${content.length} bytes`,
        ].sort(),
      ])
      const everything = yield* complaints("--digest", "--remove")
      assert.lengthOf(everything, 5)
      const damages = everything.filter((line) => line.startsWith("damaged"))
      assert.match(damages.find((line) => line.includes(damaged)) ?? "", /was changed there/)
      assert.match(damages.find((line) => line.includes(swapped)) ?? "", /: its digest differs$/)

      // the orphans are gone, what is young or known is not
      assert.deepStrictEqual((yield* complaints()).map(about), [`missing  ${missing}  of workspace ${workspaceId}`])
      const left = yield* Stream.runCollect(store.list)
      assert.sameMembers(
        left.map(({ key }) => key),
        [good, young, damaged, swapped],
      )
    }),
  )

  it.effect(
    "S77: files lie encrypted by the key of their firm; once that is destroyed nobody reads them any more",
    () =>
      Effect.gen(function* () {
        const [store, ours, theirs] = [yield* BlobStore, yield* firm, yield* firm]
        const [own, other] = [yield* put(ours), yield* put(theirs)]
        const read = (key: BlobKey) =>
          Effect.flatMap(store.get(key), ({ stream }) =>
            Effect.map(Stream.runCollect(stream), (chunks) => Buffer.concat(chunks).toString()),
          )
        // one of the server's own, for nobody
        const none = yield* put("")
        for (const key of [own, other, none]) {
          assert.isFalse(readFileSync(yield* fileOf(key), "latin1").includes("customer"))
          assert.strictEqual(yield* read(key), text)
        }
        yield* Tenancy.within(ours)(Effect.flatMap(DataKeys, (keys) => keys.destroy(ours)))
        assert.match((yield* Effect.flip(read(own))).message, /^The key \S+ of the file was destroyed\.$/)
        assert.strictEqual(yield* read(other), text)
      }),
  )
})
