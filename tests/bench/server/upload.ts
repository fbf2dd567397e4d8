/**
 * Taking in a large file: by tus in pieces of 8 MiB, in one piece, and in a form, beside a bare node:http server that pipes the
 * same bytes to the same disk. Then one that is cut off five times at random, and is byte by byte what it was. Bars: half of the
 * bare server's throughput; 64 MiB more memory, whatever the size. SIZE: MiB, 1024 if it is not said. ROUNDS: 3 if it is not.
 *
 * The bare server answers with its bytes in the memory of the kernel; ours takes their digest, and answers when they are on the
 * disk. What the bare server does with that is said beside it. Each goes in turn, on a disk that has nothing left to write of
 * those before: 2 GiB of it slow down whoever comes next, by which the first to go would always be the faster one.
 */
import { spawnSync } from "node:child_process"
import { createHash, randomBytes, randomInt } from "node:crypto"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { type IncomingMessage, request as ask } from "node:http"
import { text } from "node:stream/consumers"
import * as Schema from "effect/Schema"
import * as World from "../../crash/World.ts"
import * as Person from "../../support/Person.ts"
import * as ServerProcess from "../../support/ServerProcess.ts"
import * as SmtpSink from "../../support/SmtpSink.ts"
import * as Ground from "./Ground.ts"
import { row } from "./Table.ts"

const mebibyte = 1_048_576
/** A question takes at most so much. */
const most = 1_000_000_000
const pieceBytes = 8 * mebibyte

const questionnaire = JSON.stringify({
  format: 1,
  id: "bench-upload",
  version: 1,
  language: "en",
  title: "Upload",
  sections: [
    {
      id: "files",
      title: "Files",
      items: [
        { id: "file", type: "upload", label: "File", accept: ["application/pdf"], maxBytes: most, maxFiles: 100 },
      ],
    },
  ],
})

interface Sending {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** What is sent: a PDF by its head, then noise, the same 1 MiB with a number in it over and over. */
const noise = randomBytes(mebibyte)
const contentOf = function* (bytes: number, from = 0): Generator<Buffer> {
  for (let at = from; at < bytes;) {
    const block = Math.floor(at / mebibyte)
    const whole = Buffer.from(noise)
    whole.writeUInt32BE(block, 64)
    if (block === 0) whole.write("%PDF-1.7\n", 0, "latin1")
    const end = Math.min((block + 1) * mebibyte, bytes)
    yield whole.subarray(at - block * mebibyte, end - block * mebibyte)
    at = end
  }
}

/** One request, its body streamed; `cutAfter`: the connection is broken after so many bytes. */
const send = async (
  method: string,
  { url, headers }: Sending,
  body: Iterable<Uint8Array>,
  length: number | null,
  cutAfter = Infinity,
): Promise<{ readonly status: number; readonly headers: Readonly<Record<string, unknown>>; readonly body: string }> => {
  const sized = length === null ? {} : { "content-length": String(length) }
  const out = ask(url, { method, headers: { ...headers, ...sized } })
  // of a line that is cut, or closed by who has heard enough, the answer tells
  out.on("error", () => {})
  const answered = new Promise<IncomingMessage | null>((resolve) => {
    out.once("response", resolve)
    out.once("close", () => resolve(null))
  })
  let sent = 0
  for (const chunk of body) {
    if (sent + chunk.length > cutAfter) {
      out.write(chunk.subarray(0, cutAfter - sent), () => out.destroy())
      await answered
      return { status: 0, headers: {}, body: "" }
    }
    sent += chunk.length
    if (!out.write(chunk)) await once(out, "drain")
  }
  out.end()
  const response = await answered
  if (response === null) throw new Error(`${method} ${url}: no answer`)
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) }
}

const rss = (pid: number) =>
  Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? NaN) / 1024

interface Measured {
  readonly seconds: number
  /** Memory, in MiB: how much more there was at most, and how much before. */
  readonly growth: number
  readonly before: number
  /** Seconds of it. */
  readonly processor: number
}

