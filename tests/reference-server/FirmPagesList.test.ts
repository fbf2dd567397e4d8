// The list of requests on the firm's pages, and the page of API keys.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { firm } from "./FirmPagesFirm.ts"
import * as World from "./FirmPagesWorld.ts"

describe("the list of requests", () => {
  it.live("shows who, what and how it stands, by state and by search, and says what to do when it is empty", () =>
    Effect.gen(function* () {
      const { world, browser, make, press } = yield* firm()
      assert.include(World.text(yield* browser.get("/requests")), "Nothing has been asked yet")
      const first = yield* make({ title: "First & foremost" })
      yield* make({ title: "Second", email: "ada@example.com", name: "Ada King" })
      yield* press(first, "cancel")
      const all = World.text(yield* browser.get("/requests"))
      assert.match(all, /Second Ada King · ada@example\.com Pending sent just now · expires in 30 days/)
      assert.match(all, /First & foremost Bo Ek · bo@example\.com Cancelled cancelled just now/)
      const cancelled = World.text(yield* browser.get("/requests?state=Cancelled"))
      assert.include(cancelled, "First & foremost")
      assert.notInclude(cancelled, "Ada King")
      assert.notInclude(World.text(yield* browser.get("/requests?q=ada")), "foremost")
      assert.include(World.text(yield* browser.get("/requests?q=nobody")), "No request fits.")
      assert.strictEqual((yield* browser.get("/requests?state=Nonsense&page=-3")).status, 200)

      for (let more = 0; more < 60; more++) yield* make({ email: `c${more}@example.com`, title: `Number ${more}` })
      const page = yield* browser.get("/requests?page=2")
      assert.include(World.text(page), "Page 2 of 2")
      assert.include(page.body, 'href="/requests"')
      assert.strictEqual(world.requests.size, 62)
    }),
  )

  it.live("speaks the language of the workspace", () =>
    Effect.gen(function* () {
      const { browser, make } = yield* firm("es")
      yield* make()
      const page = yield* browser.get("/requests")
      assert.include(page.body, '<html lang="es">')
      assert.match(World.text(page), /Pendiente enviada ahora mismo · caduca dentro de 30 días/)
    }),
  )
})

describe("API keys", () => {
  it.live("a key is shown once, a second press makes no other, and it can be revoked", () =>
    Effect.gen(function* () {
      const { world, browser } = yield* firm()
      const fields = { ...World.hidden(yield* browser.get("/keys"), "/keys"), name: "Nightly export" }
      const made = yield* browser.post("/keys", fields)
      const secret = `${world.keys[0]?.id}_${"s".repeat(43)}`
      assert.include(made.body, secret)
      const twice = yield* browser.post("/keys", fields)
      assert.strictEqual(twice.status, 422)
      assert.include(World.text(twice), "There is a key named “Nightly export” already.")
      const list = yield* browser.get("/keys")
      assert.notInclude(list.body, secret)
      assert.include(World.text(list), "never used")
      yield* browser.post("/keys", { ...World.hidden(list, "/keys"), action: "revoke" })
      assert.strictEqual(world.keys.length, 0)
    }),
  )
})
