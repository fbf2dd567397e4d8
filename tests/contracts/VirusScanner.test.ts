// The contract of the VirusScanner port, over a real clamd with the one signature that is nobody's virus, and over what a
// clamd does that is tired, dying or somebody else. Only `clean` is ever good news, and only a whole answer gives it.

import { createServer, type Socket } from "node:net"
import type { AddressInfo } from "node:net"
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Stream from "effect/Stream"
import { VirusScanner } from "../../reference-server/src/VirusScanner.ts"
import * as clamd from "../../reference-server/src/VirusScanner/clamd.ts"
import * as Probe from "../../reference-server/src/VirusScanner/Probe.ts"
import * as none from "../../reference-server/src/VirusScanner/none.ts"
import * as Clamd from "../support/Clamd.ts"
import { archive, docx, pdf } from "../support/FileSamples.ts"

class Daemon extends Context.Service<Daemon, Effect.Success<typeof Clamd.scoped>>()("test/Clamd") {}
/** One for all tests of this file that let it live, begun with the first. */
const daemon = ManagedRuntime.make(Layer.effect(Daemon, Clamd.scoped))
afterAll(() => daemon.dispose())

const scanWith = <E>(
  options: Partial<clamd.ClamdOptions> & { readonly url: string },
  content: Stream.Stream<Uint8Array, E>,
) =>
  Effect.flatMap(VirusScanner, ({ scan }) => scan(content)).pipe(
    Effect.provide(Layer.fresh(clamd.layer({ maxBytes: Clamd.maxBytes, ...options }))),
  )
const scan = <E>(content: Stream.Stream<Uint8Array, E>, options: Partial<clamd.ClamdOptions> = {}) =>
  Effect.flatMap(
    Effect.promise(() => daemon.runPromise(Daemon)),
    ({ url }) => scanWith({ url, ...options }, content),
  )

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const inChunks = (content: Uint8Array, size: number): Stream.Stream<Uint8Array> =>
  Stream.fromIterable(
    Array.from({ length: Math.ceil(content.length / size) }, (_, n) => content.subarray(n * size, (n + 1) * size)),
  )
const mebibytes = (count: number): Stream.Stream<Uint8Array> =>
  Stream.range(1, count * 16).pipe(
    Stream.rechunk(1),
    Stream.map((n) => new Uint8Array(65_536).fill(n)),
  )

/** The same archive, its entries marked as encrypted: what is in them is then nothing anybody can read. */
const locked = (zip: Uint8Array): Uint8Array => {
  const changed = Buffer.from(zip)
  for (const [signature, flags] of [
    ["PK\u0003\u0004", 6],
    ["PK\u0001\u0002", 8],
  ] as const) {
    for (let at = changed.indexOf(signature); at >= 0; at = changed.indexOf(signature, at + 4)) {
      changed.writeUInt16LE(changed.readUInt16LE(at + flags) | 1, at + flags)
    }
  }
  return changed
}

if (!Clamd.isInstalled) process.stderr.write(`${Clamd.skipped}\n`)

