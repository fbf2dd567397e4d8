// What happens around a request that nobody would tell of by themselves: wrong codes, other devices, mail that came back,
// members who looked. Made over HTTP, found in the record and in the file that is exported from it.
import { assert, layer } from "@effect/vitest"
import { type AuditEntry, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Record } from "../../reference-server/src/Record.ts"
import { Returns } from "../../reference-server/src/Returns.ts"
import * as Command from "../support/Command.ts"
import { entriesOf } from "../support/Chain.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import { checkpoint } from "./RecordWorld.ts"
import * as World from "./SecurityWorld.ts"

/** A code by SMS, and only the first device that the link was opened on. */
const policy: RequestPolicy.RequestPolicy = {
  ...RequestPolicy.karbon,
  audience: "one",
  requires: ["name", "email", "mobile"],
  secondFactor: "sms-code",
}

/** What of it is in an exported file: its lines say what the database says. */
const eventsIn = (file: string, id: string): ReadonlyArray<AuditEntry.AuditEntry["event"]> =>
  file
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { requestId?: string; entries?: ReadonlyArray<AuditEntry.AuditEntry> })
    .find(({ requestId }) => requestId === id)
    ?.entries?.map(({ event }) => event) ?? []

layer(World.layer, { excludeTestServices: true, timeout: "240 seconds" })("what the record tells", (it) => {
  it.effect(
    "S75: wrong codes, another device's access link, bounces, complaints and members' looks are in the record and in its export",
    () =>
      Effect.gen(function* () {
        const record = yield* Record
        const returns = yield* Returns
        const sql = yield* SqlClient.SqlClient
        const { member, headers, session, ...firm } = yield* World.firm
        const mobile = "+46701740699"
        const { id, token } = yield* World.sent(
          { member, ...firm },
          { recipients: [TestFirm.recipient(firm.address, { mobile })] },
          policy,
        )

        // two wrong codes, then the right one
        const [phone, laptop] = [yield* Visitor.visitor, yield* Visitor.visitor]
        const path = yield* phone.start(token)
        assert.match(path, /\/code$/)
        const code = yield* TestFirm.eventually(
          Effect.sync(() => /\d{6}/.exec(TestFirm.sms.find(({ to }) => to === mobile)?.text ?? "")?.[0]),
        )
        const wrong = ["000000", "111111", "222222"].filter((one) => one !== code).slice(0, 2)
        for (const typed of [...wrong, code]) {
          const { text } = yield* phone.get(path)
          const fields = { csrf: Visitor.hidden(text, "csrf"), code: typed, action: "enter" }
          const { status } = yield* phone.post(path, new URLSearchParams(fields))
          assert.strictEqual(status, typed === code ? 303 : 422)
        }

        // on another device the link does not open; a fresh one is sent, and is a mail of its own
        assert.strictEqual((yield* laptop.get(`/r/${token}`)).status, 403)
        yield* laptop.post(`/r/${token}?send-access-link`, new URLSearchParams())
        yield* TestFirm.mailTo(firm.address, 2)

        // a member looks at what was given, on the page
        const cookie = `rq-member=${Redacted.value(session)}`
        yield* World.call("GET", `/requests/${id}`, { headers: { cookie } })
        yield* World.call("GET", `/api/requests/${id}`, { headers })

        // the first mail comes back, and the second is called spam
        const mails = yield* TestFirm.eventually(
          Effect.map(
            sql<{
              id: string
            }>`SELECT id FROM mails WHERE request_id = ${id} AND status = 'handed-over' ORDER BY created_at`,
            (rows) => (rows.length === 2 ? rows.map((row) => row.id) : undefined),
          ),
        )
        const [first = "", second = ""] = mails
        yield* returns.report(first, { outcome: "bounced-soft", detail: "4.2.2" })
        yield* returns.report(first, { outcome: "bounced-hard", detail: "5.1.1" })
        yield* returns.report(second, { outcome: "complained", detail: "A complaint." })

        const told = (events: ReadonlyArray<AuditEntry.AuditEntry["event"]>) =>
          events.flatMap((event) => {
            switch (event?.type) {
              case "AccessRecorded":
                return [`${event.what} ${event.recipient}`]
              case "AccessLinkSent":
                return [`access link ${event.accessNo} ${event.recipient}`]
              case "DeliveryReported":
                return [`${event.outcome} ${event.mail === first ? "first" : "second"} ${event.detail}`]
              case "RequestViewed":
                return [`viewed ${event.what} by ${event.by.kind === "member" ? event.by.id : "?"}`]
              case "LinkClaimed":
                return [`claimed binds=${String(event.binds)} ${event.assurance}`]
              default:
                return []
            }
          })
        const wanted = [
          "code-sent carl",
          "code-refused carl",
          "code-refused carl",
          "code-accepted carl",
          "claimed binds=true two-channel",
          "access link 1 carl",
          `viewed answers by ${member.id}`,
          "bounced-soft first 4.2.2",
          "bounced-hard first 5.1.1",
          "complained second A complaint.",
        ]
        const entries = yield* entriesOf(id)
        assert.sameMembers([...told(entries.map(({ event }) => event))], wanted)

        // the same stands in both files, and the files hold
        yield* checkpoint(member.workspaceId)
        const one = yield* World.call("GET", `/api/requests/${id}/record`, { headers })
        const all = yield* World.call("GET", "/api/record", { headers })
        // to download it is a look, too
        for (const { body } of [one, all]) assert.includeMembers([...told(eventsIn(body, id))], wanted)
        const { write, requite, remove } = Command.folder()
        yield* Effect.addFinalizer(() => Effect.sync(remove))
        write("one.ndjson", one.body)
        write("all.ndjson", all.body)
        const proved = yield* Effect.promise(() =>
          Promise.all(
            ["one.ndjson", "all.ndjson"].map((name) => requite(["verify", name, "--key", record.keys.current])),
          ),
        )
        for (const { status, stdout } of proved) assert.deepStrictEqual([status, stdout.slice(0, 5)], [0, "WHOLE"])
        // no code is in them, wrong or right
        for (const secret of [code, ...wrong, token]) assert.notInclude(one.body, `"${secret}"`)
      }),
    300_000,
  )
})
