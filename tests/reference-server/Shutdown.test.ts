/** Told to stop in the middle of things: what was begun is finished, and nobody new is let in. A real process, real signals. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { readFileSync } from "node:fs"
import { request } from "node:http"
import { connect } from "node:net"
import { afterAll, describe } from "vitest"
import * as Person from "../support/Person.ts"
import * as ServerProcess from "../support/ServerProcess.ts"
import * as SmtpSink from "../support/SmtpSink.ts"
import * as TestDatabase from "../support/TestDatabase.ts"

const questionnaire = readFileSync(new URL("../../examples/questionnaires/first-look.json", import.meta.url), "utf8")
const pause = (millis: number) => new Promise((go) => setTimeout(go, millis))

/** A mail server that takes its time over every mail. */
const slowSink = async (millis: number) => {
  const sink = await SmtpSink.start()
  const taken: Array<string> = []
  const { createServer } = await import("node:net")
  const server = createServer((socket) => {
    const behind = connect(sink.port, "127.0.0.1")
    socket.on("data", (chunk) => void behind.write(chunk))
    behind.on("data", (chunk) => {
      const isTaken = /^250 .*(queued|OK: message)/im.test(chunk.toString()) && sink.mails.length > taken.length
      if (!isTaken) return void socket.write(chunk)
      taken.push("mail")
      setTimeout(() => socket.write(chunk), millis)
    })
    socket.on("close", () => behind.destroy())
    behind.on("close", () => socket.destroy())
    for (const end of [socket, behind]) end.on("error", () => {})
  })
  await new Promise<void>((go) => server.listen(0, "127.0.0.1", go))
  const address = server.address()
  return {
    url: `smtp://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    sink,
    close: async () => {
      server.close()
      await sink.close()
    },
  }
}

describe("SIGTERM", () => {
  const scope = Scope.makeUnsafe()
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

  it("/ready says no at once, a slow request and a mail under way are finished, and the process ends with 0", async () => {
    const environment = await Effect.runPromise(Scope.provide(TestDatabase.acquireEnvironment, scope))
    const slow = await slowSink(2_000)
    const server = await ServerProcess.start({
      ...environment,
      SMTP_URL: slow.url,
      SHUTDOWN_DELAY: "2",
      LOG_JSON: "true",
    })
    const member = await Person.setUp(server.url)
    await member.json("/api/questionnaires", { source: questionnaire })
    const cookie = (
      await Person.make(server.url).form("/sign-in", { email: "moa@firm.example", password: "correct horse battery" })
    ).headers
      .getSetCookie()
      .map((one) => one.split(";")[0])
      .join("; ")
    const body = JSON.stringify({
      questionnaire: { id: "first-look" },
      title: "Begun before the end",
      recipient: { name: "Carl", email: "carl@customer.example", language: "en" },
      send: true,
    })
    await member.json("/api/requests", { ...JSON.parse(body), title: "The mail that is under way" })
    // the mail is with the server, which has not said so yet
    await slow.sink.waitFor(() => true)

    // half of a request's body is there, the other half comes after the signal
    const url = new URL("/api/requests", server.url)
    const answered = new Promise<{ status: number; text: string }>((resolve, reject) => {
      const call = request(url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          cookie,
          origin: server.url,
          "idempotency-key": "01890a5d-ac96-774b-bcce-b302099a8057",
        },
      })
      call.once("error", reject)
      call.once("response", (response) => {
        let text = ""
        response.on("data", (chunk: Buffer) => void (text += chunk.toString()))
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }))
      })
      call.write(body.slice(0, 20))
      setTimeout(() => call.end(body.slice(20)), 1_500)
    })
    await pause(300)
    const ended = server.stop()
    await pause(300)
    const ready = await fetch(`${server.url}/ready`)
    assert.strictEqual(ready.status, 503)
    const { checks } = (await ready.json()) as { checks: Record<string, { reason: string | null }> }
    assert.strictEqual(checks["process"]?.reason, "stopping")
    assert.strictEqual(ready.headers.get("connection"), "close")
    // until the delay is over, whoever has not heard of it yet is served
    assert.strictEqual((await fetch(`${server.url}/sign-in`)).status, 200)

    const answer = await answered
    assert.strictEqual(answer.status, 201, answer.text)
    assert.strictEqual(await ended, 0, server.log())

    // what was begun is there, and the mail is known to have gone out: the next process sends it no second time
    await server.start()
    const list = JSON.stringify(await (await Person.signIn(server.url)).json("/api/requests"))
    assert.include(list, "Begun before the end")
    await slow.sink.waitFor(({ parsed }) => (parsed.subject ?? "").includes("Begun before the end"))
    await pause(2_500)
    const underway = slow.sink.mails.filter(({ parsed }) =>
      (parsed.subject ?? "").includes("The mail that is under way"),
    )
    assert.lengthOf(underway, 1)
    assert.strictEqual(await server.stop(), 0)
    await slow.close()
  }, 240_000)

  it("what does not end in time is left behind, and the process ends all the same", async () => {
    const environment = await Effect.runPromise(Scope.provide(TestDatabase.acquireEnvironment, scope))
    const server = await ServerProcess.start({ ...environment, SHUTDOWN_GRACE: "1" })
    // a request that never comes to its end
    const hanging = request(new URL("/sign-in", server.url), { method: "POST", headers: { "content-length": 100 } })
    hanging.on("error", () => {})
    hanging.write("x")
    await pause(300)
    const began = performance.now()
    await server.stop()
    assert.isBelow(performance.now() - began, 30_000)
    hanging.destroy()
  }, 240_000)
})