describe.skipIf(!Clamd.isInstalled)("VirusScanner: a real clamd", () => {
  it.live("S55: what has nothing in it is clean, whole or in pieces, empty too", () =>
    Effect.gen(function* () {
      for (const content of [Stream.make(pdf), inChunks(docx, 7), Stream.empty, Stream.make(new Uint8Array(), pdf)]) {
        assert.deepStrictEqual(yield* scan(content), { verdict: "clean" })
      }
    }),
  )

  it.live("S55 S65: EICAR is found, in one piece and cut anywhere, and inside an archive", () =>
    Effect.gen(function* () {
      const found = { verdict: "infected", signature: "Eicar-Test-Signature.UNOFFICIAL" } as const
      for (const content of [
        Stream.make(bytes(Clamd.eicar)),
        inChunks(bytes(Clamd.eicar), 1),
        inChunks(bytes(Clamd.eicar), 34),
        Stream.make(archive({ "letter.txt": "hello", "deep/in.txt": Clamd.eicar })),
        Stream.concat(mebibytes(3), Stream.make(bytes(Clamd.eicar))),
      ]) {
        assert.deepStrictEqual(yield* scan(content), found)
      }
    }),
  )

  it.live("S56: what is encrypted is not clean, but unscannable, and says why", () =>
    Effect.gen(function* () {
      const verdict = yield* scan(Stream.make(locked(archive({ "secret.txt": "which nobody can read" }))))
      assert.deepStrictEqual(verdict, {
        verdict: "unscannable",
        reason: "The file, or one inside it, is encrypted: the scanner cannot look into it (Heuristics.Encrypted.Zip).",
      })
    }),
  )

  it.live("S56: 30 MB against a limit of 25 are never clean, whoever has the limit", () =>
    Effect.gen(function* () {
      let asked = 0
      const counted = Stream.tap(mebibytes(30), () => Effect.sync(() => asked++))
      const ours = yield* scan(counted)
      assert.deepStrictEqual(ours, {
        verdict: "unscannable",
        reason: `The file is larger than the scanner takes (CLAMD_MAX_BYTES: ${Clamd.maxBytes} bytes).`,
      })
      assert.strictEqual(asked, 25 * 16 + 1)
      // a limit of ours that is above clamd's: it says so itself, or hangs up
      const theirs = yield* Effect.result(scan(mebibytes(30), { maxBytes: 100_000_000 }))
      if (theirs._tag === "Failure") assert.strictEqual(theirs.failure._tag, "ScannerUnavailable")
      else assert.strictEqual(theirs.success.verdict, "unscannable")
      assert.deepStrictEqual(yield* scan(mebibytes(24)), { verdict: "clean" })
    }),
  )

  it.live("S56 S78: the doctor finds a clamd that calls clean what it did not look at", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const off = (url: string) =>
          Probe.off.pipe(Effect.provide(Layer.fresh(clamd.layer({ url, maxBytes: Clamd.maxBytes }))))
        assert.deepStrictEqual(yield* off((yield* Effect.promise(() => daemon.runPromise(Daemon))).url), [])
        const { url } = yield* Clamd.started({ alerts: false })
        assert.deepStrictEqual(yield* off(url), ["AlertEncrypted", "AlertExceedsMax"])
      }),
    ),
  )

  it.live("S55: a content that fails passes its own error on; it gets no verdict", () =>
    Effect.gen(function* () {
      const broken = Stream.concat(Stream.make(pdf), Stream.fail("the disk broke" as const))
      assert.strictEqual(yield* Effect.flip(scan(broken)), "the disk broke")
    }),
  )

  it.live("S55: it answers over a socket of this machine too, and says what it is", () =>
    Effect.gen(function* () {
      const { unix } = yield* Effect.promise(() => daemon.runPromise(Daemon))
      assert.strictEqual((yield* scanWith({ url: unix }, Stream.make(bytes(Clamd.eicar)))).verdict, "infected")
      const version = yield* Effect.flatMap(VirusScanner, ({ health }) => health).pipe(
        Effect.provide(Layer.fresh(clamd.layer({ url: unix, maxBytes: 1 }))),
      )
      assert.match(version, /^ClamAV \d/)
    }),
  )

  it.live("S55: one that is killed in the middle of a scan gives no verdict, and none until it is back", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { url, kill } = yield* Clamd.scoped
        const half = yield* Deferred.make<void>()
        const content = Stream.concat(
          mebibytes(1),
          Stream.concat(Stream.fromEffect(Effect.as(Deferred.succeed(half, undefined), pdf)), Stream.never),
        )
        const scanning = yield* Effect.forkChild(Effect.flip(scanWith({ url }, content)))
        yield* Deferred.await(half)
        yield* kill
        const failure = yield* Fiber.join(scanning)
        assert.strictEqual(failure._tag, "ScannerUnavailable")
        assert.match(failure.message, /^The virus scanner tcp:\S+ broke off/)
        assert.match(
          (yield* Effect.flip(scanWith({ url }, Stream.make(pdf)))).message,
          /cannot be reached \(ECONNREFUSED\)\.$/,
        )
      }),
    ),
  )
})

/** Something on a port of loopback that is no clamd, or a poor one. */
const impostor = (behave: (socket: Socket) => void) =>
  Effect.gen(function* () {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on("error", () => undefined)
      socket.on("close", () => sockets.delete(socket))
      behave(socket)
    })
    yield* Effect.acquireRelease(
      Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
      () =>
        Effect.callback<void>((resume) => {
          server.close(() => resume(Effect.void))
          for (const socket of sockets) socket.destroy()
        }),
    )
    // a listening TCP server has an AddressInfo; only pipes and closed servers have a string or null
    return { url: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets }
  })

