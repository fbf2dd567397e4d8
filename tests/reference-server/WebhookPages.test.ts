// The pages of webhooks, over the real services, in a browser without scripts: an endpoint is added, its secret shown once, a
// test event sent, deliveries looked at and replayed. On a phone and at a desk.
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Members } from "../../reference-server/src/Members.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as Browser from "../support/Browser.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./WebhooksWorld.ts"

const sizes = [
  { width: 390, height: 780, javaScript: false, language: "en" },
  { width: 1280, height: 800, javaScript: false, language: "sv", colorScheme: "dark" },
] as const

describe.skipIf(Browser.missing !== undefined)("with a browser", () => {
  layer(World.server, { excludeTestServices: true, timeout: "300 seconds" })("the pages of webhooks", (it) => {
    for (const { language, ...size } of sizes) {
      it.effect(
        `S14 S69 WCAG: added, tried, rotated, replayed and removed, ${size.width} wide, in ${language}`,
        () =>
          Effect.gen(function* () {
            const sql = yield* SqlClient.SqlClient
            const { member, stored, workspaceId, webhooks, settled, receiver } = yield* World.arrange()
            yield* sql`UPDATE workspaces SET language = ${language} WHERE id = ${workspaceId}`
            for (const { id } of yield* webhooks.list(workspaceId)) yield* webhooks.remove(workspaceId, id)
            const base = yield* World.baseUrl
            const session = yield* (yield* Members).openSession(member)
            const browser = yield* Effect.acquireRelease(
              Effect.promise(() => Browser.launch()),
              (one) => Effect.promise(() => one.close()),
            )
            const page = yield* Effect.promise(() => browser.page(size))
            const look = async (name: string) => {
              assert.deepStrictEqual(await Browser.axe(page), [], name)
              assert.strictEqual(
                (await page.locator("html").boundingBox())?.width,
                size.width,
                `${name} scrolls sideways`,
              )
              await Browser.screenshot(page, `webhooks-${name}-${size.width}`)
            }
            const press = (value: string) =>
              page.locator(`form:has(input[name="action"][value="${value}"]) button`).click()
            const secret = async () => (await page.locator("code.secret").textContent()) ?? ""
            yield* Effect.promise(async () => {
              await page.context().addCookies([{ name: "rq-member", value: Redacted.value(session), url: base }])
              await page.goto(`${base}/settings/webhooks`)
              await page.locator("#url").fill("https://169.254.169.254/latest")
              await page.locator("#which-some").check()
              await page.locator("main form button.primary").click()
              assert.strictEqual(await page.locator('[role="alert"] li').count(), 1)
              await look("mistakes")
              await page.locator("#which-all").check()
              await page.locator("main form button.primary").click()
              assert.strictEqual(await page.locator('[role="alert"] a[href="#url"]').count(), 1)
              await page.locator("#url").fill(`${receiver.url}&${"long".repeat(60)}`)
              await page.locator("#description").fill("Our CRM")
              await page.locator("main form button.primary").click()
              assert.match(await secret(), /^whsec_[A-Za-z0-9+/]{43}=$/)
              await look("added")
              const first = await secret()
              await page.goto(`${base}/settings/webhooks`)
              assert.strictEqual(await page.locator("code.secret").count(), 0)
              await page.getByRole("link", { name: "Our CRM" }).click()
              await press("test")
              assert.strictEqual(receiver.got.at(-1)?.event.type, "webhook.test")
              assert.isTrue(World.verifies(first, receiver.got.at(-1) ?? assert.fail("nothing came")))
              assert.strictEqual(await page.locator('.done[role="status"]').count(), 1)
              receiver.answers.push(World.answer(500, "<b>broken</b>"))
              await press("test")
              assert.include((await page.locator('[role="alert"]').textContent()) ?? "", "<b>broken</b>")
              await page.locator('details:has(input[value="rotate"]) summary').click()
              await press("rotate")
              assert.notStrictEqual(await secret(), first)
            })
            const [endpoint] = yield* webhooks.list(workspaceId)
            const id = endpoint?.id ?? ""
            receiver.answers.push(World.answer(500, "Internal error"))
            yield* TestFirm.sendRequest(member, stored.ref)
            yield* settled("delivered", 2, id)
            yield* sql`UPDATE webhook_deliveries SET status = 'dead' WHERE status = 'queued'`
            const before = receiver.got.length
            yield* Effect.promise(async () => {
              await page.goto(`${base}/settings/webhooks/${id}`)
              await look("endpoint")
              await page.locator(".rows a.whole").last().click()
              await look("delivery")
              await page.locator("main .buttons form button").first().click()
              assert.strictEqual(await page.locator('.done[role="status"]').count(), 1)
            })
            yield* World.gotBy(receiver, before + 1)
            yield* webhooks.edit(workspaceId, id, { url: `${receiver.url}&gone` })
            receiver.answers.push(World.answer(410))
            yield* webhooks.test(workspaceId, id)
            yield* Effect.promise(async () => {
              await page.goto(`${base}/settings/webhooks`)
              await look("gone")
              await page.goto(`${base}/settings/webhooks/${id}?status=dead`)
              await page.locator('details:has(input[value="remove"]) summary').click()
              await press("remove")
              assert.strictEqual(await page.locator("ul.rows").count(), 0)
            })
            assert.lengthOf(yield* webhooks.list(workspaceId), 0)
          }),
        180_000,
      )
    }
  })
})
