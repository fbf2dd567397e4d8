// What files lie in gives way while they come in, at the real server: a disk that is full (a file system of a few megabytes),
// an S3 service that is tired (a real one, behind a proxy that refuses, hangs up and cuts off). The customer is told calmly, no
// half file is ever shown as a whole one, the other answers are kept, and it goes on by itself.
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { createHash, randomBytes } from "node:crypto"
import { spawnSync } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as FaultyProxy from "../support/FaultyProxy.ts"
import * as Person from "../support/Person.ts"
import * as ServerProcess from "../support/ServerProcess.ts"
import * as SmtpSink from "../support/SmtpSink.ts"
import * as Swift from "../support/Swift.ts"
import * as TestDatabase from "../support/TestDatabase.ts"

const questionnaire = JSON.stringify({
  format: 1,
  id: "files",
  version: 1,
  language: "en",
  title: "Files",
  sections: [
    {
      id: "files",
      title: "Files",
      items: [
        { id: "name", type: "text", label: "Name" },
        { id: "file", type: "upload", label: "File", accept: ["application/pdf"], maxBytes: 30_000_000, maxFiles: 9 },
      ],
    },
  ],
})

const base64 = (text: string) => Buffer.from(text).toString("base64")
const tus = { "tus-resumable": "1.0.0" } as const
const sha256 = (content: Uint8Array) => createHash("sha256").update(content).digest("hex")
/** A PDF by its head, and noise. */
const pdf = (bytes: number) => {
  const content = randomBytes(bytes)
  content.write("%PDF-1.7\n")
  return content
}

const Uploaded = Schema.Struct({ state: Schema.String, file: Schema.optional(Schema.Struct({ id: Schema.String })) })
const Fill = Schema.Struct({ csrf: Schema.String, files: Schema.Array(Schema.Struct({ name: Schema.String })) })

/** A server with a firm, and a Swede who is asked for files there. */
const stand = async (environment: Readonly<Record<string, string>>) => {
  const sink = await SmtpSink.start()
  const server = await ServerProcess.start({ ...environment, SMTP_URL: sink.url, RATE_LIMIT_FACTOR: "1000" })
  const member = await Person.setUp(server.url)
  await member.json("/api/questionnaires", { source: questionnaire })
  const { id } = await member.json("/api/requests", {
    questionnaire: { id: "files" },
    title: "Files",
    recipient: { name: "Carl", email: "carl@customer.example", language: "sv" },
    send: true,
  })
  const mail = await sink.waitFor(({ envelope }) => envelope.to.includes("carl@customer.example"))
  const token = /\/r\/([\w-]{43})/.exec(mail.parsed.text ?? "")?.[1] ?? ""
  const customer = Person.make(server.url, { "accept-language": "sv" })
  const claimed = await customer.form(`/r/${token}`, {})
  const handle = /\/q\/([^/]+)/.exec(claimed.headers.get("location") ?? "")?.[1] ?? ""
  const at = `/api/customer/${handle}`
  const fill = async () => Schema.decodeUnknownSync(Fill)(await customer.json(at))
  const headers = { "x-csrf-token": (await fill()).csrf }
  const patch = (path: string, content: Buffer, offset: number) =>
    customer.fetch(path, {
      method: "PATCH",
      headers: {
        ...headers,
        ...tus,
        "content-type": "application/offset+octet-stream",
        "upload-offset": String(offset),
      },
      body: Uint8Array.from(content.subarray(offset)),
    })
  return {
    server,
    member,
    customer,
    id: String(id),
    at,
    page: `/q/${handle}/sections/files`,
    files: async () => (await fill()).files.map(({ name }) => name),
    begin: async (bytes: number) => {
      const made = await customer.fetch(`${at}/uploads`, {
        method: "POST",
        headers: {
          ...headers,
          ...tus,
          "upload-length": String(bytes),
          "upload-metadata": `question ${base64("file")},filename ${base64("a.pdf")},revision ${base64("1")}`,
        },
      })
      assert.strictEqual(made.status, 201, await made.text())
      return made.headers.get("location") ?? ""
    },
    patch,
    offset: async (path: string) =>
      Number(
        (await customer.fetch(path, { method: "HEAD", headers: { ...headers, ...tus } })).headers.get("upload-offset"),
      ),
    result: async (path: string) => Schema.decodeUnknownSync(Uploaded)(await customer.json(`${path}/result`)),
    saves: (name: string) =>
      customer.fetch(`${at}/answers`, {
        method: "PUT",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify({ revision: 1, answers: { name } }),
      }),
    /** The page's form as a browser without scripts sends it, with an answer and a file. */
    form: async (name: string, content: Buffer) => {
      const text = await (await customer.fetch(`/q/${handle}/sections/files`)).text()
      const body = new FormData()
      for (const [, field = "", value = ""] of text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g))
        body.append(field, value)
      body.append("a.name", name)
      body.append("f.file", new File([Uint8Array.from(content)], "form.pdf"))
      body.append("action", "upload:file")
      return customer.fetch(`/q/${handle}/sections/files`, { method: "POST", body })
    },
    end: async () => {
      await server.stop()
      await sink.close()
    },
  }
}
type Stand = Awaited<ReturnType<typeof stand>>

