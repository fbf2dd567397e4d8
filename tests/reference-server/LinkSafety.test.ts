// Links that can be copied again, "Send access link" for everybody alike, and dead ends that look and last alike.
import { assert, layer } from "@effect/vitest"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { Config } from "../../reference-server/src/Config.ts"
import { CustomerAccess } from "../../reference-server/src/CustomerAccess.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as LinkKey from "../../reference-server/src/CustomerAccess/LinkKey.ts"
import * as TestFirm from "../support/TestFirm.ts"
import type { Page } from "./CustomerPagesVisitor.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"

const { customerCentre, fileRequest, karbon, standard } = RequestPolicy
const onOpen = { ...karbon, audience: "one", requires: ["email"] } as const
const day = 86_400_000

/** All of an answer but the hour it was given. */
const whole = ({ status, headers, text }: Page) =>
  JSON.stringify([status, [...headers].filter(([name]) => name !== "date"), text])

const tokenIn = (url: Redacted.Redacted) => Redacted.value(url).split("/r/")[1] ?? ""

/** A request of each way to be dead, and the token of its link. */
const deadOnes = Effect.gen(function* () {
  const requests = yield* ClientRequests
  const uuid = Visitor.uuid
  const expired = yield* Visitor.arrange()
  TestFirm.clock.pass(31 * day)
  const expiredNoService = yield* Visitor.arrange({}, Visitor.questionnaire, { ...standard, selfService: "none" })
  TestFirm.clock.pass(31 * day)
  const revoked = yield* Visitor.arrange()
  yield* requests.revokeLinks(revoked.member, revoked.request.id, "carl", yield* uuid)
  const resent = yield* Visitor.arrange()
  yield* requests.resend(resent.member, resent.request.id, yield* uuid)
  const cancelled = yield* Visitor.arrange()
  yield* requests.cancel(cancelled.member, cancelled.request.id, "", yield* uuid)
  const suspended = yield* Visitor.arrange()
  yield* requests.suspend(suspended.member, suspended.request.id, "", yield* uuid)
  const submitted = yield* Visitor.arrange()
  const customer = yield* TestFirm.customerOf(submitted.request)
  yield* requests.save(customer, { revision: 1, answers: { name: "Carl", one: "red" } }, yield* uuid)
  yield* requests.closeOnBehalf(submitted.member, submitted.request.id, yield* uuid)
  const replaced = yield* Visitor.arrange()
  const other = TestFirm.recipient("other@customer.example", { id: "other" })
  yield* requests.changeRecipient(replaced.member, replaced.request.id, "carl", other, yield* uuid)
  return { expired, expiredNoService, revoked, resent, cancelled, suspended, submitted, replaced }
})

/** Milliseconds: others may use this machine, too. */
const patience = 300_000

