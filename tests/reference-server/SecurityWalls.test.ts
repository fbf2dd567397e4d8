// The walls between two firms and between two customers (S43), over every operation of the OpenAPI document, so that a new
// one cannot be forgotten: each id of each address swapped for another's, and other's ids in each body.
import { assert, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import { guardedBy, operations } from "../api/Operations.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./SecurityWorld.ts"

const { call } = World
const headers = {}
const nobody = "0198c1f2-6f0a-4d39-9e55-2f1f0a5c7d10"

const pdf = (name: string) => {
  const form = new FormData()
  form.append("file", new File(["%PDF-1.7\n%%EOF\n"], name, { type: "application/pdf" }))
  return form
}

/** Uploads a file as a customer who is in. */
const upload = ({ at, headers }: World.Entered) =>
  call("POST", `${at}/files/passport?revision=1`, { headers: typeless(headers), body: pdf("secret.pdf") })

/** A form says its type itself. */
const typeless = (all: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(all).filter(([name]) => name !== "content-type"))

/** A firm with one of everything that has an id. */
const furnished = Effect.gen(function* () {
  const firm = yield* World.firm
  const { api } = firm
  const contact = yield* api.contacts.create({ headers, payload: { name: "Carl", email: firm.address } })
  const work = yield* api.workItems.create({ headers, payload: { title: "Secret work" } })
  yield* api.workItems.setRole({
    params: { id: work.id, contact: contact.id },
    payload: { role: "Applicant" },
  })
  const { tasks } = yield* api.workItems.addTask({
    params: { id: work.id },
    headers,
    payload: { title: "Secret task", questionnaires: ["kyc"] },
  })
  const task = tasks.at(-1)?.id ?? ""
  yield* api.workItems.addToBasket({ params: { id: work.id }, payload: { task } })
  const recipient = `r${firm.address.slice(4, 12)}`
  const out = yield* World.sent(firm, {
    title: "Secret request",
    recipients: [TestFirm.recipient(firm.address, { id: recipient, contact: contact.id })],
  })
  const { key } = yield* api.keys.create({ payload: { name: "Secret key" } })
  const entered = yield* World.enter(out.token)
  assert.strictEqual((yield* upload(entered)).status, 201)
  const uploaded = yield* api.requests.get({ params: { id: out.id } })
  return { ...firm, ids: { contact: contact.id, work: work.id, task, recipient, key: key.id }, out, entered, uploaded }
})
type Furnished = Effect.Success<typeof furnished>

/** What an `{id}` in a path is of. */
const ofPath: ReadonlyArray<readonly [part: string, kind: (firm: Furnished) => string]> = [
  ["/requests/", ({ out }) => out.id],
  ["/work-items/", ({ ids }) => ids.work],
  ["/contacts/", ({ ids }) => ids.contact],
  ["/keys/", ({ ids }) => ids.key],
  ["/questionnaires/", () => "kyc"],
]
const idOf = (path: string, name: string, firm: Furnished): string => {
  switch (name) {
    case "id":
      return ofPath.find(([part]) => path.includes(part))?.[1](firm) ?? nobody
    case "recipient":
      return firm.ids.recipient
    case "task":
      return firm.ids.task
    case "contact":
      return firm.ids.contact
    case "file":
      return firm.uploaded.files[0]?.id ?? nobody
    case "item":
      return "about"
    default:
      return nobody
  }
}

/** A body that an operation takes, with the ids of that firm in it. An operation that wants one and is not here is 400. */
const bodies = ({ ids, address }: Furnished): Readonly<Record<string, unknown>> => ({
  "questionnaires.check": { source: "{}" },
  "questionnaires.add": { source: TestFirm.questionnaire },
  "requests.create": {
    questionnaire: { id: "kyc" },
    title: "Taken",
    recipient: { name: "Eve", email: address, language: "en", contact: ids.contact },
    workItem: ids.work,
    tasks: [{ task: ids.task, sections: ["about"] }],
    send: true,
  },
  "requests.edit": { title: "Taken" },
  "requests.cancel": { reason: "taken" },
  "requests.schedule": { sendAt: "2099-03-27T09:00:00Z" },
  "requests.suspend": {},
  "requests.changeWindow": { windowDays: 60 },
  "requests.returnItem": { reason: "taken" },
  "requests.waiveItem": { reason: "taken" },
  "requests.changeRecipient": { name: "Eve", email: "eve@customer.example", language: "en", contact: ids.contact },
  "requests.previewReminders": {},
  "policies.lint": { policy: "standard" },
  "workItems.create": { title: "Taken" },
  "workItems.edit": { title: "Taken" },
  "workItems.setRole": { role: "Applicant" },
  "workItems.addTask": { title: "Taken" },
  "workItems.editTask": { title: "Taken" },
  "workItems.addToBasket": { task: ids.task },
  "contacts.create": { name: "Eve" },
  "contacts.edit": { name: "Eve" },
  "keys.create": { name: "taken" },
})

/** Every row that is of that firm, with what its own looking leaves no trace in. */
const rowsOf = ({ member }: Furnished) =>
  Effect.map(TestFirm.dump, (tables) =>
    Object.entries(tables)
      .filter(([name]) => name !== "members" && name !== "api_keys" && name !== "member_sessions")
      .flatMap(([name, rows]) => rows.filter((row) => row.includes(member.workspaceId)).map((row) => `${name} ${row}`)),
  )

/** Every way to take some, and at least one, of these. */
const some = <A>(all: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  all
    .reduce<ReadonlyArray<ReadonlyArray<A>>>((sets, one) => [...sets, ...sets.map((set) => [...set, one])], [[]])
    .slice(1)

layer(World.layer, { excludeTestServices: true, timeout: "120 seconds" })("the walls", (it) => {
  it.effect(
    "S43: whatever ids of another firm stand in an address or a body, nothing of it is seen, changed or used",
    () =>
      Effect.gen(function* () {
        const [ours, theirs] = [yield* furnished, yield* furnished]
        assert.isAbove(ours.uploaded.files.length, 0)
        const before = yield* rowsOf(ours)
        assert.isAbove(before.length, 10)
        const secrets = [ours.address, ours.member.id, ours.out.id, ours.ids.task, ours.ids.contact]
        let tried = 0
        for (const { id, method, path } of guardedBy("apiKey")) {
          const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name)
          // an item is called the same in every firm
          const swappable = names.filter(
            (name) => name !== "item" && !(name === "id" && path.includes("questionnaires")),
          )
          const body = bodies(theirs)[id] === undefined ? [{}] : [ours, theirs].map((of) => ({ body: bodies(of)[id] }))
          for (const swapped of swappable.length === 0 ? [[]] : some(swappable)) {
            for (const { body: payload } of body as ReadonlyArray<{ readonly body?: unknown }>) {
              const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
                idOf(path, name, swapped.includes(name) ? ours : theirs),
              )
              const answer = yield* call(method, address, {
                headers: theirs.headers,
                ...(payload === undefined ? {} : { body: JSON.stringify(payload) }),
              })
              const what = `${id} with our ${swapped.join(", ")}: ${answer.status}`
              tried++
              assert.notInclude([400, 401, 415, 500], answer.status, what)
              if (swapped.includes("id") && id !== "keys.revoke") assert.strictEqual(answer.status, 404, what)
              // what they sent themselves may come back
              const sent = `${address}${JSON.stringify(payload ?? "")}`
              for (const secret of secrets.filter((one) => !sent.includes(one)))
                assert.notInclude(answer.body, secret, what)
            }
          }
        }
        assert.isAbove(tried, 90)
        assert.deepStrictEqual(yield* rowsOf(ours), before)
        // nor did any of it become part of what is theirs
        const used = (yield* rowsOf(theirs)).filter((row) =>
          [ours.ids.work, ours.ids.task, ours.ids.contact, ours.out.id].some((one) => row.includes(one)),
        )
        assert.deepStrictEqual(used, [])
      }),
  )

  it.effect("S43 S9 S63 L15: a customer's session reaches nothing of another request, by any operation", () =>
    Effect.gen(function* () {
      const firm = yield* World.firm
      const [mine, other] = [yield* World.sent(firm), yield* World.sent(firm, { title: "Another's" })]
      const [own, theirs] = [yield* World.enter(mine.token), yield* World.enter(other.token)]
      assert.strictEqual((yield* upload(theirs)).status, 201)
      const file = (yield* firm.api.requests.get({ params: { id: other.id } })).files[0]?.id ?? ""
      assert.notStrictEqual(file, "")
      const before = yield* World.history(other.id)
      const payloads: Readonly<Record<string, unknown>> = {
        "customer.save": { revision: 1, answers: { name: "Mallory" } },
        "customer.completeItem": { revision: 1 },
        "customer.reopenItem": { revision: 1 },
        "customer.declineItem": { revision: 1, reason: "not mine" },
        "customer.submit": { revision: 1 },
        "customer.finish": { revision: 1, answers: { name: "Mallory" } },
        "customer.enterCode": { code: "123456" },
      }
      const ofCustomer = operations.filter(({ path }) => path.includes("{handle}"))
      assert.isAbove(ofCustomer.length, 12)
      for (const { id, method, path } of ofCustomer) {
        const addressed = (handle: string) =>
          `${path
            .replace("{handle}", handle)
            .replace("{file}", file)
            .replace("{question}", "passport")
            .replace("{item}", "papers")}${path.includes("files") ? "?revision=1" : ""}`
        const body = id === "customer.upload" ? pdf("mine.pdf") : JSON.stringify(payloads[id] ?? {})
        const bare = typeless(own.headers)
        const asked = { headers: bare, ...(method === "GET" ? {} : { body }) }
        // another's handle with one's own cookie
        const stolen = yield* call(method, addressed(theirs.handle), asked)
        assert.strictEqual(stolen.status, 410, id)
        assert.notInclude(stolen.body, "Another's")
        // one's own handle with another's file
        if (!path.includes("{file}")) continue
        const foreign = yield* call(method, addressed(own.handle), asked)
        assert.isAtLeast(foreign.status, 400, id)
        assert.notInclude(foreign.body, "%PDF")
      }
      assert.deepStrictEqual(yield* World.history(other.id), before)
      assert.strictEqual((yield* firm.api.requests.get({ params: { id: other.id } })).files.length, 1)
    }),
  )

  it.effect(
    "S33: no customer can change where codes go: not with what they save, not with their cookie, not before",
    () =>
      Effect.gen(function* () {
        const firm = yield* World.firm
        const { customerCentre } = RequestPolicy
        const centre = { ...customerCentre, requires: ["name", "email", "mobile"] } as const
        const mobile = "+46701740688"
        const recipients = [TestFirm.recipient(firm.address, { mobile, role: "Applicant" })]
        const { id, token } = yield* World.sent(firm, { recipients }, centre)
        const before = JSON.stringify(yield* firm.api.requests.get({ params: { id } }))
        const attacker = { mobile: "+46701740600", email: "eve@customer.example", name: "Eve", language: "en" }
        const claimed = yield* call("POST", "/api/customer/claim", {
          headers: { origin: World.origin },
          body: JSON.stringify({ token, ...attacker, recipient: attacker }),
        })
        const honest = yield* call("POST", "/api/customer/claim", {
          headers: { origin: World.origin },
          body: JSON.stringify({ token }),
        })
        const { handle, code } = JSON.parse(honest.body) as { handle: string; code: { csrf: string } }
        const cookie = [...claimed.cookies, ...honest.cookies].join("; ")
        const customer = { origin: World.origin, cookie, "x-csrf-token": code.csrf }
        const at = `/api/customer/${handle}`
        const tries = [
          call("POST", `${at}/code/send`, { headers: customer, body: JSON.stringify(attacker) }),
          call("POST", `${at}/code`, { headers: customer, body: JSON.stringify({ code: "000000", ...attacker }) }),
          call("PUT", `${at}/answers`, {
            headers: customer,
            body: JSON.stringify({ revision: 1, answers: attacker, recipients: [attacker] }),
          }),
          call("PATCH", at, { headers: customer, body: JSON.stringify(attacker) }),
          call("POST", `/api/requests/${id}/recipients/carl`, { headers: customer, body: JSON.stringify(attacker) }),
          call("PATCH", `/api/requests/${id}`, { headers: customer, body: JSON.stringify({ recipients: [attacker] }) }),
          call("POST", "/api/customer/access-link", {
            headers: { origin: World.origin },
            body: JSON.stringify({ token, email: attacker.email }),
          }),
        ]
        const answers = yield* Effect.all(tries)
        for (const { status } of answers.slice(2, 6)) assert.isAtLeast(status, 400)
        const { recipients: now } = yield* firm.api.requests.get({ params: { id } })
        assert.deepStrictEqual([now[0]?.mobile, now[0]?.email], [mobile, firm.address])
        assert.include(before, mobile)
        yield* TestFirm.eventually(Effect.sync(() => TestFirm.sms.find(({ to }) => to === mobile)))
        assert.isEmpty(TestFirm.sms.filter(({ to }) => to === attacker.mobile))
        assert.isEmpty(World.mailsTo(attacker.email))

        // the firm may, and that is in the audit; the code that is out is void
        const sent = TestFirm.sms.findLast(({ to }) => to === mobile)?.text ?? ""
        yield* firm.api.requests.changeRecipient({
          params: { id, recipient: "carl" },
          headers,
          payload: { ...attacker, name: "Carl", role: "Applicant" },
        })
        const late = yield* call("POST", `${at}/code`, {
          headers: customer,
          body: JSON.stringify({ code: /\d{6}/.exec(sent)?.[0] ?? "" }),
        })
        assert.isAtLeast(late.status, 400)
        assert.include(
          (yield* World.history(id)).map(({ type }) => type),
          "RecipientChanged",
        )
      }),
  )

  it.effect(
    "S31: a code on the link's own channel is an error of the policy, named by the API and never sent under",
    () =>
      Effect.gen(function* () {
        const { api } = yield* World.firm
        const policy = {
          preset: "standard",
          change: { secondFactor: "email-code", secondFactorWhen: "always" },
        } as const
        const { warnings } = yield* api.policies.lint({ payload: { policy } })
        const found = warnings.find(({ code }) => code === "same-channel-code")
        assert.strictEqual(found?.severity, "error", JSON.stringify(warnings))
        const refused = yield* Effect.flip(
          api.requests.create({
            headers,
            payload: {
              questionnaire: { id: "kyc" },
              title: "Weak",
              policy,
              recipient: { name: "Carl", email: "carl@customer.example", language: "en" },
              send: true,
            },
          }),
        )
        assert.strictEqual(refused._tag, "PolicyRefused")
        assert.include(JSON.stringify(refused), "same-channel-code")
      }),
  )
})
