// The pages about members as a browser shows them, wide and on a phone.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Members } from "../../reference-server/src/Members.ts"
import { Passwords } from "../../reference-server/src/Members/Passwords.ts"
import * as Browser from "../support/Browser.ts"
import * as People from "./MembersWorld.ts"
import * as World from "./SecurityWorld.ts"

layer(World.layer, { excludeTestServices: true, timeout: "300 seconds" })("members in a browser", (it) => {
  it.effect.skipIf(Browser.missing !== undefined)(
    "P2 S14: members, keys, the account and the ways in have nothing for axe to find (WCAG 2.2 AA), wide and on a phone",
    () =>
      Effect.gen(function* () {
        const members = yield* Members
        const { member: fia } = yield* World.firm
        const moa = yield* People.colleague(fia, "member")
        const gone = yield* People.colleague(fia, "member", "Gunn Gone")
        yield* members.deactivate(fia, gone.id)
        const { path: join } = yield* People.invited(fia, "admin")
        const reset = yield* (yield* Passwords).linkFor(moa.email, 3_600_000)
        const { key } = yield* members.createKey(fia, "Nightly import", { expiresAt: Date.now() + 30 * World.day })
        yield* members.rotateKey(fia, key.id, 86_400)
        const baseUrl = yield* World.baseUrl
        const browser = yield* Effect.acquireRelease(Effect.promise(Browser.launch), (open) =>
          Effect.promise(() => open.close()),
        )
        const sessions = {
          admin: yield* members.openSession(fia),
          member: yield* members.openSession(moa),
          nobody: null,
        }
        const pages = [
          ["members", "/settings/members", "admin"],
          ["members-refused", "/settings/members", "member"],
          ["account", "/account", "member"],
          ["keys", "/keys", "admin"],
          ["sign-in", "/sign-in", "nobody"],
          ["forgotten", "/forgotten", "nobody"],
          ["join", join, "nobody"],
          ["password", `/password/${Redacted.value(reset)}`, "nobody"],
          ["gone", "/join/x", "nobody"],
          ["nowhere", "/requests/970fb427-df9a-4569-b6f1-e0416c82fe51", "member"],
        ] as const
        for (const width of [1280, 360]) {
          for (const [name, path, who] of pages) {
            const page = yield* Effect.promise(() =>
              browser.page({ javaScript: false, width, height: 800, locale: "en" }),
            )
            const session = sessions[who]
            const url = new URL(baseUrl).origin
            if (session !== null) {
              const cookie = { name: "rq-member", value: Redacted.value(session), url }
              yield* Effect.promise(() => page.context().addCookies([cookie]))
            }
            yield* Effect.promise(() => page.goto(`${baseUrl}${path}`))
            if (name === "members" || name === "keys") {
              yield* Effect.promise(() => page.locator("details.confirm summary").first().click())
            }
            yield* Effect.promise(() => Browser.screenshot(page, `members-${width}-${name}`))
            assert.deepStrictEqual(yield* Effect.promise(() => Browser.axe(page)), [], `${name} at ${width}`)
            const overflow = yield* Effect.promise(() =>
              page.locator("html").evaluate((root) => root.scrollWidth - root.clientWidth),
            )
            assert.strictEqual(overflow, 0, `${name} at ${width} is wider than the screen`)
            yield* Effect.promise(() => page.context().close())
          }
        }
      }).pipe(Effect.scoped),
    180_000,
  )
})