describe("VirusScanner: a clamd that is none", () => {
  const saying = (text: string) => (socket: Socket) => {
    socket.resume()
    socket.once("data", () => socket.write(text))
  }
  for (const [what, behave, sentence] of [
    ["hangs up", (socket: Socket) => void socket.destroy(), /broke off/],
    [
      "takes everything and hangs up",
      (socket: Socket) => void (socket.resume(), socket.on("data", () => socket.end())),
      /broke off/,
    ],
    [
      "says half of OK",
      (socket: Socket) => void (socket.resume(), socket.once("data", () => socket.end("stream: O"))),
      /broke off/,
    ],
    ["fails", saying("INSTREAM: Can't write to temporary file. ERROR\0"), /answered "INSTREAM: Can't write/],
    ["speaks HTTP", saying("HTTP/1.1 400 Bad Request\r\n\r\n\0"), /answered "HTTP/],
    ["says OK of something else", saying("stream: OKAY\0"), /answered "stream: OKAY"/],
    ["babbles", saying("x".repeat(5000)), /something else than clamd/],
    ["never answers", (socket: Socket) => void socket.resume(), /has not come to an end/],
    ["never reads", (socket: Socket) => void socket.pause(), /stopped taking the file/],
  ] as const) {
    it.live(`S56: one that ${what} is unavailable, and nothing is clean`, () =>
      Effect.scoped(
        Effect.gen(function* () {
          const { url, sockets } = yield* impostor(behave)
          // sending is over in no time, unless the machine has much else to do
          const patience = { sending: "3 seconds", answering: "500 millis" } as const
          const began = yield* Clock.currentTimeMillis
          const failure = yield* Effect.flip(scanWith({ url, ...patience }, mebibytes(20)))
          assert.strictEqual(failure._tag, "ScannerUnavailable")
          assert.match(failure.message, sentence)
          assert.isBelow((yield* Clock.currentTimeMillis) - began, 10_000)
          // the scan has closed its side; the other one hears of it a moment later, once it reads
          for (const socket of sockets) socket.resume()
          while (sockets.size > 0) yield* Effect.sleep("5 millis")
        }),
      ),
    )
  }

  it.live("S56: an interrupted scan closes its connection", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { url, sockets } = yield* impostor((socket) => void socket.resume())
        const begun = yield* Deferred.make<void>()
        const content = Stream.concat(
          Stream.fromEffect(Effect.as(Deferred.succeed(begun, undefined), pdf)),
          Stream.never,
        )
        const scanning = yield* Effect.forkChild(scanWith({ url }, content))
        yield* Deferred.await(begun)
        yield* Fiber.interrupt(scanning)
        while (sockets.size > 0) yield* Effect.sleep("5 millis")
      }),
    ),
  )

  it.live("S78: the scanner `none` says of everything that nobody looked", () =>
    Effect.gen(function* () {
      const scanner = yield* VirusScanner
      assert.strictEqual(scanner.kind, "none")
      assert.deepStrictEqual(yield* scanner.scan(Stream.make(bytes(Clamd.eicar))), { verdict: "unscanned" })
    }).pipe(Effect.provide(none.layer)),
  )

  it("S55: addresses are of TCP or of a socket of this machine", () => {
    assert.deepStrictEqual(clamd.addressOf("tcp://scanner.internal:3310"), { host: "scanner.internal", port: 3310 })
    assert.deepStrictEqual(clamd.addressOf("tcp://[::1]:3310"), { host: "::1", port: 3310 })
    assert.deepStrictEqual(clamd.addressOf("unix:/run/clamav/clamd.ctl"), { path: "/run/clamav/clamd.ctl" })
    assert.deepStrictEqual(clamd.addressOf("unix:///run/clamav/clamd.ctl"), { path: "/run/clamav/clamd.ctl" })
    for (const wrong of ["", "3310", "tcp://", "tcp://host", "tcp://host:x", "http://host:1", "unix:", "unix:a"]) {
      assert.isUndefined(clamd.addressOf(wrong), wrong)
    }
  })
})
