// How the way in looks, on a phone and at a desk, without scripts: nothing that axe finds wrong, and no scroll sideways.
import { assert, describe, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Browser from "../support/Browser.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"

const { customerCentre, karbon } = RequestPolicy
const onOpen = { ...karbon, audience: "one", requires: ["email"] } as const
const centre: RequestPolicy.RequestPolicy = { ...customerCentre, requires: ["name", "email", "mobile"] }

const sizes = [
  { width: 375, height: 720, javaScript: false, locale: "en" },
  { width: 1280, height: 800, javaScript: false, locale: "sv", colorScheme: "dark" },
] as const

describe.skipIf(Browser.missing !== undefined)("with a browser", () => {
  layer(Visitor.layer, { excludeTestServices: true, timeout: "300 seconds" })("the looks of the way in", (it) => {
    for (const size of sizes) {
      it.effect(
        `WCAG S16 S32 S34: every page before a session, ${size.width} wide, in ${size.locale}`,
        () =>
          Effect.gen(function* () {
            const { base } = yield* Visitor.visitor
            const browser = yield* Effect.acquireRelease(
              Effect.promise(() => Browser.launch()),
              (one) => Effect.promise(() => one.close()),
            )
            const page = yield* Effect.promise(() => browser.page(size))
            const look = (name: string) =>
              Effect.promise(async () => {
                assert.deepStrictEqual(await Browser.axe(page), [], name)
                const wide = page.locator("html")
                assert.isTrue((await wide.boundingBox())?.width === size.width, `${name} scrolls sideways`)
                await Browser.screenshot(page, `entrance-${name}-${size.width}`)
              })
            const open = (path: string) => Effect.promise(() => page.goto(base + path))
            const press = (text: string | RegExp) =>
              Effect.promise(() => page.getByRole("button", { name: text }).first().click())

            yield* open("/r/nothing")
            yield* look("dead")
            yield* press(/access link|åtkomstlänk/i)
            yield* look("sent")

            const language = size.locale
            const eva = TestFirm.recipient("", {
              id: "eva",
              name: "Eva",
              role: "Applicant",
              mobile: "+46701740650",
              language,
            })
            const people = [{ ...eva, mobile: size.width === 375 ? "+46701740651" : "+46701740652" }]
            const { token } = yield* Visitor.arrange({ recipients: people }, Visitor.questionnaire, centre)
            yield* open(`/r/${token}`)
            yield* look("arrival")
            yield* press(/Start|Börja/)
            yield* look("code")
            yield* Effect.promise(() => page.getByLabel(/Code|Kod/).fill("12 34"))
            yield* press(/Continue|Fortsätt/)
            yield* look("code-wrong")
            yield* press(/new code|ny kod/)
            yield* look("code-wait")
            const code = yield* TestFirm.eventually(
              Effect.sync(() => /\d{6}/.exec(TestFirm.sms.find(({ to }) => to === people[0]?.mobile)?.text ?? "")?.[0]),
            )
            yield* Effect.promise(() => page.getByLabel(/Code|Kod/).fill(`${code.slice(0, 3)} ${code.slice(3)}`))
            yield* press(/Continue|Fortsätt/)
            yield* Effect.promise(() => page.waitForURL(/\/q\/[\w-]{16}$/))
            TestFirm.clock.pass(16 * 60_000)
            yield* Effect.promise(() => page.reload())
            yield* look("lapsed")

            const other = yield* Visitor.arrange(
              { recipients: [{ ...eva, mobile: "" }] },
              Visitor.questionnaire,
              onOpen,
            )
            const elsewhere = yield* Visitor.visitor
            yield* open(`/r/${other.token}`)
            yield* Effect.promise(() => page.locator("summary").click())
            yield* look("arrival-elsewhere")
            yield* elsewhere.start(other.token)
            yield* open(`/r/${other.token}`)
            yield* look("other-device")
          }),
        180_000,
      )
    }
  })
})
