// How much contacts may bring to folders of the portal, how often, and how often strangers may knock at its door (S41, S59).
import { assert, layer } from "@effect/vitest"
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import { Documents } from "../../reference-server/src/Documents.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { RateLimits } from "../../reference-server/src/RateLimits.ts"
import { Record } from "../../reference-server/src/Record.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as P from "./PortalWorld.ts"
import * as World from "./SecurityWorld.ts"

const pdf = (name: string) => new File([`%PDF-1.7\n% ${name}\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n`], name)

/** A firm's contact who is logged in, with their own folder open. */
const atFolder = Effect.gen(function* () {
  const firm = yield* P.firm
  const { base, contact, member } = firm
  const { workspaceId } = member
  const documents = yield* Documents
  const own = yield* P.loggedIn(base, contact.email)
  const shelves = yield* own.get(`${base}/documents`)
  const folder = /\/folders\/([0-9a-f-]{36})/.exec(shelves.body)?.[1] ?? ""
  const csrf = P.csrfIn((yield* own.get(`${base}/folders/${folder}`)).body)
  const bring = (...names: ReadonlyArray<string>) => {
    const form = new FormData()
    form.append("csrf", csrf)
    for (const name of names) form.append("files", pdf(name))
    return own.send(`${base}/folders/${folder}`, form)
  }
  const held = Effect.map(documents.open(workspaceId, folder), (opened) => opened.documents.length)
  return { ...firm, workspaceId, own, folder, bring, held }
})

/** What is kept of a firm's files that no request has, and of those on their way. */
const kept = Effect.fnUntraced(function* (workspaceId: string) {
  const sql = yield* SqlClient.SqlClient
  const files = yield* sql<{ id: string }>`SELECT id::text AS id FROM files
    WHERE workspace_id = ${workspaceId} AND request_id IS NULL AND gone_at IS NULL`
  const uploads = yield* sql<{ bytes: number; state: string }>`
    SELECT bytes::float8 AS bytes, state FROM uploads WHERE workspace_id = ${workspaceId} AND name <> 'earlier'`
  return { files: files.map(({ id }) => id), uploads }
})

/** So much came in earlier today. */
const earlier = Effect.fnUntraced(function* (workspaceId: string, whose: string, bytes: number) {
  const sql = yield* SqlClient.SqlClient
  const [at, id] = [new Date(), yield* Crypto.uuid]
  const of = { id, workspaceId, requestId: null, handle: whose, recipient: whose, question: "documents", revision: 0 }
  const file = { name: "earlier", bytes, isResumable: false, state: "attached", isWhole: true }
  const expiresAt = new Date(at.getTime() + World.day)
  yield* sql`INSERT INTO uploads ${sql.insert({ ...of, ...file, createdAt: at, touchedAt: at, expiresAt })}`
  return sql`DELETE FROM uploads WHERE id = ${id}`
})

/** Uses up a limit of the configuration, which is a thousand times that of a server here. */
const useUp = Effect.fnUntraced(function* (key: string, seconds: number, times: number) {
  yield* Effect.ignore((yield* RateLimits).takeAll([{ key, limit: { times, seconds }, cost: times * 1000 }]))
})

