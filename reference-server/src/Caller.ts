/**
 * Who is calling, as the audit record keeps it: the address, shortened unless the firm wants it whole, and the browser's or
 * program's own name. Said once at the edge and read where entries are written, so that no signature carries it (S73).
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { ServerConfig } from "./Config.ts"
import { HttpServerRequest, type HttpServerResponse } from "./platform/Http.ts"

export interface Caller {
  /** An IPv4 or IPv6 address, or the network that it is in; null: nobody called. */
  readonly ip: string | null
  readonly userAgent: string | null
}

/** What works by itself is called by nobody. */
export const nobody: Caller = { ip: null, userAgent: null }

export const CurrentCaller = Context.Reference<Caller>("@requite/reference-server/Caller/CurrentCaller", {
  defaultValue: () => nobody,
})

/** The network that an address is in: without the last octet of an IPv4 address, the last 80 bits of an IPv6 one. */
export const shortened = (address: string): string => {
  const mapped = /^(?:::ffff:)?(\d+\.\d+\.\d+)\.\d+$/i.exec(address)
  if (mapped !== null) return `${mapped[1] ?? ""}.0`
  const [head = "", tail] = (address.split("%")[0] ?? "").toLowerCase().split("::")
  const before = head.split(":").filter((group) => group !== "")
  const after = (tail ?? "").split(":").filter((group) => group !== "")
  const gap = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  const groups = [...before, ...Array.from({ length: gap }, () => "0"), ...after]
  return `${groups
    .slice(0, 3)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::`
}

/** Whatever a program calls itself, no more of it is kept. */
const maxAgent = 400

/** Says who is calling to all that runs below; stands behind what reads `X-Forwarded-For`. */
export const middleware =
  ({ recordWholeIp }: Pick<ServerConfig, "recordWholeIp">) =>
  <E, R>(
    app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
  ): Effect.Effect<HttpServerResponse.HttpServerResponse, E, R | HttpServerRequest.HttpServerRequest> =>
    Effect.gen(function* () {
      const { remoteAddress, headers } = yield* HttpServerRequest.HttpServerRequest
      const address = remoteAddress._tag === "Some" ? remoteAddress.value : null
      return yield* Effect.provideService(app, CurrentCaller, {
        ip: address === null ? null : recordWholeIp ? address : shortened(address),
        userAgent: headers["user-agent"]?.slice(0, maxAgent) ?? null,
      })
    })
