// The record as a browser shows it, wide and on a phone.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { Record } from "../../reference-server/src/Record.ts"
import * as Browser from "../support/Browser.ts"
import * as TestFirm from "../support/TestFirm.ts"
import { checkpoint } from "./RecordWorld.ts"
import * as World from "./SecurityWorld.ts"

layer(World.layer, { excludeTestServices: true, timeout: "300 seconds" })("the record in a browser", (it) => {
  it.effect.skipIf(Browser.missing !== undefined)(
    "S73 S76: its pages have nothing for axe to find (WCAG 2.2 AA), wide and on a phone",
    () =>
      Effect.gen(function* () {
        const record = yield* Record
        const requests = yield* ClientRequests
        const { member, session, ...firm } = yield* World.firm
        const [kept, gone] = [yield* World.sent({ member, ...firm }), yield* World.sent({ member, ...firm })]
        yield* requests.cancel(member, kept.id, "not needed", yield* TestFirm.uuid)
        yield* requests.cancel(member, gone.id, "not needed", yield* TestFirm.uuid)
        yield* checkpoint(member.workspaceId)
        yield* record.erase(member, gone.id, "They asked for it", yield* TestFirm.uuid)
        const base = yield* World.baseUrl
        const browser = yield* Effect.acquireRelease(Effect.promise(Browser.launch), (open) =>
          Effect.promise(() => open.close()),
        )
        const pages = {
          settings: "/settings/record?check=now",
          request: `/requests/${kept.id}`,
          erased: `/requests/${gone.id}`,
        }
        for (const width of [1200, 360]) {
          const page = yield* Effect.promise(() =>
            browser.page({ javaScript: false, width, height: 800, locale: "en" }),
          )
          yield* Effect.promise(() =>
            page
              .context()
              .addCookies([{ name: "rq-member", value: Redacted.value(session), url: new URL(base).origin }]),
          )
          for (const [name, path] of Object.entries(pages)) {
            yield* Effect.promise(() => page.goto(`${base}${path}`))
            yield* Effect.promise(() => Browser.screenshot(page, `record-${width}-${name}`))
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
