// Uploads at the real server, as processes on one Postgres and one folder: cut off and gone on with at another, killed, and while
// the store is away.
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { createHash, randomBytes, randomInt } from "node:crypto"
import { renameSync, rmSync, writeFileSync } from "node:fs"
import { request as ask } from "node:http"
import { join } from "node:path"
import * as Schema from "effect/Schema"
import * as Ground from "../bench/server/Ground.ts"
import * as World from "../crash/World.ts"
import * as Person from "../support/Person.ts"
import * as ServerProcess from "../support/ServerProcess.ts"
import * as SmtpSink from "../support/SmtpSink.ts"

const base64 = (text: string) => Buffer.from(text).toString("base64")
const tus = { "tus-resumable": "1.0.0" } as const

const questionnaire = JSON.stringify({
  format: 1,
  id: "large",
  version: 1,
  language: "en",
  title: "Large",
  sections: [
    {
      id: "files",
      title: "Files",
      items: [
        { id: "name", type: "text", label: "Name" },
        { id: "file", type: "upload", label: "File", accept: ["application/pdf"], maxBytes: 30_000_000, maxFiles: 100 },
      ],
    },
  ],
})

/** A PDF by its head, and noise. */
const pdf = (bytes: number) => {
  const content = randomBytes(bytes)
  content.write("%PDF-1.7\n")
  return content
}

type Headers = Readonly<Record<string, string>>

