// The isolation matrix of the portal: every route of it, taken from the routes themselves, called by everybody who must not reach
// a contact's things there. A part of a path that is not known here fails the test.
import { assert, layer } from "@effect/vitest"
import { type ClientRequest, Crypto, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { Documents } from "../../reference-server/src/Documents.ts"
import { Handouts } from "../../reference-server/src/Documents/Handouts.ts"
import * as PageSecurity from "../../reference-server/src/PageSecurity.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as PortalPages from "../../reference-server/src/PortalPages.ts"
import { Uploads } from "../../reference-server/src/Uploads.ts"
import { WorkItems } from "../../reference-server/src/WorkItems.ts"
import * as TestFirm from "../support/TestFirm.ts"
import { patience } from "./IsolationMatrix.ts"
import * as P from "./PortalWorld.ts"
import * as World from "./SecurityWorld.ts"

const routes = PortalPages.routes.map(({ method, path }) => ({ method, path }))
type Route = (typeof routes)[number]

/** The door: who is not logged in is let to it, and its links are their own key. */
const isDoor = ({ path }: Route) => /\/(log-in|log-in\/options|start|password\/:token)$/.test(path)

interface Things {
  readonly firm: string
  readonly id: string
  readonly work: string
  readonly file: string
  readonly folder: string
  readonly document: string
  readonly passkey: string
}

const addressOf = ({ path }: Route, things: Things) =>
  path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const found = new Map<string, string>(Object.entries(things)).get(name)
    if (found === undefined) throw new Error(`what is :${name} in ${path}? Say it in IsolationPortal.test.ts.`)
    return found
  })

/** Calls a route as this browser; forms carry this browser's own token of this firm, so that nothing else stops them. */
const ask = Effect.fnUntraced(function* (route: Route, who: P.Browser, things: Things) {
  const path = addressOf(route, things)
  if (route.method === "GET") return yield* who.get(path)
  const own = /rq-portal-[0-9a-f]{8}=([^;]+)/.exec(who.cookie())?.[1] ?? "nobody"
  const csrf = yield* PageSecurity.csrfToken(Redacted.make(own))
  if (path.includes("/passkeys") && !path.includes("/account/")) {
    return yield* who.send(path, "{}", { "x-csrf-token": csrf })
  }
  if (!path.includes("/folders/"))
    return yield* who.send(path, new URLSearchParams({ csrf, name: "taken", action: "remove" }))
  const form = new FormData()
  form.append("csrf", csrf)
  form.append("files", new File(["%PDF-1.7\n%%EOF\n"], "mine.pdf"))
  return yield* who.send(path, form)
})

const word = () => Effect.map(Crypto.secret, (secret) => `WORD${secret.replace(/[^A-Za-z0-9]/g, "").slice(0, 16)}`)

/** A firm with a contact who has everything that there can be in a portal, each with a word of its own in it. */
const furnished = Effect.gen(function* () {
  const firm = yield* P.firm
  const { member, contact, base } = firm
  const { workspaceId } = member
  const mark = yield* word()
  const work = yield* Crypto.uuid
  yield* (yield* WorkItems).create(workspaceId, work, { title: `Job ${mark}` })
  const request = yield* P.send(firm, { title: `Asked ${mark}`, workItem: work })
  const own = yield* P.loggedIn(base, contact.email)
  const uploads = yield* Uploads
  const content = Stream.succeed(new TextEncoder().encode(`%PDF-1.7\n% ${mark}\n%%EOF\n`))
  yield* own.submit(base, {}, `${base}/requests/${request.id}/enter`)
  const documents = yield* Documents
  const folders = yield* documents.folders(workspaceId, { kind: "contact", id: contact.id })
  const folder = folders.find(({ standard }) => standard === "uploads")?.id ?? ""
  const stored = yield* uploads.receiveDocument(member, { name: `${mark}.pdf`, content })
  const document = yield* documents.add(member, folder, stored)
  const attached = yield* uploads.receiveAttachment(member, { name: `attached ${mark}.pdf`, content })
  const withFile = yield* P.send(firm, { title: `Asked ${mark} too`, attachments: [attached], workItem: work })
  const sql = yield* SqlClient.SqlClient
  const passkey = `key${mark}`
  yield* sql`INSERT INTO portal_passkeys ${sql.insert({ id: passkey, workspaceId, contactId: contact.id, name: mark, publicKey: "", counter: 0, transports: "[]", createdAt: new Date() })}`
  const things: Things = {
    firm: workspaceId,
    id: withFile.id,
    work,
    file: attached.id,
    folder,
    document: document.id,
    passkey,
  }
  // a document that nothing but its request shows
  const shelf = folders.find(({ standard }) => standard === "private")?.id ?? ""
  const paper = yield* documents.add(
    member,
    shelf,
    yield* uploads.receiveDocument(member, { name: `handed ${mark}.pdf`, content }),
  )
  yield* (yield* Handouts).give(member, withFile.id, { document: paper.id, item: "papers" })
  return { ...firm, mark, own, things, handed: { ...things, file: paper.file, document: paper.id } }
})

