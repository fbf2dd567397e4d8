// How delivery is doing, and trying again: over the real services, by the API, by the pages, and as a browser shows them.
import { assert, describe, it, layer } from "@effect/vitest"
import { client } from "@requite/api"
import { Crypto } from "@requite/core"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Api from "../../reference-server/src/Api.ts"
import * as Assets from "../../reference-server/src/Assets.ts"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as FirmPages from "../../reference-server/src/FirmPages.ts"
import * as Samples from "../../reference-server/src/FirmPages/Samples.ts"
import { MailFailed } from "../../reference-server/src/Mailer.ts"
import { type Member, Members } from "../../reference-server/src/Members.ts"
import * as Heartbeats from "../../reference-server/src/Operations/Heartbeats.ts"
import * as Notes from "../../reference-server/src/Operations/Notes.ts"
import { HttpRouter, HttpServer } from "../../reference-server/src/platform/Http.ts"
import { NodeHttpServer } from "../../reference-server/src/platform/Node.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as Browser from "../support/Browser.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as FirmWorld from "./FirmPagesWorld.ts"

const server = HttpRouter.serve(Layer.mergeAll(Api.layer, FirmPages.layer, Assets.layer), {
  disableListenLog: true,
  disableLogger: true,
}).pipe(
  Layer.provideMerge(NodeHttpServer.layerTest),
  Layer.provideMerge(Samples.layer),
  Layer.provideMerge(TestFirm.layer),
)

const signedIn = Effect.fnUntraced(function* (member: Member) {
  const members = yield* Members
  const { secret } = yield* members.createKey(member, "tests")
  const baseUrl = yield* HttpServer.addressFormattedWith((address) =>
    Effect.succeed(`http://127.0.0.1:${new URL(address).port}`),
  )
  const browser = FirmWorld.browser(baseUrl)
  browser.jar.set("rq-member", Redacted.value(yield* members.openSession(member)))
  return { baseUrl, browser, api: yield* client({ baseUrl, apiKey: secret }) }
})

/** Sends one to an address that the mail server refuses for good, and waits until that is known. */
const refusedOnce = Effect.fnUntraced(function* (
  firm: Effect.Success<typeof TestFirm.firm>,
  address: string,
  reason: string,
) {
  TestFirm.post.outcomes.set(address, [Effect.fail(new MailFailed({ retryable: false, reason }))])
  const request = yield* TestFirm.sendRequest(firm.member, firm.stored.ref, {
    recipients: [TestFirm.recipient(address)],
  })
  const sql = yield* SqlClient.SqlClient
  const mail = yield* TestFirm.eventually(
    Effect.map(
      sql<{
        id: string
        messageId: string
      }>`SELECT id, message_id FROM mails WHERE request_id = ${request.id} AND status = 'failed'`,
      ([found]) => found,
    ),
  )
  return { request, mail }
})

const waitFor = (mailId: string, status: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    TestFirm.eventually(
      Effect.map(sql`SELECT 1 FROM mails WHERE id = ${mailId} AND status = ${status}`, ([found]) => found),
    ),
  )

