/** The ceiling of autosaving: a bare node:http server over `BareSave.ts`. No routes, no contract, no layers. */
import { createServer } from "node:http"
import { text } from "node:stream/consumers"
import * as Effect from "effect/Effect"
import * as BareSave from "./BareSave.ts"

const save = await BareSave.start()

createServer((request, response) => {
  text(request)
    .then((body) =>
      Effect.runPromise(
        save({
          handle: /^\/api\/customer\/([^/]+)\/answers$/.exec(request.url ?? "")?.[1] ?? "",
          cookie: request.headers.cookie ?? "",
          from: request.socket.remoteAddress ?? "",
          answers: Effect.sync(() => BareSave.answersOf(JSON.parse(body))),
        }),
      ),
    )
    .then((status) =>
      response
        .writeHead(status, { "content-type": "application/json" })
        .end(status === 200 ? '{"conflicts":[]}' : "{}"),
    )
    .catch(() => response.writeHead(500).end())
}).listen(Number(process.env["PORT"]), "127.0.0.1", () => process.send?.("ready"))
