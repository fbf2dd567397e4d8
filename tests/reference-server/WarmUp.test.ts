// A new domain begins with few mails a day: what goes to many waits above that, everything else goes, and everybody is told.
import { createServer } from "node:http"
import { client } from "@requite/api"
import { assert, layer } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Api from "../../reference-server/src/Api.ts"
import * as CustomerPages from "../../reference-server/src/CustomerPages.ts"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { Dns, type Resolver } from "../../reference-server/src/Dns.ts"
import * as FirmPages from "../../reference-server/src/FirmPages.ts"
import * as Samples from "../../reference-server/src/FirmPages/Samples.ts"
import { Members } from "../../reference-server/src/Members.ts"
import { HttpRouter, HttpServer } from "../../reference-server/src/platform/Http.ts"
import { NodeHttpServer } from "../../reference-server/src/platform/Node.ts"
import * as TestFirm from "../support/TestFirm.ts"

const zone = new Map<string, ReadonlyArray<string>>()
const resolver: Resolver = { txt: (name) => Effect.sync(() => zone.get(name) ?? []), mx: () => Effect.succeed([]) }

const server = HttpRouter.serve(Layer.mergeAll(CustomerPages.layer, FirmPages.layer, Api.layer), {
  disableLogger: true,
  disableListenLog: true,
}).pipe(
  Layer.provide(Samples.layer),
  Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
  Layer.provideMerge(TestFirm.layerOf({ MAIL_FROM: "requests@mail.example", WARM_UP_PER_DAY: "4" })),
  Layer.provideMerge(Layer.succeed(Dns, resolver)),
)

const base = Effect.map(HttpServer.HttpServer, ({ address }) => HttpServer.formatAddress(address))
const hours = 3_600_000

/** A firm with an API key, whose domain of that name is verified. */
const withDomain = Effect.fnUntraced(function* (domain: string) {
  const firm = yield* TestFirm.firm
  const members = yield* Members
  const { secret } = yield* members.createKey(firm.member, "tests")
  const api = yield* client({ baseUrl: yield* base, apiKey: secret })
  const chosen = yield* api.sender.choose({ payload: { domain, localPart: "requests" } })
  assert.isNull(chosen.domain?.warmUp ?? null)
  for (const { name, value } of chosen.domain?.records ?? []) zone.set(name, [value])
  const checked = yield* api.sender.check()
  assert.strictEqual(checked.domain?.state, "verified")
  const cookie = `rq-member=${Redacted.value(yield* members.openSession(firm.member))}`
  const page = Effect.flatMap(base, (at) =>
    Effect.promise(() => fetch(`${at}/settings/sending`, { headers: { cookie } }).then((answer) => answer.text())),
  )
  const goneTo = (pattern: RegExp) =>
    TestFirm.post.mails.filter(({ to, from }) => pattern.test(to.address) && from.address === `requests@${domain}`)
  return { ...firm, api, page, goneTo }
})

const swept = Effect.gen(function* () {
  const requests = yield* ClientRequests
  TestFirm.clock.pass(5000)
  yield* Effect.repeat(requests.sweep, { while: (looked) => looked > 0 })
})

