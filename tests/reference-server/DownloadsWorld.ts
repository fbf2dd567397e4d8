/**
 * A firm that asked for papers and got them: answers with letters of many writings, and files of every sort, those too that no
 * intake would let in. Over the pages, the API and the addresses of files, on loopback.
 */
import { createHash } from "node:crypto"
import { crc32, deflateSync } from "node:zlib"
import { createServer, request as httpRequest, type IncomingHttpHeaders } from "node:http"
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import sharp from "sharp"
import * as Api from "../../reference-server/src/Api.ts"
import { BlobStore, newKey } from "../../reference-server/src/BlobStore.ts"
import * as Caller from "../../reference-server/src/Caller.ts"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import type { ServerConfig } from "../../reference-server/src/Config.ts"
import * as CustomerPages from "../../reference-server/src/CustomerPages.ts"
import * as Downloads from "../../reference-server/src/Downloads.ts"
import { type Inspected, Files } from "../../reference-server/src/Files.ts"
import * as FirmPages from "../../reference-server/src/FirmPages.ts"
import * as Samples from "../../reference-server/src/FirmPages/Samples.ts"
import { Members } from "../../reference-server/src/Members.ts"
import { HttpRouter, HttpServer } from "../../reference-server/src/platform/Http.ts"
import { NodeHttpServer } from "../../reference-server/src/platform/Node.ts"
import { Questionnaires } from "../../reference-server/src/Questionnaires.ts"
import { WorkItems } from "../../reference-server/src/WorkItems.ts"
import * as TestFirm from "../support/TestFirm.ts"

export const layerOf = (environment: Readonly<Record<string, string>> = {}) => {
  const { filesUrl, publicUrl }: ServerConfig = TestFirm.config(environment)
  return HttpRouter.serve(Layer.mergeAll(CustomerPages.layer, FirmPages.layer, Api.layer, Downloads.routes), {
    disableLogger: true,
    disableListenLog: true,
    middleware: (app) => Downloads.apart({ filesUrl, publicUrl })(Caller.middleware({ recordWholeIp: false })(app)),
  }).pipe(
    Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
    Layer.provideMerge(Samples.layer),
    Layer.provideMerge(TestFirm.layerOf(environment)),
  )
}

const questionnaire = {
  format: 1,
  id: "papers",
  version: 1,
  language: "sv",
  title: "Årsredovisning",
  sections: [
    {
      id: "about",
      title: "Om dig",
      items: [
        { id: "name", type: "text", label: "Ditt namn" },
        { id: "words", type: "text", label: "=HYPERLINK(fråga)", long: true, maxLength: 20_000 },
        {
          id: "owners",
          type: "group",
          label: "Ägare",
          repeat: { min: 0, max: 5 },
          items: [{ id: "owner", type: "text", label: "Ägarens namn" }],
        },
      ],
    },
    {
      id: "papers",
      title: "../Papper: A/B",
      items: [
        {
          id: "passport",
          type: "upload",
          label: "Pass",
          accept: ["application/pdf", "image/*"],
          maxBytes: 9_000_000,
          maxFiles: 20,
        },
        { id: "other", type: "upload", label: "CON", accept: ["application/pdf"], maxBytes: 9_000_000, maxFiles: 20 },
      ],
    },
  ],
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** One call with exactly these headers, `host` too; follows nothing. */
export const call = (path: string, headers: Readonly<Record<string, string>> = {}, method = "GET") =>
  Effect.flatMap(HttpServer.HttpServer, ({ address }) =>
    Effect.promise(
      () =>
        new Promise<Answer>((resolve, reject) => {
          const port = "port" in address ? address.port : 0
          const sent = httpRequest({ host: "127.0.0.1", port, path, method, headers }, (response) => {
            const chunks: Array<Buffer> = []
            const end = () =>
              resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) })
            response.on("data", (chunk: Buffer) => chunks.push(chunk))
            response.on("end", end)
            // one that broke off is told by its length
            response.on("error", end)
          })
          sent.on("error", reject)
          sent.end()
        }),
    ),
  )