layer(server, { excludeTestServices: true, timeout: "300 seconds" })("operations", (it) => {
  it.effect("a mail that failed stands there with its reason; tried again it goes out, with the same Message-ID", () =>
    Effect.gen(function* () {
      const firm = yield* TestFirm.firm
      const { api } = yield* signedIn(firm.member)
      const { request, mail } = yield* refusedOnce(firm, firm.address, "550 mailbox full of other things")
      const before = yield* api.operations.overview()
      const [failure] = before.failures
      assert.deepInclude(failure, { status: "failed", reason: "550 mailbox full of other things", count: 1 })
      const [line] = before.mails
      assert.deepInclude(line, { id: mail.id, request: request.id, recipient: firm.address, kind: "invitation" })
      assert.strictEqual(before.days.at(-1)?.failed, 1)
      assert.match(before.server.tables, /^\d{4}_\w+$/)
      assert.sameMembers(
        Object.keys(before.server),
        ["requite", "node", "postgres", "tables"],
        "nothing by which the size of other firms is known",
      )

      assert.deepStrictEqual(yield* api.operations.retry({ payload: { mails: [mail.id] } }), { retried: 1 })
      yield* waitFor(mail.id, "handed-over")
      const attempts = TestFirm.post.attempts.filter(({ to }) => to.address === firm.address)
      assert.deepStrictEqual(
        attempts.map(({ messageId }) => messageId),
        [mail.messageId, mail.messageId],
      )
      const after = yield* api.operations.overview()
      assert.deepStrictEqual([after.failures, after.days.at(-1)?.sent], [[], 1])
      // what went out is not sent a second time
      assert.deepStrictEqual(yield* api.operations.retry({ payload: { mails: [mail.id] } }), { retried: 0 })
    }),
  )

  it.effect("all mails of one reason are tried again together; one that is not wanted any more is dropped", () =>
    Effect.gen(function* () {
      const firm = yield* TestFirm.firm
      const { api } = yield* signedIn(firm.member)
      const reason = "554 our reputation"
      const made = yield* Effect.forEach([1, 2, 3], (n) => refusedOnce(firm, `${n}.${firm.address}`, reason))
      const other = yield* refusedOnce(firm, `4.${firm.address}`, "another reason")
      const requests = yield* ClientRequests
      const [cancelled] = made
      if (cancelled !== undefined)
        yield* requests.cancel(firm.member, cancelled.request.id, "no more", yield* Crypto.uuid)
      assert.deepStrictEqual(yield* api.operations.retry({ payload: { status: "failed", reason } }), { retried: 3 })
      for (const { mail } of made.slice(1)) yield* waitFor(mail.id, "handed-over")
      yield* waitFor(cancelled?.mail.id ?? "", "dropped")
      const { failures } = yield* api.operations.overview()
      assert.sameMembers(
        failures.map(({ status, count }) => `${status} ${count}`),
        ["failed 1", "dropped 1"],
      )
      yield* waitFor(other.mail.id, "failed")
    }),
  )

  it.effect(
    "another firm's failures are neither shown nor tried again, and members who are no administrators see nothing",
    () =>
      Effect.gen(function* () {
        const [ours, theirs] = [yield* TestFirm.firm, yield* TestFirm.firm]
        const { mail } = yield* refusedOnce(theirs, theirs.address, "theirs alone")
        const { api, browser } = yield* signedIn(ours.member)
        const { failures, mails } = yield* api.operations.overview()
        assert.deepStrictEqual([failures, mails], [[], []])
        assert.deepStrictEqual(yield* api.operations.retry({ payload: { mails: [mail.id] } }), { retried: 0 })
        assert.deepStrictEqual(yield* api.operations.retry({ payload: { status: "failed", reason: "theirs alone" } }), {
          retried: 0,
        })
        yield* waitFor(mail.id, "failed")
        assert.notInclude((yield* browser.get("/settings/operations")).body, "theirs alone")

        const sql = yield* SqlClient.SqlClient
        yield* sql`UPDATE members SET role = 'member' WHERE id = ${ours.member.id}`
        assert.strictEqual((yield* browser.get("/settings/operations")).status, 403)
        const refused = yield* Effect.flip(api.operations.overview())
        assert.strictEqual(refused._tag, "AdministratorsOnly")
      }),
  )

  it.effect("a request that cannot be woken is shown as stuck, until it was woken or changed", () =>
    Effect.gen(function* () {
      const firm = yield* TestFirm.firm
      const { api } = yield* signedIn(firm.member)
      const request = yield* TestFirm.createRequest(firm.member, firm.stored.ref)
      const requests = yield* ClientRequests
      yield* requests.schedule(firm.member, request.id, Date.now() + 3_600_000, yield* Crypto.uuid)
      const notes = yield* Notes.make
      for (let n = 0; n < 2; n++) {
        yield* notes.wakeFailed(
          firm.member.workspaceId,
          request.id,
          Cause.die(new Error("column does not exist; token=abcdefgh12345678")),
        )
      }
      const [shown] = (yield* api.operations.overview()).stuck
      assert.deepInclude(shown, { request: request.id, times: 2 })
      assert.include(shown?.reason, "column does not exist")
      assert.notInclude(shown?.reason, "abcdefgh12345678")
      yield* Effect.sleep("20 millis")
      yield* requests.unschedule(firm.member, request.id, yield* Crypto.uuid)
      assert.deepStrictEqual((yield* api.operations.overview()).stuck, [])
    }),
  )

  it.effect("the page: a button tries again, and says how many", () =>
    Effect.gen(function* () {
      const firm = yield* TestFirm.firm
      const { browser } = yield* signedIn(firm.member)
      const reason = `550 no such "user" <here>`
      const { mail } = yield* refusedOnce(firm, firm.address, reason)
      const { body } = yield* browser.get("/settings/operations")
      assert.include(body, "550 no such &quot;user&quot; &lt;here&gt;")
      const hidden = FirmWorld.hidden(yield* browser.get("/settings/operations"), "/settings/operations")
      const answer = yield* browser.post("/settings/operations", { ...hidden, status: "failed", reason })
      assert.strictEqual(answer.status, 303)
      assert.strictEqual(answer.headers.get("location"), "/settings/operations?retried=1")
      assert.include((yield* browser.get("/settings/operations?retried=1")).body, "1 e-mail is tried again.")
      yield* waitFor(mail.id, "handed-over")
      const without = yield* browser.post("/settings/operations", { status: "failed", reason })
      assert.strictEqual(without.status, 403)
    }),
  )

  it.effect.skipIf(Browser.missing !== undefined)(
    "the page has nothing for axe to find (WCAG 2.2 AA), and nothing sticks out, wide and on a phone, light and dark",
    () =>
      Effect.gen(function* () {
        const firm = yield* TestFirm.firm
        const { baseUrl, browser: tab } = yield* signedIn(firm.member)
        const sql = yield* SqlClient.SqlClient
        const { workspaceId } = firm.member
        const { request } = yield* refusedOnce(
          firm,
          firm.address,
          "550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking the address",
        )
        const { request: second } = yield* refusedOnce(
          firm,
          `2.${firm.address}`,
          "421 Try again later. Tried 60 times and given up.",
        )
        const kinds = ["invitation", "reminder", "submitted-notice"]
        for (let n = 0; n < 120; n++) {
          const status = n % 17 === 0 ? "failed" : n % 11 === 0 ? "dropped" : n % 9 === 0 ? "queued" : "handed-over"
          const at = new Date(Date.now() - (n % 7) * 86_400_000 - n * 60_000)
          const [id, kind = ""] = [yield* Crypto.uuid, kinds[n % 3]]
          yield* sql`INSERT INTO mails ${sql.insert({
            id,
            key: id,
            workspaceId,
            requestId: request.id,
            delivery: JSON.stringify({ kind, recipient: "carl", sendNo: 1 }),
            kind,
            recipient: firm.address,
            messageId: `<${id}@x>`,
            status,
            reason:
              status === "failed"
                ? "421 Try again later. Tried 60 times and given up."
                : status === "dropped"
                  ? "complete"
                  : null,
            attempts: 1,
            createdAt: at,
            handedOverAt: status === "handed-over" ? at : null,
          })}`
        }
        const notes = yield* Notes.make
        yield* notes.turned("sweeper", 12)
        yield* sql`UPDATE client_requests SET next_due_at = now() + interval '1 day' WHERE id = ${second.id}`
        yield* notes.wakeFailed(workspaceId, second.id, Cause.die(new Error("deadlock detected")))
        const browser = yield* Effect.acquireRelease(Effect.promise(Browser.launch), (open) =>
          Effect.promise(() => open.close()),
        )
        for (const [width, colorScheme] of [
          [1280, "light"],
          [390, "light"],
          [390, "dark"],
        ] as const) {
          const page = yield* Effect.promise(() =>
            browser.page({ javaScript: false, width, height: 900, locale: "en", colorScheme }),
          )
          yield* Effect.promise(() =>
            page
              .context()
              .addCookies([{ name: "rq-member", value: tab.jar.get("rq-member") ?? "", url: new URL(baseUrl).origin }]),
          )
          yield* Effect.promise(() => page.goto(`${baseUrl}/settings/operations`))
          yield* Effect.promise(() => Browser.screenshot(page, `operations-${width}-${colorScheme}`))
          assert.deepStrictEqual(yield* Effect.promise(() => Browser.axe(page)), [], `${width} ${colorScheme}`)
          const overflow = yield* Effect.promise(() =>
            page.locator("html").evaluate((root) => root.scrollWidth - root.clientWidth),
          )
          assert.isAtMost(overflow, 0, `${width}`)
        }
      }),
    180_000,
  )
})

