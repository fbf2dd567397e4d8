/**
 * `/docs`: the contract to read and to try out, from the server itself, without a foreign host.
 *
 * The page is one document with its script in it. Its policy names that script, and the few lines that start it, by
 * their digests: nothing else runs (S38). Styles it makes itself, so those are allowed in place.
 */
import { Api } from "@requite/api"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createHash } from "node:crypto"
import { Config } from "../Config.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { HttpRouter, HttpServerResponse } from "../platform/Http.ts"
import { HttpApiScalar } from "../platform/HttpApi.ts"

const scriptDigests = (html: string): ReadonlyArray<string> =>
  [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, script = ""]) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`,
  )

const policy = (html: string): string =>
  [
    "default-src 'none'",
    `script-src ${scriptDigests(html).join(" ")}`,
    "style-src 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ")

const text = ({ body }: HttpServerResponse.HttpServerResponse): string =>
  body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : ""

const guard = HttpRouter.middleware(
  Effect.gen(function* () {
    const config = yield* Config
    let known: string | undefined
    return (page) =>
      Effect.map(page, (response) => {
        // three megabytes, but the same for as long as the server runs
        known ??= policy(text(response))
        return HttpServerResponse.setHeaders(response, {
          ...PageSecurity.headers(config),
          "content-security-policy": known,
          "cache-control": "no-cache",
        })
      })
  }),
)

/** What the page offers that would send the contract to somebody else's server. */
const elsewhere = ".api-reference-toolbar, .open-api-client-button { display: none !important }"

/** `GET /docs`. */
export const layer = HttpApiScalar.layer(Api, {
  path: "/docs",
  scalar: {
    authentication: { preferredSecurityScheme: "apiKey" },
    customCss: elsewhere,
    defaultOpenAllTags: true,
    hideModels: true,
    withDefaultFonts: false,
  },
}).pipe(Layer.provide(guard.layer))
