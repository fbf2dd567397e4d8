// One PGlite under many connections of the Postgres driver. PGlite is Postgres inside this process, with exactly one session;
// the driver believes in as many connections as its pool opens. Each connection here is a stream that speaks the wire protocol.
//
// Words: a *unit* is what the driver sends before it waits for an answer: a simple query, or messages up to a Sync. Units of
// different connections take turns. A connection whose transaction is open *owns* the session: only its units are answered
// until the transaction ends, so transactions run one after the other, whole. Two things of a session are shared by all:
// what is listened for (notifications go to every connection, and the driver drops those it does not wait for), and SET,
// which the server therefore never uses outside a transaction.

import { Duplex } from "node:stream"
import { setImmediate } from "node:timers/promises"

/**
 * The part of PGlite the bridge calls, one call at a time: wire protocol in, wire protocol out. The bytes given to `onRawData`
 * are only good until it returns. (PGlite's `execProtocolRaw` also parses every answer and keeps the parsed rows for ever.)
 */
export interface Engine {
  readonly execProtocolRawStream: (
    message: Uint8Array,
    options: { readonly syncToFs: boolean; readonly onRawData: (bytes: Uint8Array) => void },
  ) => Promise<void>
}

/**
 * Gives `connect`, which is what the driver's `stream` option takes: it opens one more connection to `engine`. `close` waits
 * until nothing runs any more; call it after the driver's pool is closed and before the engine is.
 */
export const make = async (
  engine: Engine,
): Promise<{ readonly connect: () => Duplex; readonly close: () => Promise<void> }> => {
  const bridge = new PgliteBridge(engine, await ask(engine, startup))
  return { connect: () => bridge.connect(), close: () => bridge.close() }
}

class PgliteBridge {
  readonly #engine: Engine
  readonly #greeting: Buffer
  readonly #connections = new Set<Connection>()
  #waiting: Array<Turn> = []
  #running: Connection | undefined
  #owner: Connection | undefined
  #serving = false
  #served = Promise.resolve()

  /** `greeting` answers the startup message of every connection: asking the engine again would have to wait for the owner. */
  constructor(engine: Engine, greeting: Buffer) {
    this.#engine = engine
    this.#greeting = greeting
  }

  connect(): Duplex {
    const connection = new Connection({
      greeting: this.#greeting,
      submit: (unit) => this.#submit({ connection, unit }),
      closed: () => this.#drop(connection),
    })
    this.#connections.add(connection)
    return connection
  }

  async close(): Promise<void> {
    await this.#served
  }

  #submit(turn: Turn): void {
    this.#waiting.push(turn)
    if (!this.#serving) this.#served = this.#serve()
  }

  /** A connection that goes away, even in the middle of an answer, leaves no transaction behind. */
  #drop(connection: Connection): void {
    this.#connections.delete(connection)
    this.#waiting = this.#waiting.filter((turn) => turn.connection !== connection)
    if (this.#owner === connection || this.#running === connection) this.#submit({ connection, unit: rollback })
  }

