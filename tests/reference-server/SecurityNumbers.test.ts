// Numbers of security.md about links and their secrets, each with its attack over HTTP against the whole server.
import { assert, layer } from "@effect/vitest"
import { AccessLink, Crypto, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { createHash } from "node:crypto"
import { request as httpRequest } from "node:http"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { operations } from "../api/Operations.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./SecurityWorld.ts"

const { call } = World
const { standard, karbon, fileRequest, customerCentre } = RequestPolicy
const urgent = { rule: { kind: "urgent" }, enabled: true } as const
const headers = {}

/** Every id and uuid that a table holds. */
const ids = Effect.map(
  TestFirm.dump,
  (tables) => new Set(JSON.stringify(tables).match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g)),
)

/** A secret in whatever writing it could be kept in. */
const writings = (secret: string): ReadonlyArray<string> => {
  const bytes = Buffer.from(secret, "base64url")
  const text = Buffer.from(secret)
  const percent = (hex: string) => hex.replace(/../g, "%$&")
  return [
    secret,
    ...["hex", "base64", "base64url"].flatMap((form) => {
      const as = form === "hex" ? "hex" : form === "base64" ? "base64" : "base64url"
      return [bytes.toString(as), text.toString(as).replace(/=+$/, "")]
    }),
    bytes.toString("hex").toUpperCase(),
    percent(bytes.toString("hex")),
    percent(text.toString("hex")),
    [...secret].toReversed().join(""),
  ]
}

