// The isolation matrix over the HTTP API: every endpoint, taken from the contract itself, called by everybody who must not reach
// a firm's things. An address with a parameter that is not known here fails the test, and so does a body that is missing.
import { assert, layer } from "@effect/vitest"
import { Access, Api } from "@requite/api"
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import * as TestFirm from "../support/TestFirm.ts"
import * as Firms from "./IsolationFirm.ts"
import { addressOf, assertKnown, difference, namesOfThings, patience, takenBy } from "./IsolationMatrix.ts"
import * as World from "./SecurityWorld.ts"

interface Endpoint {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly guard: "member" | "admin" | "customer" | "none"
}

const endpoints: Array<Endpoint> = []
HttpApi.reflect(Api, {
  onGroup: () => {},
  onEndpoint: ({ group, endpoint, middleware }) => {
    const keys = new Set([...middleware].map(({ key }) => key))
    endpoints.push({
      name: `${group.identifier}.${endpoint.identifier}`,
      method: endpoint.method,
      path: endpoint.path,
      guard: keys.has(Access.AdminAccess.key)
        ? "admin"
        : keys.has(Access.MemberAccess.key)
          ? "member"
          : keys.has(Access.CustomerAccess.key)
            ? "customer"
            : "none",
    })
  },
})

/** What no guard stands before, and why. A new one has to be put here by somebody who thought about it. */
const open = [
  // say nothing of any firm
  "system.health",
  "system.ready",
  // whoever has the token is the customer
  "customer.claim",
  "customer.accessLink",
  // before the second factor there is a session that opens nothing else: tried as the customer's below
  "customer.code",
  "customer.enterCode",
  "customer.sendCode",
]

const wording = {
  subject: "{{firmName}} asks: {{requestTitle}}",
  lead: "x",
  body: "{{firmName}} {{link}} {{expiryDate}}",
}

/** A body that an endpoint takes, with this firm's ids in it. */
const bodies = (things: Firms.Things, request: string): Readonly<Record<string, unknown>> => ({
  "questionnaires.check": { source: "{}" },
  "questionnaires.add": { source: TestFirm.questionnaire },
  "requests.create": {
    questionnaire: { id: things.questionnaire },
    title: "Taken",
    recipient: { name: "Eve", email: things.address, language: "en", contact: things.contact },
    workItem: things.work,
    tasks: [{ task: things.task, sections: ["about"] }],
    send: true,
  },
  "requests.edit": { title: "Taken" },
  "requests.cancel": { reason: "taken" },
  "requests.schedule": { sendAt: "2099-03-27T09:00:00Z" },
  "requests.suspend": {},
  "requests.changeWindow": { windowDays: 60 },
  "requests.returnItem": { reason: "taken" },
  "requests.waiveItem": { reason: "taken" },
  "requests.erase": { reason: "taken" },
  "requests.comment": { text: "taken" },
  "requests.askDocument": { label: "taken" },
  "requests.refuseDelegation": { reason: "taken" },
  "requests.changeRecipient": { name: "Eve", email: "eve@customer.example", language: "en", contact: things.contact },
  "requests.previewReminders": {},
  "policies.lint": { policy: "standard" },
  "workItems.create": { title: "Taken", assignee: things.member },
  "workItems.edit": { title: "Taken" },
  "workItems.setRole": { role: "Applicant" },
  "workItems.addTask": { title: "Taken", questionnaires: [things.questionnaire] },
  "workItems.editTask": { title: "Taken" },
  "workItems.addToBasket": { task: things.task },
  "documents.addFolder": { name: "Taken", folder: things.folder },
  "documents.editFolder": { name: "Taken" },
  "documents.requestFiles": { title: "Taken" },
  "documents.edit": { name: "Taken", folder: things.folder },
  "documents.share": { note: "taken" },
  "documents.give": { document: things.document, item: "about" },
  "contacts.create": { name: "Eve" },
  "contacts.edit": { name: "Eve" },
  "keys.create": { name: "taken" },
  "keys.rotate": {},
  "members.invite": { name: "Eve", email: things.address, role: "admin" },
  "members.changeRole": { role: "admin" },
  "webhooks.create": { url: "https://localhost:9/" },
  "webhooks.edit": { enabled: false },
  "webhooks.rotate": {},
  "webhooks.replay": {},
  "operations.retry": { mails: [things.mail] },
  "operations.removeFile": { reason: "taken" },
  "sender.choose": { domain: "example.com", localPart: "requests" },
  "embedding.list": { origins: ["https://taken.example.com"] },
  "branding.save": {
    accent: "#123456",
    logo: null,
    logoDark: null,
    scheme: "device",
    variables: {},
    texts: { arrival: { en: "Taken" }, help: {}, next: {} },
  },
  "branding.publish": { digest: things.requests["draft"] ?? "" },
  "branding.restore": { id: things.member },
  "templates.save": wording,
  "templates.preview": { kind: "invitation", request, recipient: things.recipient },
  "templates.test": { kind: "invitation", request, recipient: things.recipient },
  "record.keep": { keepDays: 3650 },
  "requests.bulk": {
    batch: things.batch,
    sendAt: "2099-03-27T09:00:00Z",
    rows: [
      {
        externalId: `taken ${things.batch}`,
        request: {
          questionnaire: { id: things.questionnaire },
          title: "Taken",
          recipient: { name: "Eve", email: things.address, language: "en", contact: things.contact },
          workItem: things.work,
        },
      },
    ],
  },
  "suppressions.add": { address: things.address, reason: "taken" },
  "suppressions.lift": { address: things.address, reason: "taken" },
})

