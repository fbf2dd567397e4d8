// The firm's first minutes: set up once, signed in, a sample to send to oneself; then signing in and out.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { readFileSync } from "node:fs"
import * as World from "./FirmPagesWorld.ts"

const answers = {
  firm: "North & Co",
  accent: "#0b6e4f",
  hex: "",
  language: "sv",
  timeZone: "Europe/Stockholm",
  name: "Anna Larsson",
  email: "anna@north.example",
  password: "  twelve characters  ",
}

const sample = readFileSync(new URL("../../examples/questionnaires/first-look.json", import.meta.url), "utf8")

describe("the first start", () => {
  it.live("every way leads to the set-up, until it is done", () =>
    Effect.gen(function* () {
      const world = World.make()
      const browser = World.browser(yield* World.serve(world))
      assert.strictEqual((yield* browser.get("/")).location, "/setup")
      assert.strictEqual((yield* browser.get("/sign-in")).location, "/setup")

      const form = yield* browser.get("/setup")
      const done = yield* browser.post("/setup", { ...World.hidden(form, "/setup"), ...answers })
      assert.strictEqual(done.location, "/welcome")
      assert.deepInclude(world.workspaces[0], { name: "North & Co", language: "sv", timeZone: "Europe/Stockholm" })
      assert.strictEqual(world.members[0]?.password, "  twelve characters  ", "a password is kept as it was typed")

      assert.strictEqual((yield* browser.get("/")).location, "/requests", "who has set up is signed in")
      assert.strictEqual((yield* browser.get("/setup")).location, "/sign-in", "it is offered once")
      const again = yield* browser.post("/setup", { ...World.hidden(form, "/setup"), ...answers, firm: "Intruder" })
      assert.strictEqual(again.location, "/sign-in")
      assert.strictEqual(world.workspaces.length, 1)
    }),
  )

  it.live("mistakes come back together, with what was filled in and without the password", () =>
    Effect.gen(function* () {
      const world = World.make()
      const browser = World.browser(yield* World.serve(world))
      const form = yield* browser.get("/setup")
      const wrong = { ...answers, firm: " ", hex: "teal", email: "anna@", password: "short" }
      const back = yield* browser.post("/setup", { ...World.hidden(form, "/setup"), ...wrong })
      assert.strictEqual(back.status, 422)
      const shown = World.text(back)
      assert.include(shown, "4 things to mend")
      assert.include(shown, "The password has 5 characters. It needs at least 12.")
      assert.include(back.body, 'href="#hex"')
      assert.include(back.body, 'value="Anna Larsson"')
      assert.notInclude(back.body, "short")
      assert.strictEqual(world.workspaces.length, 0)
    }),
  )

  it.live("S42: the names of the firm and of its member are one line, whatever was sent as one", () =>
    Effect.gen(function* () {
      const world = World.make()
      const browser = World.browser(yield* World.serve(world))
      const form = yield* browser.get("/setup")
      const given = { ...answers, firm: "North\r\n& Co\u2028", name: "Anna\nBcc: x@evil.example\u2029Larsson" }
      yield* browser.post("/setup", { ...World.hidden(form, "/setup"), ...given })
      assert.strictEqual(world.workspaces[0]?.name, "North & Co")
      assert.strictEqual(world.members[0]?.name, "Anna Bcc: x@evil.example Larsson")
    }),
  )

  it.live("the development mailbox is not shown through a proxy, whatever it calls the one who asks", () =>
    Effect.gen(function* () {
      const browser = World.browser(yield* World.serve(World.withAnna()))
      assert.strictEqual((yield* browser.get("/dev/mail")).status, 200)
      for (const name of ["forwarded", "via", "x-real-ip", "x-forwarded-host", "x-client-ip", "cf-connecting-ip"]) {
        assert.strictEqual((yield* browser.get("/dev/mail", { [name]: "192.0.2.7" })).status, 404, name)
      }
    }),
  )

  it.live("a colour typed as hex counts, and the set-up code is asked for where there is one", () =>
    Effect.gen(function* () {
      const world = World.make({ setupCode: Redacted.make("opens sesame") })
      const browser = World.browser(yield* World.serve(world))
      const form = yield* browser.get("/setup")
      const given = { ...World.hidden(form, "/setup"), ...answers, hex: "#063" }
      const pale = yield* browser.post("/setup", { ...given, hex: "#ffee88" })
      assert.include(
        World.text(pale),
        "#ffee88 cannot be read everywhere it would stand. The nearest colour that can is",
      )
      const refused = yield* browser.post("/setup", { ...given, code: "guess" })
      assert.include(World.text(refused), "This is not the set-up code of this server.")
      const done = yield* browser.post("/setup", { ...given, code: "opens sesame" })
      assert.strictEqual(done.status, 303)
      assert.strictEqual(world.workspaces[0]?.accent, "#006633")
    }),
  )

  it.live("the welcome puts a sample into a request to oneself with one press", () =>
    Effect.gen(function* () {
      const world = World.withAnna()
      world.samples.push(sample)
      const browser = World.browser(yield* World.serve(world))
      browser.jar.set("rq-member", "anna")
      const welcome = yield* browser.get("/welcome")
      const pressed = yield* browser.post("/questionnaires/samples", World.hidden(welcome, "/questionnaires/samples"))
      assert.strictEqual(pressed.location, "/requests/new?questionnaire=first-look&to=me")
      const form = yield* browser.get(pressed.location ?? "")
      assert.match(form.body, /value="first-look@1"\s+selected/)
      assert.include(form.body, 'value="anna@north.example"')
    }),
  )
})

