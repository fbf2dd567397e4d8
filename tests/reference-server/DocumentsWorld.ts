// A firm with a contact and work, over the whole server with a scanner that does what it is told; and a customer who uploads.
import { createServer } from "node:http"
import { Crypto, type ClientRequest } from "@requite/core"
import type { Attachment } from "@requite/core/Questionnaire/Definition"
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Api from "../../reference-server/src/Api.ts"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as CustomerPages from "../../reference-server/src/CustomerPages.ts"
import * as FirmPages from "../../reference-server/src/FirmPages.ts"
import * as Samples from "../../reference-server/src/FirmPages/Samples.ts"
import { Members } from "../../reference-server/src/Members.ts"
import { HttpRouter } from "../../reference-server/src/platform/Http.ts"
import { NodeHttpServer } from "../../reference-server/src/platform/Node.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Questionnaires } from "../../reference-server/src/Questionnaires.ts"
import * as listener from "../../reference-server/src/Returns/listener.ts"
import { Uploads } from "../../reference-server/src/Uploads.ts"
import * as clamd from "../../reference-server/src/VirusScanner/clamd.ts"
import * as FakeClamd from "../support/FakeClamd.ts"
import * as FileSamples from "../support/FileSamples.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as FirmWorld from "./FirmPagesWorld.ts"
import * as World from "./SecurityWorld.ts"

let fake: FakeClamd.FakeClamd | undefined
/** The scanner, to be told what to do. */
export const scanner = () => fake ?? assert.fail("no scanner")

const layerOf = (environment: Record<string, string>) =>
  HttpRouter.serve(Layer.mergeAll(CustomerPages.layer, FirmPages.layer, Api.layer), {
    disableLogger: true,
    disableListenLog: true,
  }).pipe(
    Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
    Layer.provideMerge(Samples.layer),
    Layer.provideMerge(
      Layer.unwrap(
        Effect.map(FakeClamd.start, (started) => {
          fake = started
          return TestFirm.layerOf(
            { CLAMD_URL: started.url, ...environment },
            clamd.layer({ url: started.url, maxBytes: 1_000_000 }),
          )
        }),
      ),
    ),
  )

export const layer = layerOf({})

/** The same with a door for mail into folders. */
export const withMail = Layer.provideMerge(
  listener.layer,
  layerOf({ MAIL_RETURN_DOMAIN: "in.firm.example", MAIL_RETURN_PORT: "0" }),
)

/** Where that door is. */
export const mailPort = Effect.sync(() =>
  Number(/taken at 127\.0\.0\.1:(\d+)/.exec(TestFirm.logs.join("\n"))?.[1] ?? assert.fail("no door for mail")),
)

/** A firm of its own with a contact, work, an API client and a browser; and a colleague who is no administrator. */
export const firm = Effect.gen(function* () {
  scanner().mode = "up"
  const made = yield* World.firm
  const { member, address, api } = made
  const contact = yield* api.contacts.create({ headers: {}, payload: { name: "Carl Customer", email: address } })
  const work = yield* api.workItems.create({ headers: {}, payload: { title: "Tax return" } })
  const sql = yield* SqlClient.SqlClient
  const id = yield* Crypto.uuid
  const colleague = { ...member, id, email: `col.${id}@firm.example`, name: "Col League", role: "member" as const }
  yield* sql`INSERT INTO members ${sql.insert({ ...colleague, passwordHash: "", createdAt: new Date() })}`
  const members = yield* Members
  const session = Effect.fnUntraced(function* (who: typeof member) {
    const browser = FirmWorld.browser(yield* World.baseUrl)
    browser.jar.set("rq-member", Redacted.value(yield* members.openSession(who)))
    return browser
  })
  const { secret } = yield* members.createKey(colleague, "colleague")
  const as = { authorization: `Bearer ${Redacted.value(secret)}` }
  return { ...made, contact, work, colleague, as, browser: yield* session(member), theirs: yield* session(colleague) }
})
export type Firm = Effect.Success<typeof firm>

/** A request that is out with this folder, contact and work. */
export const out = Effect.fnUntraced(function* (
  { member, stored, address }: Firm,
  changes: Partial<ClientRequest.Details> & { readonly contact?: string } = {},
) {
  const { contact = null, ...details } = changes
  const recipients = [TestFirm.recipient(address, { contact })]
  return yield* TestFirm.sendRequest(member, stored.ref, { recipients, ...details })
})

/** The customer of a request uploads. */
export const upload = Effect.fnUntraced(function* (
  request: ClientRequest.State,
  name: string,
  content: Uint8Array = FileSamples.pdf,
) {
  const customer = yield* TestFirm.customerOf(request)
  const { stored } = yield* (yield* ClientRequests).current(customer)
  const question = stored.questionnaire.sections.flatMap(({ items }) => items).find(({ type }) => type === "upload")
  const revision = request.revision
  return yield* (yield* Uploads).receive(customer, {
    question: question ?? assert.fail("nothing to upload to"),
    revision,
    name,
    content: Stream.make(content),
  })
})

/** A questionnaire of the firm, whose question of a passport names these documents. */
export const naming = Effect.fnUntraced(function* ({ member }: Pick<Firm, "member">, named: ReadonlyArray<Attachment>) {
  const attachments = named.map(({ id, name, type, bytes, sha256 }) => ({ id, name, type, bytes, sha256 }))
  const source = TestFirm.questionnaire
    .replace('"id":"kyc"', '"id":"with-documents"')
    .replace('"id":"passport",', `"id":"passport","attachments":${JSON.stringify(attachments)},`)
  const { stored } = yield* (yield* Questionnaires).add(member.workspaceId, source)
  return stored
})

/** A form with files, as a browser sends it. */
export const withFiles = (fields: Record<string, string>, files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>) => {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  for (const [name, content] of Object.entries(files)) form.append("file", new File([content], name))
  return form
}

/** Puts a file into a folder through the API. */
export const bring = Effect.fnUntraced(function* (
  { headers }: Firm,
  folder: string,
  name: string,
  content: Uint8Array<ArrayBuffer> = FileSamples.pdf,
) {
  const answer = yield* World.call("POST", `/api/documents/folders/${folder}/documents`, {
    headers,
    body: withFiles({}, { [name]: content }),
  })
  const body: unknown = JSON.parse(answer.body)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the contract says
  const { documents } = body as { readonly documents?: ReadonlyArray<{ readonly id: string; readonly file: string }> }
  return { status: answer.status, body: answer.body, document: documents?.[0] ?? { id: "", file: "" } }
})