const customerBodies: Readonly<Record<string, unknown>> = {
  "customer.save": { revision: 1, answers: { name: "Mallory" } },
  "customer.completeItem": { revision: 1 },
  "customer.reopenItem": { revision: 1 },
  "customer.declineItem": { revision: 1, reason: "not mine" },
  "customer.submit": { revision: 1 },
  "customer.comment": { text: "taken" },
  "customer.delegate": { name: "Mallory", email: "mallory@customer.example" },
  "customer.disown": { reason: "taken" },
  "customer.finish": { revision: 1, answers: { name: "Mallory" } },
  "customer.enterCode": { code: "123456" },
}

/** What makes an upload's address answer at all. */
const tus = { "tus-resumable": "1.0.0", "upload-offset": "0", "content-type": "application/offset+octet-stream" }

const pdf = () => {
  const form = new FormData()
  form.append("file", new File(["%PDF-1.7\n%%EOF\n"], "mine.pdf", { type: "application/pdf" }))
  return form
}

/** Calls an endpoint with what a firm has; `inside`: what the body names, where that is of another one. */
const ask = (
  endpoint: Endpoint,
  headers: Readonly<Record<string, string>>,
  things: Firms.Things,
  request: string,
  inside: Firms.Things = things,
) => {
  const { name, method } = endpoint
  const path = `${addressOf(endpoint.path, things, request)}${endpoint.path.includes("/customer/:handle/files") ? "?revision=1" : ""}`
  const payload = endpoint.path.includes("/customer/") ? (customerBodies[name] ?? {}) : bodies(inside, request)[name]
  const body =
    name === "customer.upload" || name === "documents.upload"
      ? pdf()
      : payload === undefined || method === "GET" || method === "HEAD" || method === "OPTIONS"
        ? undefined
        : JSON.stringify(payload)
  const asked =
    body instanceof FormData
      ? { headers: Firms.typeless(headers), body }
      : body === undefined
        ? { headers }
        : { headers, body }
  const sent = `${path}${typeof body === "string" ? body : ""}`
  return Effect.map(World.call(method, path, asked), (answer) => ({
    answer,
    sent,
    what: `${name} (${method} ${path})`,
  }))
}

const ofMembers = endpoints.filter(({ guard }) => guard === "member" || guard === "admin")
/** Whoever chooses a batch's id makes a batch of their own by it: last, or else they have one of that id. */
const isLast = ({ name }: Endpoint) => name === "requests.bulk"
const member = [...ofMembers.filter((one) => !isLast(one)), ...ofMembers.filter(isLast)]
const customer = endpoints.filter(({ path }) => path.includes("/customer/:handle"))

/** The requests that an endpoint is tried with: where it is of one, those in every state. */
const statesFor = ({ path, name }: Endpoint, things: Firms.Things) => {
  const all = Object.entries(things.requests)
  return path.includes("/requests/:id") || name.startsWith("templates.") ? all : all.slice(0, 1)
}

/** Their answers list what the caller has put there, so the next one is longer. */
const growing: ReadonlySet<string> = new Set(["suppressions.add", "suppressions.lift"])

