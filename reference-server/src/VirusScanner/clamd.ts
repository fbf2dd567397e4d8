/**
 * The VirusScanner that asks ClamAV's daemon, over TCP or a socket of this machine. One connection a scan, `INSTREAM`: pieces
 * of the content, each after its length, and one answer. Only `OK` is clean. What clamd could not look at in full is
 * unscannable, and it must be told to say so: `AlertExceedsMax yes` and `AlertEncrypted yes` in clamd.conf, and no limit of
 * its own below CLAMD_MAX_BYTES (docs/files.md); with them off it calls such files clean (S56).
 */
import { createConnection, type Socket } from "node:net"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { ScannerUnavailable, type Verdict, VirusScanner } from "../VirusScanner.ts"

export interface ClamdOptions {
  /** `tcp://host:3310` or `unix:/run/clamav/clamd.ctl`. */
  readonly url: string
  /** A content of more bytes is unscannable, and clamd is not asked. At most the StreamMaxLength of clamd. */
  readonly maxBytes: number
  /** How long it may take to connect; five seconds unless set. */
  readonly connecting?: Duration.Input
  /** How long clamd may take nothing of what is sent; thirty seconds unless set. */
  readonly sending?: Duration.Input
  /** How long it may look at the whole; three minutes unless set, one more than it gives itself (MaxScanTime). */
  readonly answering?: Duration.Input
}

/** Where that is; undefined: no such address. */
export const addressOf = (
  url: string,
): { readonly host: string; readonly port: number } | { readonly path: string } | undefined => {
  const path = /^unix:(?:\/\/)?(\/.+)$/.exec(url)?.[1]
  if (path !== undefined) return { path }
  const { host, port } = /^tcp:\/\/(?<host>\[[0-9a-f:.]+\]|[\w.-]+):(?<port>\d{1,5})\/?$/i.exec(url)?.groups ?? {}
  if (host === undefined || port === undefined || Number(port) > 65_535) return undefined
  return { host: host.replace(/^\[|\]$/g, ""), port: Number(port) }
}

/** Provides `VirusScanner`. Nothing is asked yet: a clamd that loads its signatures may be minutes away. */
export const layer = (options: ClamdOptions): Layer.Layer<VirusScanner> =>
  Layer.sync(VirusScanner, () => {
    const { url, maxBytes } = options
    const unavailable = (what: string) => new ScannerUnavailable({ reason: `The virus scanner ${url} ${what}.` })
    const [connecting, sending, answering] = [
      Duration.fromInputUnsafe(options.connecting ?? "5 seconds"),
      Duration.fromInputUnsafe(options.sending ?? "30 seconds"),
      Duration.fromInputUnsafe(options.answering ?? "3 minutes"),
    ]
    const within = (duration: Duration.Duration, what: string) =>
      Effect.timeoutOrElse({ duration, orElse: () => Effect.fail(unavailable(what)) })

    const connected = Effect.gen(function* () {
      const address = addressOf(url)
      if (address === undefined) return yield* unavailable("has no address that can be read")
      const socket = yield* Effect.acquireRelease(
        Effect.sync(() => createConnection(address)),
        (open) => Effect.sync(() => void open.destroy()),
      )
      const answer = yield* answerOf(socket, unavailable)
      yield* Effect.callback<void>((resume) => {
        socket.once("connect", () => resume(Effect.void))
      }).pipe(
        // what fails says so in place of the answer
        Effect.raceFirst(Effect.flatMap(Deferred.await(answer), () => Effect.never)),
        within(connecting, "cannot be reached in time"),
      )
      return { socket, answer: Deferred.await(answer) }
    })

    /** Done when the system has taken it. A connection that is gone never has: its answer says why. */
    const write = (socket: Socket, bytes: Uint8Array) =>
      Effect.callback<void>((resume) => {
        socket.write(bytes, (error) => {
          if (error === undefined || error === null) resume(Effect.void)
        })
      }).pipe(within(sending, "stopped taking the file"))

    const ask = (command: string) =>
      Effect.gen(function* () {
        const { socket, answer } = yield* connected
        yield* Effect.raceFirst(write(socket, encoded(command)), Effect.asVoid(answer))
        return yield* within(sending, "does not answer")(answer)
      }).pipe(Effect.scoped)

    const tooLarge: Verdict = {
      verdict: "unscannable",
      reason: `The file is larger than the scanner takes (CLAMD_MAX_BYTES: ${maxBytes} bytes).`,
    }

    const scan: VirusScanner["Service"]["scan"] = Effect.fn("VirusScanner.scan")(function* (content) {
      const { socket, answer } = yield* connected
      let bytes = 0
      const send = Effect.gen(function* () {
        yield* write(socket, encoded("INSTREAM"))
        yield* Stream.runForEachWhile(content, (chunk) => {
          bytes += chunk.length
          // a piece of no bytes would be the end
          return bytes > maxBytes || chunk.length === 0
            ? Effect.succeed(bytes <= maxBytes)
            : Effect.as(write(socket, framed(chunk)), true)
        })
        if (bytes > maxBytes) return undefined
        yield* write(socket, framed(new Uint8Array()))
        return yield* within(answering, "has not come to an end with a file")(answer)
      })
      // it may answer before it has everything, and then takes no more
      const said = yield* Effect.raceFirst(send, answer)
      return said === undefined ? tooLarge : yield* verdictOf(said, unavailable)
    }, Effect.scoped)

    return VirusScanner.of({
      kind: "clamd",
      scan,
      health: Effect.gen(function* () {
        const pong = yield* ask("PING")
        if (pong !== "PONG") return yield* unavailable(`answered ${quoted(pong)} to PING`)
        return yield* ask("VERSION")
      }),
    })
  })

