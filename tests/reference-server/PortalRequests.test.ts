// What a contact finds in the portal, over real HTTP: what waits, what is done, who reads what, and how a request is entered.
import { assert, layer } from "@effect/vitest"
import { Crypto, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { Conversations } from "../../reference-server/src/Conversations.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as P from "./PortalWorld.ts"
import * as World from "./SecurityWorld.ts"

const sms = { secondFactor: "sms-code", requires: ["email", "mobile"], customerMayDelegate: "no" } as const
const mobile = "+46701740699"

/** Opens a request from the portal, fills it in and finishes it; gives the address of what was opened. */
const finish = Effect.fnUntraced(function* (own: P.Browser, base: string, id: string) {
  const entered = yield* own.submit(`${base}/requests/${id}`, {}, `${base}/requests/${id}/enter`)
  const at = entered.headers["location"] ?? ""
  const api = `/api/customer/${at.slice(3)}`
  const { csrf } = JSON.parse((yield* own.get(api)).body) as { readonly csrf: string }
  const headers = { origin: World.origin, "x-csrf-token": csrf, cookie: own.cookie() }
  const sent = JSON.stringify({ revision: 1, answers: { name: "Carl Customer" } })
  const saved = yield* World.call("PUT", `${api}/answers`, { headers, body: sent })
  assert.strictEqual(saved.status, 200, saved.body)
  const file = new FormData()
  file.append("file", new File(["%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"], "pass.pdf"))
  const uploaded = yield* World.call("POST", `${api}/files/passport?revision=1`, { headers, body: file })
  assert.strictEqual(uploaded.status, 201, uploaded.body)
  const done = yield* own.submit(`${at}/review`, { revision: "1" }, `${at}/submit`)
  assert.strictEqual(done.headers["location"], `${at}/done`, P.said(done))
  return at
})

/** So many works of a contact, each with a request like that one: by plain rows, because the domain takes its time. */
const copies = (
  workspaceId: string,
  id: string,
  rows: ReadonlyArray<{ readonly n: number; readonly due: string | null; readonly endedAt: string | null }>,
) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const given = JSON.stringify(
      yield* Effect.forEach(rows, (row) =>
        Effect.map(Effect.all([Crypto.uuid, Crypto.uuid]), ([request, work]) => ({ ...row, request, work })),
      ),
    )
    const g = sql`jsonb_to_recordset(${given}::jsonb) AS g(n int, due text, "endedAt" timestamptz, request uuid, work uuid)`
    yield* sql`INSERT INTO work_items (id, workspace_id, title, external_name, stages, stage, auto_advance, created_at, updated_at)
      SELECT g.work, ${workspaceId}::uuid, 'Job ' || g.n, CASE WHEN g.n % 2 = 0 THEN 'Year ' || g.n ELSE '' END, '["x"]', 0, false,
        now(), now() FROM ${g}`
    yield* sql`INSERT INTO client_requests (id, workspace_id, state, lifecycle, search, created_at, updated_at, work_item_id,
        task_ids, subject, is_out, expires_at, ended_at)
      SELECT g.request, r.workspace_id, jsonb_set(r.state || jsonb_build_object('id', g.request), '{details}',
          r.state->'details' || jsonb_build_object('due', g.due, 'workItem', g.work)), r.lifecycle, r.search, r.created_at,
        coalesce(g."endedAt", r.updated_at), g.work, r.task_ids, r.subject, r.is_out, r.expires_at, g."endedAt"
      FROM client_requests r, ${g} WHERE r.id = ${id}`
    yield* sql`INSERT INTO portal_requests (request_id, recipient, workspace_id, contact_id, email_key)
      SELECT g.request, p.recipient, p.workspace_id, p.contact_id, p.email_key FROM portal_requests p, ${g}
      WHERE p.request_id = ${id}`
    yield* sql`DELETE FROM portal_requests WHERE request_id = ${id}`
  })

