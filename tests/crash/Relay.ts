/**
 * A relay between a server and one of its neighbours (the database, the mail server, its callers): everything that the server
 * says or hears goes through it, so a test can stop the server's world between any two words.
 *
 * Words: a *word* is what the server sends in one piece to a neighbour: a statement, a line of SMTP, an answer. Between two
 * words the world outside does not change, so dying before each word in turn is dying at every await that matters.
 */
import { once } from "node:events"
import { connect, createServer, type AddressInfo, type Socket } from "node:net"

export interface Relay {
  /** Where it listens on loopback. */
  readonly port: number
  /** Ends every connection at once, without a goodbye, and takes none until `lead` is called. */
  readonly cut: () => void
  /** Takes connections, and leads them to this port from now on. */
  readonly lead: (target: number) => void
  readonly close: () => Promise<void>
}

/**
 * Starts a relay. `says`: which side is the server's, the one that connects or the one that is connected to. `word` is asked
 * before each word of the server's is passed on; false: it is not, and nor is anything after it.
 */
export const start = async (says: "caller" | "called", word: () => boolean): Promise<Relay> => {
  const open = new Set<Socket>()
  let target: number | null = null

  const cut = () => {
    target = null
    for (const socket of open) socket.resetAndDestroy()
    open.clear()
  }
  const join = (from: Socket, to: Socket, isServer: boolean) => {
    from.on("data", (bytes) => {
      if (open.has(from) && (!isServer || word()) && open.has(to)) to.write(bytes)
    })
    from.on("close", () => {
      open.delete(from)
      to.end()
    })
    // whoever is cut off says so; it is what is wanted
    from.on("error", () => {})
    open.add(from)
  }
  const listener = createServer((caller) => {
    if (target === null) return caller.resetAndDestroy()
    const called = connect({ host: "127.0.0.1", port: target, noDelay: true })
    caller.setNoDelay(true)
    join(caller, called, says === "caller")
    join(called, caller, says === "called")
  })
  listener.listen(0, "127.0.0.1")
  await once(listener, "listening")
  // a listening TCP server has an AddressInfo; only pipes and closed servers have a string or null
  const { port } = listener.address() as AddressInfo
  return {
    port,
    cut,
    lead: (next) => void (target = next),
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve())
        cut()
      }),
  }
}