type Unavailable = (what: string) => ScannerUnavailable

/** What is said on the connection, or why nothing is. */
const answerOf = (
  socket: Socket,
  unavailable: Unavailable,
): Effect.Effect<Deferred.Deferred<string, ScannerUnavailable>, never, Scope.Scope> =>
  Effect.map(Deferred.make<string, ScannerUnavailable>(), (answer) => {
    const done = (result: Effect.Effect<string, ScannerUnavailable>) => void Deferred.doneUnsafe(answer, result)
    let text = ""
    socket.on("data", (part) => {
      text += part.toString("latin1")
      const end = text.indexOf("\0")
      if (end >= 0) done(Effect.succeed(text.slice(0, end)))
      else if (text.length > 4096) done(Effect.fail(unavailable("answers something else than clamd does")))
    })
    socket.on("error", (error) => {
      const code = "code" in error ? String(error.code) : "no answer"
      done(
        Effect.fail(
          unavailable(/^(EPIPE|ECONNRESET)$/.test(code) ? `broke off (${code})` : `cannot be reached (${code})`),
        ),
      )
    })
    socket.on("close", () => done(Effect.fail(unavailable("broke off"))))
    return answer
  })

const encoded = (command: string): Uint8Array => new TextEncoder().encode(`z${command}\0`)

/** A piece of the content after its length, in 32 bits. */
const framed = (chunk: Uint8Array): Uint8Array => {
  const frame = Buffer.allocUnsafe(4 + chunk.length)
  frame.writeUInt32BE(chunk.length)
  frame.set(chunk, 4)
  return frame
}

const quoted = (said: string): string => JSON.stringify(said.slice(0, 100))

/** Names that clamd gives to what it did not look at, or not to the end. */
const unseen: ReadonlyArray<readonly [RegExp, string]> = [
  [/^Heuristics\.Encrypted\b/, "The file, or one inside it, is encrypted: the scanner cannot look into it"],
  [/^Heuristics\.Limits\.Exceeded\b/, "The file passes a limit of the scanner, which did not look at all of it"],
]

const verdictOf = (said: string, unavailable: Unavailable): Effect.Effect<Verdict, ScannerUnavailable> => {
  if (said === "stream: OK") return Effect.succeed({ verdict: "clean" })
  const signature = /^stream: (.+) FOUND$/.exec(said)?.[1]
  if (signature !== undefined) {
    const reason = unseen.find(([form]) => form.test(signature))?.[1]
    return Effect.succeed(
      reason === undefined
        ? { verdict: "infected", signature }
        : { verdict: "unscannable", reason: `${reason} (${signature}).` },
    )
  }
  if (/size limit exceeded/.test(said)) {
    return Effect.succeed({
      verdict: "unscannable",
      reason: "The file is larger than clamd takes (StreamMaxLength in clamd.conf).",
    })
  }
  return Effect.fail(unavailable(`answered ${quoted(said)}`))
}
