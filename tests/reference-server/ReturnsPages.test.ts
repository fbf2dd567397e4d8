// What the firm sees of mail that came back: on the request, on the contact and in the list of addresses without mail; and
// what it can do about it.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { HttpServer } from "../../reference-server/src/platform/Http.ts"
import { Returns } from "../../reference-server/src/Returns.ts"
import * as Browser from "../support/Browser.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./FirmRequestsWorld.ts"

const words = (body: string) => body.replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ")

/** A request whose invitation came back. */
const bounced = Effect.gen(function* () {
  const firm = yield* World.visit
  const returns = yield* Returns
  const requests = yield* ClientRequests
  const email = `bo.${yield* TestFirm.uuid}@customer.example`
  const id = yield* firm.make("send", { email })
  yield* TestFirm.mailTo(email)
  const overview = requests.overview(firm.workspaceId, id)
  const mail = yield* TestFirm.eventually(
    Effect.map(overview, ({ mails }) => mails.find(({ status }) => status === "handed-over")),
  )
  yield* returns.report(mail.id, {
    outcome: "bounced-hard",
    detail: "It came back: the address does not work (5.1.1).",
  })
  return { ...firm, id, email, overview }
})

layer(Layer.fresh(World.server), { excludeTestServices: true, timeout: "300 seconds" })("mail that came back", (it) => {
  it.effect("M16: the request says so first, shows what happened to the mail, and is lifted with a reason", () =>
    Effect.gen(function* () {
      const one = yield* bounced
      const { body } = yield* one.show(one.id)
      assert.include(words(body), "Could not be delivered.")
      assert.include(words(body), "Came back: the address does not work")
      assert.include(words(body), "2 steps")
      assert.include(words(body), "(5.1.1)")

      const recipient = (yield* one.stateOf(one.id)).details.recipients[0]?.id ?? ""
      const without = yield* one.press(one.id, `recipients/${recipient}/lift`)
      assert.strictEqual(without.status, 422)
      assert.include(words(without.body), "Say how you know")
      const lifted = yield* one.press(one.id, `recipients/${recipient}/lift`, { reason: "They called" })
      assert.strictEqual(lifted.location, `/requests/${one.id}?done=lifted`)
      const after = words((yield* one.show(one.id)).body)
      assert.notInclude(after, "Could not be delivered.")
      assert.include(after, "They called")
      yield* one.press(one.id, "resend")
      yield* TestFirm.mailTo(one.email, 2)
    }),
  )

  it.effect("M16: the list names it with the reason; one is put there by hand; nothing of another firm is there", () =>
    Effect.gen(function* () {
      const one = yield* bounced
      const other = yield* bounced
      const path = "/contacts/suppressed"
      const list = words((yield* one.browser.get(path)).body)
      assert.include(list, one.email)
      assert.notInclude(list, other.email)
      assert.strictEqual((yield* one.on(path, path, { address: "nobody", reason: "" })).status, 422)
      const added = yield* one.on(path, path, { address: "old@customer.example", reason: "They left" })
      assert.strictEqual(added.location, `${path}?done=added`)
      assert.include(words((yield* one.browser.get(path)).body), "They left")
      const gone = yield* one.on(path, `${path}/lift`, { address: one.email, reason: "It is there again" })
      assert.strictEqual(gone.location, `${path}?done=lifted`)
      assert.notInclude(words((yield* one.browser.get(path)).body), one.email)
      assert.deepStrictEqual((yield* one.stateOf(one.id)).suppressed, [])
      // reminders on their own
      assert.include(words((yield* one.browser.get(path)).body), "are one e-mail")
      yield* one.on(path, `${path}/digest`, { on: "no" })
      assert.include(words((yield* one.browser.get(path)).body), "an e-mail of its own")
    }),
  )

  it.effect(
    "M16: looks right and is accessible, wide and narrow",
    () =>
      Effect.gen(function* () {
        const one = yield* bounced
        const baseUrl = yield* HttpServer.addressFormattedWith((address) =>
          Effect.succeed(`http://127.0.0.1:${new URL(address).port}`),
        )
        const browser = yield* Effect.acquireRelease(Effect.promise(Browser.launch), (open) =>
          Effect.promise(() => open.close()),
        )
        for (const width of [1280, 390]) {
          for (const [name, path] of [
            ["request", `/requests/${one.id}`],
            ["list", "/contacts/suppressed"],
          ] as const) {
            const page = yield* Effect.promise(() =>
              browser.page({ javaScript: false, width, height: 900, locale: "en" }),
            )
            const session = { name: "rq-member", value: one.browser.jar.get("rq-member") ?? "", url: baseUrl }
            yield* Effect.promise(async () => {
              await page.context().addCookies([session])
              await page.goto(`${baseUrl}${path}`)
              for (const summary of await page.locator("details.about > summary, details.confirm > summary").all()) {
                if ((await summary.textContent())?.includes("works again") === true) await summary.click()
              }
              await Browser.screenshot(page, `returns-${name}-${width}`)
            })
            assert.deepStrictEqual(yield* Effect.promise(() => Browser.axe(page)), [], `${name} ${width}`)
            const overflow = yield* Effect.promise(() =>
              page.locator("html").evaluate((root) => root.scrollWidth - root.clientWidth),
            )
            assert.strictEqual(overflow, 0, `${name} ${width}`)
          }
        }
      }).pipe(Effect.scoped),
    300_000,
  )
})