layer(server, { excludeTestServices: true, timeout: "300 seconds" })("a new domain", (it) => {
  it.effect(
    "M30: on its first day a batch sends as many mails as the plan says, twice as many on the next; what waits says until when",
    () =>
      Effect.gen(function* () {
        const { api, page, goneTo, member, stored, address } = yield* withDomain("fresh.example")
        const rows = Array.from({ length: 14 }, (_, n) => ({
          externalId: `warm-${n}`,
          request: {
            questionnaire: { id: "kyc" },
            title: "Yearly company check",
            recipient: { name: "Carl", email: `warm.${n}@customer.example`, language: "en" },
          },
        }))
        const { batch, rows: made } = yield* api.requests.bulk({ payload: { rows } })
        yield* swept
        const params = { batch: batch ?? assert.fail("no batch") }
        const after = (count: number) =>
          TestFirm.eventually(
            Effect.map(api.requests.batch({ params }), (view) =>
              view.mails["handed-over"] === count ? view : undefined,
            ),
          )
        const first = yield* after(4)
        // nothing more comes, however often it is looked
        yield* TestFirm.eventually(
          Effect.map(api.sender.get(), ({ domain }) => (domain?.warmUp?.waiting === 10 ? true : undefined)),
        )
        const settled = yield* TestFirm.eventually(
          Effect.map(api.requests.batch({ params }), (view) => (view.heldUntil === null ? undefined : view)),
        )
        assert.deepStrictEqual(settled.mails, { "handed-over": 4, queued: 10 })
        assert.deepInclude(first, { requests: 14, sent: 14 })
        const { domain } = yield* api.sender.get()
        assert.deepInclude(domain?.warmUp, { day: 1, perDay: 4, sent: 4, waiting: 10, until: settled.heldUntil })

        // it is said where people look
        assert.include(yield* page, "day 1 of 14, 4 of at most 4 sent. 10 wait until")
        const lines = yield* Effect.forEach(made, ({ request }) =>
          Effect.map(api.requests.get({ params: { id: request ?? "" } }), ({ mails }) => mails[0]),
        )
        const waiting = lines.filter((mail) => mail?.status === "queued")
        assert.strictEqual(waiting.length, 10)
        yield* TestFirm.eventually(
          Effect.map(api.requests.get({ params: { id: made[13]?.request ?? "" } }), ({ mails }) =>
            mails[0]?.reason?.includes(`it waits until ${settled.heldUntil}`) === true ? true : undefined,
          ),
        )

        // what somebody sends by hand, and what a customer asks for, does not wait
        const one = yield* TestFirm.sendRequest(member, stored.ref, { recipients: [TestFirm.recipient(address)] })
        yield* TestFirm.mailTo(address)
        const requests = yield* ClientRequests
        yield* requests.requestAccessLink(member.workspaceId, one.id, "carl", yield* TestFirm.uuid)
        yield* TestFirm.mailTo(address, 2)
        assert.strictEqual(goneTo(/^warm\./).length, 4)

        TestFirm.clock.pass(24 * hours)
        yield* after(12)
        yield* TestFirm.eventually(
          Effect.map(api.sender.get(), (sender) =>
            sender.domain?.warmUp?.day === 2 && sender.domain.warmUp.sent === 8 ? true : undefined,
          ),
        )
        // a week in which nothing goes is no part of the plan, and the last two go
        TestFirm.clock.pass(7 * 24 * hours)
        yield* after(14)
        const last = yield* api.sender.get()
        assert.deepInclude(last.domain?.warmUp, { day: 3, perDay: 16, sent: 2, waiting: 0 })
        assert.strictEqual(new Set(goneTo(/^warm\./).map(({ to }) => to.address)).size, 14)
        assert.strictEqual(goneTo(/^warm\./).length, 14)
      }),
    300_000,
  )

  it.effect("M30: reminders wait like that too; without a domain of its own, a firm has no ceiling of its own", () =>
    Effect.gen(function* () {
      const { api, member, stored, address, goneTo } = yield* withDomain("slow.example")
      const urgent = { reminders: { rule: { kind: "urgent" }, enabled: true }, due: "2030-01-01" } as const
      const requests = yield* ClientRequests
      for (let n = 0; n < 6; n++) {
        yield* TestFirm.sendRequest(member, stored.ref, {
          recipients: [TestFirm.recipient(`${n}.${address}`)],
          ...urgent,
        })
      }
      yield* TestFirm.eventually(Effect.sync(() => (goneTo(/^\d\./).length === 6 ? true : undefined)))
      const now = yield* Clock.currentTimeMillis
      TestFirm.clock.pass(TestFirm.noonAfter(now, 2) - now)
      yield* Effect.repeat(requests.sweep, { while: (looked) => looked > 0 })
      yield* TestFirm.eventually(
        Effect.map(api.sender.get(), ({ domain }) =>
          domain?.warmUp?.sent === 4 && domain.warmUp.waiting === 2 ? true : undefined,
        ),
      )
      yield* api.sender.remove()
      TestFirm.clock.pass(24 * hours)
      yield* TestFirm.eventually(
        Effect.sync(() =>
          TestFirm.post.mails.filter(({ to }) => to.address.endsWith(address)).length >= 12 ? true : undefined,
        ),
      )
    }),
  )
})
