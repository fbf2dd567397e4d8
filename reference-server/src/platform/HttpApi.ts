// The server's half of `effect/http-api`: what puts handlers behind the contract of @requite/api. Unstable, and therefore
// named here only.

export * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
export * as HttpApiError from "effect/http-api/HttpApiError"
export * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
export * as HttpApiScalar from "effect/http-api/HttpApiScalar"
export * as HttpApiSchema from "effect/http-api/HttpApiSchema"
export * as HttpApiSecurity from "effect/http-api/HttpApiSecurity"
export * as OpenApi from "effect/http-api/OpenApi"