describe("heartbeats", () => {
  const states = Effect.map(Heartbeats.pulses, (pulses) => pulses.map(({ name, state }) => `${name} ${state}`))
  const own = Effect.provideServiceEffect(Heartbeats.Heartbeats, Effect.sync(Heartbeats.make))

  it.live(
    "a loop that turns is alive; one whose turn does not end is stuck, one that rests too long silent, one that ended is seen",
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          const fine = yield* Heartbeats.watch("fine", { turn: 1_000, rest: null })
          const stuck = yield* Heartbeats.watch("stuck", { turn: 50, rest: null })
          yield* Heartbeats.watch("silent", { turn: 50, rest: 50 })
          const over = yield* Heartbeats.watch("over", { turn: 50, rest: null })
          const stopped = yield* Heartbeats.watch("stopped", { turn: 50, rest: null })
          yield* fine.turn(Effect.void)
          yield* Effect.forkScoped(stuck.turn(Effect.never))
          yield* over.life(Effect.exit(over.turn(Effect.die("broken"))))
          const fiber = yield* Effect.forkScoped(stopped.life(Effect.never))
          yield* Effect.sleep("10 millis")
          fiber.interruptUnsafe()
          yield* Effect.sleep("100 millis")
          assert.deepStrictEqual(yield* states, ["fine resting", "stuck stuck", "silent silent", "over ended"])
        }),
      ).pipe(own),
  )
})
