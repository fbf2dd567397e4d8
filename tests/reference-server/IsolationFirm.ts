/**
 * A firm with one of everything that has an id, each thing's words marked with the firm's own: so that whatever of it shows
 * where it should not is found. `nobodys` is the same of a firm that there is not.
 */
import { Crypto, RequestPolicy } from "@requite/core"
import { client } from "@requite/api"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { Documents } from "../../reference-server/src/Documents.ts"
import { type Member, Members } from "../../reference-server/src/Members.ts"
import { Invitations } from "../../reference-server/src/Members/Invitations.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Questionnaires } from "../../reference-server/src/Questionnaires.ts"
import { Uploads } from "../../reference-server/src/Uploads.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as People from "./MembersWorld.ts"
import * as World from "./SecurityWorld.ts"

const headers = {}

/** The ids that addresses and bodies are made of. */
export interface Things {
  /** Requests by their state. */
  readonly requests: Readonly<Record<string, string>>
  readonly recipient: string
  readonly file: string
  readonly attachment: string
  readonly contact: string
  readonly work: string
  readonly task: string
  readonly questionnaire: string
  readonly key: string
  readonly member: string
  readonly invitation: string
  readonly webhook: string
  readonly delivery: string
  readonly mail: string
  readonly batch: string
  readonly handle: string
  readonly upload: string
  readonly folder: string
  readonly document: string
  readonly share: string
  readonly handout: string
  readonly address: string
}

const shared: RequestPolicy.RequestPolicy = {
  ...RequestPolicy.customerCentre,
  requires: ["name", "email"],
  roles: null,
  secondFactor: "none",
}

const base64 = (text: string) => Buffer.from(text).toString("base64")
/** What begins an upload by tus. */
const beginning = {
  "tus-resumable": "1.0.0",
  "upload-length": "100",
  "upload-metadata": `question ${base64("passport")},filename ${base64("Secret passport 2.pdf")},revision ${base64("1")}`,
}

const pdf = () => {
  const form = new FormData()
  form.append("file", new File(["%PDF-1.7\n%%EOF\n"], "Secret passport.pdf", { type: "application/pdf" }))
  return form
}

/** A form says its type itself. */
export const typeless = (all: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(all).filter(([name]) => name !== "content-type"))

const bearer = (key: Redacted.Redacted) => ({ authorization: `Bearer ${Redacted.value(key)}` })
const cookie = (session: Redacted.Redacted) => ({
  cookie: `rq-member=${Redacted.value(session)}`,
  "sec-fetch-site": "same-origin",
})

