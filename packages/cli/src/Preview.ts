/**
 * `requite preview`: a page on this machine that shows a questionnaire as a customer would meet it, with what
 * `requite check` finds beside it. The page asks again and again whether the file has changed, so that saving it in an
 * editor is all it takes; what was typed stays. Nothing is stored and nobody else can reach it: it listens on the
 * loopback address only, and answers no other host name (DNS rebinding).
 */
import * as Questionnaire from "@requite/core/Questionnaire"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createHash } from "node:crypto"
import { createServer } from "node:http"
import * as Check from "./Check.ts"
import { type FileSystem, NodeHttpServer, type Stdio } from "./Cli.ts"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "./Http.ts"
import * as Modules from "./Preview/Modules.ts"
import * as Shell from "./Preview/Shell.ts"
import * as Sources from "./Sources.ts"

/** What the page asks for: the questionnaire when it has no error, and the findings. */
export interface State {
  readonly name: string
  /** The day, for conditions that read it: `2027-03-27`. */
  readonly today: string
  readonly questionnaire: Questionnaire.Questionnaire | null
  readonly findings: ReadonlyArray<Questionnaire.Finding>
}

/** What is asked for again and again: a text is checked once. */
const stateOf = (file: string): Effect.Effect<State, never, FileSystem.FileSystem | Stdio.Stdio> => {
  const name = Sources.nameOf(file)
  let latest: { readonly text: string; readonly checked: Questionnaire.Checked } | null = null
  const checked = Sources.text(file).pipe(
    Effect.map((text) => {
      if (latest?.text !== text) latest = { text, checked: Questionnaire.check(text) }
      return latest.checked
    }),
    Effect.catchTag("Unreadable", ({ message }) =>
      Effect.succeed({ questionnaire: null, findings: Check.unreadable(name, message).findings }),
    ),
  )
  return Effect.zipWith(checked, Clock.currentTimeMillis, (checked, now) => ({
    name,
    today: new Date(now).toISOString().slice(0, 10),
    ...checked,
  }))
}

const headers = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "content-security-policy": `default-src 'none'; script-src 'self' '${Shell.importMapDigest}'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'`,
}

/** Only whoever asks for the loopback address itself: a page of another site that resolves here is refused. */
const isLocal = (host: string | undefined): boolean => /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host ?? "")

const routes = (file: string) => {
  const state = stateOf(file)
  return HttpRouter.addAll([
    HttpRouter.route("GET", "/", answer(Effect.succeed(HttpServerResponse.html(Shell.page())))),
    HttpRouter.route(
      "GET",
      "/preview.css",
      answer(Effect.succeed(HttpServerResponse.text(Shell.styles, { contentType: "text/css; charset=utf-8" }))),
    ),
    HttpRouter.route(
      "GET",
      "/state",
      answer(
        Effect.gen(function* () {
          const request = yield* HttpServerRequest.HttpServerRequest
          const body = JSON.stringify(yield* state)
          const etag = `"${createHash("sha256").update(body).digest("hex").slice(0, 16)}"`
          return request.headers["if-none-match"] === etag
            ? HttpServerResponse.empty({ status: 304 })
            : HttpServerResponse.text(body, { contentType: "application/json", headers: { etag } })
        }),
      ),
    ),
    HttpRouter.route(
      "GET",
      "/modules/*",
      answer(
        Effect.map(HttpServerRequest.HttpServerRequest, ({ url }) => {
          const source = Modules.read(url.split("?")[0] ?? "")
          return source === null
            ? HttpServerResponse.text("There is no such module.", { status: 404 })
            : HttpServerResponse.text(source, { contentType: "text/javascript; charset=utf-8" })
        }),
      ),
    ),
  ])
}

const answer = <E, R>(handler: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
    isLocal(request.headers["host"])
      ? Effect.map(handler, HttpServerResponse.setHeaders(headers))
      : Effect.succeed(HttpServerResponse.text("This preview is for this machine only.", { status: 421 })),
  )

/** Serves the preview of a file on the loopback address for as long as the layer lives; port 0 takes any free one. */
export const layer = (file: string, options: { readonly port: number }) =>
  HttpRouter.serve(routes(file), { disableLogger: true, disableListenLog: true }).pipe(
    Layer.provideMerge(NodeHttpServer.layer(() => createServer(), { host: "127.0.0.1", port: options.port })),
  )
