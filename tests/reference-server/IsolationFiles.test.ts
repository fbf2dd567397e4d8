// The matrix of files: everybody there is (members of two firms, those who left, customers, co-recipients, uploaders, the holder
// of a link) asks every address that can give a file's bytes, with every file there is. A file's content has a word of its own,
// and whoever gets to see that word has read the file. Which addresses give bytes is found by asking all of them: one that is not
// listed here fails, and so does one whose name sounds like files and of which nothing is said.
import { assert, layer } from "@effect/vitest"
import { Api } from "@requite/api"
import { type ClientRequest, RequestPolicy } from "@requite/core"
import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import sharp from "sharp"
import * as yauzl from "yauzl"
import * as CustomerPages from "../../reference-server/src/CustomerPages.ts"
import { Documents } from "../../reference-server/src/Documents.ts"
import * as FirmPages from "../../reference-server/src/FirmPages.ts"
import { Members } from "../../reference-server/src/Members.ts"
import { Uploads } from "../../reference-server/src/Uploads.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Docs from "./DocumentsWorld.ts"
import * as Downloads from "./DownloadsWorld.ts"
import type { Things } from "./IsolationFirm.ts"
import { addressOf, patience } from "./IsolationMatrix.ts"
import * as World from "./SecurityWorld.ts"

/** Addresses that give the bytes of files, as they are or packed. A new one is put here by somebody who thought about it. */
const giving = [
  "GET /api/requests/:id/files/:file",
  "GET /api/requests/:id/files/:file/preview",
  "GET /api/requests/:id/files.zip",
  "GET /api/work-items/:id/files.zip",
  "GET /api/documents/folders/:id/files.zip",
  "GET /api/documents/:id/file",
  "GET /api/customer/:handle/files/:file",
  "GET /api/record/archive",
  "GET /requests/:id/files/:file",
  "GET /requests/:id/as-customer/:recipient/in/files/:file",
  "GET /documents/:id/file",
  "GET /q/:handle/files/:file",
  "POST /s/:token",
]
/** Those that sound like it, and give names, sizes and digests at most. */
const silent = [
  "GET /api/requests/:id/export",
  "GET /api/documents/folders",
  "GET /api/documents/folders/:id",
  "GET /api/documents/requests",
  "GET /api/documents/requests/:request/handouts",
  "GET /api/documents/:id",
  "GET /api/documents/:id/shares",
  "GET /api/operations/files",
  "GET /api/customer/:handle/uploads/:upload/result",
  "GET /api/record",
  "GET /q/:handle/receipt.json",
  "GET /q/:handle/receipt.pdf",
  "GET /documents",
  "GET /contacts/:id/documents",
  "GET /work-items/:id/documents",
  "GET /folders/:id",
  "GET /folders/:id/request",
  "GET /documents/:id",
  "GET /requests/:id/documents",
  "GET /file-requests",
  "GET /requests/:id/as-customer/:recipient/in/receipt.json",
  "GET /requests/:id/as-customer/:recipient/in/receipt.pdf",
  "GET /settings/branding/preview",
]
const sounds = /file|upload|document|folder|attachment|zip|preview|export|archive|receipt|thumb|logo|share|photo/

interface Route {
  readonly method: string
  readonly path: string
}
const routes: Array<Route> = [{ method: "POST", path: "/s/:token" }]
HttpApi.reflect(Api, {
  onGroup: () => {},
  onEndpoint: ({ endpoint: { method, path } }) => void (method === "GET" && routes.push({ method, path })),
})
for (const { method, path } of [...CustomerPages.routes, ...FirmPages.routes]) {
  // the others are ways in: their token is their secret, and they give pages
  if (method === "GET" && !path.includes(":token")) routes.push({ method, path })
}
const nameOf = ({ method, path }: Route) => `${method} ${path}`

/** A file, by where addresses look for it, and who may read it. */
interface File {
  readonly id: string
  readonly word: string
  readonly readers: ReadonlyArray<string>
  readonly places: Partial<Things>
  readonly request?: string
  readonly token?: string
}
interface Reader {
  readonly headers: Readonly<Record<string, string>>
  readonly handle?: string
  readonly token?: string
}

const wordOf = () => `WORD${randomBytes(12).toString("hex")}`
const pdf = (word: string) =>
  new TextEncoder().encode(`%PDF-1.7\n% ${word}\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n`)