/** Makes a firm; `mark` is a word that stands in everything it has. */
export const furnished = Effect.fnUntraced(function* (mark: string) {
  const sql = yield* SqlClient.SqlClient
  const members = yield* Members
  const requests = yield* ClientRequests
  const [workspaceId, adminId] = [yield* Crypto.uuid, yield* Crypto.uuid]
  const at = new Date()
  yield* sql`INSERT INTO workspaces ${sql.insert({ id: workspaceId, name: `${mark} Ltd`, accent: "#0b6e4f", language: "en", timeZone: "Europe/Stockholm", createdAt: at })}`
  const admin: Member = {
    id: adminId,
    workspaceId,
    name: `Adam ${mark}`,
    email: `adam@${mark}.example`,
    role: "admin",
  }
  yield* sql`INSERT INTO members ${sql.insert({ ...admin, passwordHash: "", createdAt: at })}`
  const { secret: adminKey } = yield* members.createKey(admin, `${mark} admin's key`)
  const api = yield* client({ baseUrl: yield* World.baseUrl, apiKey: adminKey })

  const questionnaire = `${mark.toLowerCase()}-check`
  const source = TestFirm.questionnaire.replace('"kyc"', `"${questionnaire}"`).replace("Company check", `${mark} check`)
  const { stored } = yield* (yield* Questionnaires).add(workspaceId, source)

  const moa: Member = { ...(yield* People.colleague(admin, "member", `Moa ${mark}`)) }
  const gone = yield* People.colleague(admin, "member", `Gone ${mark}`)
  const { secret: memberKey, key } = yield* members.createKey(moa, `${mark} key`)
  const { secret: goneKey } = yield* members.createKey(gone, `${mark} key of who left`)
  const goneSession = yield* members.openSession(gone)
  yield* members.deactivate(admin, gone.id)
  const revoked = yield* members.createKey(admin, `${mark} revoked`)
  yield* members.revokeKey(admin, revoked.key.id)
  const expired = yield* members.createKey(admin, `${mark} expired`, { expiresAt: Date.now() - 1000 })
  const invitation = yield* (yield* Invitations).invite(admin, {
    name: `Nea ${mark}`,
    email: `nea@${mark}.example`,
    role: "member",
  })

  const contact = yield* api.contacts.create({
    headers,
    payload: { name: `Carl ${mark}`, email: `carl@${mark}.example` },
  })
  const work = yield* api.workItems.create({ headers, payload: { title: `${mark} work` } })
  yield* api.workItems.setRole({ params: { id: work.id, contact: contact.id }, payload: { role: "Applicant" } })
  const { tasks } = yield* api.workItems.addTask({
    params: { id: work.id },
    headers,
    payload: { title: `${mark} task`, questionnaires: [questionnaire] },
  })
  const task = tasks.at(-1)?.id ?? ""
  yield* api.workItems.addToBasket({ params: { id: work.id }, payload: { task } })

  // an endpoint and a delivery of it: nobody listens there
  const { endpoint } = yield* api.webhooks.create({
    payload: { url: "https://localhost:9/", description: `${mark} hook` },
  })
  yield* api.webhooks.test({ params: { id: endpoint.id } })
  const { deliveries } = yield* api.webhooks.deliveries({ params: { id: endpoint.id }, query: {} })
  const { wording } = yield* api.templates.get({ params: { kind: "invitation", language: "en" } })
  yield* api.templates.save({
    params: { kind: "invitation", language: "en" },
    payload: { ...wording, lead: `${mark} asks` },
  })
  const attachment = yield* (yield* Uploads).receiveAttachment(admin, {
    name: `${mark} terms.pdf`,
    content: Stream.make(new TextEncoder().encode("%PDF-1.7\n%%EOF\n")),
  })

  let sent = 0
  const recipientOf = (changes: Parameters<typeof TestFirm.recipient>[1] = {}) => {
    sent += 1
    return TestFirm.recipient(`c${sent}@${mark}.example`, {
      id: `r-${mark.toLowerCase()}`,
      name: `Carl ${mark}`,
      ...changes,
    })
  }
  const make = (title: string, policy: RequestPolicy.RequestPolicy = RequestPolicy.standard) =>
    TestFirm.createRequest(
      admin,
      stored.ref,
      { title: `${mark} ${title}`, recipients: [recipientOf()], attachments: [attachment] },
      policy,
    )
  const send = (id: string) => Effect.flatMap(Crypto.uuid, (command) => requests.send(admin, id, command))
  /** Sends it, and comes in by the mail's link. */
  const entered = Effect.fnUntraced(function* ({ id, details }: { id: string; details: ClientRequestDetails }) {
    yield* send(id)
    const mail = yield* TestFirm.mailTo(details.recipients[0]?.email ?? "")
    return yield* World.enter(World.tokenOf(mail))
  })

  const draft = yield* make("draft")
  const scheduled = yield* make("scheduled")
  yield* requests.schedule(admin, scheduled.id, Date.now() + 90 * World.day, yield* Crypto.uuid)
  const out = yield* make("out")
  yield* send(out.id)
  const suspended = yield* make("suspended")
  yield* send(suspended.id)
  yield* requests.suspend(admin, suspended.id, `${mark} reason`, yield* Crypto.uuid)
  const cancelled = yield* make("cancelled")
  yield* send(cancelled.id)
  yield* requests.cancel(admin, cancelled.id, `${mark} reason`, yield* Crypto.uuid)

  const started = yield* make("started")
  const customer = yield* entered(started)
  const uploaded = yield* World.call("POST", `${customer.at}/files/passport?revision=1`, {
    headers: typeless(customer.headers),
    body: pdf(),
  })
  if (uploaded.status !== 201) return yield* Effect.die(new Error(uploaded.body))
  const submitted = yield* make("submitted")
  const finisher = yield* entered(submitted)
  yield* World.call("POST", `${finisher.at}/files/passport?revision=1`, {
    headers: typeless(finisher.headers),
    body: pdf(),
  })
  const finished = yield* World.call("POST", `${finisher.at}/finish`, {
    headers: finisher.headers,
    body: JSON.stringify({ revision: 1, answers: { name: `Carl ${mark}` } }),
  })
  if (finished.status !== 200) return yield* Effect.die(new Error(finished.body))

  const batch = yield* Crypto.uuid
  yield* api.requests.bulk({
    payload: {
      batch,
      sendAt: "2099-03-27T09:00:00Z",
      rows: [
        {
          externalId: `${mark}-1`,
          request: {
            questionnaire: { id: questionnaire },
            title: `${mark} bulk`,
            recipient: { name: `Carl ${mark}`, email: `bulk@${mark}.example`, language: "en" },
          },
        },
      ],
    },
  })

  // a record of two people, each with a session
  const both = [recipientOf({ id: "ana" }), recipientOf({ id: "bo" })]
  const record = yield* TestFirm.createRequest(admin, stored.ref, { title: `${mark} record`, recipients: both }, shared)
  yield* send(record.id)
  const [ana, bo] = yield* Effect.forEach(["ana", "bo"], (recipient) =>
    Effect.gen(function* () {
      const { url } = yield* api.requests.copyLink({ params: { id: record.id, recipient }, headers })
      return yield* World.enter(url.slice(-43))
    }),
  )
  if (ana === undefined || bo === undefined) return yield* Effect.die(new Error("nobody came in"))
  yield* World.call("PUT", `${ana.at}/answers`, {
    headers: ana.headers,
    body: JSON.stringify({ revision: 1, answers: { name: `Ana ${mark}` } }),
  })

  // a document in a folder, and a link to it
  const folder = yield* api.documents.addFolder({ headers, payload: { name: `${mark} folder`, contact: contact.id } })
  const deed = yield* (yield* Uploads).receiveDocument(admin, {
    name: `${mark} deed.pdf`,
    content: Stream.make(new TextEncoder().encode("%PDF-1.7\n%%EOF\n")),
  })
  const document = yield* (yield* Documents).add(admin, folder.id, deed)
  const { share } = yield* api.documents.share({ params: { id: document.id }, payload: { note: `${mark} bank` } })

  const { id: handout } = yield* api.documents.give({
    params: { request: started.id },
    payload: { document: document.id },
  })

  // a file of theirs that is still on its way
  const begun = yield* World.call("POST", `${customer.at}/uploads`, {
    headers: { ...customer.headers, ...beginning },
  })
  const upload = begun.headers["location"]?.split("/").at(-1) ?? ""

  const current = yield* api.requests.get({ params: { id: started.id } })
  // what is still on its way would change rows later
  yield* TestFirm.eventually(
    Effect.map(
      sql`SELECT id FROM mails WHERE workspace_id = ${workspaceId} AND status = 'queued'
        UNION ALL SELECT id FROM member_letters WHERE workspace_id = ${workspaceId} AND status = 'queued'`,
      (rows) => (rows.length === 0 ? true : undefined),
    ),
  )
  const things: Things = {
    requests: {
      draft: draft.id,
      scheduled: scheduled.id,
      out: out.id,
      started: started.id,
      submitted: submitted.id,
      suspended: suspended.id,
      cancelled: cancelled.id,
      record: record.id,
    },
    recipient: `r-${mark.toLowerCase()}`,
    file: current.files[0]?.id ?? "",
    attachment: attachment.id,
    contact: contact.id,
    work: work.id,
    task,
    questionnaire,
    key: key.id,
    member: moa.id,
    invitation: invitation.id,
    webhook: endpoint.id,
    delivery: deliveries[0]?.id ?? "",
    mail: current.mails[0]?.id ?? "",
    batch,
    handle: customer.handle,
    upload,
    folder: folder.id,
    document: document.id,
    share: share.id,
    handout,
    address: `carl@${mark}.example`,
  }
  return {
    mark,
    admin,
    api,
    things,
    customer,
    finisher,
    ana,
    bo,
    as: {
      admin: bearer(adminKey),
      adminSession: cookie(yield* members.openSession(admin)),
      member: bearer(memberKey),
      memberSession: cookie(yield* members.openSession(moa)),
    },
    /** Keys and a session of this firm that do not hold any more. */
    over: {
      revoked: bearer(revoked.secret),
      expired: bearer(expired.secret),
      goneKey: bearer(goneKey),
      goneSession: cookie(goneSession),
    },
  }
})
export type Furnished = Effect.Success<ReturnType<typeof furnished>>
type ClientRequestDetails = ReturnType<typeof TestFirm.details>

