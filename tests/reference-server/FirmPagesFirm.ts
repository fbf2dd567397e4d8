// A firm in memory with a questionnaire to send, for tests of the pages of requests: fills the form in, presses the buttons.
import { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as World from "./FirmPagesWorld.ts"

const definition = `{ "format": 1, "id": "papers", "version": 1, "language": "en", "title": "Papers",
  "sections": [{ "id": "a", "title": "About you", "items": [
    { "id": "name", "type": "text", "label": "Your name", "required": true },
    { "id": "passport", "type": "upload", "label": "Passport", "accept": ["application/pdf"], "maxBytes": 1000 } ] }] }`

export const filled = {
  what: "questionnaire",
  questionnaire: "papers@1",
  documents: "",
  title: "",
  description: "Please be quick.",
  due: "2099-03-27",
  name: "Bo Ek",
  email: "bo@example.com",
  language: "en",
  policy: "standard",
  message: "",
}

type Fields = Partial<Record<keyof typeof filled | "purpose" | "command" | "csrf", string>>

/** A firm with a questionnaire, and what its member does at the pages. */
export const firm = (language = "en") =>
  Effect.gen(function* () {
    const world = World.withAnna(language)
    const browser = World.browser(yield* World.serve(world))
    browser.jar.set("rq-member", "anna")
    const importing = new FormData()
    importing.append("csrf", World.hidden(yield* browser.get("/questionnaires"), "/questionnaires")["csrf"] ?? "")
    importing.append("source", definition)
    yield* browser.post("/questionnaires", importing)

    /** Fills the form at `path` in and presses a button. */
    const submit = (path: string, fields: Fields, files: ReadonlyArray<File> = [], kept: ReadonlyArray<string> = []) =>
      Effect.gen(function* () {
        const form = new FormData()
        const hidden = World.hidden(yield* browser.get(path), path.split("?")[0] ?? "")
        for (const [name, value] of Object.entries({ ...hidden, ...filled, ...fields })) form.append(name, value)
        for (const file of files) form.append("attachments", file)
        for (const file of kept) form.append("attachment", file)
        return yield* browser.post(path, form)
      })
    /** Makes a request and gives its path. */
    const make = (fields: Fields = {}) =>
      Effect.map(submit("/requests/new", { purpose: "send", ...fields }), ({ location }) =>
        (location ?? "").replace(/\?.*/, ""),
      )
    const press = (path: string, action: string, more: Record<string, string> = {}) =>
      Effect.gen(function* () {
        const hidden = World.hidden(yield* browser.get(path), `${path}/${action}`)
        return yield* browser.post(`${path}/${action}`, { ...hidden, ...more })
      })
    const stateOf = (path: string) => world.requests.get(path.split("/").at(-1) ?? "")
    /** What the customer did meanwhile. */
    const happens = (path: string, intent: ClientRequest.Intent) => {
      const before = stateOf(path)
      if (before === undefined) throw new Error("no such request")
      const decision = ClientRequest.decide({ ...intent, at: Date.now() }, before)
      if (Result.isFailure(decision)) throw new ClientRequest.Refusal(decision.failure)
      world.requests.set(before.id, decision.success.reduce(ClientRequest.evolve, before))
      world.history.get(before.id)?.push(...decision.success)
    }
    return { world, browser, submit, make, press, stateOf, happens }
  })

/** By which link and device the customer of a first send comes. */
export const customer = {
  id: "1",
  by: { kind: "customer", link: "l" },
  recipient: "r1",
  generation: 1,
  device: "d",
  revision: 1,
} as const
