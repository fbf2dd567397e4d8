// A firm with work to test with: over the whole real domain, three questionnaires, a work item with two tasks, and
// the customer's part of a request done as the door lets it be done.
import { client } from "@requite/api"
import { type ClientRequest, Crypto, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Api from "../../reference-server/src/Api.ts"
import * as Assets from "../../reference-server/src/Assets.ts"
import * as memory from "../../reference-server/src/BlobStore/memory.ts"
import * as noScanner from "../../reference-server/src/VirusScanner/none.ts"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { Contacts } from "../../reference-server/src/Contacts.ts"
import * as Domain from "../../reference-server/src/Domain.ts"
import * as FirmPages from "../../reference-server/src/FirmPages.ts"
import * as Samples from "../../reference-server/src/FirmPages/Samples.ts"
import * as Invitation from "../../reference-server/src/Invitation.ts"
import { type Member, Members } from "../../reference-server/src/Members.ts"
import { HttpRouter, HttpServer } from "../../reference-server/src/platform/Http.ts"
import { NodeHttpServer } from "../../reference-server/src/platform/Node.ts"
import { Mailer } from "../../reference-server/src/Mailer.ts"
import { Questionnaires } from "../../reference-server/src/Questionnaires.ts"
import * as SmsSender from "../../reference-server/src/SmsSender.ts"
import { WorkItems } from "../../reference-server/src/WorkItems.ts"
import * as TestDatabase from "../support/TestDatabase.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as FirmWorld from "./FirmPagesWorld.ts"

/** The whole domain, without anybody who works the outbox off: nothing here is about mail. */
export const services = Domain.layer.pipe(
  Layer.provideMerge(Layer.mergeAll(Layer.succeed(Mailer, { send: () => Effect.void }), SmsSender.unavailable)),
  Layer.provideMerge(Layer.mergeAll(memory.layer, noScanner.layer, TestDatabase.layer, TestDatabase.everyWorkspace)),
  Layer.provideMerge(Domain.platform(TestFirm.config())),
)

/** A questionnaire of one section with these text questions. */
export const asking = (id: string, ...questions: ReadonlyArray<string>) =>
  JSON.stringify({
    format: 1,
    id,
    version: 1,
    language: "en",
    title: id.toUpperCase(),
    sections: [
      { id: "about", title: `About ${id}`, items: questions.map((own) => ({ id: own, type: "text", label: own })) },
    ],
  })

/** Work of this member: an identity check that offers two questionnaires, and a proof of address that offers one. */
export const arrange = Effect.fnUntraced(function* (member: Member) {
  const { workspaceId } = member
  const work = yield* WorkItems
  const questionnaires = yield* Questionnaires
  for (const source of [asking("person", "name", "born"), asking("bill", "name"), asking("other", "q")]) {
    yield* questionnaires.add(workspaceId, source)
  }
  const [id, identity, address, contact] = [
    yield* Crypto.uuid,
    yield* Crypto.uuid,
    yield* Crypto.uuid,
    yield* Crypto.uuid,
  ]
  yield* work.create(workspaceId, id, { title: "Onboarding", assignee: member.id, autoAdvance: true })
  yield* work.addTask(member, id, identity, { title: "Identity check", questionnaires: ["person", "other"] })
  yield* work.addTask(member, id, address, { title: "Proof of address", questionnaires: ["bill"] })
  yield* (yield* Contacts).create(workspaceId, contact, {
    name: "Carl Customer",
    email: `carl.${id}@customer.example`,
    mobile: "+46701234567",
    language: "en",
    timeZone: null,
  })
  yield* work.setRole(workspaceId, id, contact, "Primary Applicant")
  return { member, workspaceId, id, identity, address, contact }
})

export type Arranged = Effect.Success<ReturnType<typeof arrange>>

/** Makes a request of what is in the basket, to the work's contacts, and leaves it unsent. */
export const draft = Effect.fnUntraced(function* (
  { member, workspaceId, id }: Arranged,
  policy: RequestPolicy.RequestPolicy = RequestPolicy.passfort,
) {
  const work = yield* WorkItems
  const asked = yield* work.combine(workspaceId, id, { language: "en", title: "What we need" })
  const { stored } = yield* (yield* Questionnaires).add(workspaceId, asked.source, { listed: false })
  const recipients = (yield* work.rolesOf(workspaceId, id)).map(
    ({ id: contact, name, email, mobile, language, role }) => ({
      id: contact,
      name,
      email,
      mobile,
      language,
      role,
      contact,
    }),
  )
  const details: ClientRequest.Details = {
    title: "What we need",
    description: "",
    questionnaire: stored.ref,
    attachments: [],
    due: null,
    dues: {},
    message: Invitation.defaultMessage("en"),
    recipients,
    reminders: { rule: { kind: "none" }, enabled: false },
    timeZone: "UTC",
    sensitivity: "normal",
    workItem: id,
    tasks: asked.tasks,
  }
  return yield* (yield* ClientRequests).create(member, { details, policy }, yield* Crypto.uuid)
})

/** Chooses these tasks' requests, and sends them as one. */
export const send = Effect.fnUntraced(function* (
  arranged: Arranged,
  tasks: ReadonlyArray<readonly [task: string, questionnaire: string]>,
  policy?: RequestPolicy.RequestPolicy,
) {
  const work = yield* WorkItems
  for (const [task, questionnaire] of tasks) {
    yield* work.addToBasket(arranged.workspaceId, arranged.id, task, questionnaire)
  }
  const { id } = yield* draft(arranged, policy)
  return yield* (yield* ClientRequests).send(arranged.member, id, yield* Crypto.uuid)
})

/** Something the firm does to a request, without a name of its own among the services. */
export const happens = Effect.fnUntraced(function* (
  { workspaceId, member }: Arranged,
  id: string,
  intent: ClientRequest.Intent extends infer I ? (I extends { type: string } ? Omit<I, "id" | "by"> : never) : never,
) {
  const by = { kind: "member", id: member.id } as const
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same intent, with the two properties it lacks
  const whole = { ...intent, id: yield* Crypto.uuid, by } as ClientRequest.Intent
  return yield* (yield* ClientRequests).handle(workspaceId, id, whole)
})

/** The API and the firm's pages over it, listening on loopback. */
export const server = HttpRouter.serve(Layer.mergeAll(Api.layer, FirmPages.layer, Assets.layer), {
  disableListenLog: true,
  disableLogger: true,
}).pipe(Layer.provideMerge(NodeHttpServer.layerTest), Layer.provideMerge(Samples.layer), Layer.provideMerge(services))

/** A firm of its own with work, its member's API client, and a browser in which the member is signed in. */
export const visit = Effect.gen(function* () {
  const { member } = yield* TestFirm.firm
  const arranged = yield* arrange(member)
  const members = yield* Members
  const { secret } = yield* members.createKey(member, "tests")
  const baseUrl = yield* HttpServer.addressFormattedWith((address) =>
    Effect.succeed(`http://127.0.0.1:${new URL(address).port}`),
  )
  const browser = FirmWorld.browser(baseUrl)
  browser.jar.set("rq-member", Redacted.value(yield* members.openSession(member)))
  /** Sends the form of a page that posts to `action`. */
  const press = (page: string, action: string, fields: Record<string, string> = {}) =>
    Effect.gen(function* () {
      const hidden = FirmWorld.hidden(yield* browser.get(page), action)
      return yield* browser.post(action, { ...hidden, ...fields })
    })
  return { ...arranged, baseUrl, browser, press, api: yield* client({ baseUrl, apiKey: secret }) }
})
