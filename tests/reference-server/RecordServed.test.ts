// The record over HTTP, as a firm and its customer get it; and what `requite verify` says of these files, offline.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Record } from "../../reference-server/src/Record.ts"
import * as Command from "../support/Command.ts"
import { entriesOf } from "../support/Chain.ts"
import { checkpoint } from "./RecordWorld.ts"
import * as World from "./SecurityWorld.ts"

layer(World.layer, { excludeTestServices: true, timeout: "240 seconds" })("the record, served", (it) => {
  const folder = Effect.acquireRelease(Effect.sync(Command.folder), ({ remove }) => Effect.sync(remove))

  it.effect(
    "S73 S75 L49: exported and proved offline; a changed file names its first broken link",
    () =>
      Effect.gen(function* () {
        const record = yield* Record
        const { member, headers, ...firm } = yield* World.firm
        const { id, token } = yield* World.sent({ member, ...firm })
        yield* World.enter(token)
        const key = JSON.parse((yield* World.call("GET", "/.well-known/requite-record-key")).body) as { key: string }
        assert.strictEqual(key.key, record.keys.current)
        yield* checkpoint(member.workspaceId)

        const served = yield* World.call("GET", `/api/requests/${id}/record`, { headers })
        assert.strictEqual(served.status, 200)
        assert.include(served.headers["content-disposition"], "attachment")
        const all = yield* World.call("GET", "/api/record", { headers })
        const { write, requite } = yield* folder
        write("one.ndjson", served.body)
        write("all.ndjson", all.body)
        // the agent of whoever pressed Start is in it, and the address without its end
        assert.match(served.body, /"userAgent":\s*"node"/)
        assert.match(served.body, /"ip":\s*"127\.0\.0\.0"/)
        const changed = served.body.replace(/"userAgent":\s*"node"/, '"userAgent":"curl"')
        write("changed.ndjson", changed)
        const [one, whole, forged, other] = yield* Effect.promise(() =>
          Promise.all([
            requite(["verify", "one.ndjson", "--key", key.key]),
            requite(["verify", "all.ndjson", "--json"]),
            requite(["verify", "changed.ndjson"]),
            requite(["verify", "one.ndjson", "--key", "A".repeat(43)]),
          ]),
        )
        assert.deepStrictEqual([one?.status, one?.stderr], [0, ""])
        assert.match(one?.stdout ?? "", /^WHOLE the record of .*: 1 request, \d+ entries/)
        assert.deepStrictEqual(
          [whole?.status, (JSON.parse(whole?.stdout ?? "") as { holds: boolean }).holds],
          [0, true],
        )
        assert.strictEqual(forged?.status, 1)
        assert.match(
          forged?.stdout ?? "",
          new RegExp(`^BROKEN Request ${id}: The content of entry \\d+ is not what was recorded`),
        )
        assert.strictEqual(other?.status, 1)
        assert.match(other?.stdout ?? "", /signed by a key that is not the firm's/)
      }),
    300_000,
  )

  it.effect(
    "S75 S76: a look by the API and by the page is written down; erased by the page, links are dead",
    () =>
      Effect.gen(function* () {
        const { member, headers, session, ...firm } = yield* World.firm
        const { id, token } = yield* World.sent({ member, ...firm })
        const entered = yield* World.enter(token)
        yield* World.call("PUT", `${entered.at}/answers`, {
          headers: entered.headers,
          body: JSON.stringify({ revision: 1, answers: { name: "Winifred Quill" } }),
        })
        const seen = yield* World.call("GET", `/api/requests/${id}`, { headers })
        assert.include(seen.body, "Winifred Quill")
        const cookie = `rq-member=${Redacted.value(session)}`
        const page = yield* World.call("GET", `/requests/${id}`, { headers: { cookie } })
        assert.strictEqual(page.status, 200)
        assert.include(page.body, `/api/requests/${id}/record`)
        const views = (yield* entriesOf(id)).filter(({ type }) => type === "RequestViewed")
        assert.lengthOf(views, 1)

        const refused = yield* World.call("POST", `/api/requests/${id}/erase`, {
          headers,
          body: JSON.stringify({ reason: "Article 17" }),
        })
        assert.strictEqual(refused.status, 409)
        assert.include(refused.body, "still-open")
        yield* World.call("POST", `/api/requests/${id}/cancel`, {
          headers,
          body: JSON.stringify({ reason: "no need" }),
        })
        const asked = yield* World.call("GET", `/requests/${id}`, { headers: { cookie } })
        assert.include(asked.body, `action="/requests/${id}/erase"`)
        const field = (name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(asked.body)?.[1] ?? ""
        const form = new URLSearchParams({ csrf: field("csrf"), command: field("command"), reason: "Article 17" })
        const erased = yield* World.call("POST", `/requests/${id}/erase`, {
          headers: { cookie, origin: World.origin },
          body: form,
        })
        assert.strictEqual(erased.status, 303, erased.body.slice(0, 300))
        const after = yield* World.call("GET", `/requests/${id}?done=erased`, { headers: { cookie } })
        assert.notInclude(after.body, "Winifred Quill")
        assert.include(after.body, "Article 17")
        const dead = yield* World.call("GET", `/r/${token}`)
        assert.include(dead.body, "This request has expired.")
      }),
    300_000,
  )

  it.effect(
    "S73: administrators see how the record stands, check it, and say how long answers are kept",
    () =>
      Effect.gen(function* () {
        const record = yield* Record
        const { member, headers, session, ...firm } = yield* World.firm
        yield* World.sent({ member, ...firm })
        yield* checkpoint(member.workspaceId)
        const cookie = `rq-member=${Redacted.value(session)}`
        const page = yield* World.call("GET", "/settings/record?check=now", { headers: { cookie } })
        assert.strictEqual(page.status, 200)
        assert.include(page.body, record.keys.current)
        assert.include(page.body, "The record holds")
        const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? ""
        const keep = (days: string) =>
          World.call("POST", "/settings/record", {
            headers: { cookie, origin: World.origin },
            body: new URLSearchParams({ csrf, days }),
          })
        assert.strictEqual((yield* keep("0")).status, 422)
        assert.strictEqual((yield* keep("30")).status, 303)
        const standing = JSON.parse((yield* World.call("GET", "/api/record/standing", { headers })).body) as object
        assert.deepInclude(standing, { keepDays: 30, erased: 0 })
        const report = JSON.parse((yield* World.call("GET", "/api/record/verify", { headers })).body) as object
        assert.deepInclude(report, { holds: true, faults: [] })
        const put = yield* World.call("PUT", "/api/record/retention", {
          headers,
          body: JSON.stringify({ keepDays: null }),
        })
        assert.deepInclude(JSON.parse(put.body) as object, { keepDays: null })
        const archive = yield* World.call("GET", "/api/record/archive", { headers })
        assert.strictEqual(archive.headers["content-type"], "application/zip")
        assert.match(archive.body, /^PK/)
      }),
    300_000,
  )

  it.effect(
    "S75: the customer's receipt is on their page, signed, and proved offline",
    () =>
      Effect.gen(function* () {
        const record = yield* Record
        const { member, ...firm } = yield* World.firm
        const { token } = yield* World.sent({ member, ...firm })
        const entered = yield* World.enter(token)
        yield* World.call("PUT", `${entered.at}/answers`, {
          headers: entered.headers,
          body: JSON.stringify({ revision: 1, answers: { name: "Winifred Quill" } }),
        })
        const end = yield* World.call("POST", `${entered.at}/submit`, {
          headers: entered.headers,
          body: JSON.stringify({ revision: 1 }),
        })
        assert.strictEqual(end.status, 200, end.body)
        const { cookie } = entered
        const done = yield* World.call("GET", `/q/${entered.handle}/done`, { headers: { cookie } })
        assert.include(done.body, `/q/${entered.handle}/receipt.json`)
        const receipt = yield* World.call("GET", `/q/${entered.handle}/receipt.json`, { headers: { cookie } })
        assert.include(receipt.headers["content-disposition"], "receipt.json")
        const { write, requite } = yield* folder
        write("receipt.json", receipt.body)
        write("forged.json", receipt.body.replace(/"submittedAt": \d/, '"submittedAt": 2'))
        const [genuine, forged] = yield* Effect.promise(() =>
          Promise.all([
            requite(["verify", "receipt.json", "--key", record.keys.current]),
            requite(["verify", "forged.json"]),
          ]),
        )
        assert.deepStrictEqual([genuine?.status, genuine?.stderr], [0, ""])
        assert.match(genuine?.stdout ?? "", /^GENUINE receipt of /)
        assert.strictEqual(forged?.status, 1)
        assert.match(forged?.stdout ?? "", /^BROKEN The receipt was changed/)
        assert.strictEqual((yield* World.call("GET", `/q/${entered.handle}/receipt.json`)).status, 410)
      }),
    300_000,
  )
})
