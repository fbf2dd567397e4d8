// Requests as a browser shows them, wide and on a phone: nothing for axe to find, nothing wider than the screen.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Browser from "../support/Browser.ts"
import * as World from "./FirmRequestsWorld.ts"

layer(World.server, { excludeTestServices: true, timeout: "180 seconds" })("requests in a browser", (it) => {
  it.effect.skipIf(Browser.missing !== undefined)(
    "K12 K13 P7 S78: the form, a request in each of its states and the list have nothing for axe to find, without scripts",
    () =>
      Effect.gen(function* () {
        const world = yield* World.visit
        const { api, baseUrl, browser: tab, id: workItem, identity, make, press, workspaceId } = world
        yield* api.workItems.addToBasket({
          params: { id: workItem },
          payload: { task: identity, questionnaire: "person" },
        })
        const draft = yield* make("save", { due: "2099-12-21" })
        const scheduled = yield* make("schedule", { title: "Later", sendDate: "2099-03-27", sendTime: "08:30" })
        const out = yield* make("send", { title: "Out", due: "2099-12-21", reminding: "urgent" })
        const shared = {
          questionnaire: { id: "kyc" },
          title: "For all of you",
          policy: "customer-centre",
          send: true,
        } as const
        const recipients = ["Ada King", "Bo Ek"].map((name, index) => ({
          name,
          email: `person${index}@customer.example`,
          language: "en",
          mobile: "+46701234567",
          role: "Applicant",
        }))
        const several = yield* api.requests.create({ headers: {}, payload: { ...shared, recipients, workItem } })
        yield* press(several.id, "suspend", { reason: "Waiting for the bank" })
        yield* World.answers(out, workspaceId, { name: "Bo" })
        yield* press(out, "items/papers/waive", { reason: "We have it already" })
        const submitted = yield* make("send", { title: "Came back" })
        yield* World.answers(submitted, workspaceId, { name: "Bo" })
        yield* World.submits(submitted, workspaceId)
        yield* press(submitted, "items/about/return", { reason: "Please give your full name" })
        const cancelled = yield* make("send", { title: "Not any more" })
        yield* press(cancelled, "cancel", { reason: "Wrong person" })
        yield* world.submit("/requests/new", "template", { template: "Every year" })
        const pages = {
          list: "/requests",
          templates: "/requests/templates",
          form: `/requests/new?workItem=${workItem}&policy=karbon`,
          change: `/requests/${draft}/edit`,
          changeOut: `/requests/${out}/edit`,
          draft: `/requests/${draft}`,
          scheduled: `/requests/${scheduled}`,
          out: `/requests/${out}`,
          several: `/requests/${several.id}`,
          returned: `/requests/${submitted}`,
          cancelled: `/requests/${cancelled}`,
        }
        const browser = yield* Effect.acquireRelease(Effect.promise(Browser.launch), (open) =>
          Effect.promise(() => open.close()),
        )
        for (const width of [1280, 360]) {
          const page = yield* Effect.promise(() =>
            browser.page({ javaScript: false, width, height: 900, locale: "en" }),
          )
          const url = new URL(baseUrl)
          yield* Effect.promise(() =>
            page.context().addCookies([{ name: "rq-member", value: tab.jar.get("rq-member") ?? "", url: url.origin }]),
          )
          for (const [name, path] of Object.entries(pages)) {
            const answer = yield* Effect.promise(() => page.goto(`${baseUrl}${path}`))
            assert.strictEqual(answer?.status(), 200, name)
            yield* Effect.promise(() => Browser.screenshot(page, `request-${width}-${name}`))
            assert.deepStrictEqual(yield* Effect.promise(() => Browser.axe(page)), [], `${name} at ${width}`)
            const overflow = yield* Effect.promise(() =>
              page.locator("html").evaluate((root) => root.scrollWidth - root.clientWidth),
            )
            assert.strictEqual(overflow, 0, `${name} at ${width} is wider than the screen`)
          }
        }
      }).pipe(Effect.scoped),
    180_000,
  )
})