layer(Firms.layer, { excludeTestServices: true, timeout: "300 seconds" })("the isolation matrix of the API", (it) => {
  it.effect(
    "S43: every endpoint is in the matrix: its guard is known, and each of its parameters",
    () =>
      Effect.gen(function* () {
        assert.isAbove(endpoints.length, 90)
        const unguarded = endpoints.filter(({ guard }) => guard === "none").map(({ name }) => name)
        assert.sameMembers(unguarded, open)
        const { nobodys: things } = yield* Firms.Firms
        for (const { path } of endpoints) assertKnown(path, things)
        const known = new Set(endpoints.map(({ name }) => name))
        assert.deepStrictEqual(
          Object.keys(bodies(things, "x")).filter((name) => !known.has(name)),
          [],
          "a body of no endpoint",
        )
      }),
    patience,
  )

  it.effect(
    "S43 P2: another firm's thing is exactly like one that is not there, whoever of another firm asks",
    () =>
      Effect.gen(function* () {
        const { ours, theirs, nobodys } = yield* Firms.Firms
        for (const [name, id] of Object.entries(ours.things)) assert.isNotEmpty(id, name)
        const before = yield* Firms.rowsOf(ours)
        const secrets = yield* Firms.secretsOf(ours)
        assert.isAbove(secrets.ids.size, 50)
        const callers = { admin: theirs.as.admin, session: theirs.as.adminSession, member: theirs.as.member }
        const problems: Array<string> = []
        let tried = 0
        for (const endpoint of member) {
          const isOf = namesOfThings(endpoint.path).length > 0
          const states = statesFor(endpoint, ours.things)
          for (const [caller, headers] of Object.entries(callers)) {
            const none = yield* ask(endpoint, headers, nobodys, nobodys.requests["draft"] ?? "")
            for (const [state, request] of caller === "admin" ? states : states.slice(-1)) {
              const { answer, sent, what } = yield* ask(endpoint, headers, ours.things, request)
              tried += 1
              const problem = (sentence: string) =>
                void problems.push(`${caller} of another firm: ${what}, ${state}: ${answer.status} ${sentence}`)
              if ([400, 401, 415, 500, 503].includes(answer.status)) problem(answer.body.slice(0, 300))
              const leaked = Firms.leakIn(answer, secrets, sent)
              if (leaked !== undefined) problem(`tells of ${leaked}`)
              const isAllowed = endpoint.guard === "member" || caller !== "member"
              if (!isAllowed && answer.status !== 403) problem("is not 403")
              // to pass over what is not there is as good as not to find it
              if (isAllowed && isOf && endpoint.name !== "keys.revoke" && answer.status !== 404) problem("is not 404")
              if (none.sent === sent || growing.has(endpoint.name)) continue
              const differs = difference(answer, none.answer)
              if (differs !== undefined) problem(`is not as for nobody's: ${differs}`)
            }
          }
        }
        assert.deepStrictEqual(problems, [])
        assert.isAbove(tried, 400)

        // a thing of one's own, with another firm's inside it
        const nested = member.filter(({ path }) => namesOfThings(path).length > 1)
        assert.isAbove(nested.length, 8)
        for (const endpoint of nested) {
          const own = theirs.things.requests["started"] ?? ""
          const { work, webhook } = theirs.things
          const mixed = (others: Firms.Things): Firms.Things => ({ ...others, work, webhook })
          const { answer, sent, what } = yield* ask(endpoint, theirs.as.admin, mixed(ours.things), own)
          const none = yield* ask(endpoint, theirs.as.admin, mixed(nobodys), own)
          assert.isUndefined(Firms.leakIn(answer, secrets, sent), what)
          assert.isUndefined(difference(answer, none.answer), what)
        }
        // and in what is said of a thing of one's own
        const naming = member.filter(({ name, path }) => {
          const [one, other] = [ours.things, nobodys].map((things) => JSON.stringify(bodies(things, "x")[name]))
          return one !== other && namesOfThings(path).length > 0
        })
        assert.includeMembers(
          naming.map(({ name }) => name),
          ["requests.changeRecipient", "workItems.addTask", "workItems.addToBasket"],
        )
        for (const endpoint of naming) {
          const own = theirs.things.requests["out"] ?? ""
          const named = (inside: Firms.Things) => ask(endpoint, theirs.as.admin, theirs.things, own, inside)
          const [none, { answer, sent, what }] = [yield* named(nobodys), yield* named(ours.things)]
          assert.isAbove(answer.status, 399, what)
          assert.isUndefined(Firms.leakIn(answer, secrets, sent), what)
          assert.isUndefined(difference(answer, none.answer), what)
        }
        assert.deepStrictEqual(Firms.changed(before, yield* Firms.rowsOf(ours)), [])
        // nor is any of it part of what is theirs now
        const { batch: _, ...things } = ours.things
        assert.deepStrictEqual(yield* takenBy(theirs, things), [])
      }),
    patience,
  )

  it.effect(
    "S8 S10 S14 P2: nobody, who is gone, a key that is over, a customer and a member reach nothing",
    () =>
      Effect.gen(function* () {
        const { ours } = yield* Firms.Firms
        const before = yield* Firms.rowsOf(ours)
        const secrets = yield* Firms.secretsOf(ours)
        const outsiders = {
          "a wrong key": { authorization: `Bearer rq_00000000_${"x".repeat(43)}` },
          ...ours.over,
          customer: ours.customer.headers,
          // a customer's secret as a member's session
          guise: { cookie: `rq-member=${ours.customer.cookie.split("=")[1] ?? ""}`, origin: World.origin },
        }
        const request = ours.things.requests["started"] ?? ""
        const problems: Array<string> = []
        for (const endpoint of member) {
          const nobody = yield* ask(endpoint, {}, ours.things, request)
          const asked = yield* Effect.forEach(
            Object.entries(outsiders),
            ([caller, headers]) =>
              Effect.map(ask(endpoint, headers, ours.things, request), (one) => ({ caller, ...one })),
            { concurrency: "unbounded" },
          )
          for (const { caller, answer, sent, what } of [{ caller: "nobody", ...nobody }, ...asked]) {
            const leaked = Firms.leakIn(answer, secrets, sent)
            const differs = difference(answer, nobody.answer)
            if (answer.status !== 401) problems.push(`${caller}: ${what}: ${answer.status}`)
            if (leaked !== undefined) problems.push(`${caller}: ${what}: tells of ${leaked}`)
            if (differs !== undefined) problems.push(`${caller}: ${what}: ${differs}`)
          }
          if (endpoint.guard !== "admin") continue
          for (const headers of [ours.as.member, ours.as.memberSession]) {
            const { answer, what } = yield* ask(endpoint, headers, ours.things, request)
            const isRight = answer.status === 403 && answer.body.includes('"_tag":"AdministratorsOnly"')
            if (!isRight) problems.push(`a member: ${what}: ${answer.status} ${answer.body.slice(0, 200)}`)
          }
        }
        assert.deepStrictEqual(problems, [])
        assert.deepStrictEqual(Firms.changed(before, yield* Firms.rowsOf(ours)), [])
      }),
    patience,
  )

  it.effect(
    "S43 S9 S63 L15: a customer's session is of one request and one person, whoever else brings theirs",
    () =>
      Effect.gen(function* () {
        const { ours, theirs, nobodys } = yield* Firms.Firms
        const before = yield* Firms.rowsOf(ours)
        const secrets = yield* Firms.secretsOf(ours)
        assert.isAbove(customer.length, 12)
        const without = { origin: World.origin, "x-csrf-token": "x" }
        const stolen = theirs.customer.cookie.split("=")[1] ?? ""
        // whose handle, and who comes with what
        const attempts = [
          ["another request of the firm", ours.customer.handle, ours.finisher.headers],
          ["another recipient of the record", ours.ana.handle, ours.bo.headers],
          ["a customer of another firm", ours.customer.handle, theirs.customer.headers],
          ["the firm itself", ours.customer.handle, { ...without, ...ours.as.admin }],
          ["another firm", ours.customer.handle, { ...without, ...theirs.as.adminSession }],
          ["nobody", ours.customer.handle, without],
          [
            "another's secret under this name",
            ours.customer.handle,
            { ...theirs.customer.headers, cookie: `rq-${ours.customer.handle}=${stolen}` },
          ],
        ] as const
        const problems: Array<string> = []
        for (const endpoint of customer) {
          for (const [who, handle, headers] of attempts) {
            const { answer, sent, what } = yield* ask(endpoint, headers, { ...ours.things, handle }, "")
            const none = yield* ask(endpoint, headers, nobodys, "")
            const leaked = Firms.leakIn(answer, secrets, sent)
            const differs = difference(answer, none.answer)
            if (answer.status !== 410) problems.push(`${who}: ${what}: ${answer.status} ${answer.body.slice(0, 200)}`)
            if (leaked !== undefined) problems.push(`${who}: ${what}: tells of ${leaked}`)
            if (differs !== undefined) problems.push(`${who}: ${what}: ${differs}`)
          }
          if (!/:(file|upload)/.test(endpoint.path)) continue
          // one's own session, and another's file
          for (const [handle, headers] of [
            [ours.ana.handle, ours.ana.headers],
            [theirs.customer.handle, theirs.customer.headers],
          ] as const) {
            const spoken = { ...headers, ...tus }
            const { answer, what } = yield* ask(endpoint, spoken, { ...ours.things, handle }, "")
            const none = yield* ask(endpoint, spoken, { ...nobodys, handle }, "")
            const differs = difference(answer, none.answer)
            if (answer.status < 400) problems.push(`a file of another request: ${what}: ${answer.status}`)
            if (differs !== undefined) problems.push(`a file of another request: ${what}: ${differs}`)
          }
        }
        assert.deepStrictEqual(problems, [])
        assert.deepStrictEqual(Firms.changed(before, yield* Firms.rowsOf(ours)), [])
      }),
    patience,
  )
})
