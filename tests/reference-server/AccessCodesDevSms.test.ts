// The page of the development outbox, over HTTP.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createServer } from "node:http"
import { join } from "node:path"
import { Config, parse } from "../../reference-server/src/Config.ts"
import * as DevSms from "../../reference-server/src/FirmPages/DevSms.ts"
import { HttpRouter, HttpServer } from "../../reference-server/src/platform/Http.ts"
import { NodeHttpServer, NodeServices } from "../../reference-server/src/platform/Node.ts"
import { SmsSender } from "../../reference-server/src/SmsSender.ts"
import * as Outbox from "../../reference-server/src/SmsSender/outbox.ts"
import * as TestDatabase from "../support/TestDatabase.ts"

const world = Layer.unwrap(
  Effect.map(TestDatabase.temporaryDirectory, (folder) => {
    const { config } = parse({ DATA_DIR: folder })
    if (config === null) throw new Error("no configuration")
    return HttpRouter.serve(
      HttpRouter.use((router) =>
        Effect.flatMap(Outbox.DevOutbox, (outbox) =>
          router.addAll(
            DevSms.routes(outbox).map((route) => ({
              ...route,
              handler: Effect.provideService(route.handler, Config, config),
            })),
          ),
        ),
      ),
      { disableLogger: true, disableListenLog: true },
    ).pipe(
      Layer.provideMerge(Outbox.layer(join(folder, "dev-sms"))),
      Layer.provideMerge(NodeHttpServer.layer(createServer, { host: "127.0.0.1", port: 0 })),
      Layer.provideMerge(NodeServices.layer),
    )
  }),
)

const page = Effect.fnUntraced(function* (headers: Record<string, string> = {}) {
  const { address } = yield* HttpServer.HttpServer
  const url = `${HttpServer.formatAddress(address)}/dev/sms`
  const response = yield* Effect.promise(() => fetch(url, { headers }))
  return { status: response.status, text: yield* Effect.promise(() => response.text()) }
})

describe("/dev/sms", () => {
  it.live("C1: shows what would have gone out, as text, and to this machine only", () =>
    Effect.gen(function* () {
      const empty = yield* page()
      assert.strictEqual(empty.status, 200)
      assert.include(empty.text, "There are no messages yet")
      const sender = yield* SmsSender
      const text = "000123 is your code from <b>A & B</b>.\n@localhost #000123"
      yield* sender.send({ id: "4b1f5d5e-8f0a-4d3e-9b1c-2a7d6c5e4f30", to: "+46701234567", text })
      const shown = yield* page({ "accept-language": "sv" })
      assert.include(shown.text, "till +46701234567")
      assert.include(shown.text, "000123 is your code from &lt;b&gt;A &amp; B&lt;/b&gt;.\n@localhost #000123")
      for (const headers of [{ forwarded: "for=192.0.2.7" }, { "x-forwarded-for": "192.0.2.7" }]) {
        const elsewhere = yield* page(headers)
        assert.strictEqual(elsewhere.status, 404)
        assert.notInclude(elsewhere.text, "000123")
      }
    }).pipe(Effect.provide(world)),
  )
})