  async #serve(): Promise<void> {
    this.#serving = true
    for (let turn = this.#next(); turn !== undefined; turn = this.#next()) {
      this.#running = turn.connection
      await this.#answer(turn)
      this.#running = undefined
      // An answer blocks the process while it is computed; between two, others have their turn.
      await setImmediate()
    }
    this.#serving = false
  }

  #next(): Turn | undefined {
    const owner = this.#owner
    const index = owner === undefined ? 0 : this.#waiting.findIndex((turn) => turn.connection === owner)
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0]
  }

  async #answer({ connection, unit }: Turn): Promise<void> {
    try {
      const { notifications, own, status } = read(await ask(this.#engine, unit))
      if (status === undefined) throw new Error("The embedded database broke off in the middle of an answer")
      // Before anything is pushed: whoever is told that a transaction ended may start the next one at once.
      this.#owner = status === idle ? undefined : connection
      if (!connection.destroyed) connection.push(own)
      for (const listener of this.#connections) notifications.forEach((frame) => listener.push(frame))
    } catch (cause) {
      if (this.#owner === connection) this.#owner = undefined
      connection.destroy(cause instanceof Error ? cause : new Error(String(cause)))
    }
  }
}

interface Turn {
  readonly connection: Connection
  readonly unit: Buffer
}

class Connection extends Duplex {
  readonly #greeting: Buffer
  readonly #submit: (unit: Buffer) => void
  readonly #closed: () => void
  #received: Buffer = Buffer.alloc(0)
  #unit: Array<Buffer> = []
  #greeted = false

  constructor(to: { readonly greeting: Buffer; readonly submit: (unit: Buffer) => void; readonly closed: () => void }) {
    super({ allowHalfOpen: false })
    this.#greeting = to.greeting
    this.#submit = to.submit
    this.#closed = to.closed
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    for (let frame = this.#take(); frame !== undefined; frame = this.#take()) this.#hear(frame)
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#closed()
    done(error)
  }

  /** The next whole message. Only the first one of a connection has no type before its length. */
  #take(): Buffer | undefined {
    const type = this.#greeted ? 1 : 0
    if (this.#received.length < type + 4) return undefined
    const length = type + this.#received.readUInt32BE(type)
    if (this.#received.length < length) return undefined
    const frame = this.#received.subarray(0, length)
    this.#received = this.#received.subarray(length)
    return frame
  }

  #hear(frame: Buffer): void {
    if (!this.#greeted) {
      // A request to cancel comes on a connection of its own. What it means is over, or waits for its turn: nothing to do.
      if (frame.readUInt32BE(4) === cancelRequest) return void this.destroy()
      this.#greeted = true
      return void this.push(this.#greeting)
    }
    const type = frame[0]
    if (type === terminate) return void this.destroy()
    this.#unit.push(keepListening(frame))
    if (type === sync || type === query) {
      this.#submit(Buffer.concat(this.#unit))
      this.#unit = []
    }
  }
}

const code = (letter: string): number => letter.charCodeAt(0)
const [parse, query, sync, terminate] = [code("P"), code("Q"), code("S"), code("X")]
const [notification, readyForQuery, idle] = [code("A"), code("Z"), code("I")]
const cancelRequest = 80877102
const protocolVersion = Buffer.from([0, 3, 0, 0])

const ask = async (engine: Engine, message: Buffer): Promise<Buffer> => {
  const answer: Array<Buffer> = []
  await engine.execProtocolRawStream(message, {
    // Nothing to do for a directory of the operating system: Postgres wrote what it wants there before it answered.
    syncToFs: false,
    onRawData: (bytes) => answer.push(Buffer.from(bytes)),
  })
  return Buffer.concat(answer)
}

interface Answer {
  /** What the asker gets. */
  readonly own: Buffer
  /** What everybody gets. */
  readonly notifications: ReadonlyArray<Buffer>
  /** Whether a transaction is open: the letter of ReadyForQuery. None when the answer is not whole. */
  readonly status: number | undefined
}

const read = (answer: Buffer): Answer => {
  const own: Array<Buffer> = []
  const notifications: Array<Buffer> = []
  let status: number | undefined
  for (let start = 0; start + 5 <= answer.length;) {
    const end = start + 1 + answer.readUInt32BE(start + 1)
    const frame = answer.subarray(start, end)
    if (frame[0] === notification) notifications.push(frame)
    else own.push(frame)
    if (frame[0] === readyForQuery) status = frame.at(-1)
    start = end
  }
  return { own: notifications.length === 0 ? answer : Buffer.concat(own), notifications, status }
}

// An UNLISTEN of one connection would make the others deaf, so it becomes a LISTEN of the same length.
const unlisten = Buffer.from("\0UNLISTEN ")
const keepListening = (frame: Buffer): Buffer => {
  if (frame[0] !== parse || !frame.subarray(5, 5 + unlisten.length).equals(unlisten)) return frame
  const changed = Buffer.from(frame)
  changed.write("\0LISTEN   ", 5)
  return changed
}

const sized = (...parts: ReadonlyArray<Buffer>): Buffer => {
  const body = Buffer.concat(parts)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length + 4)
  return Buffer.concat([length, body])
}
const startup = sized(protocolVersion, Buffer.from("user\0postgres\0database\0postgres\0\0"))
const rollback = Buffer.concat([Buffer.from("Q"), sized(Buffer.from("ROLLBACK\0"))])