/** What a firm that there is not would have. */
const nothings = Effect.gen(function* () {
  const id = () => Crypto.uuid
  const names = ["draft", "scheduled", "out", "started", "submitted", "suspended", "cancelled", "record"]
  const requests = yield* Effect.forEach(names, (name) => Effect.map(id(), (one) => [name, one] as const))
  const things: Things = {
    requests: Object.fromEntries(requests),
    recipient: "r-nobody",
    file: yield* id(),
    attachment: yield* id(),
    contact: yield* id(),
    work: yield* id(),
    task: yield* id(),
    questionnaire: "nobody-check",
    key: "rq_00000000",
    member: yield* id(),
    invitation: yield* id(),
    webhook: yield* id(),
    delivery: yield* id(),
    mail: yield* id(),
    batch: yield* id(),
    handle: "nobodyshandle123",
    upload: yield* id(),
    folder: yield* id(),
    document: yield* id(),
    share: yield* id(),
    handout: yield* id(),
    address: "carl@nobody.example",
  }
  return things
})

/** Every row that is this firm's, but for when a key was last used and what counts tries. */
export const rowsOf = ({ admin }: Furnished) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const tables = yield* TestFirm.dump
    const keys = yield* sql<{ row: string }>`
      SELECT (id, member_id, name, digest, previous_digest, expires_at, revoked_at)::text AS row FROM api_keys
      WHERE workspace_id = ${admin.workspaceId} ORDER BY id`
    return [
      ...keys.map(({ row }) => `api_keys ${row}`),
      ...Object.entries(tables)
        .filter(([name]) => name !== "api_keys" && name !== "queue" && name !== "rate_limits")
        .flatMap(([name, rows]) =>
          rows
            .filter((row) => row.includes(admin.workspaceId))
            // when a session was last used is its own business
            .map((row) => `${name} ${name === "customer_sessions" ? row.replace(/,"[^"]*",\)$/, ")") : row}`),
        ),
    ]
  })