const send = Effect.fnUntraced(function* (
  who: World.Entered,
  name: string,
  content: Uint8Array<ArrayBuffer>,
  question = "passport",
) {
  const { "content-type": _, ...headers } = who.headers
  const body = new FormData()
  body.append("file", new File([content], name))
  const answer = yield* World.call("POST", `${who.at}/files/${question}?revision=1`, { headers, body })
  const id = /"id":"([0-9a-f-]{36})"/.exec(answer.body)?.[1]
  return answer.status === 201 && id !== undefined ? id : assert.fail(`${answer.status} ${answer.body}`)
})

/** What is in an answer; of an archive, what is in its entries. */
const contentOf = (body: Buffer) =>
  Effect.promise(async () => {
    if (body.subarray(0, 4).toString("latin1") !== "PK\x03\x04") return body.toString("latin1")
    const parts: Array<string> = []
    const zip = await yauzl.fromBufferPromise(body, { lazyEntries: true })
    for await (const entry of zip.eachEntry()) {
      for await (const chunk of await zip.openReadStreamPromise(entry))
        parts.push(Buffer.from(chunk).toString("latin1"))
    }
    return parts.join("")
  })

const base64 = (text: string) => Buffer.from(text).toString("base64")

const world = Effect.gen(function* () {
  const [ours, theirs] = [yield* Docs.firm, yield* Docs.firm]
  const members = yield* Members
  const { api, contact, work } = ours
  const session = (secret: Redacted.Redacted) => ({ cookie: `rq-member=${Redacted.value(secret)}` })
  const over = yield* members.createKey(ours.member, "until now")
  yield* members.revokeKey(ours.member, over.key.id)

  const asked = Effect.fnUntraced(function* (
    firm: Docs.Firm,
    details: Partial<ClientRequest.Details> = {},
    policy?: RequestPolicy.RequestPolicy,
  ) {
    const { id, token } = yield* World.sent(firm, details, policy)
    return { request: id, ...(yield* World.enter(token)) }
  })

  const terms = wordOf()
  const attachment = yield* (yield* Uploads).receiveAttachment(ours.member, {
    name: "terms.pdf",
    content: Stream.make(pdf(terms)),
  })
  const carl = yield* asked(ours, { workItem: work.id, attachments: [attachment] })
  const picture = wordOf()
  const photo = yield* Effect.promise(() =>
    sharp({ create: { width: 9, height: 9, channels: 3, background: "#246" } })
      .png()
      .toBuffer(),
  )
  const answer = yield* send(carl, "me.png", Uint8Array.from(Buffer.concat([photo, Buffer.from(picture)])))
  const half = wordOf()
  const begun = yield* World.call("POST", `${carl.at}/uploads`, {
    headers: {
      ...carl.headers,
      "tus-resumable": "1.0.0",
      "upload-length": "5000",
      "upload-metadata": `question ${base64("passport")},filename ${base64("half.pdf")},revision ${base64("1")}`,
      "content-type": "application/offset+octet-stream",
    },
    body: `%PDF-1.7\n% ${half}\n`,
  })
  const partial = begun.headers["location"]?.split("/").at(-1) ?? assert.fail(begun.body)

  // documents that a question names: one of the firm's, and one that a customer brought, which is not the firm's to show
  const folder = yield* api.documents.addFolder({ headers: {}, payload: { name: "Deeds", contact: contact.id } })
  const said = wordOf()
  const statute = (yield* Docs.bring(ours, folder.id, "statute.pdf", pdf(said))).document
  const documents = yield* Documents
  const named = [
    yield* documents.document(ours.member.workspaceId, statute.id),
    ...(yield* documents.ofRequest(ours.member.workspaceId, carl.request)),
  ]
  assert.strictEqual(named.length, 2)
  const dana = yield* asked({ ...ours, stored: yield* Docs.naming(ours, named) })
  const waiting = wordOf()
  Docs.scanner().mode = "down"
  const pending = yield* send(dana, "pending.pdf", pdf(waiting))
  Docs.scanner().mode = "up"

  const finn = yield* asked(ours, {}, { ...RequestPolicy.standard, saving: "none" })
  const unfinished = wordOf()
  const staged = yield* send(finn, "staged.pdf", pdf(unfinished))

  // two people who fill in one record
  const policy: RequestPolicy.RequestPolicy = {
    ...RequestPolicy.customerCentre,
    requires: ["name", "email"],
    roles: null,
    secondFactor: "none",
  }
  const both = ["ana", "bo"].map((id) => TestFirm.recipient(`${id}.${ours.address}`, { id }))
  const { id: record } = yield* TestFirm.createRequest(ours.member, ours.stored.ref, { recipients: both }, policy)
  yield* api.requests.send({ params: { id: record }, headers: {} })
  const comeIn = Effect.fnUntraced(function* (request: string, recipient: string) {
    const { url } = yield* api.requests.copyLink({ params: { id: request, recipient }, headers: {} })
    return { request, ...(yield* World.enter(url.slice(-43))) }
  })
  const [ana, bo] = [yield* comeIn(record, "ana"), yield* comeIn(record, "bo")]
  const common = wordOf()
  const together = yield* send(ana, "together.pdf", pdf(common))

  // a folder's documents: one that a link shows, one whose link is revoked; and strangers who bring more
  const [deed, plan] = [wordOf(), wordOf()]
  const shown = (yield* Docs.bring(ours, folder.id, "deed.pdf", pdf(deed))).document
  const hidden = (yield* Docs.bring(ours, folder.id, "plan.pdf", pdf(plan))).document
  const { url: shownAt } = yield* api.documents.share({ params: { id: shown.id }, payload: {} })
  const { share, url: hiddenAt } = yield* api.documents.share({ params: { id: hidden.id }, payload: {} })
  yield* api.documents.revokeShare({ params: { id: hidden.id, share: share.id } })
  // documents that go with Carl's request: one with an item of it, one that was taken back
  const [terms_, gone] = [wordOf(), wordOf()]
  const handed = (yield* Docs.bring(ours, folder.id, "terms.pdf", pdf(terms_))).document
  const taken = (yield* Docs.bring(ours, folder.id, "gone.pdf", pdf(gone))).document
  const to = { request: carl.request }
  yield* api.documents.give({ params: to, payload: { document: handed.id, item: "papers" } })
  const { id: handout } = yield* api.documents.give({ params: to, payload: { document: taken.id } })
  yield* api.documents.takeBack({ params: { ...to, handout } })
  const { request: open } = yield* api.documents.requestFiles({ params: { id: folder.id }, headers: {}, payload: {} })
  const { recipients } = yield* api.requests.get({ params: { id: open } })
  const [una, vera] = [yield* comeIn(open, recipients[0]?.id ?? ""), yield* comeIn(open, recipients[0]?.id ?? "")]
  const brought = wordOf()
  const dropped = yield* send(una, "brought.pdf", pdf(brought), "document1")
  const filed = (yield* api.documents.folder({ params: { id: folder.id } })).documents.find(
    ({ name }) => name === "brought.pdf",
  )

  const other = yield* asked(theirs)
  const foreign = wordOf()
  const abroad = yield* send(other, "abroad.pdf", pdf(foreign))

  const firm = ["admin", "admin's session", "colleague"]
  const common_ = { contact: contact.id, work: work.id, folder: folder.id }
  const at = (who: { readonly request: string; readonly handle: string }) => ({
    request: who.request,
    places: { ...common_, handle: who.handle },
  })
  const files: Readonly<Record<string, File>> = {
    answer: { id: answer, word: picture, readers: [...firm, "carl"], ...at(carl) },
    attachment: { id: attachment.id, word: terms, readers: [...firm, "carl"], ...at(carl) },
    "on its way": { id: partial, word: half, readers: [], ...at(carl) },
    "not scanned": { id: pending, word: waiting, readers: [], ...at(dana) },
    "not finished": { id: staged, word: unfinished, readers: ["finn"], ...at(finn) },
    together: { id: together, word: common, readers: [...firm, "ana", "bo"], ...at(ana) },
    shown: {
      id: shown.file,
      word: deed,
      readers: [...firm, "holder of a link"],
      places: { ...common_, document: shown.id },
      token: shownAt.slice(-43),
    },
    "shown no more": {
      id: hidden.file,
      word: plan,
      readers: firm,
      places: { ...common_, document: hidden.id },
      token: hiddenAt.slice(-43),
    },
    "given with an item": {
      id: handed.file,
      word: terms_,
      readers: [...firm, "carl"],
      request: carl.request,
      places: { ...common_, handle: carl.handle, document: handed.id },
    },
    "taken back": {
      id: taken.file,
      word: gone,
      readers: firm,
      request: carl.request,
      places: { ...common_, handle: carl.handle, document: taken.id },
    },
    "named by a question": {
      id: statute.file,
      word: said,
      readers: [...firm, "dana"],
      request: dana.request,
      places: { ...common_, handle: dana.handle, document: statute.id },
    },
    dropped: {
      id: dropped,
      word: brought,
      readers: [...firm, "una"],
      request: open,
      places: { ...common_, handle: una.handle, document: filed?.id ?? assert.fail("not filed") },
    },
    abroad: {
      id: abroad,
      word: foreign,
      readers: ["their admin", "their colleague"],
      request: other.request,
      places: { handle: other.handle },
    },
  }
  const customer = ({ headers, handle }: World.Entered): Reader => ({ headers, handle })
  const readers: Readonly<Record<string, Reader>> = {
    admin: { headers: ours.headers },
    "admin's session": { headers: session(ours.session) },
    colleague: { headers: ours.as },
    "their admin": { headers: theirs.headers },
    "their colleague": { headers: theirs.as },
    "a key that is over": { headers: { authorization: `Bearer ${Redacted.value(over.secret)}` } },
    carl: customer(carl),
    dana: customer(dana),
    finn: customer(finn),
    ana: customer(ana),
    bo: customer(bo),
    una: customer(una),
    vera: customer(vera),
    "holder of a link": { headers: {}, token: shownAt.slice(-43) },
    nobody: { headers: {} },
  }
  return { files, readers, abroadCustomer: customer(other) }
})

