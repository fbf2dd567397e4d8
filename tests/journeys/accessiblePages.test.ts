/**
 * What `accessible.test.ts` looks for, on the pages that its one request does not come to: all on one page, uploads, conflicts, the
 * code, the end of reminders, a shared document, an outage, and other ends; what was written from right to left; and long words.
 */
import { afterAll, assert, describe, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as DeadEnd from "../../reference-server/src/CustomerPages/DeadEnd.ts"
import * as OutagePage from "../../reference-server/src/CustomerPages/OutagePage.ts"
import { HttpServerRequest, HttpServerResponse } from "../../reference-server/src/platform/Http.ts"
import * as PortalEnds from "../../reference-server/src/PortalPages/Ends.ts"
import { UnsubscribeLinks } from "../../reference-server/src/UnsubscribeLinks.ts"
import * as Redacted from "effect/Redacted"
import * as Docs from "../reference-server/DocumentsWorld.ts"
import * as Security from "../reference-server/SecurityWorld.ts"
import * as Accessible from "../support/Accessible.ts"
import * as Browser from "../support/Browser.ts"
import * as FakeClamd from "../support/FakeClamd.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./AccessibleWorld.ts"

const { standard, passfort, fileRequest, customerCentre } = RequestPolicy

const shared: RequestPolicy.RequestPolicy = {
  ...customerCentre,
  requires: ["name", "email"],
  roles: null,
  secondFactor: "none",
}

type Page = Browser.Page
const { press, aboutOneself } = World

describe.skipIf(Browser.missing !== undefined)("with a browser", () => {
  afterAll(World.close)

  layer(World.layer, { excludeTestServices: true, timeout: "300 seconds" })(
    "everyone can use the other pages",
    (it) => {
      it.effect(
        "WCAG P21 P23 F1 F4 C4: all on one page, the page to upload to, and what two have written",
        () =>
          Effect.gen(function* () {
            const { whole, complaints } = Accessible.looks("accessible")
            const one = yield* World.asked(passfort)
            const wholePage = yield* one.open(one.link)
            const files = yield* World.asked(fileRequest, { definition: World.papers })
            const uploads = yield* files.open(files.link)
            const recipients = ["Ana", "Bo"].map((name) => TestFirm.recipient("", { id: name.toLowerCase(), name }))
            const both = yield* World.asked(shared, { recipients })
            const ana = yield* both.open(`/r/${both.tokens["ana"]}`)
            const bo = yield* both.open(`/r/${both.tokens["bo"]}`, { javaScript: false })
            const { t } = one
            yield* Effect.promise(async () => {
              await press(wholePage, t("arrival.start"))
              await whole(wholePage, "whole")
              await press(uploads, t("arrival.start"))
              await whole(uploads, "uploads")
              // one is under way, and stays so
              await uploads.route(/\/uploads/, () => {})
              await uploads
                .locator("input[type=file]")
                .setInputFiles([World.pdf("long name of a document to keep.pdf")])
              await uploads.locator("[data-state]").first().waitFor()
              await whole(uploads, "uploading")
              await uploads.unrouteAll()
              await uploads.reload()
              const virus = { ...World.pdf("virus.pdf"), buffer: Buffer.from(`%PDF-1.7\n${FakeClamd.eicar}\n%%EOF\n`) }
              await uploads.locator("input[type=file]").setInputFiles([World.program, World.pdf("a.pdf"), virus])
              await uploads.locator("[data-state=refused]").first().waitFor()
              await uploads.locator("[data-state=ready]").first().waitFor()
              await whole(uploads, "uploads-judged")

              await press(ana, t("arrival.start"))
              await press(bo, t("arrival.start"))
              const section = (page: Page) => `${page.url().split("?")[0]}/sections/you`
              await bo.goto(section(bo))
              await ana.goto(section(ana))
              await ana.locator('[name="a.name"]').fill("Ana Ek")
              await press(ana, t("section.next"))
              await bo.locator('[name="a.name"]').fill("Anna Ek")
              await press(bo, t("section.next"))
              await bo.getByText(t("conflict.choose")).first().waitFor()
              await whole(bo, "conflict")
            })
            assert.deepStrictEqual(complaints, [])
          }),
        { timeout: 240_000 },
      )

      it.effect(
        "WCAG P25 M22 S37: what leads nowhere says so, and what to do, in its reader's language: 403, 404, 410, 413, 429, 500",
        () =>
          Effect.gen(function* () {
            const { pictures, complaints } = Accessible.looks("accessible-end")
            const browser = yield* Effect.promise(World.chromium)
            const page = yield* Effect.acquireRelease(
              Effect.promise(() => browser.page({ javaScript: true, width: 360, height: 740 })),
              (one) => Effect.promise(() => one.context().close()),
            )
            const base = yield* Security.baseUrl
            // each is made alike: every language is looked at, and every end
            for (const [what, end, language] of [
              ["403", DeadEnd.notOurs, "en"],
              ["404", DeadEnd.nowhere, "es"],
              ["410", PortalEnds.linkGone, "sv"],
              ["413", DeadEnd.tooMuch, "sv"],
              ["429", DeadEnd.tooOften, "es"],
              ["500", DeadEnd.trouble("c0ffee"), "sv"],
            ] as const) {
              const request = HttpServerRequest.fromWeb(
                new Request(`${base}/end`, { headers: { "accept-language": language } }),
              )
              const told = HttpServerResponse.toWeb(end(TestFirm.config(), request))
              assert.strictEqual(told.status, Number(what))
              yield* Effect.promise(async () => {
                const body = await told.text()
                await page.unrouteAll()
                await page.route("**/end", (route) => route.fulfill({ body, contentType: "text/html" }))
                await page.goto(`${base}/end`)
                assert.strictEqual(await page.locator("html").getAttribute("lang"), language)
                for (const colorScheme of ["dark", "light"] as const) {
                  await page.emulateMedia({ colorScheme })
                  assert.deepStrictEqual(await Browser.axe(page), [], `${what}, ${colorScheme}`)
                }
                await pictures(page, `${what}-${language}`)
              })
            }
            assert.deepStrictEqual(complaints, [])
          }),
        { timeout: 300_000 },
      )

      it.effect(
        "WCAG S32 M13 F11: the code, the end of reminders, a shared document and an outage",
        () =>
          Effect.gen(function* () {
            const { whole, complaints } = Accessible.looks("accessible")
            const { open, link, t, request, member } = yield* World.asked(
              { ...standard, requires: ["email", "mobile"], secondFactor: "sms-code", secondFactorWhen: "always" },
              { recipients: [TestFirm.recipient("", { mobile: "+46701740699" })] },
            )
            const page = yield* open(link)
            const stop = yield* (yield* UnsubscribeLinks).addressOf(member.workspaceId, request.id, "carl")
            const firm = yield* Docs.firm
            const folder = yield* firm.api.documents.addFolder({ headers: {}, payload: { name: "For the bank" } })
            const { document } = yield* Docs.bring(firm, folder.id, "deed-of-the-house-as-signed-in-2027.pdf")
            const { url } = yield* firm.api.documents.share({ params: { id: document.id }, payload: { days: 2 } })
            const base = yield* Security.baseUrl
            const out = yield* OutagePage.answer(
              TestFirm.config(),
              HttpServerRequest.fromWeb(
                new Request(`${base}/q/AAAAAAAAAAAAAAAA`, {
                  method: "POST",
                  body: new URLSearchParams({ "a.name": "Ann" }),
                }),
              ),
              "database",
            )
            const lost = yield* Effect.promise(() => HttpServerResponse.toWeb(out).text())
            yield* Effect.promise(async () => {
              await press(page, t("arrival.start"))
              await page.getByLabel(t("code.label")).waitFor()
              await whole(page, "code")
              await page.getByLabel(t("code.label")).fill("000000")
              await press(page, t("code.enter"))
              await page.getByRole("alert").waitFor()
              await whole(page, "code-wrong")
              await press(page, t("code.sendNew"))
              await whole(page, "code-wait")
              await page.goto(base + new URL(Redacted.value(stop)).pathname)
              await whole(page, "unsubscribe")
              await press(page, t("unsubscribe.stop"))
              await whole(page, "unsubscribed")
              await page.goto(base + new URL(url).pathname)
              await whole(page, "share")
              await page.route("**/outage", (route) => route.fulfill({ body: lost, contentType: "text/html" }))
              await page.goto(`${base}/outage`)
              await whole(page, "outage")
            })
            assert.deepStrictEqual(complaints, [])
          }),
        { timeout: 240_000 },
      )

      it.effect(
        "WCAG M22: what was written from right to left is read so, in a page of ours that is not",
        () =>
          Effect.gen(function* () {
            const { open, link, t } = yield* World.asked(standard, { definition: World.arabic, javaScript: false })
            const page = yield* open(link)
            const { pictures, complaints } = Accessible.looks("accessible-ar")
            yield* Effect.promise(async () => {
              await press(page, t("arrival.start"))
              await pictures(page, "list")
              await page.goto(`${page.url()}/sections/you`)
              await press(page, t("section.next"))
              await page.getByRole("alert").waitFor()
              await pictures(page, "section")
              assert.deepStrictEqual(await Browser.axe(page), [])
              const direction = (selector: string) =>
                page.locator(selector).evaluate((element) => getComputedStyle(element).direction)
              assert.strictEqual(await direction("html"), "ltr")
              assert.strictEqual(await direction("#q-name"), "rtl")
              assert.strictEqual(await direction("h1"), "rtl")
              // digits have one direction
              assert.strictEqual(await direction("[name='a.income']"), "ltr")
              // a label begins where its field does, at the right
              const edge = async (selector: string) => {
                const box = await page.locator(selector).boundingBox()
                return box === null ? 0 : Math.round(box.x + box.width)
              }
              assert.strictEqual(await edge("#q-name .label"), await edge("[name='a.name']"))
            })
            assert.deepStrictEqual(complaints, [])
          }),
        { timeout: 300_000 },
      )

      for (const language of ["es", "sv"] as const)
        it.effect(
          `WCAG M22: nothing is cut in the long words of ${language}`,
          () =>
            Effect.gen(function* () {
              const { open, link, t } = yield* World.asked(standard, { language, javaScript: false })
              const page = yield* open(link)
              const { pictures, complaints } = Accessible.looks(`accessible-${language}`)
              yield* Effect.promise(async () => {
                await pictures(page, "arrival")
                await press(page, t("arrival.start"))
                await pictures(page, "list")
                const list = page.url()
                await page.goto(`${list}/sections/you`)
                await press(page, t("section.next"))
                await page.getByRole("alert").waitFor()
                await pictures(page, "section-errors")
                await aboutOneself(page)
                await press(page, t("section.next"))
                await page.waitForURL("**/home")
                await page.locator('[name="f.papers"]').setInputFiles([World.program, World.pdf("identity.pdf")])
                await press(page, t("section.toList"))
                await page.getByRole("alert").waitFor()
                await pictures(page, "uploads")
                await page.locator('[name="a.agreed"][value="yes"]').check()
                await press(page, t("section.next"))
                await page.waitForURL("**/review")
                await pictures(page, "review")
                await press(page, t("review.finish"))
                await page.getByRole("heading", { name: t("done.title") }).waitFor()
                await pictures(page, "done")
                await page.goto(new URL(link, page.url()).href)
                await pictures(page, "expired")
              })
              assert.deepStrictEqual(complaints, [])
            }),
          { timeout: 240_000 },
        )
    },
  )
})