/** Says it calmly: with 503, and when to come again; a program is told in JSON, a person in their own language. */
const assertCalm = async (answer: Response, as: "program" | "person") => {
  const text = await answer.text()
  assert.strictEqual(answer.status, 503, text.slice(0, 500))
  assert.isAtLeast(Number(answer.headers.get("retry-after")), 1)
  if (as === "person") assert.include(text, '<html lang="sv"')
  else assert.match(answer.headers.get("content-type") ?? "", /json/)
  // how we are built is nobody's business
  assert.notMatch(text, /ENOSPC|Swift|S3_|\/tmp\/|at .*\.ts:\d+/)
}

/** While `fails`, nothing comes in and nothing is lost; afterwards it goes on from where it was. */
const outage = async (at: Stand, fails: () => void, heals: () => void, size: number) => {
  const content = pdf(size)
  const path = await at.begin(content.length)
  await at.patch(path, content.subarray(0, 300_000), 0)
  assert.strictEqual(await at.offset(path), 300_000)
  const before = await at.files()
  fails()
  try {
    await assertCalm(await at.patch(path, content, 300_000), "program")
    await assertCalm(await at.form("Åsa", pdf(size)), "person")
    assert.strictEqual((await at.saves("Åsa")).status, 200)
    assert.deepStrictEqual(await at.files(), before)
    assert.strictEqual((await at.customer.fetch(at.page)).status, 200)
    assert.strictEqual((await fetch(`${at.server.url}/health`)).status, 200)
  } finally {
    heals()
  }
  const offset = await at.offset(path)
  assert.isAtLeast(offset, 300_000)
  assert.isBelow(offset, content.length)
  assert.strictEqual((await at.patch(path, content, offset)).status, 204)
  const { file, state } = await at.result(path)
  assert.strictEqual(state, "attached")
  for (const got of [
    await at.customer.fetch(`${at.at}/files/${file?.id}`),
    await at.member.fetch(`/api/requests/${at.id}/files/${file?.id}`),
  ]) {
    assert.strictEqual(sha256(new Uint8Array(await got.arrayBuffer())), sha256(content))
  }
  const answers = await (await at.customer.fetch(at.at)).text()
  assert.include(answers, "Åsa")
  return file?.id ?? ""
}

const canMount = (() => {
  const folder = mkdtempSync(join(tmpdir(), "requite-disk-"))
  const is = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]).status === 0
  spawnSync("umount", ["-l", folder])
  rmSync(folder, { recursive: true, force: true })
  return is
})()
// the embedded database would lie on the same disk
const hasPostgres = process.env["TEST_DATABASE_URL"] !== undefined
if (!canMount) process.stderr.write("SKIPPED: files on a full disk (no file system can be mounted here)\n")
if (!Swift.isInstalled) process.stderr.write(`${Swift.skipped}\n`)
if (!hasPostgres) process.stderr.write("SKIPPED: a store for files that gives way (TEST_DATABASE_URL is not set)\n")

