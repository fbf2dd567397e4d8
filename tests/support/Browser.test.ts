// The browser of the tests, shown to work with and without scripts, and to find planted faults.
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { once } from "node:events"
import { rmSync, statSync } from "node:fs"
import { createServer } from "node:http"
import * as Browser from "./Browser.ts"

const good = `<!doctype html><html lang="en"><title>Good</title><meta name="viewport" content="width=device-width">
  <main><h1>Good</h1><p id="state">served</p><noscript><p id="plain">Works without scripts</p></noscript></main>
  <script>document.getElementById("state").textContent = "scripted"</script>`
const bad = `<!doctype html><html lang="en"><title>Bad</title><meta name="viewport" content="width=device-width">
  <main><h1>Bad</h1><p style="color:#bbb;background:#fff">Pale</p><noscript><input name="nameless"></noscript>
  <img src="/none.png"></main>`

const servesPages = createServer((request, response) => {
  response.setHeader("content-type", "text/html")
  response.end(request.url === "/good" ? good : bad)
})

describe.skipIf(Browser.missing !== undefined)("Browser", () => {
  let browser: Browser.Browser
  let origin = ""
  beforeAll(async () => {
    servesPages.listen(0, "127.0.0.1")
    await once(servesPages, "listening")
    const address = servesPages.address()
    origin = typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : ""
    browser = await Browser.launch()
  })
  afterAll(async () => {
    await browser.close()
    servesPages.close()
  })

  it.each([true, false])("a clean page, scripts: %s", async (javaScript) => {
    const page = await browser.page({ javaScript, width: 390, height: 844, locale: "sv-SE", colorScheme: "dark" })
    await page.goto(`${origin}/good`)
    assert.strictEqual(await page.textContent("#state"), javaScript ? "scripted" : "served")
    assert.strictEqual(await page.locator("#plain").count(), javaScript ? 0 : 1)
    assert.deepStrictEqual([...(await Browser.axe(page))], [])
    const path = await Browser.screenshot(page, "browser-smoke")
    if (path === null) return
    assert.isAbove(statSync(path).size, 1000)
    rmSync(path)
  })

  it.each([true, false])("planted faults are found, scripts: %s", async (javaScript) => {
    const page = await browser.page({ javaScript, width: 1280, height: 800 })
    await page.goto(`${origin}/bad`)
    const rules = (await Browser.axe(page)).map((line) => line.split(" ")[0])
    assert.sameMembers(rules, javaScript ? ["color-contrast", "image-alt"] : ["color-contrast", "image-alt", "label"])
    assert.strictEqual(page.url(), `${origin}/bad`)
  })

  it("knows no other host than this machine", async () => {
    const page = await browser.page({ javaScript: true, width: 390, height: 844 })
    const failure = await page.goto("http://example.com/").then(String, String)
    assert.include(failure, "ERR_NAME_NOT_RESOLVED")
  })
})
