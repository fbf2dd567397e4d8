// The command line as Effect speaks it, and Node under it. `effect/cli` and `@effect/platform-node` are unstable (they may
// change in a minor release): this file is the only one of the package that names them. tests/architecture holds the rule.

export * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
export * as NodeRuntime from "@effect/platform-node/NodeRuntime"
export * as NodeServices from "@effect/platform-node/NodeServices"
export * as Argument from "effect/cli/Argument"
export * as Command from "effect/cli/Command"
export * as Flag from "effect/cli/Flag"
export * as FileSystem from "effect/FileSystem"
export * as PlatformError from "effect/PlatformError"
export * as Stdio from "effect/Stdio"