describe("signing in", () => {
  it.live("leads back to where one wanted to go, and never to another site (S44)", () =>
    Effect.gen(function* () {
      const world = World.withAnna()
      const browser = World.browser(yield* World.serve(world))
      const sent = yield* browser.get("/requests?state=Expired")
      assert.strictEqual(sent.location, "/sign-in?next=%2Frequests%3Fstate%3DExpired")
      const signIn = (next: string) =>
        Effect.gen(function* () {
          const page = yield* browser.get(`/sign-in?next=${encodeURIComponent(next)}`)
          const fields = World.hidden(page, "/sign-in")
          const password = "correct horse battery"
          return yield* browser.post("/sign-in", { ...fields, email: " anna@north.example ", password })
        })
      assert.strictEqual((yield* signIn("/requests?state=Expired")).location, "/requests?state=Expired")
      for (const evil of ["//evil.example", "/\\evil.example", "/.//evil.example", "https://evil.example", "evil"]) {
        assert.strictEqual((yield* signIn(evil)).location, "/requests", evil)
      }
    }),
  )

  it.live("a wrong password keeps the address and says nothing about which was wrong; too many tries say when", () =>
    Effect.gen(function* () {
      const world = World.withAnna()
      const browser = World.browser(yield* World.serve(world))
      const page = yield* browser.get("/sign-in")
      const wrong = { ...World.hidden(page, "/sign-in"), email: "anna@north.example", password: "wrong" }
      const refused = yield* browser.post("/sign-in", wrong)
      assert.strictEqual(refused.status, 422)
      assert.include(World.text(refused), "This address and this password do not belong together.")
      assert.include(refused.body, 'value="anna@north.example"')
      for (let attempt = 2; attempt <= 10; attempt++) yield* browser.post("/sign-in", wrong)
      const stopped = yield* browser.post("/sign-in", wrong)
      assert.strictEqual(stopped.status, 429)
      assert.strictEqual(stopped.headers.get("retry-after"), "600")
      assert.include(World.text(stopped), "Try again in 10 minutes.")
    }),
  )

  it.live("signing out ends the session, not only the cookie", () =>
    Effect.gen(function* () {
      const world = World.withAnna()
      const browser = World.browser(yield* World.serve(world))
      browser.jar.set("rq-member", "anna")
      const page = yield* browser.get("/requests")
      const out = yield* browser.post("/sign-out", World.hidden(page, "/sign-out"))
      assert.strictEqual(out.location, "/sign-in")
      assert.isFalse(browser.jar.has("rq-member"))
      browser.jar.set("rq-member", "anna")
      assert.strictEqual((yield* browser.get("/requests")).location, "/sign-in?next=%2Frequests")
    }),
  )
})
