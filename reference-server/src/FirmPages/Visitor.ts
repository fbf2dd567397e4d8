/**
 * Somebody who is not signed in, at a form of ours. The form's token is tied to a cookie that says nothing about them,
 * so that no other site can sign a browser in or set a firm up (login CSRF).
 */
import { Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Config, type ServerConfig } from "../Config.ts"
import { type Html, html } from "../Html.ts"
import * as PageSecurity from "../PageSecurity.ts"
import type { HttpServerResponse } from "../platform/Http.ts"
import { HttpRouter, HttpServerRequest } from "../platform/Http.ts"
import * as Form from "./Form.ts"
import * as Notice from "./Notice.ts"
import type { Words } from "./Words.ts"

export interface Visitor {
  readonly config: ServerConfig
  readonly request: HttpServerRequest.HttpServerRequest
  readonly words: Words
  /** The hidden field that makes a form ours. */
  readonly token: Html
  /** The address that the request comes from. */
  readonly from: string
  readonly query: (name: string) => string
}

const cookie = { name: "rq-visitor", seconds: 86_400 }

type Answer<R> = Effect.Effect<HttpServerResponse.HttpServerResponse, never, R>

/** A page for a visitor, who keeps the cookie that its forms need. */
export const page = <R>(path: HttpRouter.PathInput, show: (visitor: Visitor) => Answer<R>) =>
  HttpRouter.route(
    "GET",
    path,
    Effect.gen(function* () {
      const { visitor, secret } = yield* enter
      return PageSecurity.setCookie(visitor.config, yield* show(visitor), cookie, secret)
    }),
  )

/** A form that a visitor sent. */
export const action = <R>(path: HttpRouter.PathInput, carryOut: (visitor: Visitor, form: Form.Form) => Answer<R>) =>
  HttpRouter.route(
    "POST",
    path,
    Effect.gen(function* () {
      const { visitor, csrf } = yield* enter
      const { config, request, words } = visitor
      if (!PageSecurity.isSameOrigin(config, request)) return Notice.foreign(config, words)
      return yield* Form.read(request).pipe(
        Effect.flatMap((form) =>
          PageSecurity.isCsrf(form.exact("csrf"), csrf)
            ? carryOut(visitor, form)
            : Effect.succeed(Notice.stale(config, words)),
        ),
        Effect.catch(() => Effect.succeed(Notice.unreadable(config, words))),
      )
    }),
  )

const enter = Effect.gen(function* () {
  const config = yield* Config
  const request = yield* HttpServerRequest.HttpServerRequest
  const secret = PageSecurity.readCookie(config, request, cookie.name) ?? Redacted.make(yield* Crypto.secret)
  const csrf = yield* PageSecurity.csrfToken(secret)
  const query = yield* HttpServerRequest.ParsedSearchParams
  const visitor: Visitor = {
    config,
    request,
    words: Notice.wordsFor(request, yield* Clock.currentTimeMillis),
    token: html`<input type="hidden" name="csrf" value="${csrf}" />`,
    from: request.remoteAddress._tag === "Some" ? request.remoteAddress.value : "",
    query: (name) => [query[name] ?? ""].flat()[0] ?? "",
  }
  return { visitor, secret, csrf }
})
