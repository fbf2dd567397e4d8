/**
 * What every page of ours has in common for the browser's safety (security.md §HTTP and browser): the headers, who may
 * post a form, and the cookies. A page carries no third-party thing, is never cached, framed or indexed, and tells
 * nobody where its reader came from. Only pages of a customer may be framed, by whom the firm lists (`CustomerPages/Framing.ts`).
 */
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { randomBytes } from "node:crypto"
import type { ServerConfig } from "./Config.ts"
import type { HttpServerRequest } from "./platform/Http.ts"
import { HttpServerResponse } from "./platform/Http.ts"

/** S37, S38, S40. Styles and scripts come from this server's own files only; pages need no inline ones. `framers`: the origins
 * that may show it in a frame. */
export const headers = (
  config: ServerConfig,
  framers: ReadonlyArray<string> = [],
): Readonly<Record<string, string>> => ({
  "content-security-policy": `default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors ${framers.length === 0 ? "'none'" : framers.join(" ")}`,
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-robots-tag": "noindex, nofollow",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "geolocation=(), microphone=(), payment=()",
  ...(isHttps(config) ? { "strict-transport-security": "max-age=31536000; includeSubDomains" } : {}),
})

/** Is it served by https? Over plain http (this machine only) cookies cannot be bound to it. */
export const isHttps = (config: ServerConfig) => config.publicUrl.startsWith("https:")

/** A whole page, escaped already, with the headers above. */
export const page = (
  config: ServerConfig,
  html: string,
  options: { readonly status?: number; readonly framers?: ReadonlyArray<string> } = {},
): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(html, {
    status: options.status ?? 200,
    contentType: "text/html; charset=utf-8",
    headers: headers(config, options.framers),
  })

/** Programs read JSON: what is below `/api`, and whoever asks for it. */
export const isForPrograms = ({ url, headers: sent }: HttpServerRequest.HttpServerRequest): boolean =>
  /^\/(api|ready|health|metrics)(\/|\?|$)/.test(url) || /^application\/([a-z.]+\+)?json\b/.test(sent["accept"] ?? "")

/** A problem as RFC 9457 describes it, with the request's number. */
export const problem = (
  config: ServerConfig,
  given: {
    readonly status: number
    readonly title: string
    readonly detail: string
    readonly requestId: string | null
  },
): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(
    JSON.stringify({
      type: "about:blank",
      title: given.title,
      status: given.status,
      detail: given.detail,
      // clients of ours know failures by these two
      _tag: given.status === 503 ? "Unavailable" : "Broken",
      message: given.detail,
      ...(given.requestId === null ? {} : { requestId: given.requestId }),
    }),
    { status: given.status, contentType: "application/problem+json", headers: headers(config) },
  )

/** After a POST: go and see (303), so that reloading and Back never post twice. */
export const seeOther = (config: ServerConfig, path: string): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.empty({ status: 303, headers: { ...headers(config), location: path } })

/**
 * Was this sent by a page of ours (S39)? Browsers say so in `Sec-Fetch-Site`; where that is missing, `Origin` must be
 * our own. (Under `no-referrer` a form's Origin is "null", so Origin alone would not do.)
 */
export const isSameOrigin = (config: ServerConfig, request: HttpServerRequest.HttpServerRequest): boolean => {
  const site = request.headers["sec-fetch-site"]
  return site === undefined ? request.headers["origin"] === config.publicUrl : site === "same-origin"
}

/**
 * The token that the forms of a session carry: known to who has the session's secret, and of no use beyond. It is written
 * differently each time (a pad, and the token under it), so that the length of a compressed page says nothing of it (BREACH).
 */
export const csrfToken = (secret: Redacted.Redacted): Effect.Effect<string, never, Crypto.Crypto> =>
  Effect.map(Crypto.sha256Hex(`csrf:${Redacted.value(secret)}`), (token) => {
    const pad = randomBytes(token.length / 2)
    return pad.toString("hex") + under(pad, token)
  })

const under = (pad: Buffer, token: string): string =>
  Buffer.from(Buffer.from(token, "hex").map((byte, at) => byte ^ (pad[at] ?? 0))).toString("hex")

/** What is written under its pad. */
const unmasked = (token: string): string => {
  const half = token.length / 2
  return /^(?:[0-9a-f]{4})+$/.test(token) ? under(Buffer.from(token.slice(0, half), "hex"), token.slice(half)) : ""
}

/** `__Host-` cookies are tied to this host and to https; over plain http (this machine only) they would not be kept. */
export const cookieName = (config: ServerConfig, name: string): string => (isHttps(config) ? `__Host-${name}` : name)

/** Sets a session cookie (S10): Lax, because customers arrive from their webmail. */
export const setCookie = (
  config: ServerConfig,
  response: HttpServerResponse.HttpServerResponse,
  { name, seconds }: { readonly name: string; readonly seconds: number },
  secret: Redacted.Redacted,
): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.setCookieUnsafe(response, cookieName(config, name), Redacted.value(secret), {
    httpOnly: true,
    sameSite: "lax",
    path: "/",
    secure: isHttps(config),
    maxAge: seconds * 1000,
  })

/** Ends a session's cookie in the browser. */
export const clearCookie = (
  config: ServerConfig,
  response: HttpServerResponse.HttpServerResponse,
  name: string,
): HttpServerResponse.HttpServerResponse => setCookie(config, response, { name, seconds: 0 }, Redacted.make(""))

/** The cookie's secret, if the request brings one of that name. */
export const readCookie = (
  config: ServerConfig,
  request: HttpServerRequest.HttpServerRequest,
  name: string,
): Redacted.Redacted | null => {
  const value = request.cookies[cookieName(config, name)]
  return value === undefined || value === "" ? null : Redacted.make(value)
}

/** Compares a form's token with the session's own. */
export const isCsrf = (given: string | undefined, expected: string): boolean =>
  expected !== "" && Crypto.timingSafeEqual(unmasked(given ?? ""), unmasked(expected))
