// Node under Effect: the layers of `@effect/platform-node` that run files, crypto and HTTP, and `runMain`. Unstable, and
// therefore named here only.

export * as NodeCrypto from "@effect/platform-node/NodeCrypto"
export * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
export * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
export * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
export * as NodePath from "@effect/platform-node/NodePath"
export * as NodeRuntime from "@effect/platform-node/NodeRuntime"
export * as NodeServices from "@effect/platform-node/NodeServices"
export * as NodeSink from "@effect/platform-node/NodeSink"
export * as NodeStream from "@effect/platform-node/NodeStream"