layer(P.layer, { excludeTestServices: true, timeout: "300 seconds" })("the limits of the portal", (it) => {
  it.effect("S59: what a contact brings has the room of a request in a day, and counts in the firm's day", () =>
    Effect.gen(function* () {
      const { workspaceId, contact, bring, held, member } = yield* atFolder
      assert.strictEqual((yield* bring("first.pdf")).status, 303)
      const after = yield* kept(workspaceId)
      const used = pdf("first.pdf").size
      assert.strictEqual(after.files.length, 1)
      assert.deepStrictEqual(after.uploads, [{ bytes: used, state: "attached" }])
      // all of their room, then all of the firm's, which others used: there is none for a single byte
      const [room, firms] = [2_147_483_648, 53_687_091_200]
      for (const [whose, bytes, text] of [
        [contact.id, room, "“second.pdf” no longer fits"],
        [yield* Crypto.uuid, firms, "No more files can be taken in today"],
      ] as const) {
        const forget = yield* earlier(workspaceId, whose, bytes - used)
        const full = yield* bring("second.pdf")
        assert.strictEqual(full.status, 422)
        assert.include(P.said(full), text)
        // nothing of it is left, and the room that was kept for it is free again
        assert.deepStrictEqual(yield* kept(workspaceId), after)
        yield* forget
      }
      // what others of the firm brought takes nothing of theirs
      const forget = yield* earlier(workspaceId, yield* Crypto.uuid, room)
      assert.strictEqual((yield* bring("second.pdf")).status, 303)
      assert.strictEqual(yield* held, 2)
      yield* forget
      // a file that is refused for what it is gives its room back, too
      const before = yield* kept(workspaceId)
      assert.strictEqual((yield* bring("empty.exe")).status, 422)
      assert.deepStrictEqual(yield* kept(workspaceId), before)
      // nothing on its way tells of who was erased
      yield* (yield* Record).eraseContact(member, contact.id, "They asked for it.")
      assert.isEmpty((yield* kept(workspaceId)).uploads)
    }),
  )

  it.effect("S59: a folder takes 200 files of each contact, however many come at once, and others' take no place", () =>
    Effect.gen(function* () {
      const { workspaceId, contact, folder, bring, held } = yield* atFolder
      const sql = yield* SqlClient.SqlClient
      const other = yield* P.person(workspaceId, "Ola Other", `ola.${contact.email}`)
      assert.strictEqual((yield* bring("first.pdf")).status, 303)
      const copies = (count: number, by: string) => sql`
        WITH made AS (INSERT INTO files (id, workspace_id, origin, name, bytes, type, sha256, scan, created_at)
          SELECT gen_random_uuid(), workspace_id, origin, name, bytes, type, sha256, scan, created_at
          FROM files, generate_series(1, ${count}::int) WHERE workspace_id = ${workspaceId} AND name = 'first.pdf' AND id IN (
            SELECT file_id FROM documents WHERE folder_id = ${folder} ORDER BY created_at LIMIT 1) RETURNING id)
        INSERT INTO documents (id, workspace_id, folder_id, file_id, name, created_at, brought_by)
        SELECT gen_random_uuid(), ${workspaceId}::uuid, ${folder}::uuid, id, 'copy', now(), ${by}::uuid FROM made`
      yield* copies(200, other.id)
      yield* copies(198, contact.id)
      const before = TestFirm.blobs.size
      const answers = yield* Effect.forEach(["a.pdf", "b.pdf", "c.pdf", "d.pdf"], (name) => bring(name), {
        concurrency: 4,
      })
      assert.deepStrictEqual(
        answers.map(({ status }) => status).toSorted((a, b) => a - b),
        [303, 422, 422, 422],
      )
      assert.strictEqual(yield* held, 400)
      assert.strictEqual((yield* kept(workspaceId)).files.length, 400)
      assert.strictEqual(TestFirm.blobs.size, before + 1)
      assert.strictEqual((yield* bring("late.pdf")).status, 422)
    }),
  )

  it.effect("S41: bringing files ends for the contact, for the place and for the firm, before anything is read", () =>
    Effect.gen(function* () {
      const { workspaceId, contact, bring, held } = yield* atFolder
      const another = yield* atFolder
      for (const [key, times, isAlone] of [
        [`customer upload family 60 portal ${contact.id}`, 120, true],
        [`customer upload workspace 60 ${workspaceId}`, 3_000, true],
        [`customer upload place 60 127.0.0.1`, 600, false],
      ] as const) {
        assert.strictEqual((yield* bring("before.pdf")).status, 303)
        const count = yield* held
        yield* useUp(key, 60, times)
        const refused = yield* bring("after.pdf")
        assert.strictEqual(refused.status, 429, key)
        assert.isAbove(Number(refused.headers["retry-after"]), 0)
        assert.include(P.said(refused), "That was very often")
        assert.strictEqual(yield* held, count)
        assert.strictEqual((yield* another.bring("theirs.pdf")).status, isAlone ? 303 : 429)
        yield* forgetAll
      }
    }),
  )

  it.effect("S41: passwords, mails and passkeys are tried so often at one firm, and at all, from wherever", () =>
    Effect.gen(function* () {
      const { base, contact, workspaceId } = yield* atFolder
      const { base: elsewhere } = yield* P.firm
      const tried = (at: string) =>
        Effect.gen(function* () {
          const own = P.browser()
          const page = yield* own.get(`${at}/log-in`)
          const headers = { "content-type": "application/json", "x-csrf-token": P.csrfIn(page.body) }
          return [
            yield* own.submit(`${at}/log-in`, { email: contact.email, password: "guess" }),
            yield* own.submit(`${at}/start`, { email: `nobody.${contact.email}` }),
            yield* own.send(`${at}/passkeys/log-in/options`, "{}", headers),
          ].map(({ status }) => status)
        })
      const what = ["password", "link", "passkey"]
      assert.deepStrictEqual(yield* tried(base), [422, 200, 200])
      for (const one of what) yield* useUp(`portal ${one} workspace 900 ${workspaceId}`, 900, 2_000)
      assert.deepStrictEqual(yield* tried(base), [429, 429, 429])
      assert.deepStrictEqual(yield* tried(elsewhere), [422, 200, 200])
      for (const one of what) yield* useUp(`portal ${one} all 900 `, 900, 10_000)
      assert.deepStrictEqual(yield* tried(elsewhere), [429, 429, 429])
      yield* forgetAll
      // a right password is no guess: what it counted is given back
      const own = P.browser()
      yield* own.submit(`${base}/log-in`, { email: contact.email, password: P.password })
      const sql = yield* SqlClient.SqlClient
      const [wrong] = yield* sql<{ count: number }>`SELECT coalesce(sum(count), 0)::int AS count FROM rate_limits`
      assert.strictEqual(wrong?.count, 0)
    }),
  )
})

const forgetAll = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`DELETE FROM rate_limits`)