/** The addresses at which a reader might find a file. */
const addresses = ({ path }: Route, file: File, reader: Reader): ReadonlyArray<string> => {
  const none = "00000000-0000-4000-8000-000000000000"
  const fill = (handle: string) =>
    addressOf(
      path.replace(
        ":token",
        reader.token ?? (file.token === undefined || reader.token === undefined ? "x".repeat(43) : ""),
      ),
      {
        requests: {},
        recipient: "carl",
        file: file.id,
        upload: file.id,
        attachment: file.id,
        contact: file.places.contact ?? none,
        work: file.places.work ?? none,
        folder: file.places.folder ?? none,
        document: file.places.document ?? none,
        share: none,
        handout: none,
        task: none,
        questionnaire: "kyc",
        key: none,
        member: none,
        invitation: none,
        webhook: none,
        delivery: none,
        mail: none,
        batch: none,
        handle,
        address: "",
      },
      file.request ?? none,
    )
  const handles = [reader.handle, file.places.handle].filter((one) => one !== undefined)
  return path.includes(":handle") ? handles.map(fill) : [fill("")]
}

layer(Docs.layer, { excludeTestServices: true, timeout: "300 seconds" })("the matrix of files", (it) => {
  it.effect(
    "S9 S43 S54 S63 S67: no file is read by anybody it does not belong to, at whatever address; each by everybody who may",
    () =>
      Effect.gen(function* () {
        for (const route of routes.filter((one) => sounds.test(one.path))) {
          assert.include(
            [...giving, ...silent],
            nameOf(route),
            "does it give a file's bytes? Say so in IsolationFiles.test.ts",
          )
        }
        const { files, readers, abroadCustomer } = yield* world
        const asked = new Map<string, string>()
        /** Which files' words are in the answer. */
        const reads = Effect.fnUntraced(function* (route: Route, address: string, who: string, { headers }: Reader) {
          const key = `${who} ${route.method} ${address}`
          const known = asked.get(key)
          if (known !== undefined) return known
          const answer = yield* Downloads.call(address, { "sec-fetch-site": "same-origin", ...headers }, route.method)
          if (answer.status >= 500) assert.fail(`${key}: ${answer.status}`)
          const content = yield* contentOf(answer.body)
          // of a picture made anew nothing of the file is left but how it looks
          const isPicture = route.path.endsWith("/preview") && answer.status === 200
          const text = isPicture ? `${content}${files["answer"]?.word ?? ""}` : content
          asked.set(key, text)
          return text
        })
        const problems = new Set<string>()
        const gave = new Set<string>()
        const everybody = { ...readers, "their customer": abroadCustomer }
        // who may read most asks at every address; everybody at those that give bytes
        const all = new Set(["admin", "carl", "holder of a link"])
        const listed = new Set(giving)
        const read = new Set<string>()
        for (const [who, reader] of Object.entries(everybody)) {
          for (const route of routes) {
            if (!all.has(who) && !listed.has(nameOf(route))) continue
            for (const file of Object.values(files)) {
              for (const address of addresses(route, file, reader)) {
                const text = yield* reads(route, address, who, reader)
                for (const [name, { readers: may, word }] of Object.entries(files)) {
                  if (!text.includes(word)) continue
                  gave.add(nameOf(route))
                  read.add(`${who}: ${name}`)
                  const isTheirs = who === "their customer" && name === "abroad"
                  if (!may.includes(who) && !isTheirs)
                    problems.add(`${who} reads “${name}” at ${route.method} ${address}`)
                }
              }
            }
          }
        }
        assert.deepStrictEqual([...problems], [])
        // the matrix is not empty: each one got what is theirs
        for (const [name, { readers: may }] of Object.entries(files)) {
          for (const who of may) assert.isTrue(read.has(`${who}: ${name}`), `${who} cannot read “${name}”`)
        }
        assert.sameMembers([...gave], giving)
        assert.isAbove(asked.size, 800)
      }),
    patience,
  )
})