layer(World.layer, { excludeTestServices: true, timeout: "300 seconds" })("links and their secrets", (it) => {
  it.effect(
    "S1: 100,000 tokens differ, also in their beginnings; no address has an id of the database in it",
    () =>
      Effect.gen(function* () {
        const firm = yield* World.firm
        const { id, token } = yield* World.sent(firm)
        const request = yield* TestFirm.sendRequest(firm.member, firm.stored.ref)
        const issue = AccessLink.issue(request, { recipient: "carl", mailId: null, rebinds: false })
        const tokens = new Set<string>()
        const begins = new Map<string, number>()
        for (let n = 0; n < 100_000; n++) {
          const { token: made } = yield* Effect.map(issue, ({ token }) => ({ token: Redacted.value(token) }))
          tokens.add(made)
          begins.set(made.slice(0, 2), (begins.get(made.slice(0, 2)) ?? 0) + 1)
        }
        assert.strictEqual(tokens.size, 100_000)
        // 4,096 beginnings of two letters, 24 of each on average: nothing that is common, and none that never comes
        assert.strictEqual(begins.size, 4096)
        assert.isBelow(Math.max(...begins.values()), 70)

        const started = yield* World.start(token)
        const list = started.headers["location"] ?? ""
        const page = yield* call("GET", list, { headers: { cookie: started.cookies.join("; ") } })
        assert.strictEqual(page.status, 200)
        const known = yield* ids
        assert.isTrue(known.has(id))
        for (const shown of [`/r/${token}`, list, ...started.cookies, page.body]) {
          for (const one of known) assert.notInclude(shown, one)
          for (const one of [id, firm.member.id, firm.member.workspaceId]) {
            assert.notInclude(shown, one.replaceAll("-", ""))
          }
        }
      }),
    180_000,
  )

  it.effect("S2 S12 S29: after a whole life, no secret is in any table, any log line or any answer of the API", () =>
    Effect.gen(function* () {
      const firm = yield* World.firm
      const { api, address, member, stored } = firm
      const secrets: Array<string> = [Redacted.value(firm.key).slice(-43), Redacted.value(firm.session)]
      const codes: Array<string> = []
      const keep = (cookies: ReadonlyArray<string>) =>
        void secrets.push(...cookies.map((cookie) => cookie.slice(cookie.indexOf("=") + 1)))

      // reminded, another device, an access link, answers
      const bound = { ...karbon, audience: "one", requires: ["email"], binding: "on-open" } as const
      const one = yield* World.sent(firm, { reminders: urgent }, bound)
      const reminder = yield* World.reminded(one.id, address)
      const first = yield* World.start(one.token)
      const asked = yield* call("POST", `/r/${one.token}?send-access-link`, {
        headers: { "sec-fetch-site": "same-origin" },
      })
      assert.strictEqual(asked.status, 200)
      const access = yield* TestFirm.mailTo(address, 3)
      const second = yield* World.start(World.tokenOf(access))
      assert.deepStrictEqual([first.status, second.status], [303, 303])
      keep([...first.cookies, ...second.cookies])
      secrets.push(...[one.mail, reminder, access].map(World.tokenOf))
      secrets.push((reminder.headers?.["List-Unsubscribe"] ?? "").slice(-44, -1))

      // a link that can be copied again
      const open = yield* TestFirm.sendRequest(
        member,
        stored.ref,
        { recipients: [TestFirm.recipient("")] },
        fileRequest,
      )
      const copied = yield* api.requests.copyLink({ params: { id: open.id, recipient: "carl" }, headers })
      secrets.push(copied.url.slice(-43))

      // codes, on a shared record
      const centre = { ...customerCentre, requires: ["name", "email", "mobile"] } as const
      const mobile = "+46701740699"
      const recipients = [TestFirm.recipient(`code.${address}`, { mobile, role: "Applicant" })]
      const coded = yield* World.sent({ member, stored, address: `code.${address}` }, { recipients }, centre)
      secrets.push(coded.token)
      const waiting = yield* World.start(coded.token)
      keep(waiting.cookies)
      const sms = yield* TestFirm.eventually(Effect.sync(() => TestFirm.sms.find(({ to }) => to === mobile)))
      const code = /\d{6}/.exec(sms.text)?.[0] ?? ""
      codes.push(code)
      const at = (waiting.headers["location"] ?? "").split("?")[0] ?? ""
      const cookie = waiting.cookies.join("; ")
      const form = yield* call("GET", at, { headers: { cookie } })
      const csrf = /name="csrf" value="([^"]*)"/.exec(form.body)?.[1] ?? ""
      const body = new URLSearchParams({ csrf, code, action: "enter" })
      const inside = yield* call("POST", at, { headers: { cookie, "sec-fetch-site": "same-origin" }, body })
      assert.strictEqual(inside.status, 303)
      keep(inside.cookies)
      secrets.push(csrf)

      // and what goes wrong, which is where secrets slip into logs
      yield* call("GET", `/r/${one.token}?x=${access.messageId}`)
      yield* call("POST", `/r/${coded.token}`)
      yield* call("GET", `/nothing/r/${one.token}/${copied.url.slice(-43)}`)
      yield* api.requests.cancel({ params: { id: one.id }, headers, payload: {} })

      const tables = yield* TestFirm.dump
      const written = `${JSON.stringify(tables)}\n${TestFirm.logs.join("\n")}`
      assert.include(written, address)
      const reads = operations.filter(
        ({ method, path }) =>
          method === "GET" && path.startsWith("/api") && !/questionnaires|customer|\{(file|task)\}/.test(path),
      )
      assert.isAbove(reads.length, 8)
      const answers: Array<string> = []
      for (const { path } of reads) {
        for (const id of path.includes("{id}") ? [one.id, open.id, coded.id] : [""]) {
          const answer = yield* call("GET", path.replace("{id}", id), { headers: firm.headers })
          answers.push(answer.body)
        }
      }
      assert.include(answers.join(""), address)

      assert.isAbove(new Set(secrets).size, 11)
      for (const secret of new Set(secrets)) {
        assert.isAtLeast(secret.length, 43)
        for (const writing of writings(secret)) {
          assert.notInclude(written, writing)
          assert.notInclude(answers.join("\n"), writing)
        }
      }
      for (const one of codes) {
        const alone = new RegExp(`(?<![0-9a-fA-F.])${one}(?![0-9a-fA-F])`)
        assert.notMatch(written, alone)
        // six digits are guessed from a plain digest in a second
        const digests = ["sha256", "sha1", "md5"].map((name) => createHash(name).update(one).digest("hex"))
        for (const digest of digests) assert.notInclude(written, digest)
      }
    }),
  )

  it.effect(
    "S4 L38: a link that can be copied again cannot be made from the database; revoked, the address is dead",
    () =>
      Effect.gen(function* () {
        const firm = yield* World.firm
        const nobody = { recipients: [TestFirm.recipient("")] }
        const { id } = yield* TestFirm.sendRequest(firm.member, firm.stored.ref, nobody, fileRequest)
        const params = { id, recipient: "carl" }
        const copy = Effect.map(firm.api.requests.copyLink({ params, headers }), ({ url }) => url.slice(-43))
        const token = yield* copy
        assert.strictEqual(yield* copy, token)
        assert.strictEqual((yield* call("GET", `/r/${token}`)).status, 200)

        // whoever has the dump tries each of its words as the key
        const sql = yield* SqlClient.SqlClient
        const [link] = yield* sql<{ id: string; generation: number }>`
        SELECT id, generation FROM access_links WHERE request_id = ${id}`
        const words = new Set(JSON.stringify(yield* TestFirm.dump).match(/[A-Za-z0-9_-]{8,}/g))
        const named = `${link?.id}:${link?.generation}`
        for (const word of words) {
          assert.notStrictEqual(yield* Crypto.hmacSha256Base64Url(word, named), token)
        }

        yield* firm.api.requests.revokeLinks({ params, headers })
        assert.strictEqual((yield* call("GET", `/r/${token}`)).status, 410)
        assert.strictEqual((yield* World.start(token)).status, 410)
        const next = yield* copy
        assert.notStrictEqual(next, token)
        assert.strictEqual((yield* call("GET", `/r/${next}`)).status, 200)
        assert.strictEqual((yield* call("GET", `/r/${token}`)).status, 410)
      }),
  )

  it.effect("S5 S6: a send and two reminders have three addresses, one family, and the audit says which was used", () =>
    Effect.gen(function* () {
      const firm = yield* World.firm
      const { id, mail, token } = yield* World.sent(firm, { reminders: urgent })
      const second = yield* World.reminded(id, firm.address)
      const third = yield* World.reminded(id, firm.address)
      const tokens = [token, World.tokenOf(second), World.tokenOf(third)]
      assert.strictEqual(new Set(tokens).size, 3)
      const sql = yield* SqlClient.SqlClient
      const links = yield* sql<{ id: string; recipient: string; generation: number; messageId: string }>`
        SELECT l.id, l.recipient, l.generation, m.message_id FROM access_links l JOIN mails m ON m.id = l.mail_id
        WHERE l.request_id = ${id} ORDER BY l.issued_at, m.created_at`
      assert.deepStrictEqual(
        links.map(({ recipient, generation }) => [recipient, generation]),
        [1, 2, 3].map(() => ["carl", 1]),
      )
      assert.deepStrictEqual(
        links.map(({ messageId }) => messageId).toSorted(),
        [mail, second, third].map(({ messageId }) => messageId).toSorted(),
      )
      // the second mail's: the first is alive beside it, and the claim names the mail it came by
      assert.strictEqual((yield* call("GET", `/r/${token}`)).status, 200)
      assert.strictEqual((yield* World.start(World.tokenOf(second))).status, 303)
      const claim = (yield* World.history(id)).find(({ type }) => type === "LinkClaimed")
      const used = links.find(({ id: link }) => claim?.by.kind === "customer" && claim.by.link === link)
      assert.strictEqual(used?.messageId, second.messageId)

      yield* firm.api.requests.resend({ params: { id }, headers })
      const fresh = yield* TestFirm.mailTo(firm.address, 4)
      for (const old of tokens) assert.strictEqual((yield* call("GET", `/r/${old}`)).status, 410)
      assert.strictEqual((yield* call("GET", `/r/${World.tokenOf(fresh)}`)).status, 200)
    }),
  )

  it.effect(
    "S7 S8: alive seconds before its end and dead at it, unswept; revoked, the open page's next save is 410",
    () =>
      Effect.gen(function* () {
        const firm = yield* World.firm
        const weekly = { ...standard, windowDays: 7 }
        const ending = yield* World.sent(firm, {}, weekly)
        const save = (at: World.Entered, name: string) =>
          call("PUT", `${at.at}/answers`, {
            headers: at.headers,
            body: JSON.stringify({ revision: 1, answers: { name } }),
          })
        TestFirm.clock.pass(7 * World.day - 20_000)
        const open = yield* World.enter(ending.token)
        assert.strictEqual((yield* call("GET", `/r/${ending.token}`)).status, 200)
        assert.strictEqual((yield* save(open, "in time")).status, 200)
        TestFirm.clock.pass(20_000)
        assert.strictEqual((yield* call("GET", `/r/${ending.token}`)).status, 410)
        assert.strictEqual((yield* save(open, "too late")).status, 410)

        const other = yield* World.sent(firm)
        const page = yield* World.enter(other.token)
        assert.strictEqual((yield* save(page, "Carl")).status, 200)
        yield* firm.api.requests.revokeLinks({ params: { id: other.id, recipient: "carl" }, headers })
        assert.strictEqual((yield* save(page, "Mallory")).status, 410)
        const { answers } = yield* firm.api.requests.get({ params: { id: other.id } })
        assert.deepStrictEqual(answers, { name: "Carl" })
      }),
  )

  it.effect("S9: a link's token is no session, no key and no member; and a session is of its own request only", () =>
    Effect.gen(function* () {
      const firm = yield* World.firm
      const [mine, other] = [yield* World.sent(firm), yield* World.sent(firm, { title: "Another" })]
      const [own, theirs] = [yield* World.enter(mine.token), yield* World.enter(other.token)]
      const dead = yield* call("GET", "/api/customer/nobodyshandle16", { headers: own.headers })
      assert.strictEqual(dead.status, 410)
      for (const cookie of [
        own.cookie,
        `rq-${theirs.handle}=${mine.token}`,
        `rq-${theirs.handle}=${own.cookie.split("=")[1]?.split(";")[0]}`,
        `rq-member=${mine.token}`,
      ]) {
        const answer = yield* call("GET", theirs.at, { headers: { ...own.headers, cookie } })
        assert.deepStrictEqual(answer, dead, cookie.split("=")[0])
      }
      for (const guise of [
        { authorization: `Bearer ${mine.token}` },
        { authorization: `Bearer rq_00000000_${mine.token}` },
        { cookie: `rq-member=${mine.token}` },
        { cookie: own.cookie },
      ]) {
        assert.strictEqual((yield* call("GET", "/api/requests", { headers: guise })).status, 401)
        const portal = yield* call("GET", `/requests/${mine.id}`, { headers: guise })
        assert.strictEqual(portal.status, 303)
        assert.match(portal.headers["location"] ?? "", /^\/sign-in/)
      }
    }),
  )

  it.effect("S13: whatever host a request names, mails carry the configured address", () =>
    Effect.gen(function* () {
      const firm = yield* World.firm
      const { id } = yield* World.sent(firm)
      const url = new URL(`${yield* World.baseUrl}/api/requests/${id}/resend`)
      // fetch sets Host itself
      const status = yield* Effect.promise(
        () =>
          new Promise<number>((resolve, reject) => {
            const sending = httpRequest(url, {
              method: "POST",
              headers: {
                ...firm.headers,
                host: "evil.example",
                "x-forwarded-host": "evil.example",
                forwarded: "host=evil.example",
              },
            })
            sending.on("response", (response) => resolve(response.resume().statusCode ?? 0))
            sending.on("error", reject)
            sending.end()
          }),
      )
      assert.strictEqual(status, 200)
      const mail = yield* TestFirm.mailTo(firm.address, 2)
      assert.notInclude(JSON.stringify(mail), "evil.example")
      assert.include(mail.text, `${World.origin}/r/${World.tokenOf(mail)}`)
    }),
  )

  it.effect("S24: what a scanner fetched is never shown as opened by the customer", () =>
    Effect.gen(function* () {
      const firm = yield* World.firm
      const { id, token } = yield* World.sent(firm)
      const params = { id }
      const before = yield* firm.api.requests.get({ params })
      for (let n = 0; n < 20; n++) yield* call(n % 2 === 0 ? "GET" : "HEAD", `/r/${token}`)
      assert.deepStrictEqual(yield* firm.api.requests.get({ params }), before)
      assert.notInclude(JSON.stringify(yield* World.history(id)), "LinkClaimed")
      assert.strictEqual((yield* World.start(token)).status, 303)
      const { entries } = yield* firm.api.requests.history({ params })
      assert.strictEqual(entries.at(-1)?.type, "LinkClaimed")
    }),
  )

  it.effect("S44: no redirect goes where an address, a form or a header says", () =>
    Effect.gen(function* () {
      const firm = yield* World.firm
      const { token } = yield* World.sent(firm)
      const started = yield* World.start(token)
      const list = started.headers["location"] ?? ""
      const customer = { cookie: started.cookies.join("; "), "sec-fetch-site": "same-origin" }
      const member = { cookie: `rq-member=${Redacted.value(firm.session)}`, "sec-fetch-site": "same-origin" }
      const targets = [
        "//evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "https://evil.example",
        "https://localhost:3000@evil.example/",
        "//evil。example",
        "javascript:alert(1)",
        "/%2f/evil.example",
      ]
      const names = ["next", "to", "redirect", "return", "returnTo", "url", "continue", "callback", "back"]
      const places = [
        ["GET", "/sign-in", member],
        ["GET", "/", member],
        ["GET", "/requests", {}],
        ["POST", "/sign-in", {}],
        ["POST", "/sign-out", member],
        ["POST", `/r/${token}`, { "sec-fetch-site": "same-origin" }],
        ["GET", list, customer],
        ["GET", `${list}/sections/nowhere`, customer],
        ["POST", `${list}/sections/nowhere`, customer],
        ["GET", `${list}/done`, customer],
        ["POST", `${list}/submit`, customer],
      ] as const
      let redirects = 0
      for (const target of targets) {
        const query = new URLSearchParams(names.map((name) => [name, target]))
        for (const [method, path, more] of places) {
          const named = { ...more, referer: target.replace(/[^\x20-\x7e]/g, ""), "x-forwarded-host": "evil.example" }
          const asked = { headers: named, ...(method === "POST" ? { body: query } : {}) }
          const answer = yield* call(method, `${path}?${query}`, asked)
          const location = answer.headers["location"]
          if (location === undefined) continue
          redirects++
          const to = new URL(location, World.origin)
          assert.strictEqual(to.origin, World.origin, `${method} ${path} → ${location}`)
          assert.match(location, /^\/(?![/\\])/)
          assert.notMatch(location, /"name"|Carl/)
        }
      }
      assert.isAtLeast(redirects, 3 * targets.length)
    }),
  )
})
