// Work and contacts as a browser shows them, wide and on a phone.
import { assert, layer } from "@effect/vitest"
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as Browser from "../support/Browser.ts"
import * as World from "./WorkItemsWorld.ts"

layer(World.server, { excludeTestServices: true, timeout: "300 seconds" })("work in a browser", (it) => {
  it.effect.skipIf(Browser.missing !== undefined)(
    "P1 P27 C6: work and contacts have nothing for axe to find (WCAG 2.2 AA), wide and on a phone",
    () =>
      Effect.gen(function* () {
        const arranged = yield* World.visit
        const {
          baseUrl,
          browser: tab,
          id,
          identity,
          address,
          contact,
          member,
          work,
        } = {
          ...arranged,
          work: `/work-items/${arranged.id}`,
        }
        const sent = yield* World.send(arranged, [[address, "bill"]])
        yield* (yield* ClientRequests).closeOnBehalf(member, sent.id, yield* Crypto.uuid)
        yield* World.send(arranged, [[address, "bill"]])
        yield* arranged.api.workItems.addToBasket({
          params: { id },
          payload: { task: identity, questionnaire: "person" },
        })
        const browser = yield* Effect.acquireRelease(Effect.promise(Browser.launch), (open) =>
          Effect.promise(() => open.close()),
        )
        const pages = {
          list: "/work-items",
          item: work,
          edit: `${work}/edit`,
          task: `${work}/tasks/${address}`,
          contacts: "/contacts",
          contact: `/contacts/${contact}`,
          mails: `/contacts/${contact}/mails`,
          settings: "/settings",
        }
        for (const width of [1200, 360]) {
          const page = yield* Effect.promise(() =>
            browser.page({ javaScript: false, width, height: 800, locale: "en" }),
          )
          const url = new URL(baseUrl)
          yield* Effect.promise(() =>
            page.context().addCookies([{ name: "rq-member", value: tab.jar.get("rq-member") ?? "", url: url.origin }]),
          )
          for (const [name, path] of Object.entries(pages)) {
            yield* Effect.promise(() => page.goto(`${baseUrl}${path}`))
            yield* Effect.promise(() => Browser.screenshot(page, `work-${width}-${name}`))
            assert.deepStrictEqual(yield* Effect.promise(() => Browser.axe(page)), [], `${name} at ${width}`)
            const overflow = yield* Effect.promise(() =>
              page.locator("html").evaluate((root) => root.scrollWidth - root.clientWidth),
            )
            assert.strictEqual(overflow, 0, `${name} at ${width} is wider than the screen`)
          }
        }
      }).pipe(Effect.scoped),
    300_000,
  )
})
