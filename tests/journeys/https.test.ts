/**
 * The server behind something that speaks https, as it runs in earnest: the headers and cookies that only then are sent,
 * and a stranger's page in the same browser, which must not read a thing.
 */
import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer as createPlain, request as ask, type Server } from "node:http"
import { createServer } from "node:https"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll } from "vitest"
import * as Browser from "../support/Browser.ts"
import * as ServerProcess from "../support/ServerProcess.ts"
import * as SmtpSink from "../support/SmtpSink.ts"
import * as TestDatabase from "../support/TestDatabase.ts"

/** A key and its certificate for localhost, of this minute; null where openssl is not there to make them. */
const certificate = (() => {
  const folder = mkdtempSync(join(tmpdir(), "requite-tls-"))
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")]
  const made = ["-keyout", key, "-out", cert, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
  try {
    execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...made], { stdio: "pipe" })
    return { key: readFileSync(key), cert: readFileSync(cert) }
  } catch {
    process.stderr.write("The journey over https is skipped: there is no openssl to make a certificate with\n")
    return null
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})()

const listening = (server: Server, port: number) =>
  new Promise<void>((resolve) => void server.listen(port, "127.0.0.1", resolve))

describe.skipIf(Browser.missing !== undefined || certificate === null)("over https", () => {
  const scope = Scope.makeUnsafe()
  let server: ServerProcess.ServerProcess
  let sink: SmtpSink.SmtpSink
  let browser: Browser.Browser
  let front: Server
  let stranger: Server
  let ours = ""
  let theirs = ""

  beforeAll(async () => {
    const [port, frontPort, strangerPort] = [
      await ServerProcess.freePort(),
      await ServerProcess.freePort(),
      await ServerProcess.freePort(),
    ]
    ours = `https://localhost:${frontPort}`
    theirs = `http://127.0.0.1:${strangerPort}`
    sink = await SmtpSink.start()
    const environment = await Effect.runPromise(Scope.provide(TestDatabase.acquireEnvironment, scope))
    server = await ServerProcess.start({ ...environment, SMTP_URL: sink.url, PORT: String(port), PUBLIC_URL: ours })
    front = createServer(certificate ?? {}, (from, to) => {
      const { method, url: path, headers } = from
      const passed = ask({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
        to.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(to)
      })
      passed.on("error", () => to.destroy())
      from.pipe(passed)
    })
    await listening(front, frontPort)
    stranger = createPlain((_, to) => to.end("<!doctype html><title>elsewhere</title>"))
    await listening(stranger, strangerPort)
    browser = await Browser.launch()
  })
  afterAll(async () => {
    await browser.close()
    front.closeAllConnections()
    front.close()
    stranger.close()
    assert.strictEqual(await server.stop(), 0, server.log())
    await sink.close()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  })

  it("S40 S10: every answer has HSTS, cookies are tied to this host, and no other origin reads anything", async () => {
    const page = await browser.page({ javaScript: true, width: 1280, height: 900, ignoreHTTPSErrors: true })
    await page.goto(ours)
    await page.getByLabel("Name of the firm").fill("Ask & Answer Ltd")
    await page.getByLabel("Your name").fill("Moa Member")
    await page.getByLabel("Your e-mail address").fill("moa@firm.example")
    await page.getByLabel("Password").fill("correct horse battery")
    await page.getByRole("button", { name: "Set up" }).click()
    await page.getByRole("link", { name: "Requests" }).first().waitFor()

    const cookies = await page.context().cookies()
    assert.isNotEmpty(cookies)
    for (const cookie of cookies) {
      assert.match(cookie.name, /^__Host-/)
      assert.deepInclude(cookie, { secure: true, httpOnly: true, sameSite: "Lax", path: "/" })
    }

    const { request } = page.context()
    const readable = ["/", "/requests", "/settings", "/r/unknown", "/q/unknown/", "/nothing-here", "/api/requests"]
    for (const path of readable) {
      const headers = (await request.get(ours + path, { maxRedirects: 0 })).headers()
      const [, age] = /^max-age=(\d+); includeSubDomains$/.exec(headers["strict-transport-security"] ?? "") ?? []
      assert.isAtLeast(Number(age), 31_536_000, path)
      assert.strictEqual(headers["x-content-type-options"], "nosniff", path)
      assert.strictEqual(headers["cross-origin-opener-policy"], "same-origin", path)
      assert.isUndefined(headers["access-control-allow-origin"], path)
    }

    // the same browser, with all its cookies, on a page of somebody else
    await page.goto(theirs)
    const read = await page.evaluate(
      async ({ ours, readable }) => {
        const outcomes: Array<string> = []
        for (const path of readable) {
          const how = { credentials: "include", signal: AbortSignal.timeout(60_000) } as const
          const outcome = await fetch(ours + path, how).then(
            (answer) => `read ${answer.status}`,
            (error: unknown) => (error instanceof Error ? error.name : "?"),
          )
          outcomes.push(outcome)
        }
        return outcomes
      },
      { ours, readable },
    )
    assert.deepStrictEqual(
      read,
      readable.map(() => "TypeError"),
    )
  })
})
