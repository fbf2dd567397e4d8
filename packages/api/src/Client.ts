/** The typed client of the contract, for scripts: every endpoint a function, every failure a typed value. */
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import { MemberAccess } from "./Access.ts"
import { Api } from "./Api.ts"
import { FetchHttpClient, HttpApiClient, HttpApiMiddleware, HttpClientRequest } from "./HttpApi.ts"

export type Client = HttpApiClient.ForApi<typeof Api>

/**
 * A client that acts with an API key. `baseUrl` is the server's address, such as `https://requests.example.com`.
 *
 * ```ts
 * const requite = yield* client({ baseUrl, apiKey })
 * const { requests } = yield* requite.requests.list({ query: { state: "Submitted" } })
 * ```
 *
 * It runs on `fetch`; `FetchHttpClient.Fetch` puts another one in its place.
 */
export const client = (options: {
  readonly baseUrl: string | URL
  readonly apiKey: string | Redacted.Redacted
}): Effect.Effect<Client> =>
  HttpApiClient.make(Api, { baseUrl: options.baseUrl }).pipe(
    Effect.provide([
      HttpApiMiddleware.layerClient(MemberAccess, ({ next, request }) =>
        next(HttpClientRequest.bearerToken(request, options.apiKey)),
      ),
      FetchHttpClient.layer,
    ]),
  )
