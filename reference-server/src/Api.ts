/**
 * The HTTP API, served: the contract of @requite/api with a handler behind each endpoint (`Api/`, a file a group), the
 * guards that say who calls, and its documentation at `/docs` and `/openapi.json`.
 */
import { Api, Failure } from "@requite/api"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as access from "./Api/access.ts"
import * as branding from "./Api/branding.ts"
import * as contacts from "./Api/contacts.ts"
import * as customer from "./Api/customer.ts"
import * as documents from "./Api/documents.ts"
import * as docs from "./Api/docs.ts"
import * as embedding from "./Api/embedding.ts"
import * as events from "./Api/events.ts"
import * as failures from "./Api/failures.ts"
import * as keys from "./Api/keys.ts"
import * as operations from "./Api/operations.ts"
import * as members from "./Api/members.ts"
import * as policies from "./Api/policies.ts"
import * as questionnaires from "./Api/questionnaires.ts"
import * as record from "./Api/record.ts"
import * as requests from "./Api/requests.ts"
import * as senders from "./Api/senders.ts"
import * as suppressions from "./Api/suppressions.ts"
import * as system from "./Api/system.ts"
import * as webhooks from "./Api/webhooks.ts"
import * as templates from "./Api/templates.ts"
import * as uploads from "./Api/uploads.ts"
import * as workItems from "./Api/workItems.ts"
import { Config } from "./Config.ts"
import * as recordKey from "./Record/wellKnown.ts"
import * as PageSecurity from "./PageSecurity.ts"
import * as Tenancy from "./Tenancy.ts"
import { ByteSize } from "./platform/Files.ts"
import { HttpEffect, HttpIncomingMessage, HttpRouter, HttpServerRequest, HttpServerResponse } from "./platform/Http.ts"
import { HttpApiBuilder, HttpApiMiddleware } from "./platform/HttpApi.ts"

const hasBody = ({ headers }: HttpServerRequest.HttpServerRequest): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0

/** What every answer carries, those of failures too; a header that a handler set itself stays. */
const dressed = (base: Readonly<Record<string, string>>, response: HttpServerResponse.HttpServerResponse) =>
  HttpServerResponse.setHeaders(response, {
    ...base,
    ...(response.status === 401 ? { "www-authenticate": "Bearer" } : {}),
    ...response.headers,
  })

/** The browser's safety, and the limits of bodies: of JSON here, of uploads in the contract. */
const surroundings = HttpRouter.middleware(
  Effect.gen(function* () {
    const base = PageSecurity.headers(yield* Config)
    return (app) =>
      Effect.gen(function* () {
        yield* HttpEffect.appendPreResponseHandler((_request, response) => Effect.succeed(dressed(base, response)))
        const request = yield* HttpServerRequest.HttpServerRequest
        // a browser can send a body of no type to anybody; read as JSON it would be a form that no preflight stops (S39)
        if (hasBody(request) && request.headers["content-type"] === undefined) {
          return HttpServerResponse.text("A body needs a content-type: application/json", { status: 415 })
        }
        return yield* Effect.provideService(app, HttpIncomingMessage.MaxBodySize, ByteSize.mebibytes(4)).pipe(
          Tenancy.none,
        )
      })
  }),
)

const routes = HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }).pipe(
  Layer.provide([
    questionnaires.layer,
    requests.layer,
    policies.layer,
    workItems.layer,
    contacts.layer,
    documents.layer,
    suppressions.layer,
    keys.layer,
    members.layer,
    senders.layer,
    branding.layer,
    embedding.layer,
    templates.layer,
    events.layer,
    webhooks.layer,
    operations.layer,
    record.layer,
    customer.layer,
    uploads.layer,
    system.layer,
  ]),
  Layer.provide([access.layer, HttpApiMiddleware.layerProblemDetails({ includeDetails: true })]),
  Layer.provide(surroundings.layer),
)

/** Every other address under `/api`. */
const nothing = HttpRouter.add(
  "*",
  "/api/*",
  Effect.orDie(HttpServerResponse.schemaJson(Failure.NotFound)(failures.notFound("endpoint"), { status: 404 })),
).pipe(Layer.provide(surroundings.layer))

/** `/api/…`, `/health`, `/ready`, `/openapi.json` and `/docs`; and the key of the record. */
export const layer = Layer.mergeAll(routes, nothing, docs.layer, recordKey.layer)
