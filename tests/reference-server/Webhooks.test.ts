import { assert, layer } from "@effect/vitest"
import { Events } from "@requite/api"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Webhook } from "standardwebhooks"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { maxEndpoints, WebhookNotFound, Webhooks } from "../../reference-server/src/Webhooks.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./WebhooksWorld.ts"

const day = 86_400_000
const byId = (one: World.Got, other: World.Got) => (one.id < other.id ? -1 : 1)

layer(World.layer, { excludeTestServices: true, timeout: "180 seconds" })("webhooks", (it) => {
  it.effect("S69: an event comes signed, under its own id, with ids and states", () =>
    Effect.gen(function* () {
      const { receiver, secret, sent, settled, webhooks, workspaceId, id, member } = yield* World.arrange()
      assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
      const request = yield* sent
      const got = (yield* World.gotBy(receiver, 2)).toSorted(byId)
      const plain = request.id.replaceAll("-", "")
      assert.deepStrictEqual(
        got.map((one) => [one.id, one.event.type]),
        [
          [`evt_${plain}_1`, "request.created"],
          [`evt_${plain}_2`, "request.sent"],
        ],
      )
      for (const one of got) {
        assert.isTrue(World.verifies(secret, one))
        assert.isFalse(World.verifies(`whsec_${Buffer.alloc(32).toString("base64")}`, one))
        assert.isFalse(World.verifies(secret, { ...one, body: `${one.body} ` }))
        const old = { ...one.headers, "webhook-timestamp": String(Number(one.headers["webhook-timestamp"]) - 301) }
        assert.isFalse(World.verifies(secret, { ...one, headers: old }))
        // the library that receivers use: it refuses what is old, too
        const headers = Object.fromEntries(Object.entries(one.headers).map(([name, value]) => [name, String(value)]))
        assert.deepStrictEqual(new Webhook(secret).verify(one.body, headers), one.event)
        assert.strictEqual(one.headers["content-type"], "application/json")
        const event = yield* Schema.decodeUnknownEffect(Events.Event)(one.event, { onExcessProperty: "error" })
        assert.strictEqual(event.data.id, one.id)
      }
      const { cursor, ...data } = got[1]?.event.data ?? {}
      assert.match(String(cursor), /^[0-9a-f]{32}$/)
      assert.deepStrictEqual(data, {
        id: `evt_${plain}_2`,
        requestId: request.id,
        index: 2,
        by: { kind: "member", id: member.id },
        workItem: null,
        before: "Pending",
        state: request.state,
        sendNo: 1,
        recipients: ["carl"],
        expiresAt: request.expiresAt === null ? null : new Date(request.expiresAt).toISOString(),
      })
      for (const delivery of yield* settled("delivered", 2)) {
        const view = yield* webhooks.delivery(workspaceId, id, delivery.id)
        assert.deepStrictEqual(
          view.history.map(({ number, status, error }) => [number, status, error]),
          [[1, 204, null]],
        )
        assert.strictEqual(view.body, got.find((one) => one.id === view.webhookId)?.body)
      }
    }),
  )

  it.effect(
    "S12 S71: no link, secret, name, address, answer or text leaves; answers do where an endpoint includes them",
    () =>
      Effect.gen(function* () {
        const requests = yield* ClientRequests
        const { receiver: bare, add, sent, settled, member, address } = yield* World.arrange()
        const full = yield* World.receiver
        full.answers.push((response) => void response.end("Zanzibar came back"))
        const { endpoint } = yield* add(full.url, { answers: true, types: ["request.submitted"] })
        const request = yield* sent
        const mail = yield* TestFirm.mailTo(address)
        const { customer } = yield* TestFirm.claim(mail)
        const answers = { name: "Zanzibar Quokka", mail: "zq@answer.example" }
        yield* requests.save(customer, { revision: 1, answers }, yield* TestFirm.uuid)
        const submitted = yield* requests.submit(customer, 1, yield* TestFirm.uuid)
        const [event] = yield* World.gotBy(full, 1)
        assert.deepStrictEqual(event?.event.data["answers"], answers)
        assert.strictEqual(event?.event.data["submission"], submitted.submission?.id)
        // they are sent side by side, so the last one may come before others
        const wanted = [
          "request.created",
          "request.sent",
          "access-link.claimed",
          "request.started",
          "request.submitted",
        ]
        yield* TestFirm.eventually(
          Effect.sync(() => {
            const types = new Set(bare.got.map((one) => one.event.type))
            return wanted.every((type) => types.has(type)) ? true : undefined
          }),
        )
        const all = JSON.stringify(bare.got.map(({ body, headers }) => [body, headers]))
        const link = Redacted.value(TestFirm.tokenIn(mail))
        const kept = [link, "Secretname", address, "Zanzibar", "answer.example", "secret title", "/r/", member.email]
        for (const text of kept) assert.notInclude(all, text)
        assert.notInclude(all, submitted.submission?.digest ?? "none")
        assert.notInclude(all, request.families["carl"]?.binding?.device ?? "none")
        yield* settled("delivered", 1, endpoint.id)
        // what lies in the database has no answers either, and no secret that signs
        const dump = yield* TestFirm.dump
        assert.notInclude(JSON.stringify([dump["webhook_deliveries"], dump["webhook_attempts"]]), "Zanzibar")
        assert.notMatch(JSON.stringify(dump), /whsec_/)
        assert.notMatch(TestFirm.logs.join("\n"), /whsec_/)
      }),
  )

  it.effect("S14 S69: for a day after a rotation both secrets sign, unless the old one is to end at once", () =>
    Effect.gen(function* () {
      const { receiver, secret, webhooks, workspaceId, id } = yield* World.arrange()
      const next = yield* webhooks.rotate(workspaceId, id, false)
      const second = Redacted.value(next.secret)
      assert.notStrictEqual(second, secret)
      assert.closeTo(next.endpoint.previousUntil ?? 0, Date.now() + day, 60_000)
      yield* webhooks.test(workspaceId, id)
      const last = () => receiver.got.at(-1) ?? assert.fail("nothing came")
      assert.lengthOf(String(last().headers["webhook-signature"]).split(" "), 2)
      assert.deepStrictEqual([World.verifies(secret, last()), World.verifies(second, last())], [true, true])

      yield* webhooks.test(workspaceId, id).pipe(TestFirm.at(Date.now() + day + 60_000))
      assert.deepStrictEqual([World.verifies(secret, last()), World.verifies(second, last())], [false, true])

      const third = Redacted.value((yield* webhooks.rotate(workspaceId, id, true)).secret)
      yield* webhooks.test(workspaceId, id)
      assert.deepStrictEqual(
        [secret, second, third].map((one) => World.verifies(one, last())),
        [false, false, true],
      )
    }),
  )

  it.effect("a test event says at once what came back, and is nothing that waits", () =>
    Effect.gen(function* () {
      const { receiver, webhooks, workspaceId, id } = yield* World.arrange({ types: ["request.submitted"] })
      receiver.answers.push(World.answer(418, "I am a teapot"))
      const attempt = yield* webhooks.test(workspaceId, id)
      assert.deepStrictEqual(
        [attempt.status, attempt.error, attempt.answer],
        [418, "It answered 418.", "I am a teapot"],
      )
      const [got] = receiver.got
      assert.strictEqual((yield* Schema.decodeUnknownEffect(Events.Event)(got?.event)).type, "webhook.test")
      assert.strictEqual((yield* webhooks.test(workspaceId, id)).status, 204)
      const { queued, dead } = yield* webhooks.get(workspaceId, id)
      assert.deepStrictEqual([queued, dead], [0, 0])
      assert.deepStrictEqual(yield* webhooks.replay(workspaceId, id, "dead"), { replayed: 0, more: false })
    }),
  )

  it.effect("an endpoint gets the types that it wants, none while it is disabled, and at most twenty there are", () =>
    Effect.gen(function* () {
      const { receiver, webhooks, workspaceId, id, sent, add, listed } = yield* World.arrange({
        types: ["request.sent"],
      })
      yield* sent
      yield* World.gotBy(receiver, 1)
      assert.strictEqual(receiver.got[0]?.event.type, "request.sent")
      const changed = yield* webhooks.edit(workspaceId, id, { enabled: false, types: null, description: "Off" })
      assert.deepStrictEqual([changed.enabled, changed.types, changed.description], [false, null, "Off"])
      yield* sent
      assert.lengthOf(yield* listed(id), 1)

      for (let count = 1; count < maxEndpoints; count += 1) yield* add(receiver.url)
      const refused = yield* Effect.flip(add(receiver.url))
      assert.strictEqual(refused.reason, "too-many")
      assert.strictEqual((yield* Effect.flip(add("https://10.0.0.1/"))).reason, "address")
      const moved = yield* Effect.flip(webhooks.edit(workspaceId, id, { url: "http://169.254.169.254/" }))
      assert.strictEqual(moved._tag, "WebhookRefused")
      assert.strictEqual((yield* webhooks.get(workspaceId, id)).url, receiver.url)
    }),
  )

  it.effect("S43: the endpoints and deliveries of another firm are not there", () =>
    Effect.gen(function* () {
      const ours = yield* World.arrange()
      const theirs = yield* World.arrange()
      yield* ours.sent
      const [delivery] = yield* ours.settled("delivered", 2)
      assert.lengthOf(theirs.receiver.got, 0)
      const webhooks = yield* Webhooks
      const { workspaceId } = theirs
      const missing = [
        webhooks.get(workspaceId, ours.id),
        webhooks.edit(workspaceId, ours.id, { enabled: false }),
        webhooks.rotate(workspaceId, ours.id, true),
        webhooks.test(workspaceId, ours.id),
        webhooks.remove(workspaceId, ours.id),
        webhooks.deliveries(workspaceId, ours.id, { limit: 10, offset: 0 }),
        webhooks.delivery(workspaceId, theirs.id, delivery?.id ?? ""),
        webhooks.replay(workspaceId, theirs.id, { delivery: delivery?.id ?? "" }),
        webhooks.replay(workspaceId, ours.id, "dead"),
      ]
      for (const one of missing) assert.instanceOf(yield* Effect.flip<unknown, unknown, never>(one), WebhookNotFound)
      assert.lengthOf(yield* webhooks.list(workspaceId), 1)
      assert.isTrue((yield* webhooks.get(ours.workspaceId, ours.id)).enabled)
    }),
  )
})