// the embedded database belongs to one process
describe.skipIf(process.env["TEST_DATABASE_URL"] === undefined)("uploads at several processes", () => {
  let ground: Ground.Ground
  let sink: SmtpSink.SmtpSink
  let world: World.World
  let servers: ReadonlyArray<ServerProcess.ServerProcess> = []
  let publicUrl = ""

  const start = (changes: Headers = {}) =>
    ServerProcess.start({
      ...ground.environment,
      SMTP_URL: sink.url,
      PUBLIC_URL: publicUrl,
      RATE_LIMIT_FACTOR: "1000",
      UPLOAD_REQUEST_BYTES: "30000000",
      ...changes,
    })
  const at = (nth: number) => servers[nth % servers.length]?.url ?? ""

  beforeAll(async () => {
    ground = await Ground.make()
    sink = await SmtpSink.start()
    const port = String(await ServerProcess.freePort())
    publicUrl = `http://localhost:${port}`
    servers = [await start({ PORT: port }), await start()]
    world = await World.make(ground.environment, sink, publicUrl)
    await world.desk.fetch("/api/questionnaires", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ source: questionnaire }),
    })
  }, 180_000)
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()))
    await world.close()
    await sink.close()
    await ground.close()
  })

  /** Somebody who is asked for large files: what their page sends with each call, and where. */
  const asked = async (): Promise<{ readonly path: string; readonly headers: Headers }> => {
    const made = await world.desk.fetch("/api/requests", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        questionnaire: { id: "large" },
        title: "Large",
        recipient: { name: "Carl", email: `c${randomInt(1e9)}@customer.example`, language: "en" },
        send: true,
      }),
    })
    const { id } = Schema.decodeUnknownSync(Schema.Struct({ id: Schema.String }))(await made.json())
    const cookies: Array<string> = []
    const person = Person.make(publicUrl, {}, (name, value) => {
      if (name.startsWith("cookie ")) cookies.push(`${name.slice(7)}=${value}`)
    })
    const path = `/api/customer/${String((await person.json("/api/customer/claim", { token: await world.token(id) }))["handle"])}`
    const { csrf } = await person.json(path)
    return { path, headers: { "x-csrf-token": String(csrf), cookie: cookies.join("; "), origin: publicUrl } }
  }

  const begin = (who: Awaited<ReturnType<typeof asked>>, url: string, bytes: number) =>
    fetch(`${url}${who.path}/uploads`, {
      method: "POST",
      headers: {
        ...who.headers,
        ...tus,
        "upload-length": String(bytes),
        "upload-metadata": `question ${base64("file")},filename ${base64("a.pdf")},revision ${base64("1")}`,
      },
    })

  const head = async (headers: Headers, url: string): Promise<number> => {
    const answer = await fetch(url, { method: "HEAD", headers: { ...headers, ...tus } })
    assert.strictEqual(answer.status, 200)
    return Number(answer.headers.get("upload-offset"))
  }

  /** Sends what is left; cut: the line breaks after so many bytes. Gives the status, null where none came. */
  const patch = async (headers: Headers, url: string, content: Buffer, offset: number, cut?: number) => {
    const out = ask(url, {
      method: "PATCH",
      headers: {
        ...headers,
        ...tus,
        "content-type": "application/offset+octet-stream",
        "upload-offset": String(offset),
        "content-length": String(content.length - offset),
      },
    })
    out.on("error", () => {})
    const answered = new Promise<number | null>((resolve) => {
      out.once("response", (response) => {
        response.resume()
        resolve(response.statusCode ?? null)
      })
      out.once("close", () => resolve(null))
    })
    if (cut === undefined) out.end(content.subarray(offset))
    else out.write(content.subarray(offset, offset + cut), () => out.destroy())
    return answered
  }

  /** A line that brings the beginning and then nothing; resolves when the server writes it. */
  const hanging = async (headers: Headers, url: string, content: Buffer, bytes: number) => {
    const out = ask(url, {
      method: "PATCH",
      headers: {
        ...headers,
        ...tus,
        "content-type": "application/offset+octet-stream",
        "upload-offset": "0",
        "content-length": String(content.length),
      },
    })
    out.on("error", () => {})
    out.write(content.subarray(0, bytes))
    const id = url.split("/").at(-1)
    const held = () => ground.sql(`SELECT 1 FROM uploads WHERE id = $1 AND holder IS NOT NULL`, [id])
    while ((await held()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    return out
  }

  const result = async (headers: Headers, url: string) =>
    Schema.decodeUnknownSync(
      Schema.Struct({ state: Schema.String, file: Schema.Struct({ sha256: Schema.String, id: Schema.String }) }),
    )(await (await fetch(`${url}/result`, { headers })).json())

  const sha256 = (content: Uint8Array) => createHash("sha256").update(content).digest("hex")

  it(
    "S61: cut off five times at random and gone on with at another process, it is byte by byte what it was",
    { timeout: 180_000 },
    async () => {
      const who = await asked()
      const content = pdf(8_000_000)
      const made = await begin(who, at(0), content.length)
      const path = made.headers.get("location") ?? ""
      let [offset, cuts] = [0, 0]
      while (offset < content.length) {
        const cut = cuts < 5 ? randomInt(1, Math.ceil((content.length - offset) / 3)) : undefined
        const status = await patch(who.headers, at(cuts) + path, content, offset, cut)
        // a request whose line broke may be read after the one that asked how far it came: then that is asked again
        if (cut === undefined) assert.include([204, 409], status)
        cuts++
        offset = await head(who.headers, at(cuts) + path)
      }
      assert.isAtLeast(cuts, 6)
      const { file, state } = await result(who.headers, at(cuts) + path)
      assert.deepStrictEqual([state, file.sha256], ["attached", sha256(content)])
      const got = await fetch(`${at(1)}${who.path}/files/${file.id}`, { headers: who.headers })
      assert.strictEqual(sha256(new Uint8Array(await got.arrayBuffer())), sha256(content))
    },
  )

  it(
    "S59: forty at once at two processes, at the edge of the room: exactly those get in that fit",
    { timeout: 180_000 },
    async () => {
      const who = await asked()
      const begun = await Promise.all(Array.from({ length: 40 }, (_, n) => begin(who, at(n), 4_000_000)))
      assert.strictEqual(begun.filter(({ status }) => status === 201).length, 7)
      assert.strictEqual(begun.filter(({ status }) => status === 413).length, 33)
    },
  )

  it(
    "S61: a writer that hangs at one process gives way to its own session at another",
    { timeout: 180_000 },
    async () => {
      const who = await asked()
      const content = pdf(1_000_000)
      const path = (await begin(who, at(0), content.length)).headers.get("location") ?? ""
      const out = await hanging(who.headers, at(0) + path, content, 300_000)
      const offset = await head(who.headers, at(1) + path)
      assert.isAtMost(offset, 300_000)
      assert.strictEqual(await patch(who.headers, at(1) + path, content, offset), 204)
      out.destroy()
      assert.strictEqual((await result(who.headers, at(0) + path)).file.sha256, sha256(content))
    },
  )

  it(
    "S61: a process that is killed while it writes: the file goes on at the other one",
    { timeout: 180_000 },
    async () => {
      const who = await asked()
      const content = pdf(5_000_000)
      const path = (await begin(who, at(1), content.length)).headers.get("location") ?? ""
      const out = await hanging(who.headers, at(1) + path, content, 4_000_000)
      await servers[1]?.kill()
      out.destroy()
      const offset = await head(who.headers, at(0) + path)
      assert.isBelow(offset, content.length)
      assert.strictEqual(await patch(who.headers, at(0) + path, content, offset), 204)
      assert.strictEqual((await result(who.headers, at(0) + path)).file.sha256, sha256(content))
      await servers[1]?.start()
    },
  )

  it(
    "a store that is away is said so, nothing is half there, and other answers are kept meanwhile",
    { timeout: 180_000 },
    async () => {
      const who = await asked()
      const content = pdf(500_000)
      const path = (await begin(who, at(0), content.length)).headers.get("location") ?? ""
      const offset = 200_000
      assert.strictEqual(await patch(who.headers, at(0) + path, content.subarray(0, offset), 0), 204)
      assert.strictEqual(await head(who.headers, at(0) + path), offset)
      const files = join(ground.environment.DATA_DIR, "files")
      renameSync(files, `${files}.away`)
      writeFileSync(files, "")
      try {
        assert.strictEqual(await patch(who.headers, at(0) + path, content, offset), 503)
        const saved = await fetch(`${at(0)}${who.path}/answers`, {
          method: "PUT",
          headers: { ...who.headers, "content-type": "application/json" },
          body: JSON.stringify({ revision: 1, answers: { name: "Carl" } }),
        })
        assert.strictEqual(saved.status, 200)
      } finally {
        rmSync(files)
        renameSync(`${files}.away`, files)
      }
      assert.strictEqual(await head(who.headers, at(0) + path), offset)
      assert.strictEqual(await patch(who.headers, at(0) + path, content, offset), 204)
      assert.strictEqual((await result(who.headers, at(0) + path)).file.sha256, sha256(content))
    },
  )
})