/** What came and went between two looks. */
export const changed = (before: ReadonlyArray<string>, after: ReadonlyArray<string>): ReadonlyArray<string> => {
  const [then, now] = [new Set(before), new Set(after)]
  return [
    ...before.filter((row) => !now.has(row)).map((row) => `- ${row}`),
    ...after.filter((row) => !then.has(row)).map((row) => `+ ${row}`),
  ]
}

/** An answer without what differs each time, and without which firm's things were asked for. */
export const masked = ({ status, headers, body }: World.Answer) => {
  const mask = (text: string) =>
    text
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<id>")
      .replace(/\b(?:[0-9a-f]{64}){1,2}\b/g, "<digest>")
      .replace(/[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/g, "<secret>")
      .replace(/rq_[0-9a-z]{8}/g, "<key>")
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<instant>")
      .replace(/nobodyshandle123|(?<=\/q\/)[A-Za-z0-9_-]+/g, "<handle>")
      .replace(/aurora|borealis|nobody/gi, "<mark>")
  const { "content-length": _, ...rest } = headers
  return { status, body: mask(body), headers: Object.fromEntries(Object.entries(rest).map(([n, v]) => [n, mask(v)])) }
}

/** What must never be in an answer to somebody else: the firm's word, and every id in its rows. */
export const secretsOf = (firm: Furnished) =>
  Effect.map(rowsOf(firm), (rows) => {
    const ids = rows.join("\n").match(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? []
    return { mark: firm.mark, ids: new Set(ids), address: firm.things.address }
  })

/** The first thing of that firm in an answer, but for what the caller sent; undefined: nothing. */
export const leakIn = (
  answer: World.Answer,
  { mark, ids, address }: { readonly mark: string; readonly ids: ReadonlySet<string>; readonly address: string },
  what: string,
): string | undefined => {
  const text = `${JSON.stringify(answer.headers)}${answer.body}`
  // an address that others have invited and asked themselves is theirs too
  const sent = `${what} ${address}`
  const found = text.match(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? []
  const leaked = found.find((id) => ids.has(id) && !sent.includes(id))
  if (leaked !== undefined) return leaked
  if (!text.toLowerCase().includes(mark.toLowerCase())) return undefined
  const word = new RegExp(`[^\\s"<>]*${mark}[^\\s"<>]*`, "gi")
  return (text.match(word) ?? []).find((one) => !sent.toLowerCase().includes(one.toLowerCase().replace(/[.,;:]+$/, "")))
}

/** Two firms with everything, ours to be reached for by theirs, and the ids of nobody. */
export class Firms extends Context.Service<
  Firms,
  { readonly ours: Furnished; readonly theirs: Furnished; readonly nobodys: Things }
>()("tests/IsolationFirm") {}

export const layer = Layer.effect(
  Firms,
  Effect.gen(function* () {
    return { ours: yield* furnished("Aurora"), theirs: yield* furnished("Borealis"), nobodys: yield* nothings }
  }).pipe(Effect.orDie),
).pipe(Layer.provideMerge(World.layer))