layer(Visitor.layer, { excludeTestServices: true, timeout: "240 seconds" })("the safety of links", (it) => {
  it.effect(
    "S47 S48 S49 S21: ten ways to be dead look alike, whatever is asked of them, and so does what is sent",
    () =>
      Effect.gen(function* () {
        const dead = yield* deadOnes
        const paths: Record<string, string> = {
          unknown: `/r/${"A".repeat(43)}`,
          malformed: "/r/short",
          "not even an address": "/r/%zz",
          "an unknown session": "/q/AAAAAAAAAAAAAAAA",
          ...Object.fromEntries(Object.entries(dead).map(([what, { token }]) => [what, `/r/${token}`])),
        }
        const stranger = yield* Visitor.visitor
        const one = whole(yield* stranger.get("/r/x"))
        assert.match(one, /^\[410,/)
        assert.include(one, "This request has expired.")
        assert.include(one, "If this request can still be answered, a new link goes to the address it was sent to.")
        assert.include(one, '<form method=\\"post\\" action=\\"?send-access-link\\">')
        const alive = yield* Visitor.arrange()
        const before = TestFirm.post.mails.length
        const sent = whole(yield* stranger.post("/r/x?send-access-link", new URLSearchParams()))
        assert.match(sent, /^\[200,/)
        assert.notInclude(sent, "set-cookie")
        for (const [what, path] of Object.entries(paths)) {
          assert.strictEqual(whole(yield* stranger.get(path)), one, what)
          assert.strictEqual(whole(yield* stranger.post(path, new URLSearchParams())), one, `claim ${what}`)
          assert.strictEqual(whole(yield* stranger.post(`${path}/code`, new URLSearchParams({ code: "1" }))), one, what)
        }
        for (const [what, path] of Object.entries({ ...paths, alive: `/r/${alive.token}` })) {
          const answer = yield* stranger.post(`${path}?send-access-link`, new URLSearchParams())
          assert.strictEqual(whole(answer), sent, `access link ${what}`)
          const elsewhere = { "sec-fetch-site": "cross-site" }
          const refused = yield* stranger.post(`${path}?send-access-link`, new URLSearchParams(), elsewhere)
          assert.strictEqual(refused.status, 403, what)
        }
        // to whom a mail goes, and to whom none
        yield* TestFirm.mailTo(dead.expired.address, 2)
        yield* TestFirm.mailTo(dead.resent.address, 3)
        yield* TestFirm.mailTo(dead.revoked.address, 2)
        yield* TestFirm.mailTo(alive.address, 2)
        yield* Effect.sleep("700 millis")
        const mailed = TestFirm.post.mails.slice(before).map(({ to }) => to.address)
        assert.sameMembers(mailed, [dead.expired.address, dead.resent.address, dead.revoked.address, alive.address])
      }),
    patience,
  )

  it.effect(
    "S47 S3: an unknown token takes as long as one of a request that is over, for GET and for claims",
    () =>
      Effect.gen(function* () {
        const requests = yield* ClientRequests
        const { member, request, token } = yield* Visitor.arrange()
        yield* requests.cancel(member, request.id, "", yield* Visitor.uuid)
        const access = yield* CustomerAccess
        const time = (text: string, claims: boolean) =>
          Effect.gen(function* () {
            const began = performance.now()
            const secret = Redacted.make(text)
            yield* claims ? Effect.exit(access.claim(secret, null)) : Effect.exit(access.arrive(secret, null))
            return performance.now() - began
          })
        const random = () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url")
        for (let i = 0; i < 200; i++) yield* time(i % 2 === 0 ? token : random(), false)
        const taken = { known: [] as Array<number>, unknown: [] as Array<number> }
        // in turn, so that whatever else this machine does meets both
        for (let i = 0; i < 800; i++) {
          taken.known.push(yield* time(token, i % 4 === 0))
          taken.unknown.push(yield* time(random(), i % 4 === 0))
        }
        const at = (times: ReadonlyArray<number>, part: number) =>
          [...times].sort((a, b) => a - b)[Math.floor(times.length * part)] ?? 0
        const [known, unknown] = [at(taken.known, 0.5), at(taken.unknown, 0.5)]
        const spread = at(taken.known, 0.75) - at(taken.known, 0.25)
        assert.isBelow(Math.abs(known - unknown), Math.max(spread / 2, known * 0.15), `${known} and ${unknown} ms`)
      }),
    patience,
  )

  it.effect(
    "L38 F6 F8 S4: a file request's link is the same at each copy and in each mail; no dump has it",
    () =>
      Effect.gen(function* () {
        const access = yield* CustomerAccess
        const requests = yield* ClientRequests
        const { member, request, token, address } = yield* Visitor.arrange({}, Visitor.questionnaire, fileRequest)
        const copies = yield* Effect.forEach([1, 2, 3], () => access.copyLink(member, request.id, "carl"))
        yield* requests.resend(member, request.id, yield* Visitor.uuid)
        const again = Redacted.value(TestFirm.tokenIn(yield* TestFirm.mailTo(address, 2)))
        assert.deepStrictEqual([...new Set([token, again, ...copies.map(tokenIn)])], [token])
        const together = yield* Effect.all(
          Array.from({ length: 10 }, () => access.copyLink(member, request.id, "carl")),
          { concurrency: "unbounded" },
        )
        assert.deepStrictEqual([...new Set(together.map(tokenIn))], [token])

        const dump = JSON.stringify(yield* TestFirm.dump)
        const key = Redacted.value((yield* LinkKey.read(yield* Config)).key)
        const raw = Buffer.from(token, "base64url")
        for (const secret of [
          token,
          raw.toString("hex"),
          raw.toString("base64"),
          key,
          Buffer.from(key).toString("hex"),
        ]) {
          assert.notInclude(dump, secret)
        }
        const lines = yield* access.links(member.workspaceId, request.id)
        assert.deepStrictEqual(
          lines.map(({ kind, recipient, isCurrent }) => [kind, recipient, isCurrent]),
          [["derived", "carl", true]],
        )
        assert.notInclude(JSON.stringify(lines), token)
        const { history } = yield* requests.overview(member.workspaceId, request.id)
        const copied = history.filter(({ event }) => event?.type === "AccessRecorded" && event.what === "link-copied")
        assert.strictEqual(copied.length, 13)
        assert.deepStrictEqual(copied[0]?.event?.by, { kind: "member", id: member.id })

        const visitor = yield* Visitor.visitor
        assert.strictEqual((yield* visitor.get(`/r/${token}`)).status, 200)
        // a generation on, and it is dead; the next copy is another one
        yield* requests.revokeLinks(member, request.id, "carl", yield* Visitor.uuid)
        assert.strictEqual((yield* visitor.get(`/r/${token}`)).status, 410)
        const next = tokenIn(yield* access.copyLink(member, request.id, "carl"))
        assert.notStrictEqual(next, token)
        assert.strictEqual((yield* visitor.get(`/r/${next}`)).status, 200)
      }),
    patience,
  )

  it.effect(
    "S4: another key is another epoch, and what came from the old one is dead",
    () =>
      Effect.gen(function* () {
        const config = yield* Config
        const one = yield* LinkKey.read(config)
        const other = yield* LinkKey.read({ ...config, secretKey: Redacted.make("another key of the operator's own") })
        assert.strictEqual((yield* LinkKey.read(config)).epoch, one.epoch)
        assert.notStrictEqual(other.epoch, one.epoch)
        const { token, request } = yield* Visitor.arrange({}, Visitor.questionnaire, fileRequest)
        const visitor = yield* Visitor.visitor
        const list = yield* visitor.start(token)
        assert.strictEqual((yield* visitor.get(`/r/${token}`)).status, 200)
        assert.strictEqual((yield* visitor.get(list)).status, 200)
        const sql = yield* SqlClient.SqlClient
        yield* sql`UPDATE access_links SET key_epoch = ${other.epoch} WHERE request_id = ${request.id}`
        assert.strictEqual((yield* visitor.get(`/r/${token}`)).status, 410)
        assert.strictEqual((yield* visitor.get(list)).status, 410)
      }),
    patience,
  )

  it.effect(
    "C9 C11 S5: where the firm may hand links out each copy is a fresh one; elsewhere there is none",
    () =>
      Effect.gen(function* () {
        const access = yield* CustomerAccess
        const requests = yield* ClientRequests
        const policy = { ...customerCentre, requires: ["name", "email"], secondFactor: "none" } as const
        const people = [TestFirm.recipient("", { id: "eva", role: "Applicant" })]
        const shared = yield* Visitor.arrange({ recipients: people }, Visitor.questionnaire, policy)
        const { member, request } = shared
        const first = tokenIn(yield* access.copyLink(member, request.id, "eva"))
        const second = tokenIn(yield* access.copyLink(member, request.id, "eva"))
        assert.strictEqual(new Set([first, second, shared.token]).size, 3)
        const visitor = yield* Visitor.visitor
        for (const token of [first, second, shared.token]) {
          assert.strictEqual((yield* visitor.get(`/r/${token}`)).status, 200)
        }
        const lines = yield* access.links(member.workspaceId, request.id)
        assert.sameMembers(
          lines.map(({ kind }) => kind),
          ["copied", "copied", "mail"],
        )
        const why = (id: string, recipient = "eva", by = member) =>
          Effect.map(Effect.flip(access.copyLink(by, id, recipient)), TestFirm.said)
        assert.deepStrictEqual(yield* why(request.id, "nobody"), { _tag: "LinkNotCopied", reason: "recipient-unknown" })
        const theirs = yield* Visitor.arrange({}, Visitor.questionnaire, onOpen)
        assert.deepStrictEqual(yield* why(theirs.request.id, "carl", theirs.member), {
          _tag: "LinkNotCopied",
          reason: "not-allowed",
        })
        // S43: of another workspace there is no such request
        assert.strictEqual(
          (yield* Effect.flip(access.copyLink(theirs.member, request.id, "eva")))._tag,
          "RequestNotFound",
        )
        yield* requests.cancel(member, request.id, "", yield* Visitor.uuid)
        assert.deepStrictEqual(yield* why(request.id), { _tag: "LinkNotCopied", reason: "not-open" })
        assert.strictEqual((yield* visitor.get(`/r/${first}`)).status, 410)
      }),
    patience,
  )

  it.effect(
    "S13 S37: whatever host a call claims, mails lead to ours; after the claim no address has the token",
    () =>
      Effect.gen(function* () {
        const { token, address } = yield* Visitor.arrange()
        const visitor = yield* Visitor.visitor
        const evil = { "x-forwarded-host": "evil.example", forwarded: "host=evil.example" }
        yield* visitor.post(`/r/${token}?send-access-link`, new URLSearchParams(), evil)
        const mail = yield* TestFirm.mailTo(address, 2)
        assert.include(mail.text, "http://localhost:3000/r/")
        assert.notInclude(mail.text + mail.html, "evil")
        const list = yield* visitor.start(token)
        const inside = yield* visitor.get(list)
        assert.notInclude(list + inside.text, token)
        for (const page of [yield* visitor.get(`/r/${token}`), inside, yield* visitor.get("/r/x")]) {
          assert.strictEqual(page.headers.get("referrer-policy"), "no-referrer")
          assert.strictEqual(page.headers.get("cache-control"), "no-store")
          assert.include(page.headers.get("x-robots-tag") ?? "", "noindex")
          assert.include(page.headers.get("content-security-policy") ?? "", "frame-ancestors 'none'")
          assert.notMatch(page.text, /(src|href|action)="(https?:)?\/\//)
        }
        assert.notInclude(TestFirm.logs.join("\n"), token)
      }),
    patience,
  )
})