layer(P.layer, { excludeTestServices: true, timeout: "300 seconds" })("what a contact finds in the portal", (it) => {
  it.effect(
    "K28 L26 T14 K24: 130 open and 140 done works are listed as the 100 due last and the last 100, the open ones first",
    () =>
      Effect.gen(function* () {
        const firm = yield* P.firm
        const { base, contact, member } = firm
        const { workspaceId } = member
        const requests = yield* ClientRequests
        const onSend = { ...RequestPolicy.taxdome, waitingBegins: "on-send" } as const
        const [open, done] = [yield* P.send(firm), yield* P.send(firm, {}, onSend)]
        yield* requests.closeOnBehalf(member, done.id, yield* Crypto.uuid)
        const dueOn = (n: number) => new Date(Date.UTC(2031, 0, 1 + n)).toISOString().slice(0, 10)
        const from = (count: number, start: number) => Array.from({ length: count }, (_, n) => n + start)
        yield* copies(
          workspaceId,
          open.id,
          from(130, 0).map((n) => ({ n, due: dueOn(n), endedAt: null })),
        )
        yield* copies(
          workspaceId,
          done.id,
          from(140, 200).map((n) => ({ n, due: null, endedAt: new Date(Date.UTC(2030, 0, 1, 0, n)).toISOString() })),
        )
        const own = yield* P.loggedIn(base, contact.email)
        const home = yield* own.get(base)
        assert.include(P.said(home), "130 requests wait for you.")
        const rows = [...home.body.matchAll(/<li class="(waits|ended)">[\s\S]*?<a href="([^"]+)" dir="auto">([^<]+)</g)]
        const titles = (of: string) => rows.filter(([, state]) => state === of).map(([, , , title]) => title)
        const named = (n: number) => (n % 2 === 0 ? `Year ${n}` : `Job ${n}`)
        const last = (to: number) => Array.from({ length: 100 }, (_, n) => named(to - n))
        assert.deepStrictEqual(titles("waits"), last(129))
        assert.deepStrictEqual(titles("ended"), last(339))
        // the open ones stand first, each with its sign and words
        assert.isBelow(home.body.lastIndexOf('<li class="waits">'), home.body.indexOf('<li class="ended">'))
        assert.strictEqual(
          home.body.match(/<svg[^>]*aria-hidden="true">[\s\S]*?<\/svg\s*>Waiting for you/g)?.length,
          100,
        )
        const [, , href = ""] = rows[0] ?? []
        const one = yield* own.get(href)
        assert.include(P.said(one), "1 waits for you, of 1 request.")
        assert.include(P.said(one), "Company check 2027")
      }),
  )

  it.effect(
    "K47 L24 T4 T13: completed is read only, with files and receipt; what is new is told; nothing can be changed",
    () =>
      Effect.gen(function* () {
        const firm = yield* P.firm
        const { base, contact } = firm
        const { id } = yield* P.send(firm)
        const talk = yield* Conversations
        yield* talk.reply(firm.member, id, { item: "about", text: "As in your <b>passport</b>." }, yield* Crypto.uuid)
        const own = yield* P.loggedIn(base, contact.email)
        const at = yield* finish(own, base, id)
        const page = yield* own.get(`${base}/requests/${id}`)
        const said = P.said(page)
        // what they read here is read: it is new once
        assert.include(page.body, '<span class="is-new">')
        assert.notInclude((yield* own.get(`${base}/requests/${id}`)).body, '<span class="is-new">')
        const { request: over } = yield* (yield* ClientRequests).read(firm.member.workspaceId, id)
        const read = yield* talk.of(firm.member.workspaceId, over, { recipient: "carl" })
        assert.deepStrictEqual(
          read.map(({ isNew }) => isNew),
          [false],
        )
        for (const text of [
          "Submitted",
          "What you gave",
          "Carl Customer",
          "pass.pdf",
          "Digest (SHA-256)",
          "can only be read",
        ]) {
          assert.include(said, text)
        }
        assert.include(page.body, "As in your &lt;b&gt;passport&lt;/b&gt;.")
        assert.notInclude(page.body, "/enter")
        // the only forms there are the log-out's
        assert.strictEqual(page.body.match(/<form/g)?.length, 1)
        const file = /href="(\/portal\/[^"]+\/files\/[^"]+)"/.exec(page.body)?.[1] ?? ""
        const bytes = yield* own.get(file)
        assert.strictEqual(bytes.status, 200)
        assert.include(bytes.body, "%PDF-1.7")
        assert.include(bytes.headers["content-disposition"] ?? "", "attachment")
        const receipt = yield* own.get(`${base}/requests/${id}/receipt.pdf`)
        assert.deepStrictEqual([receipt.status, receipt.headers["content-type"]], [200, "application/pdf"])
        // entered once more, it leads back to what can be read; the session that finished it cannot change it either
        const again = yield* own.submit(base, {}, `${base}/requests/${id}/enter`)
        assert.strictEqual(again.headers["location"], `${base}/requests/${id}`)
        const late = yield* own.submit(
          base,
          { name: "Changed", revision: "1", action: "continue" },
          `${at}/sections/about`,
        )
        assert.notInclude(P.said(yield* own.get(`${base}/requests/${id}`)), "Changed")
        assert.isAbove(late.status, 299)

        // the next one is new since the last time, and counted (T13)
        yield* own.submit(base, {}, `${base}/log-out`)
        yield* P.send(firm, { title: "Company check 2028" })
        yield* own.submit(`${base}/log-in`, { email: contact.email, password: P.password })
        const home = yield* own.get(base)
        assert.match(P.said(home), /Requests 1 waiting for you .*Company check 2028 New Questions and documents/)
        assert.match(P.said(home), /Done Company check 2027 Questions and documents · ended on/)
      }),
  )

  it.effect(
    "K47: a policy whose end is the same for everybody shows nothing of it; one with a second factor asks for one",
    () =>
      Effect.gen(function* () {
        const firm = yield* P.firm
        const { base, contact, member } = firm
        const requests = yield* ClientRequests
        const closed = (policy: RequestPolicy.RequestPolicy, title: string) =>
          Effect.gen(function* () {
            const { id } = yield* P.send(
              firm,
              { title, sensitivity: "high", recipients: [{ ...P.asked(contact), mobile }] },
              { ...policy, waitingBegins: "on-send" },
            )
            yield* requests.closeOnBehalf(member, id, yield* Crypto.uuid)
            return id
          })
        const uniform = yield* closed({ ...RequestPolicy.taxdome, afterSubmit: "uniform" }, "Uniform")
        const careful = yield* closed({ ...RequestPolicy.taxdome, ...sms, secondFactorWhen: "sensitive" }, "Careful")
        const own = yield* P.loggedIn(base, contact.email)
        const shown = yield* own.get(`${base}/requests/${uniform}`)
        assert.include(P.said(shown), "What was given here is not shown")
        const guarded = yield* own.get(`${base}/requests/${careful}`)
        assert.include(P.said(guarded), "specially protected")
        for (const page of [shown, guarded]) assert.notInclude(page.body, 'id="given"')
        for (const id of [uniform, careful]) {
          assert.strictEqual((yield* own.get(`${base}/requests/${id}/receipt.pdf`)).status, 404)
        }
      }),
  )

  it.effect(
    "K24 S9: entering is a claim: audited, of the device, with the second factor, and never of what is over",
    () =>
      Effect.gen(function* () {
        const firm = yield* P.firm
        const { base, contact, member } = firm
        const requests = yield* ClientRequests
        const own = yield* P.loggedIn(base, contact.email)
        const enter = (id: string, who = own) => who.submit(base, {}, `${base}/requests/${id}/enter`)

        // bound to the device of the mail's link; the log-in moves it, as a new link would
        const bound = yield* P.send(firm, {}, { ...RequestPolicy.karbon, requires: ["email"] })
        const phone = P.browser()
        const link = World.tokenOf(yield* TestFirm.mailTo(contact.email, 2))
        const onPhone = yield* phone.send(`/r/${link}`, new URLSearchParams())
        assert.strictEqual((yield* phone.get(onPhone.headers["location"] ?? "")).status, 200)
        const here = yield* enter(bound.id)
        assert.strictEqual((yield* own.get(here.headers["location"] ?? "")).status, 200)
        assert.strictEqual((yield* phone.get(onPhone.headers["location"] ?? "")).status, 403)
        const types = yield* World.history(bound.id)
        assert.deepInclude(
          types.map((event) => (event.type === "AccessRecorded" ? event.what : event.type)),
          "entered-from-portal",
        )
        assert.strictEqual(types.filter(({ type }) => type === "LinkClaimed").length, 2)
        // where no link can be had without the firm, the device stays
        const fixed = yield* P.send(firm, {}, { ...RequestPolicy.karbon, requires: ["email"], selfService: "none" })
        const first = World.tokenOf(yield* TestFirm.mailTo(contact.email, 3))
        yield* phone.send(`/r/${first}`, new URLSearchParams())
        const refused = yield* enter(fixed.id)
        assert.strictEqual(refused.status, 409)
        assert.include(P.said(refused), "belongs to another device")

        // the second factor is asked
        const factor = { ...RequestPolicy.taxdome, ...sms, secondFactorWhen: "always" } as const
        const recipients = [{ ...P.asked(contact), mobile }]
        const guarded = yield* P.send(firm, { recipients }, factor)
        const code = yield* enter(guarded.id)
        assert.match(code.headers["location"] ?? "", /^\/q\/[\w-]{16}\/code/)
        assert.notStrictEqual((yield* own.get((code.headers["location"] ?? "").replace(/\/code.*/, ""))).status, 200)

        // over: cancelled is not there, expired and suspended are closed
        const cancelled = yield* P.send(firm, { title: "Cancelled one" })
        yield* requests.cancel(member, cancelled.id, "", yield* Crypto.uuid)
        assert.strictEqual((yield* own.get(`${base}/requests/${cancelled.id}`)).status, 404)
        const suspended = yield* P.send(firm, { title: "Suspended one" })
        yield* requests.suspend(member, suspended.id, "", yield* Crypto.uuid)
        const expired = yield* P.send(firm, { title: "Expired one" }, { ...RequestPolicy.taxdome, windowDays: 30 })
        const sql = yield* SqlClient.SqlClient
        yield* sql`UPDATE client_requests SET expires_at = now() - interval '1 minute',
        state = jsonb_set(state, '{expiresAt}', '1000000') WHERE id = ${expired.id}`
        for (const { id } of [suspended, expired]) {
          assert.strictEqual((yield* enter(id)).headers["location"], `${base}/requests/${id}`)
          assert.notInclude((yield* own.get(`${base}/requests/${id}`)).body, "/enter")
        }
        assert.match(P.said(yield* own.get(`${base}/requests/${expired.id}`)), /Expired/)
        const home = P.said(yield* own.get(base))
        assert.notInclude(home, "Cancelled one")
        assert.include(home, "Suspended one")
      }),
  )

  it.effect("K27 K49: each sees what was sent to them, by contact or by address, and nothing else", () =>
    Effect.gen(function* () {
      const firm = yield* P.firm
      const { base, contact, member, stored } = firm
      const other = yield* P.person(member.workspaceId, "Ola Other", `ola.${contact.email}`)
      const mine = yield* P.send(firm, { title: "Mine" })
      const theirs = yield* P.send({ ...firm, contact: other }, { title: "Theirs" })
      const bare = yield* P.send(firm, {
        title: "By address",
        recipients: [TestFirm.recipient(contact.email.toUpperCase())],
      })
      const draft = yield* TestFirm.createRequest(member, stored.ref, {
        title: "Draft",
        recipients: [P.asked(contact)],
      })
      const shared = yield* P.send(
        firm,
        {
          title: "Shared",
          recipients: [{ ...P.asked(other), id: "ola" }, P.asked(contact)],
        },
        { ...RequestPolicy.taxdome, audience: "shared-record" },
      )
      const own = yield* P.loggedIn(base, contact.email)
      const home = P.said(yield* own.get(base))
      for (const title of ["Mine", "By address", "Shared"]) assert.include(home, title)
      for (const title of ["Theirs", "Draft"]) assert.notInclude(home, title)
      for (const { id } of [theirs, draft]) {
        for (const path of [`/requests/${id}`, `/requests/${id}/receipt.pdf`]) {
          assert.strictEqual((yield* own.get(`${base}${path}`)).status, 404)
        }
        assert.strictEqual((yield* own.submit(base, {}, `${base}/requests/${id}/enter`)).status, 404)
      }
      for (const { id } of [mine, bare, shared]) {
        assert.strictEqual((yield* own.get(`${base}/requests/${id}`)).status, 200)
      }
      // when it goes to somebody else, it is theirs no longer
      const requests = yield* ClientRequests
      yield* requests.changeRecipient(member, mine.id, "carl", { ...P.asked(other), id: "ola" }, yield* Crypto.uuid)
      assert.strictEqual((yield* own.get(`${base}/requests/${mine.id}`)).status, 404)
    }),
  )

  it.effect(
    "T8 L15: for portal users only, a link leads to the log-in and opens nothing; third parties cannot be asked so",
    () =>
      Effect.gen(function* () {
        const firm = yield* P.firm
        const { base, contact, api, stored } = firm
        const { taxdome } = RequestPolicy
        const fixed = { ...taxdome, settingsEditable: { ...taxdome.settingsEditable, security: "unsent" } } as const
        const only = yield* P.send(firm, { title: "Only for users", portalOnly: true }, fixed)
        const token = World.tokenOf(yield* TestFirm.mailTo(contact.email))
        const own = P.browser()
        for (const answer of [yield* own.get(`/r/${token}`), yield* own.send(`/r/${token}`, new URLSearchParams())]) {
          assert.strictEqual(answer.status, 403)
          assert.include(P.said(answer), "Log in to answer")
          assert.notInclude(answer.body, "Only for users")
        }
        const claimed = yield* World.call("POST", "/api/customer/claim", {
          headers: { origin: World.origin },
          body: JSON.stringify({ token }),
        })
        assert.isAtLeast(claimed.status, 400)
        const user = yield* P.loggedIn(base, contact.email)
        const entered = yield* user.submit(base, {}, `${base}/requests/${only.id}/enter`)
        assert.strictEqual((yield* user.get(entered.headers["location"] ?? "")).status, 200)
        // loosening what is out is refused, and so is asking somebody who can have no login
        const loosened = yield* Effect.flip(
          api.requests.edit({ params: { id: only.id }, headers: {}, payload: { portalOnly: false } }),
        )
        assert.strictEqual(loosened._tag, "Refusal")
        const third = [TestFirm.recipient(`third.${contact.email}`)]
        const refused = yield* Effect.flip(
          TestFirm.sendRequest(firm.member, stored.ref, { recipients: third, portalOnly: true }, RequestPolicy.taxdome),
        )
        assert.include(JSON.stringify(refused), "recipient-not-a-contact")
      }),
  )

  it.effect("K29: the way to the portal stands on the request's page, for contacts of the firm alone", () =>
    Effect.gen(function* () {
      const firm = yield* P.firm
      const { base, contact } = firm
      const open = Effect.fnUntraced(function* (nth: number, address: string = contact.email) {
        const own = P.browser()
        const token = World.tokenOf(yield* TestFirm.mailTo(address, nth))
        const entered = yield* own.send(`/r/${token}`, new URLSearchParams())
        return yield* own.get(entered.headers["location"] ?? "")
      })
      yield* P.send(firm)
      const known = yield* open(1)
      assert.include(known.body, `href="${base}"`)
      assert.include(P.said(known), "Log in to see everything you were asked")
      // however its pages are laid out
      const { passfort, fileRequest } = RequestPolicy
      const outstanding = { perSubject: null, perTask: null } as const
      for (const [index, policy] of [passfort, fileRequest].entries()) {
        yield* P.send(firm, { title: `Laid out ${index}` }, { ...policy, outstanding })
        assert.include((yield* open(index + 2)).body, `href="${base}"`)
      }
      // a third party reaches no portal page (L15)
      const third = `third.${contact.email}`
      yield* P.send(firm, { recipients: [TestFirm.recipient(third)] })
      assert.notInclude((yield* open(1, third)).body, "/portal/")
    }),
  )
})
