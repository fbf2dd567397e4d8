/** Who takes the firm's webhooks: keeps the `webhook-id` of each that arrives, and takes them all. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"

export interface Receiver {
  readonly port: number
  /** How often each `webhook-id` arrived. */
  readonly arrivals: ReadonlyMap<string, number>
  readonly close: () => Promise<void>
}

export const start = async (): Promise<Receiver> => {
  const arrivals = new Map<string, number>()
  const server = createServer((request, response) => {
    const take = async () => {
      await text(request)
      const id = String(request.headers["webhook-id"])
      arrivals.set(id, (arrivals.get(id) ?? 0) + 1)
      response.writeHead(204).end()
    }
    // a sender that dies in the middle of a body
    take().catch(() => response.destroy())
  })
  await new Promise<void>((go) => server.listen(0, "127.0.0.1", go))
  // a listening TCP server has an AddressInfo
  const { port } = server.address() as AddressInfo
  return {
    port,
    arrivals,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
