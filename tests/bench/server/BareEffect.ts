/**
 * The same as `Bare.ts` behind the framework of the server, and nothing of the server: one endpoint of Effect's HttpApi that reads
 * what the contract's does. What is between this and node:http is the framework's; what is between this and requite, ours.
 */
import { createServer } from "node:http"
import { Wire } from "@requite/api"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { HttpApi, HttpApiEndpoint, HttpApiGroup } from "@requite/api/HttpApi"
import { HttpRouter, HttpServerRequest } from "../../../reference-server/src/platform/Http.ts"
import { HttpApiBuilder } from "../../../reference-server/src/platform/HttpApi.ts"
import { NodeHttpServer } from "../../../reference-server/src/platform/Node.ts"
import * as BareSave from "./BareSave.ts"

const endpoint = HttpApiEndpoint.put("save", "/customer/:handle/answers", {
  params: { handle: Schema.String },
  headers: { "x-csrf-token": Schema.String },
  payload: Schema.Struct({ revision: Schema.Int, answers: Wire.Answers }),
  success: Schema.Struct({ conflicts: Schema.Array(Schema.String) }),
})
const contract = HttpApi.make("bare").add(HttpApiGroup.make("customer").add(endpoint)).prefix("/api")

const save = await BareSave.start()

const handlers = HttpApiBuilder.group(contract, "customer", (group) =>
  group.handle(
    "save",
    Effect.fnUntraced(function* ({ params, payload }) {
      const request = yield* HttpServerRequest.HttpServerRequest
      const status = yield* save({
        handle: params.handle,
        cookie: request.headers["cookie"] ?? "",
        from: Option.getOrElse(request.remoteAddress, () => ""),
        answers: Effect.succeed(payload.answers),
      })
      return status === 200 ? { conflicts: [] } : yield* Effect.die(new Error(`answered ${status}`))
    }, Effect.orDie),
  ),
)

const served = HttpRouter.serve(Layer.provide(HttpApiBuilder.layer(contract), handlers), { disableLogger: true }).pipe(
  Layer.provide(NodeHttpServer.layer(() => createServer(), { host: "127.0.0.1", port: Number(process.env["PORT"]) })),
)
const ready = Layer.effectDiscard(Effect.sync(() => process.send?.("ready")))
Effect.runFork(Layer.launch(Layer.provide(ready, served)))
