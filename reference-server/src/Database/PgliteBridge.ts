// PGlite under the Postgres driver. PGlite is Postgres inside this process, with exactly one session; the driver's pool is told
// to open one connection at a time, which is a stream that speaks the wire protocol. When the pool replaces its connection, the
// new one finds the session as the old one left it, outside of any transaction.
//
// Words: a *unit* is what the driver sends before it waits for an answer: a simple query, or messages up to a Sync. Units are
// answered one after the other.

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
 * Gives `connect`, which is what the driver's `stream` option takes: it opens the next connection to `engine`. `close` waits
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
  /** The end of everything that was submitted so far. */
  #served: Promise<void> = Promise.resolve()
  /** Whose transaction is open. */
  #owner: Connection | undefined

  /** `greeting` answers the startup message of every connection: the session is started once. */
  constructor(engine: Engine, greeting: Buffer) {
    this.#engine = engine
    this.#greeting = greeting
  }

  connect(): Duplex {
    const connection = new Connection({
      greeting: this.#greeting,
      submit: (unit) => this.#next(() => this.#answer(connection, unit)),
      // one that goes away, even in the middle of an answer, leaves no transaction behind
      closed: () => this.#next(() => (this.#owner === connection ? this.#rollBack() : undefined)),
    })
    return connection
  }

  close(): Promise<void> {
    return this.#served
  }

  #next(work: () => Promise<void> | undefined): void {
    // An answer blocks the process while it is computed; between two, others have their turn.
    this.#served = this.#served.then(work).then(() => setImmediate())
  }

  async #answer(connection: Connection, unit: Buffer): Promise<void> {
    if (connection.destroyed) return
    // there is one connection at a time: the owner has been replaced
    if (this.#owner !== undefined && this.#owner !== connection) await this.#rollBack()
    try {
      const answer = await ask(this.#engine, unit)
      const status = statusOf(answer)
      if (status === undefined) throw new Error("The embedded database broke off in the middle of an answer")
      this.#owner = status === idle ? undefined : connection
      if (!connection.destroyed) connection.push(answer)
    } catch (cause) {
      connection.destroy(cause instanceof Error ? cause : new Error(String(cause)))
    }
  }

  async #rollBack(): Promise<void> {
    this.#owner = undefined
    await ask(this.#engine, rollback).catch(() => undefined)
  }
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
    this.#unit.push(frame)
    if (type === sync || type === query) {
      this.#submit(Buffer.concat(this.#unit))
      this.#unit = []
    }
  }
}

const code = (letter: string): number => letter.charCodeAt(0)
const [query, sync, terminate] = [code("Q"), code("S"), code("X")]
const [readyForQuery, idle] = [code("Z"), code("I")]
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

/** Whether a transaction is open: the last byte of ReadyForQuery, which ends an answer. None when it is not whole. */
const statusOf = (answer: Buffer): number | undefined => (answer.at(-6) === readyForQuery ? answer.at(-1) : undefined)

const sized = (...parts: ReadonlyArray<Buffer>): Buffer => {
  const body = Buffer.concat(parts)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length + 4)
  return Buffer.concat([length, body])
}
const startup = sized(protocolVersion, Buffer.from("user\0postgres\0database\0postgres\0\0"))
const rollback = Buffer.concat([Buffer.from("Q"), sized(Buffer.from("ROLLBACK\0"))])
