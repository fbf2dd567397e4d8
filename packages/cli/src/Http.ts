// HTTP as Effect speaks it. `effect/http` is unstable (it may change in a minor release): this file is the only one of the
// package that names it. tests/architecture holds the rule.

export * as HttpRouter from "effect/http/HttpRouter"
export * as HttpServer from "effect/http/HttpServer"
export * as HttpServerRequest from "effect/http/HttpServerRequest"
export * as HttpServerResponse from "effect/http/HttpServerResponse"