describe.skipIf(!canMount || !hasPostgres)("a disk for files that fills", () => {
  const scope = Scope.makeUnsafe()
  const home = mkdtempSync(join(tmpdir(), "requite-disk-"))
  const folder = join(home, "data")
  let at: Stand

  beforeAll(async () => {
    chmodSync(home, 0o755)
    mkdirSync(folder)
    spawnSync("mount", ["-t", "tmpfs", "-o", "size=12m,mode=0777", "tmpfs", folder])
    const { DATABASE_URL = "" } = await Effect.runPromise(Scope.provide(TestDatabase.acquireEnvironment, scope))
    at = await stand({ DATABASE_URL, DATA_DIR: folder })
  }, 300_000)
  afterAll(async () => {
    await at.end()
    await Effect.runPromise(Scope.close(scope, Exit.void))
    spawnSync("umount", ["-l", folder])
    rmSync(home, { recursive: true, force: true })
  }, 180_000)

  it("S60 S66: it is said with 503, nothing is half there, and with room the same upload goes on", async () => {
    const filler = join(folder, "filler")
    await outage(
      at,
      // some room is left, so that it fills in the middle of a file
      () => writeFileSync(filler, Buffer.alloc(10_500_000)),
      () => rmSync(filler),
      3_000_000,
    )
    // of what was refused nothing is left: the room is the same as before
    const used = Number(
      spawnSync("du", ["-sb", join(folder, "files")])
        .stdout.toString()
        .split("\t")[0],
    )
    assert.isBelow(used, 3_100_000)
  }, 300_000)
})

describe.skipIf(!Swift.isInstalled || !hasPostgres)("an S3 service that is tired", () => {
  const scope = Scope.makeUnsafe()
  let proxy: Effect.Success<ReturnType<typeof FaultyProxy.scoped>>
  let at: Stand

  beforeAll(async () => {
    const world = Effect.gen(function* () {
      const options = yield* Swift.scoped
      return {
        options,
        proxy: yield* FaultyProxy.scoped(options.endpoint),
        ...(yield* TestDatabase.acquireEnvironment),
      }
    })
    const { options, DATA_DIR, DATABASE_URL = "", ...rest } = await Effect.runPromise(Scope.provide(world, scope))
    proxy = rest.proxy
    at = await stand({
      DATABASE_URL,
      DATA_DIR,
      S3_ENDPOINT: proxy.url,
      S3_BUCKET: options.bucket,
      S3_ACCESS_KEY_ID: options.accessKeyId,
      S3_SECRET_ACCESS_KEY: Redacted.value(options.secretAccessKey),
    })
  }, 180_000)
  afterAll(async () => {
    await at.end()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  }, 180_000)

  it("S60 S61: where it answers 503, an upload waits and then goes on, and the other answers are kept", async () => {
    await outage(
      at,
      () => void (proxy.faults.of = () => ({ kind: "refused", status: 503 })),
      () => void (proxy.faults.of = () => undefined),
      1_000_000,
    )
  }, 300_000)

  it("S68: what breaks off on its way out of the store is no whole file for anybody", async () => {
    const content = pdf(600_000)
    const path = await at.begin(content.length)
    assert.strictEqual((await at.patch(path, content, 0)).status, 204)
    const { file } = await at.result(path)
    proxy.faults.of = ({ method, url }) =>
      method === "GET" && url?.includes(file?.id ?? "-") === true ? { kind: "cut", after: 200_000 } : undefined
    for (const [who, address] of [
      [at.customer, `${at.at}/files/${file?.id}`],
      [at.member, `/api/requests/${at.id}/files/${file?.id}`],
    ] as const) {
      const got = await who.fetch(address)
      const read = await got.arrayBuffer().then(
        (bytes) => bytes.byteLength,
        () => "broke off" as const,
      )
      if (got.status === 200) assert.strictEqual(read, "broke off")
      else assert.strictEqual(got.status, 503)
    }
    proxy.faults.of = () => undefined
    const got = await at.customer.fetch(`${at.at}/files/${file?.id}`)
    assert.strictEqual(sha256(new Uint8Array(await got.arrayBuffer())), sha256(content))
  }, 300_000)
})