/** What it takes, and how much more memory the process has at most meanwhile. */
const measured = async (pid: number, run: () => Promise<void>): Promise<Measured> => {
  spawnSync("sync")
  const [before, spent] = [rss(pid), Ground.processor(pid)]
  let peak = before
  const timer = setInterval(() => void (peak = Math.max(peak, rss(pid))), 50)
  const began = performance.now()
  await run()
  const seconds = (performance.now() - began) / 1000
  clearInterval(timer)
  return { seconds, growth: peak - before, before, processor: (Ground.processor(pid) - spent) / 1000 }
}

export const run = async (): Promise<void> => {
  const bytes = Math.min(Number(process.env["SIZE"] ?? 1024) * mebibyte, most)
  const rounds = Number(process.env["ROUNDS"] ?? 3)
  const ground = await Ground.make()
  const sink = await SmtpSink.start()
  const limits = {
    RATE_LIMIT_FACTOR: "1000",
    UPLOAD_REQUEST_BYTES: String(100 * most),
    UPLOAD_WORKSPACE_BYTES_PER_DAY: String(100 * most),
  }
  const server = await ServerProcess.start({ ...ground.environment, ...limits, SMTP_URL: sink.url })
  const port = String(await ServerProcess.freePort())
  const bare = await Ground.child("BareUpload.ts", { ...ground.environment, PORT: port })
  const world = await World.make(ground.environment, sink, server.url)
  const { at, headers } = await entered(server.url, world)

  const atBare = { url: `http://127.0.0.1:${port}/`, headers: {} }
  const bareOf = (run: () => Promise<void>) => async () => {
    const found = await measured(bare.pid, run)
    await send("DELETE", atBare, [], null)
    return found
  }
  const whole = (headers: Readonly<Record<string, string>> = {}) =>
    bareOf(async () => {
      await send("PUT", { ...atBare, headers }, contentOf(bytes), bytes)
    })
  const pieces = bareOf(async () => {
    for (let from = 0; from < bytes; from += pieceBytes) {
      const end = Math.min(from + pieceBytes, bytes)
      await send("PATCH", atBare, contentOf(end, from), end - from)
    }
  })
  const speed = (seconds: number) => `${(bytes / mebibyte / seconds).toFixed(0)} MiB/s`
  const busy = ({ processor }: Measured) => `${((processor / bytes) * 1_073_741_824).toFixed(1)} s of processor a GiB`

  const wanted = createHash("sha256")
  for (const chunk of contentOf(bytes)) wanted.update(chunk)
  const digest = wanted.digest("hex")
  const tus = { ...headers, "tus-resumable": "1.0.0" }
  const begin = async () => {
    const metadata = `question ${base64("file")},filename ${base64("a.pdf")},revision ${base64("1")}`
    const made = await send(
      "POST",
      {
        url: `${server.url}${at}/uploads`,
        headers: { ...tus, "upload-length": String(bytes), "upload-metadata": metadata },
      },
      [],
      0,
    )
    if (made.status !== 201) throw new Error(`${made.status} ${made.body}`)
    return `${server.url}${String(made.headers["location"])}`
  }
  const patch = (url: string, from: number, end: number, cutAfter?: number) =>
    send(
      "PATCH",
      { url, headers: { ...tus, "content-type": "application/offset+octet-stream", "upload-offset": String(from) } },
      contentOf(end, from),
      end - from,
      cutAfter,
    )
  const check = async (url: string) => {
    const { body } = await send("GET", { url: `${url}/result`, headers }, [], null)
    const { file } = Schema.decodeUnknownSync(Schema.Struct({ file: Schema.Struct({ sha256: Schema.String }) }))(
      JSON.parse(body),
    )
    if (file.sha256 !== digest) throw new Error(`other bytes: ${body}`)
  }
  const ours = async (what: string, limit: () => Promise<Measured>, send_: () => Promise<void>) => {
    const pairs: Array<{ readonly limit: Measured; readonly found: Measured; readonly ratio: number }> = []
    for (let round = 0; round < rounds; round++) {
      const beside = await limit()
      const found = await measured(server.pid(), send_)
      pairs.push({ limit: beside, found, ratio: beside.seconds / found.seconds })
    }
    const inOrder = pairs.toSorted((one, other) => one.ratio - other.ratio)
    const middle = inOrder[Math.floor(rounds / 2)]
    const growth = Math.max(...pairs.map(({ found }) => found.growth))
    if (middle === undefined) return
    const all = inOrder.map(({ ratio }) => ratio.toFixed(2)).join(" ")
    row(
      `  ${what}`,
      speed(middle.found.seconds),
      `${middle.ratio.toFixed(2)} of the bare server's ${speed(middle.limit.seconds)}, bar 0.50 (${all}); ${busy(middle.found)}, it ${busy(middle.limit)}; +${growth.toFixed(0)} MiB on ${middle.found.before.toFixed(0)}, bar 64`,
    )
  }
  await whole()()
  const [plain, flushed] = [await whole()(), await whole({ "x-flush": "1" })()]
  row(
    `upload of ${(bytes / mebibyte).toFixed(0)} MiB, bare node:http`,
    speed(plain.seconds),
    `${busy(plain)}; on the disk before it answers ${speed(flushed.seconds)}, ${busy(flushed)}`,
  )
  // compiled, and with the buffers that any upload takes: what grows after this grows with the size
  const warm = await begin()
  await patch(warm, 0, Math.min(bytes, 2 * pieceBytes))
  await send("DELETE", { url: warm, headers: tus }, [], null)
  await ours("tus, pieces of 8 MiB", pieces, async () => {
    const url = await begin()
    for (let from = 0; from < bytes; from += pieceBytes) {
      const { status, body } = await patch(url, from, Math.min(from + pieceBytes, bytes))
      if (status !== 204) throw new Error(`${status} ${body}`)
    }
    await check(url)
  })
  await ours("tus, one piece", whole(), async () => {
    const url = await begin()
    const { status, body } = await patch(url, 0, bytes)
    if (status !== 204) throw new Error(`${status} ${body}`)
    await check(url)
  })
  await ours("in a form", whole(), async () => {
    const head = Buffer.from(
      '--edge\r\ncontent-disposition: form-data; name="file"; filename="a.pdf"\r\ncontent-type: application/pdf\r\n\r\n',
    )
    const end = Buffer.from("\r\n--edge--\r\n")
    const { status, body } = await send(
      "POST",
      {
        url: `${server.url}${at}/files/file?revision=1`,
        headers: { ...headers, "content-type": "multipart/form-data; boundary=edge" },
      },
      (function* () {
        yield head
        yield* contentOf(bytes)
        yield end
      })(),
      head.length + bytes + end.length,
    )
    if (status !== 201 || !body.includes(digest)) throw new Error(`${status} ${body}`)
  })
  await ours("tus, cut off five times at random", whole(), async () => {
    const url = await begin()
    let from = 0
    for (let cuts = 0; from < bytes;) {
      const after = cuts < 5 ? randomInt(1, Math.floor((bytes - from) / (6 - cuts))) : undefined
      await patch(url, from, bytes, after)
      cuts++
      const found = await send("HEAD", { url, headers: tus }, [], null)
      from = Number(found.headers["upload-offset"])
    }
    await check(url)
  })
  await server.stop()
  await bare.stop()
  await world.close()
  await sink.close()
  await ground.close()
}

const base64 = (text: string) => Buffer.from(text).toString("base64")

/** A customer who has got in, and is asked for files. */
const entered = async (url: string, world: World.World) => {
  await world.desk.fetch("/api/questionnaires", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ source: questionnaire }),
  })
  const made = await world.desk.fetch("/api/requests", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      questionnaire: { id: "bench-upload" },
      title: "Upload",
      recipient: { name: "Carl", email: "upload@customer.example", language: "en" },
      send: true,
    }),
  })
  const { id } = Schema.decodeUnknownSync(Schema.Struct({ id: Schema.String }))(await made.json())
  const person = Person.make(url)
  const claimed = await person.fetch("/api/customer/claim", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token: await world.token(id) }),
  })
  const { handle } = Schema.decodeUnknownSync(Schema.Struct({ handle: Schema.String }))(await claimed.json())
  const at = `/api/customer/${handle}`
  const fill = await person.json(at)
  const cookie = claimed.headers.getSetCookie().map((line) => line.split(";")[0] ?? "")
  return { at, headers: { origin: url, cookie: cookie.join("; "), "x-csrf-token": String(fill["csrf"]) } }
}
