// A questionnaire with every kind on the firm's pages: what it asks of whom, and what came in.
import { assert, describe, it } from "@effect/vitest"
import { ClientRequest, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Browser from "../support/Browser.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./FirmPagesWorld.ts"
import { questionnaire } from "./KindsWorld.ts"

const chromium = Effect.acquireRelease(Effect.promise(Browser.launch), (one) => Effect.promise(one.close))

describe("every kind on the firm's pages", () => {
  it.live.skipIf(Browser.missing !== undefined)(
    "the questionnaire says what is asked when; the request shows what is asked, instance by instance",
    () =>
      Effect.gen(function* () {
        const world = World.withAnna()
        const url = yield* World.serve(world)
        const browser = World.browser(url)
        browser.jar.set("rq-member", "anna")
        const importing = new FormData()
        importing.append("csrf", World.hidden(yield* browser.get("/questionnaires"), "/questionnaires")["csrf"] ?? "")
        importing.append("source", JSON.stringify(questionnaire))
        assert.strictEqual((yield* browser.post("/questionnaires", importing)).status, 303)
        const shown = World.text(yield* browser.get("/questionnaires/kinds"))
        for (const part of [
          `Asked when kind = "company"`,
          "Group · repeated: 1 to 3",
          "As a major owner Asked when share >= 25",
          "Owner since",
          "Name of the country",
          "Confirmation · required",
        ]) {
          assert.include(shown, part)
        }

        const [stored] = world.questionnaires
        if (stored === undefined) throw new Error("nothing was stored")
        const [member] = world.members
        if (member === undefined) throw new Error("nobody is there")
        const id = "0198c1f2-6f0a-4d39-9e55-2f1f0a5c7d10"
        const created = yield* ClientRequest.handle(
          {
            type: "Create",
            id,
            by: { kind: "member", id: member.id },
            requestId: id,
            details: TestFirm.details(stored.ref),
            policy: RequestPolicy.standard,
          },
          null,
        )
        world.requests.set(id, created.state)
        world.history.set(id, [...created.events])
        world.answers.set(id, {
          name: "Ann Ek",
          kind: "company",
          vat: "GB 1",
          income: 1234.5,
          born: "1990-03-27",
          agree: true,
          owner: [
            { who: "Ann Ek", share: 60, since: "2020-05-01", home: [{ land: "Norway" }] },
            { who: "Bo", share: 10, role: "silent", since: "2001-01-01" },
          ],
        })
        const request = yield* browser.get(`/requests/${id}`)
        const text = World.text(request)
        for (const part of [
          "VAT number of Ann Ek GB 1",
          "1,234.5 €",
          "27 March 1990",
          "All of this is true Agreed",
          "Owner 1, As a major owner",
          "Country 1",
          "Norway",
          "Share of Bo",
        ]) {
          assert.include(text, part)
        }
        // typed before it went away, and so the customer's alone; a passport is not asked of a company
        assert.notInclude(text, "2001")
        assert.notInclude(text, "Passport")

        const one = yield* chromium
        for (const width of [390, 1280]) {
          const page = yield* Effect.promise(() => one.page({ javaScript: false, width, height: 900 }))
          yield* Effect.promise(() => page.context().addCookies([{ name: "rq-member", value: "anna", url }]))
          for (const [path, name] of [
            ["/questionnaires/kinds", "questionnaire"],
            [`/requests/${id}`, "request"],
          ] as const) {
            yield* Effect.promise(() => page.goto(`${url}${path}`))
            yield* Effect.promise(() => Browser.screenshot(page, `kinds-firm-${width}-${name}`))
            assert.deepStrictEqual(yield* Effect.promise(() => Browser.axe(page)), [])
          }
        }
      }).pipe(Effect.scoped),
    180_000,
  )
})
