// What the firm is called and where it is: its settings page, and where that then shows. Real HTTP over the real domain.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Workspaces } from "../../reference-server/src/Workspaces.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Branding from "./BrandingWorld.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import * as World from "./FirmPagesWorld.ts"

const fields = { firm: "Fresh Ltd", language: "en", timeZone: "Europe/Stockholm" }

/** Sends the settings with these changes. */
const save = Effect.fnUntraced(function* (browser: Branding.Browser, changes: Record<string, string>) {
  const page = yield* browser.get("/settings")
  return yield* browser.post("/settings", { ...World.hidden(page, "/settings"), ...fields, ...changes })
})

layer(Branding.layer, { excludeTestServices: true, timeout: "180 seconds" })("a firm's settings", (it) => {
  it.effect("P19: a new name shows on the customer's pages, and on no dead link", () =>
    Effect.gen(function* () {
      const { member, token } = yield* Visitor.arrange()
      const browser = yield* Branding.signedIn(member)
      const changes = { firm: "  Larch & Sons ", language: "sv", timeZone: "Europe/London" }
      assert.strictEqual((yield* save(browser, changes)).location, "/settings?done=saved")
      assert.include(World.text(yield* browser.get(`/r/${token}`)), "Larch & Sons")
      const now = yield* (yield* Workspaces).get(member.workspaceId)
      assert.deepInclude(now, { name: "Larch & Sons", language: "sv", timeZone: "Europe/London", accent: "#0b6e4f" })
      assert.include((yield* browser.get("/settings")).body, '<html lang="sv">')

      const dead = yield* browser.get(`/r/${"x".repeat(43)}`)
      assert.include(World.text(dead), "This request has expired.")
      assert.notInclude(dead.body, "Larch")
    }),
  )

  it.effect("P19: a mistake keeps what was typed, and changes nothing", () =>
    Effect.gen(function* () {
      const { member } = yield* TestFirm.firm
      const browser = yield* Branding.signedIn(member)
      const back = yield* save(browser, { firm: " ", language: "xx", timeZone: "Asia/Tokyo" })
      assert.strictEqual(back.status, 422)
      assert.include(World.text(back), "2 things to mend")
      assert.match(back.body, /value="Asia\/Tokyo"\s+selected/)
      const workspace = yield* (yield* Workspaces).get(member.workspaceId)
      assert.deepInclude(workspace, { name: "Fresh Ltd", timeZone: "Europe/Stockholm" })
    }),
  )

  it.effect("P19: only members of the firm change it, from its own page", () =>
    Effect.gen(function* () {
      const { member } = yield* TestFirm.firm
      const browser = yield* Branding.signedIn(member)
      const stranger = World.browser(yield* Branding.base)
      assert.strictEqual((yield* stranger.get("/settings")).location, "/sign-in?next=%2Fsettings")
      assert.notStrictEqual((yield* save(stranger, { firm: "Taken" })).status, 303)
      const taken = { ...fields, csrf: "guess", firm: "Taken" }
      assert.notStrictEqual((yield* browser.post("/settings", taken)).status, 303)
      assert.notStrictEqual((yield* browser.post("/settings", taken, { "sec-fetch-site": "cross-site" })).status, 303)
      assert.strictEqual((yield* (yield* Workspaces).get(member.workspaceId)).name, "Fresh Ltd")
    }),
  )
})
