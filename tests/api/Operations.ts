/** The operations of the OpenAPI document, one after another: for tests that go over all of them. */
import { Api } from "@requite/api"
import * as OpenApi from "effect/http-api/OpenApi"

export interface Operation {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly summary: string
  readonly description: string
  readonly parameters: ReadonlyArray<OpenApi.OpenAPISpecParameter>
  readonly security: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly responses: OpenApi.OpenAPISpecResponses
}

const methods = ["get", "head", "options", "post", "put", "patch", "delete"] as const

export const operations: ReadonlyArray<Operation> = Object.entries(OpenApi.fromApi(Api).paths).flatMap(([path, item]) =>
  methods.flatMap((method) => {
    const operation = item[method]
    if (operation === undefined) return []
    const { operationId, summary = "", description = "", parameters, security, responses } = operation
    return [
      { id: operationId, method: method.toUpperCase(), path, summary, description, parameters, security, responses },
    ]
  }),
)

/** Those that a guard of this name stands before. */
export const guardedBy = (scheme: string): ReadonlyArray<Operation> =>
  operations.filter(({ security }) => security.some((one) => scheme in one))
