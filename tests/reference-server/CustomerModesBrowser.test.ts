// What the customer's pages do more where scripts run, in a real browser: saving as it is typed, and Finish held back.
import { afterAll, assert, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { Questionnaires } from "../../reference-server/src/Questionnaires.ts"
import * as Browser from "../support/Browser.ts"
import * as Journey from "../support/Journey.ts"
import { recipient } from "../support/TestFirm.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"

const shared: RequestPolicy.RequestPolicy = {
  ...RequestPolicy.customerCentre,
  requires: ["email"],
  roles: null,
  secondFactor: "none",
}

/** One browser for all; each page has a context of its own. */
let launched: Promise<Browser.Browser> | undefined
const chromium = () => (launched ??= Browser.launch())
afterAll(async () => (await launched)?.close())

const begin = Effect.fnUntraced(function* (
  policy: RequestPolicy.RequestPolicy,
  changes: object = {},
  definition: unknown = Visitor.questionnaire,
) {
  const arranged = yield* Visitor.arrange({ title: "Year end 2027", ...changes }, definition, policy)
  const requests = yield* ClientRequests
  const { base } = yield* Visitor.visitor
  const browser = yield* Effect.promise(chromium)
  const open = Effect.fnUntraced(function* (token: string) {
    const page = yield* Effect.acquireRelease(
      Effect.promise(() => browser.page({ javaScript: true, width: 390, height: 844, locale: "en-GB" })),
      (one) => Effect.promise(() => one.context().close()),
    )
    yield* Effect.promise(async () => {
      await page.goto(`${base}/r/${token}`)
      await page.getByRole("button", { name: "Start" }).click()
    })
    return page
  })
  const overview = Effect.map(
    requests.overview(arranged.member.workspaceId, arranged.request.id),
    ({ current }) => current,
  )
  /** Waits until this answer is stored. */
  const stored = (id: string, value: unknown) =>
    Effect.gen(function* () {
      for (let tries = 0; tries < 1_200; tries++) {
        if ((yield* overview).answers[id] === value) return
        yield* Effect.sleep("50 millis")
      }
      assert.fail(`${id} was not saved as ${String(value)}: ${JSON.stringify((yield* overview).answers)}`)
    })
  const see = <A>(look: () => Promise<A>) => Effect.promise(look)
  return { ...arranged, requests, base, open, overview, stored, see }
})

const driving = { when: { eq: [{ answer: "drives" }, true] } }
const file = { type: "upload", accept: ["application/pdf"], maxBytes: 100_000 }

/** Files that are asked for only once something else is answered. */
const conditional = {
  format: 1,
  id: "conditional",
  version: 1,
  language: "en",
  title: "Papers",
  sections: [
    {
      id: "papers",
      title: "Papers",
      items: [
        { id: "drives", type: "confirm", label: "I drive" },
        { id: "licence", label: "Licence", ...file, ...driving },
        {
          id: "car",
          type: "group",
          label: "Car",
          ...driving,
          items: [{ id: "insurance", label: "Insurance", ...file, maxFiles: 2 }],
        },
        { id: "plate", type: "text", label: "Plate", when: { gt: [{ count: { answer: "licence" } }, 0] } },
      ],
    },
    { id: "rest", title: "Rest", items: [{ id: "word", type: "text", label: "A last word" }] },
  ],
}

const toSection = async (page: Browser.Page, name: string) => {
  await page.goto(page.url().split(/\/sections|\?/)[0] ?? "")
  await page.getByRole("link", { name, exact: true }).click()
}
const shown = (page: Browser.Page, text: string) => page.locator(".saving .shown", { hasText: text }).waitFor()
const spoken = (page: Browser.Page) => page.locator(".saving [role=status]").innerText()

layer(Visitor.layer, { excludeTestServices: true, timeout: "300 seconds" })("pages with a script", (it) => {
  const inBrowser = it.effect.skipIf(Browser.missing !== undefined)

  inBrowser("T16 L13: what is typed is saved without a button, the focus stays, and it is there the next day", () =>
    Effect.gen(function* () {
      const { open, token, stored, see, base, overview } = yield* begin(RequestPolicy.taxdome)
      const page = yield* open(token)
      yield* see(async () => {
        await toSection(page, "About you")
        await page.locator('[name="a.name"]').pressSequentially("Ann Ek", { delay: 20 })
        await shown(page, "Saved just now")
        assert.strictEqual(await spoken(page), "Saved just now")
        assert.strictEqual(await page.evaluate(() => document.activeElement?.id), "c-name")
      })
      yield* stored("name", "Ann Ek")
      // typed on, and left at once: leaving saves
      yield* see(async () => {
        await page.locator('[name="a.story"]').pressSequentially("Once")
        await page.goto("about:blank")
      })
      yield* stored("story", "Once")
      assert.isNotNull((yield* overview).request.startedAt)
      yield* see(async () => {
        await page.goto(`${base}/r/${token}`)
        await page.getByRole("button", { name: "Continue" }).click()
        await toSection(page, "About you")
        assert.strictEqual(await page.locator('[name="a.name"]').inputValue(), "Ann Ek")
        assert.strictEqual(await page.locator('[name="a.story"]').inputValue(), "Once")
      })
      // who only typed has not been through it: nothing is called done
      assert.deepStrictEqual((yield* overview).visited, [])
    }),
  )

  inBrowser("T16: a line that fails loses nothing: it says so, keeps trying, and says when it works again", () =>
    Effect.gen(function* () {
      const { open, token, stored, see } = yield* begin(RequestPolicy.standard)
      const page = yield* open(token)
      yield* see(async () => {
        await toSection(page, "About you")
        await page.route("**/answers", (route) => route.abort())
        await page.locator('[name="a.name"]').fill("Ann")
        await shown(page, "Not saved yet")
        assert.include(await spoken(page), "Not saved yet")
        assert.strictEqual(await page.locator('[name="a.name"]').inputValue(), "Ann")
        await page.unroute("**/answers")
        await shown(page, "Saved just now")
        assert.strictEqual(await spoken(page), "Saved just now")
      })
      yield* stored("name", "Ann")
    }),
  )

  inBrowser("L12: told that the questions have changed it stops; what was typed comes along by the button", () =>
    Effect.gen(function* () {
      const { open, token, see, requests, member, request, stored } = yield* begin(RequestPolicy.taxdome)
      const page = yield* open(token)
      yield* see(() => toSection(page, "About you"))
      const questionnaires = yield* Questionnaires
      const [first, ...rest] = Visitor.questionnaire.sections
      const more = { id: "town", type: "text", label: "Your town" }
      const sections = [{ ...first, items: [...(first?.items ?? []), more] }, ...rest]
      const { stored: changed } = yield* questionnaires.add(
        member.workspaceId,
        JSON.stringify({ ...Visitor.questionnaire, version: 2, sections }),
      )
      yield* requests.edit(member, request.id, { questionnaire: changed.ref }, yield* Visitor.uuid)
      yield* see(async () => {
        await page.locator('[name="a.name"]').fill("Ann")
        await shown(page, "Fresh Ltd has changed the questions")
        assert.strictEqual(await page.locator('[name="a.name"]').inputValue(), "Ann")
        await page.getByRole("button", { name: "Save and continue" }).last().click()
        await page.getByLabel("Your town").waitFor()
        assert.strictEqual(await page.locator('[name="a.name"]').inputValue(), "Ann")
        await page.locator('[name="a.name"]').fill("Ann Ek")
      })
      yield* stored("name", "Ann Ek")
    }),
  )

  inBrowser(
    "P24: on one page what the firm waived holds nothing back; a session that is over takes nothing along",
    () =>
      Effect.gen(function* () {
        const { open, token, see, requests, member, request } = yield* begin(RequestPolicy.passfort)
        const page = yield* open(token)
        for (const item of ["choices", "papers"]) {
          yield* requests.waiveItem(member, request.id, item, "We have it", yield* Visitor.uuid)
        }
        yield* see(async () => {
          await page.reload()
          const finish = page.getByRole("button", { name: "Finish" }).last()
          await page.locator(".left", { hasText: "About you" }).waitFor()
          assert.isTrue(await finish.isDisabled())
          await page.locator("[data-section=choices] .state", { hasText: "Not needed" }).waitFor()
          if (!(await page.locator('[name="a.name"]').isVisible())) await page.locator("#s-about summary").click()
          await page.locator('[name="a.name"]').fill("Ann Ek")
          await page.waitForFunction(
            () => document.querySelector<HTMLButtonElement>(".primary[name=action]")?.disabled === false,
          )
        })
        yield* requests.cancel(member, request.id, "", yield* Visitor.uuid)
        yield* see(async () => {
          // what is near is not asked again
          await page.waitForTimeout(5_200)
          await page.getByRole("button", { name: "Finish" }).last().click()
          await page.locator(".left", { hasText: "What you have typed is still on this page." }).waitFor()
          assert.strictEqual(await page.locator('[name="a.name"]').inputValue(), "Ann Ek")
        })
      }),
  )

  inBrowser("S8: told that the request is over it stops, and leaves on the page what was typed", () =>
    Effect.gen(function* () {
      const { open, token, see, requests, member, request } = yield* begin(RequestPolicy.standard)
      const page = yield* open(token)
      yield* see(() => toSection(page, "About you"))
      yield* requests.cancel(member, request.id, "", yield* Visitor.uuid)
      yield* see(async () => {
        const calls: Array<number> = []
        page.on("response", (answer) => answer.request().method() === "PUT" && calls.push(answer.status()))
        await page.locator('[name="a.name"]').fill("Ann")
        await shown(page, "This can no longer be saved.")
        await page.locator('[name="a.name"]').fill("Ann Ek")
        await page.waitForTimeout(1_500)
        assert.deepStrictEqual(calls, [410])
        assert.strictEqual(await page.locator('[name="a.name"]').inputValue(), "Ann Ek")
      })
    }),
  )

  inBrowser("C4 L32: others' answers arrive; where two wrote the same, both stand there to choose from", () =>
    Effect.gen(function* () {
      const recipients = [recipient("", { id: "ana", name: "Ana" }), recipient("", { id: "bo", name: "Bo" })]
      const { open, tokens, see, stored } = yield* begin(shared, { recipients })
      const ana = yield* open(tokens["ana"] ?? "")
      const bo = yield* open(tokens["bo"] ?? "")
      yield* see(async () => {
        await toSection(ana, "About you")
        await toSection(bo, "About you")
        await ana.locator('[name="a.name"]').fill("Ana Ek")
        await shown(ana, "Saved just now")
        await bo.locator('[name="a.mail"]').fill("bo@customer.example")
        await shown(bo, "Saved just now")
        // the same page writes on without meeting itself
        await ana.locator('[name="a.name"]').fill("Ana Maria Ek")
      })
      yield* stored("name", "Ana Maria Ek")
      yield* see(async () => {
        // what she wrote has arrived, and nothing else has changed under his hands
        await bo.waitForFunction(() => document.querySelector<HTMLInputElement>("#c-name")?.value === "Ana Maria Ek")
        await bo
          .locator("[role=status]", { hasText: "Somebody else has just changed an answer on this page." })
          .waitFor({ state: "attached" })
        await bo.context().setOffline(true)
        await bo.locator('[name="a.name"]').fill("Anna Ek")
        await ana.locator('[name="a.name"]').fill("Ana M. Ek")
        await shown(ana, "Saved just now")
      })
      yield* stored("name", "Ana M. Ek")
      yield* see(async () => {
        await bo.context().setOffline(false)
        await bo.getByText("Which one shall stand?").waitFor()
        await shown(bo, "Somebody else has changed an answer here")
        assert.strictEqual(await bo.locator('[name="a.name"]').inputValue(), "Anna Ek")
        await Browser.screenshot(bo, "modes-conflict-390")
        assert.deepStrictEqual(await Browser.axe(bo), [])
        // not before it is decided
        await bo.getByRole("button", { name: "Save and continue" }).last().click()
        assert.match(await bo.evaluate(() => document.activeElement?.textContent ?? ""), /Ana wrote: Ana M. Ek/)
        await bo.getByRole("button", { name: "You wrote: Anna Ek" }).click()
        await shown(bo, "Saved just now")
      })
      yield* stored("name", "Anna Ek")
      yield* see(async () => {
        await ana.waitForFunction(() => document.querySelector<HTMLInputElement>("#c-name")?.value === "Anna Ek")
        await bo.getByRole("button", { name: "Save and continue" }).last().click()
        await bo.waitForURL("**/sections/choices")
      })
      yield* stored("mail", "bo@customer.example")
    }),
  )

  inBrowser("P24 L05: Finish is held back until every part is complete, and says what is left", () =>
    Effect.gen(function* () {
      const { open, token, see, overview } = yield* begin(RequestPolicy.passfort)
      const page = yield* open(token)
      const finish = page.getByRole("button", { name: "Finish" }).last()
      const left = (text: string) => page.locator(".left", { hasText: text }).waitFor()
      yield* see(async () => {
        await left("Before you can finish, complete: About you, Choices, Papers")
        assert.isTrue(await finish.isDisabled())
        await page.locator('[name="a.name"]').fill("Ann")
        await left("Before you can finish, complete: Choices, Papers")
        assert.strictEqual(await page.evaluate(() => document.activeElement?.id), "c-name")
        await page.getByRole("heading", { name: "Choices" }).click()
        await page.getByLabel("Red").check()
        await page.getByRole("heading", { name: "Papers" }).click()
        const buffer = Buffer.from("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n")
        await page
          .locator('[name="f.passport"]')
          .setInputFiles({ name: "passport.pdf", mimeType: "application/pdf", buffer })
        await left("Everything is complete. You can finish.")
        // a file that waits for the end can be taken back, and given again
        await page.getByRole("button", { name: "Remove passport.pdf" }).click()
        await left("Before you can finish, complete: Papers")
        assert.strictEqual(await page.locator("input[name=kept]").count(), 0)
        await page.locator('[name="f.passport"]').setInputFiles({ name: "id.pdf", mimeType: "application/pdf", buffer })
        await left("Everything is complete. You can finish.")
        assert.isFalse(await finish.isDisabled())
        await Browser.screenshot(page, "modes-whole-ready-390")
        assert.deepStrictEqual(await Browser.axe(page), [])
        await finish.click()
        await page.getByText("Data successfully submitted").waitFor()
      })
      const { request } = yield* overview
      assert.deepStrictEqual([request.state, ...request.files.map(({ name }) => name)], ["Submitted", "id.pdf"])
    }),
  )

  inBrowser("S55 S59 T16: a file that is asked for only now goes up like any other, and buttons wait for it", () =>
    Effect.gen(function* () {
      const { open, token, see, stored, overview } = yield* begin(RequestPolicy.taxdome, {}, conditional)
      const page = yield* open(token)
      const failures: Array<string> = []
      page.on("pageerror", (error) => failures.push(String(error.stack)))
      const drives = page.getByLabel("I drive")
      const licence = page.locator('[name="f.licence"]')
      const pdf = (name: string) => Journey.pdf(name)
      const row = (name: string) => page.locator(".files li[data-state=ready]", { hasText: name })
      yield* see(async () => {
        await toSection(page, "Papers")
        await page.waitForFunction(() =>
          performance.getEntriesByType("resource").some(({ name }) => name.includes("uploadLine")),
        )
        assert.strictEqual(await licence.count(), 0)
        await drives.check()
        await page.locator("#q-licence .drop.live").waitFor()
        assert.strictEqual(await page.getByRole("button", { name: /Upload/ }).count(), 0)
        await licence.setInputFiles(pdf("licence.pdf"))
        await row("licence.pdf").waitFor()
        // the rest of the page hears of it
        await page.getByLabel("Plate").waitFor()
        assert.isTrue(await page.locator("#q-licence .drop").isHidden())
        // put away with its file, it is as it was when it comes back
        await drives.uncheck()
        assert.strictEqual(await page.getByLabel("Plate").count(), 0)
        await shown(page, "Saved just now")
      })
      yield* stored("drives", false)
      yield* see(async () => {
        await page.reload()
        await drives.check()
        await page.getByRole("button", { name: "Remove licence.pdf" }).click()
        await page.locator("#q-licence .drop.live").waitFor()
        await licence.setInputFiles(pdf("other.pdf"))
        await row("other.pdf").waitFor()

        let release = () => {}
        const held = new Promise<void>((resolve) => (release = resolve))
        await page.route("**/uploads", async (route) => {
          await held
          await route.continue()
        })
        await page.locator('[name="f.insurance"]').setInputFiles(pdf("insurance.pdf"))
        await page.getByRole("button", { name: "Save and continue" }).last().click()
        await page.locator(".holding:not(:empty)").waitFor()
        assert.match(page.url(), /papers$/)
        assert.deepStrictEqual(await Browser.axe(page), [])
        release()
        await page.waitForURL("**/sections/rest")
      })
      const { request } = yield* overview
      assert.deepStrictEqual(
        request.files.map(({ name, question }) => [question, name]),
        [
          ["licence", "other.pdf"],
          ["insurance", "insurance.pdf"],
        ],
      )
      assert.deepStrictEqual(failures, [])
    }),
  )
})