layer(P.layer, { excludeTestServices: true, timeout: "300 seconds" })("the isolation matrix of the portal", (it) => {
  it.effect(
    "S43 K27 K50: a contact's things are nobody else's: to everybody they are like what is not there, and nothing changes",
    () =>
      Effect.gen(function* () {
        assert.isAbove(routes.length, 20)
        const [ours, theirs] = [yield* furnished, yield* furnished]
        const { things, member, base } = ours
        const uuid = () => Crypto.uuid
        const nobodys: Things = {
          firm: things.firm,
          id: yield* uuid(),
          work: yield* uuid(),
          file: yield* uuid(),
          folder: yield* uuid(),
          document: yield* uuid(),
          passkey: "nobodys",
        }
        const colleague = yield* P.person(member.workspaceId, "Ola Other", `ola.${ours.contact.email}`)
        const other = yield* P.loggedIn(base, colleague.email)
        // one's own folders are made on the first look
        yield* other.get(`${base}/documents`)
        const gone = yield* P.person(member.workspaceId, "Gone", `gone.${ours.contact.email}`)
        const deleted = yield* P.loggedIn(base, gone.email)
        yield* ours.api.contacts.remove({ params: { id: gone.id } })
        const customer = P.browser()
        const token = World.tokenOf(yield* TestFirm.mailTo(ours.contact.email, 1))
        yield* customer.send(`/r/${token}`, new URLSearchParams())
        const staff = P.browser()
        staff.jar.set("rq-member", Redacted.value(ours.session))
        const guise = P.browser()
        const [own = ""] = theirs.own.jar.values().filter((value) => value.length === 43)
        guise.jar.set(`rq-portal-${things.firm.slice(0, 8)}`, own)

        // the owner gets there: what the others are refused is there
        for (const path of [
          "/portal/:firm",
          "/portal/:firm/requests/:id",
          "/portal/:firm/work-items/:work",
          "/portal/:firm/folders/:folder",
          "/portal/:firm/account",
        ]) {
          const answer = yield* ask({ method: "GET", path } as Route, ours.own, things)
          assert.deepStrictEqual([answer.status, answer.body.includes(ours.mark)], [200, true], path)
        }
        for (const path of ["/portal/:firm/requests/:id/files/:file", "/portal/:firm/documents/:document/file"]) {
          const answer = yield* ask({ method: "GET", path } as Route, ours.own, things)
          assert.include(answer.body, ours.mark, path)
        }
        const given = { method: "GET", path: "/portal/:firm/requests/:id/files/:file" } as Route
        const shown = yield* ask({ method: "GET", path: "/portal/:firm/requests/:id" }, ours.own, things)
        assert.include(shown.body, addressOf(given, ours.handed))
        assert.include((yield* ask(given, ours.own, ours.handed)).body, ours.mark)
        const unseen = yield* ask({ ...given, path: "/portal/:firm/documents/:document/file" }, ours.own, ours.handed)
        assert.strictEqual(unseen.status, 404, "its folder stays private")
        for (const who of [other, theirs.own, deleted, customer, staff, guise, P.browser()]) {
          assert.notInclude((yield* ask(given, who, ours.handed)).body, ours.mark)
        }

        const rows = () =>
          Effect.map(TestFirm.dump, (tables) =>
            Object.entries(tables)
              .filter(
                ([name]) => !/^(queue|rate_limits|portal_sessions|portal_challenges|workspace_events)$/.test(name),
              )
              .flatMap(([name, all]) => all.filter((row) => row.includes(things.firm)).map((row) => `${name} ${row}`)),
          )
        const before = yield* rows()
        const problems: Array<string> = []
        let tried = 0
        for (const route of routes) {
          if (isDoor(route) || route.path.endsWith("/log-out") || route.path.endsWith("/account/sessions")) continue
          const isOf = /:(id|work|folder|document|passkey)/.test(route.path)
          const who = { other, "another firm's": theirs.own, deleted, customer, staff, guise, nobody: P.browser() }
          for (const [name, browser] of Object.entries(who)) {
            const answer = yield* ask(route, browser, things)
            const none = yield* ask(route, browser, nobodys)
            tried += 1
            const problem = (sentence: string) =>
              void problems.push(`${name}: ${route.method} ${route.path}: ${answer.status} ${sentence}`)
            if (answer.body.includes(ours.mark)) problem("tells of it")
            if (answer.status >= 500) problem(answer.body.slice(0, 300))
            const isLoggedIn = name === "other"
            const toDoor = answer.status === 303 && (answer.headers["location"] ?? "").includes("/log-in")
            if (!isLoggedIn && !toDoor) problem("is not led to the door")
            const isPasskey = route.path.includes(":passkey")
            if (isLoggedIn && isOf && !isPasskey && answer.status !== 404) problem("is not 404")
            if (isLoggedIn && isOf && answer.status !== none.status) problem(`is not as for nobody's: ${none.status}`)
            if (isLoggedIn && isOf && answer.status === 404 && answer.body !== none.body) problem("has other bytes")
          }
        }
        assert.deepStrictEqual(problems, [])
        assert.isAbove(tried, 100)
        const after = yield* rows()
        assert.deepStrictEqual(
          [before.filter((row) => !after.includes(row)), after.filter((row) => !before.includes(row))],
          [[], []],
        )
        // a form of another site, in the owner's own session
        for (const route of routes.filter(({ method }) => method === "POST")) {
          if (route.path.includes(":token")) continue
          const answer = yield* ours.own.send(addressOf(route, things), new URLSearchParams(), {
            "sec-fetch-site": "cross-site",
          })
          assert.strictEqual(answer.status, 403, route.path)
        }
      }),
    patience,
  )

  it.effect(
    "K27 K47 S67 S9: of shared work a contact sees what members put there and what may be read of their own requests",
    () =>
      Effect.gen(function* () {
        const firm = yield* P.firm
        const { member, contact, base } = firm
        const { workspaceId } = member
        const documents = yield* Documents
        const uploads = yield* Uploads
        const sql = yield* SqlClient.SqlClient
        const other = yield* P.person(workspaceId, "Ola Other", `ola.${contact.email}`)
        const work = yield* Crypto.uuid
        yield* (yield* WorkItems).create(workspaceId, work, { title: "Shared job" })
        const over = Effect.fnUntraced(function* (
          policy: Partial<RequestPolicy.RequestPolicy>,
          recipient: Partial<ClientRequest.Recipient> = {},
        ) {
          const recipients = [{ ...P.asked(contact), ...recipient }]
          const whole = { ...RequestPolicy.taxdome, waitingBegins: "on-send", ...policy } as const
          const { id } = yield* P.send(firm, { workItem: work, recipients }, whole)
          yield* (yield* ClientRequests).closeOnBehalf(member, id, yield* Crypto.uuid)
          return id
        })
        const mine = yield* over({})
        const uniform = yield* over({ afterSubmit: "uniform" })
        const sms = { secondFactor: "sms-code", requires: ["email", "mobile"], customerMayDelegate: "no" } as const
        const careful = yield* over({ ...sms, secondFactorWhen: "always" }, { mobile: "+46701740677" })
        // a page to upload to, which others have the link of as well
        const page = yield* over({})
        yield* sql`UPDATE client_requests SET state = jsonb_set(state, '{policy,saving}', '"immediate"') WHERE id = ${page}`
        const waits = (yield* P.send(firm, { workItem: work })).id
        const theirs = yield* P.send({ ...firm, contact: other }, { workItem: work })
        const folders = yield* documents.folders(workspaceId, { kind: "work-item", id: work })
        const [open, hidden] = ["uploads", "private"].map(
          (kind) => folders.find(({ standard }) => standard === kind)?.id ?? "",
        )
        const put = Effect.fnUntraced(function* (
          name: string,
          folder: string,
          request: string | null,
          by: string | null,
          byMail = false,
        ) {
          const content = Stream.succeed(new TextEncoder().encode(`%PDF-1.7\n% ${name}\n%%EOF\n`))
          const { id } = yield* documents.add(
            member,
            folder,
            yield* uploads.receiveDocument(member, { name: `${name}.pdf`, content }),
          )
          yield* sql`UPDATE documents SET request_id = ${request}, brought_by = ${by}, by_mail = ${byMail}
            WHERE id = ${id}`
          return id
        })
        const ids = {
          shown: yield* put("shown", open ?? "", null, null),
          own: yield* put("own", open ?? "", mine, null),
          uniform: yield* put("uniform", open ?? "", uniform, null),
          careful: yield* put("careful", open ?? "", careful, null),
          shared: yield* put("shared", open ?? "", page, null),
          early: yield* put("early", open ?? "", waits, null),
          brought: yield* put("brought", open ?? "", null, contact.id),
          others: yield* put("others", open ?? "", theirs.id, null),
          foreign: yield* put("foreign", open ?? "", null, other.id),
          // nobody proves who wrote a mail: neither they nor the firm (F15)
          mailed: yield* put("mailed", open ?? "", null, contact.id, true),
          forged: yield* put("forged", open ?? "", null, null, true),
          secret: yield* put("secret", hidden ?? "", null, null),
        }
        const own = yield* P.loggedIn(base, contact.email)
        const listed = P.said(yield* own.get(`${base}/folders/${open}`))
        for (const name of ["shown", "own", "brought"]) assert.include(listed, `${name}.pdf`)
        for (const name of ["others", "foreign", "uniform", "careful", "shared", "early", "mailed", "forged"]) {
          assert.notInclude(listed, `${name}.pdf`)
        }
        assert.strictEqual((yield* own.get(`${base}/folders/${hidden}`)).status, 404)
        for (const [name, id] of Object.entries(ids)) {
          const { status } = yield* own.get(`${base}/documents/${id}/file`)
          assert.strictEqual(status, ["shown", "own", "brought"].includes(name) ? 200 : 404, name)
        }
      }),
  )

  it.effect(
    "F12: files are brought into a folder that says so, judged like every other; the firm sees who brought them",
    () =>
      Effect.gen(function* () {
        const { member, contact, base } = yield* P.firm
        const documents = yield* Documents
        const own = yield* P.loggedIn(base, contact.email)
        const shelves = yield* own.get(`${base}/documents`)
        const folder = /\/folders\/([0-9a-f-]{36})/.exec(shelves.body)?.[1] ?? ""
        const page = yield* own.get(`${base}/folders/${folder}`)
        const bring = (...files: ReadonlyArray<File>) => {
          const form = new FormData()
          form.append("csrf", P.csrfIn(page.body))
          for (const file of files) form.append("files", file)
          return own.send(`${base}/folders/${folder}`, form)
        }
        const taken = yield* bring(
          new File(["%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"], "../contract.pdf"),
        )
        assert.strictEqual(taken.headers["location"], `${base}/folders/${folder}?done=1`)
        const seen = P.said(yield* own.get(taken.headers["location"] ?? ""))
        assert.include(seen, "The file is here.")
        assert.include(seen, "contract.pdf")
        const [document] = (yield* documents.open(member.workspaceId, folder)).documents
        assert.deepInclude(document, { name: "contract.pdf", by: contact.name, request: null })
        // what is no such file is refused with the reason, and an empty form as well
        const refused = yield* bring(new File(["MZ not a program"], "virus.exe"))
        assert.strictEqual(refused.status, 422)
        assert.include(P.said(refused), "virus.exe")
        assert.strictEqual((yield* bring()).status, 422)
        // one that may only be looked at takes nothing
        const sql = yield* SqlClient.SqlClient
        yield* sql`UPDATE folders SET visibility = 'customer-can-view' WHERE id = ${folder}`
        assert.strictEqual((yield* bring(new File(["%PDF-1.7\n%%EOF\n"], "late.pdf"))).status, 422)
        assert.strictEqual((yield* documents.open(member.workspaceId, folder)).documents.length, 1)
      }),
  )
})
