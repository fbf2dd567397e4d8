// Requests on the firm's pages over the whole real domain, with mail that is kept and a clock that can be moved: a firm
// with work, a questionnaire of two sections, a member's browser and API client, and the customer's part as the door lets it.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Api from "../../reference-server/src/Api.ts"
import * as Assets from "../../reference-server/src/Assets.ts"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as FirmPages from "../../reference-server/src/FirmPages.ts"
import * as Samples from "../../reference-server/src/FirmPages/Samples.ts"
import { Members } from "../../reference-server/src/Members.ts"
import { HttpRouter } from "../../reference-server/src/platform/Http.ts"
import { NodeHttpServer } from "../../reference-server/src/platform/Node.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Work from "./WorkItemsWorld.ts"

export const server = HttpRouter.serve(Layer.mergeAll(Api.layer, FirmPages.layer, Assets.layer), {
  disableListenLog: true,
  disableLogger: true,
}).pipe(
  Layer.provideMerge(NodeHttpServer.layerTest),
  Layer.provideMerge(Samples.layer),
  Layer.provideMerge(TestFirm.layer),
)

/** A form as the page of a new request sends it. Several values of one name are a list. */
export type Fields = Readonly<Record<string, string | ReadonlyArray<string>>>

const blank: Fields = {
  what: "questionnaire",
  questionnaire: "kyc@1",
  documents: "",
  title: "Company check",
  description: "",
  due: "",
  people: "1",
  name: "Bo Ek",
  email: "bo@customer.example",
  language: "en",
  mobile: "",
  role: "",
  recipient: "",
  policy: "standard",
  reminding: "policy",
  everyDays: "3",
  sensitivity: "asked",
  message: "",
  sendDate: "",
  sendTime: "09:00",
}

/** A firm of its own, its member at the pages. */
export const visit = Effect.gen(function* () {
  const world = yield* Work.visit
  const { browser } = world
  /** Fills in the form of a new request, or of one that is changed, and presses a button. */
  const submit = (path: string, purpose: string, fields: Fields = {}, base: Fields = blank) =>
    Effect.gen(function* () {
      const [action = path] = path.split("?")
      const page = yield* browser.get(path)
      const csrf = /name="csrf" value="([^"]*)"/.exec(page.body)?.[1] ?? ""
      const command = /name="command" value="([^"]*)"/.exec(page.body)?.[1] ?? ""
      const form = new FormData()
      for (const [name, value] of Object.entries({ csrf, command, ...base, ...fields, purpose })) {
        for (const one of typeof value === "string" ? [value] : value) form.append(name, one)
      }
      return yield* browser.post(action, form)
    })
  /** Makes a request and gives its id. */
  const make = (purpose: "save" | "send" | "schedule", fields: Fields = {}) =>
    Effect.map(submit("/requests/new", purpose, fields), ({ location, body }) => {
      const id = /^\/requests\/([0-9a-f-]{36})/.exec(location ?? "")?.[1]
      if (id === undefined) throw new Error(`nothing was made: ${body.replaceAll(/<[^>]+>/g, " ").slice(0, 3000)}`)
      return id
    })
  const stateOf = (id: string) =>
    Effect.gen(function* () {
      const { current } = yield* (yield* ClientRequests).overview(world.workspaceId, id)
      return current.request
    })
  /** Presses a button of the request's page. */
  const press = (id: string, action: string, fields: Record<string, string> = {}) =>
    world.press(`/requests/${id}`, `/requests/${id}/${action}`, fields)
  /** Time goes by; who was signed in is signed in anew. */
  const pass = Effect.fnUntraced(function* (millis: number) {
    TestFirm.clock.pass(millis)
    browser.jar.set("rq-member", Redacted.value(yield* (yield* Members).openSession(world.member)))
  })
  return {
    ...world,
    on: world.press,
    pass,
    submit,
    make,
    stateOf,
    press,
    show: (id: string) => browser.get(`/requests/${id}`),
  }
})

/** The customer fills in one section of `kyc`, from the device that their links belong to. */
export const answers = (id: string, workspaceId: string, given: Readonly<Record<string, unknown>>, visited = "about") =>
  Effect.gen(function* () {
    const requests = yield* ClientRequests
    const { current } = yield* requests.overview(workspaceId, id)
    const customer = yield* TestFirm.customerOf(current.request)
    yield* requests.save(
      customer,
      { revision: current.request.revision, answers: given, visited },
      yield* TestFirm.uuid,
    )
    return customer
  })

/** The customer submits what is saved. */
export const submits = (id: string, workspaceId: string) =>
  Effect.gen(function* () {
    const requests = yield* ClientRequests
    const { current } = yield* requests.overview(workspaceId, id)
    const customer = yield* TestFirm.customerOf(current.request)
    return yield* requests.submit(customer, current.request.revision, yield* TestFirm.uuid)
  })
