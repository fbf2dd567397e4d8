/**
 * Around the whole server: an address that is nobody's (404) and a fault of ours (5xx) are answered with a page where they
 * would have no content, which says what to do next in its reader's language and carries every page's headers (S37). It is
 * made of what the process has loaded, and so can be told in any trouble.
 */
import * as Effect from "effect/Effect"
import type { ServerConfig } from "../Config.ts"
import * as CurrentRequest from "../Observability/CurrentRequest.ts"
import * as PageSecurity from "../PageSecurity.ts"
import type { HttpServerRequest } from "../platform/Http.ts"
import { HttpEffect, HttpServerResponse } from "../platform/Http.ts"
import * as DeadEnd from "./DeadEnd.ts"

export const middleware =
  (config: ServerConfig) =>
  <E, R>(app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
    Effect.andThen(
      HttpEffect.appendPreResponseHandler((request, response) =>
        response.body._tag === "Empty"
          ? Effect.map(CurrentRequest.number, (number) => {
              const last = lastPage(config, request, response, number)
              return number === null ? last : HttpServerResponse.setHeader(last, "x-request-id", number)
            })
          : Effect.succeed(response),
      ),
      app,
    )

const lastPage = (
  config: ServerConfig,
  request: HttpServerRequest.HttpServerRequest,
  response: HttpServerResponse.HttpServerResponse,
  number: string | null,
) => {
  const { status } = response
  if (status === 404) return DeadEnd.nowhere(config, request)
  if (status < 500) return response
  if (PageSecurity.isForPrograms(request)) {
    const detail = "Something went wrong here. The log of the server says what, under the number of this request."
    return PageSecurity.problem(config, { status, title: "Internal Server Error", detail, requestId: number })
  }
  return DeadEnd.trouble(number, status)(config, request)
}
