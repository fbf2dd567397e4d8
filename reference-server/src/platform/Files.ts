// Files, paths and sizes in bytes, as Effect's portable services. Unstable, and therefore named here only; the layers that
// run them on Node are in Node.ts.

export * as ByteSize from "effect/ByteSize"
export * as FileSystem from "effect/FileSystem"
export * as Path from "effect/Path"
export * as PlatformError from "effect/PlatformError"
