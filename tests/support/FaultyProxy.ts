// A proxy on loopback in front of a real HTTP service, that does what networks and tired services do: answer 503 in its place,
// cut the connection before or in the middle of an answer, or say nothing more.
import { createServer, type IncomingMessage, request } from "node:http"
import type { AddressInfo } from "node:net"
import * as Effect from "effect/Effect"

export type Fault =
  /** Is answered with this status, and never reaches the service. */
  | { readonly kind: "refused"; readonly status: number }
  /** The connection closes at once; the service hears nothing. */
  | { readonly kind: "unheard" }
  /** The service does it, and the connection closes before the answer. */
  | { readonly kind: "unanswered" }
  /** The answer stops after so many bytes of its body: with the connection, or by silence. */
  | { readonly kind: "cut" | "stalled"; readonly after: number }

/** Which calls go wrong, and how; undefined: they do not. */
export interface Faults {
  of: (request: IncomingMessage) => Fault | undefined
}

/** Runs one until the scope ends. */
export const scoped = Effect.fnUntraced(function* (target: string) {
  const faults: Faults = { of: () => undefined }
  const calls: Array<string> = []
  const server = createServer((incoming, outgoing) => {
    calls.push(`${incoming.method} ${incoming.url}`)
    const fault = faults.of(incoming)
    if (fault?.kind === "unheard") return void incoming.socket.destroy()
    if (fault?.kind === "refused") {
      incoming.resume()
      return void incoming.once("end", () =>
        outgoing.writeHead(fault.status).end("<Error><Code>SlowDown</Code></Error>"),
      )
    }
    const { method, url } = incoming
    const forwarded = request(
      new URL(url ?? "/", target),
      { method, headers: incoming.headers, agent: false },
      (answer) => {
        if (fault?.kind === "unanswered") return void incoming.socket.destroy()
        // how it is framed is this connection's own business
        const { "transfer-encoding": _, connection: __, ...headers } = answer.headers
        outgoing.writeHead(answer.statusCode ?? 502, headers)
        if (fault === undefined) return void answer.pipe(outgoing)
        let left = fault.after
        answer.on("data", (chunk: Buffer) => {
          if (left > 0) outgoing.write(chunk.subarray(0, left))
          left -= chunk.length
          if (left <= 0 && fault.kind === "cut") setImmediate(() => incoming.socket.destroy())
        })
      },
    )
    // Swift adds a body to an answer to HEAD: that is an error, but one after the answer
    forwarded.on("error", () => outgoing.headersSent || incoming.socket.destroy())
    incoming.pipe(forwarded)
  })
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      }),
  )
  // a listening TCP server has an AddressInfo; only pipes and closed servers have a string or null
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, faults, calls }
})