export const baseUrl = Effect.map(HttpServer.HttpServer, ({ address }) =>
  "port" in address ? `http://localhost:${address.port}` : "",
)

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/** A firm, its member's key and session, and a request of theirs whose customer is in. */
export const firm = Effect.gen(function* () {
  const made = yield* TestFirm.firm
  const members = yield* Members
  const { stored } = yield* (yield* Questionnaires).add(made.member.workspaceId, JSON.stringify(questionnaire))
  const work = yield* Crypto.uuid
  yield* (yield* WorkItems).create(made.member.workspaceId, work, { title: "Bokslut / 2027" })
  const request = yield* TestFirm.sendRequest(made.member, stored.ref, {
    title: "Årsredovisning",
    workItem: work,
    recipients: [TestFirm.recipient(made.address)],
  })
  const mail = yield* TestFirm.mailTo(made.address)
  const { customer, handle, secret } = yield* TestFirm.claim(mail)
  const { secret: key } = yield* members.createKey(made.member, "tests")
  const session = yield* members.openSession(made.member)
  return {
    ...made,
    stored,
    id: request.id,
    work,
    customer,
    handle,
    /** By key, as a program; by cookie, as a person; and the customer's own. */
    key: { authorization: `Bearer ${Redacted.value(key)}` },
    cookie: { cookie: `rq-member=${Redacted.value(session)}` },
    theirs: { cookie: `rq-${handle}=${Redacted.value(secret)}` },
  }
})
export type Firm = Effect.Success<typeof firm>

/** Puts a file among the answers, whatever it is: as if it had got past everybody. */
export const given = Effect.fnUntraced(function* (
  { customer, member }: Pick<Firm, "customer" | "member">,
  name: string,
  bytes: Uint8Array,
  options: {
    readonly type?: string
    readonly question?: string
    readonly verdict?: Exclude<Inspected["verdict"], "infected">
  } = {},
) {
  const { type = "application/octet-stream", question = "passport", verdict = "clean" } = options
  const id = yield* newKey
  yield* (yield* BlobStore).put(id, Stream.make(bytes), { maxBytes: bytes.length })
  const file = { id, name, bytes: bytes.length, type, sha256: sha256(bytes) }
  const { workspaceId } = member
  const inspected = verdict === "pending" || verdict === "unscannable" ? { verdict, reason: "a test" } : { verdict }
  yield* (yield* Files).register({ workspaceId, origin: "customer", file, inspected })
  yield* (yield* ClientRequests).attachFile(customer, { revision: 1, question, file, limit: 20 }, yield* Crypto.uuid)
  return file
})

export const save = Effect.fnUntraced(function* ({ customer }: Firm, answers: Readonly<Record<string, unknown>>) {
  yield* (yield* ClientRequests).save(customer, { revision: 1, answers }, yield* Crypto.uuid)
})

export const submit = Effect.fnUntraced(function* ({ customer }: Firm) {
  return yield* (yield* ClientRequests).submit(customer, 1, yield* Crypto.uuid)
})

/** A photograph with the place where it was taken, and a name in it. */
export const photograph = Effect.promise(() =>
  sharp({ create: { width: 1600, height: 900, channels: 3, background: "#246" } })
    .withExif({ IFD0: { Artist: "Winifred Quill" }, IFD3: { GPSLatitudeRef: "N", GPSLatitude: "59/1 20/1 0/1" } })
    .jpeg()
    .toBuffer(),
)

/** A picture of a few hundred bytes that says it is so large. */
export const pngOf = (width: number, height: number): Buffer => {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    check.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, check])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head[8] = 1
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(Buffer.alloc(100_000))),
    chunk("IEND", Buffer.alloc(0)),
  ])
}
