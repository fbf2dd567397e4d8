/** A fill session in a real browser: the sources as plain ES modules, their types stripped and nothing bundled. */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { stripTypeScriptTypes } from "node:module"
import { join, normalize } from "node:path"
import * as Browser from "../../support/Browser.ts"
import { questionnaire } from "./Forms.ts"

const sources = join(import.meta.dirname, "../../../packages/core/src")

describe.skipIf(Browser.missing !== undefined)("in a browser", () => {
  it("loads, and asks what it asks here", { timeout: 180_000 }, async () => {
    const asked: Array<string> = []
    const server = createServer((request, response) => {
      const path = normalize(request.url ?? "/")
      asked.push(path)
      if (!path.endsWith(".ts")) return void response.setHeader("content-type", "text/html").end("<!doctype html>")
      response.setHeader("content-type", "text/javascript")
      response.end(stripTypeScriptTypes(readFileSync(join(sources, path), "utf8")))
    }).listen(0, "127.0.0.1")
    const browser = await Browser.launch()
    try {
      const page = await browser.page({ javaScript: true, width: 400, height: 800 })
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
      const shown: unknown = await page.evaluate(`import("/FillSession.ts").then(({ make }) => {
        const session = make(${JSON.stringify(questionnaire)})
        const [state, effects] = session.update(session.start({ answers: {}, revision: 0 }), {
          type: "AnswerChanged", place: ["kind"], answer: "company",
        })
        return [session.isAsked(state, ["owners"]), session.end(state).id, effects]
      })`)
      assert.deepStrictEqual(shown, [true, "forCompanies", [{ type: "WakeSaver", afterMillis: 1000 }]])
      assert.isEmpty(asked.filter((path) => path.includes("effect")))
    } finally {
      await browser.close()
      server.close()
    }
  })
})
