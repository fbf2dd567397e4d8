// The contract's half of `effect/http-api` and the client's half of `effect/http`. Both are unstable (they may change in a
// minor release of Effect): this file is the only one of the package that names them. tests/architecture holds the rule.

export * as FetchHttpClient from "effect/http/FetchHttpClient"
export * as HttpClient from "effect/http/HttpClient"
export * as HttpClientError from "effect/http/HttpClientError"
export * as HttpClientRequest from "effect/http/HttpClientRequest"
export * as HttpClientResponse from "effect/http/HttpClientResponse"
export * as Multipart from "effect/http/Multipart"
export * as HttpApi from "effect/http-api/HttpApi"
export * as HttpApiClient from "effect/http-api/HttpApiClient"
export * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
export * as HttpApiError from "effect/http-api/HttpApiError"
export * as HttpApiGroup from "effect/http-api/HttpApiGroup"
export * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
export * as HttpApiSchema from "effect/http-api/HttpApiSchema"
export * as HttpApiSecurity from "effect/http-api/HttpApiSecurity"
export * as OpenApi from "effect/http-api/OpenApi"
