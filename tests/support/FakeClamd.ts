/**
 * A virus scanner on a loopback port that speaks clamd's protocol: PING, VERSION, INSTREAM. It finds EICAR, calls what begins
 * with `unscannable` encrypted, and does what is told: `up`, `down` (it hangs up at once), `slow` (it never answers a file),
 * `dying` (it hangs up in the middle of one).
 */
import { createServer, type Socket } from "node:net"
import * as Effect from "effect/Effect"

export type Mode = "up" | "down" | "slow" | "dying"

/** The test file that every scanner finds, split so that none finds it here. */
export const eicar = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].join("")
export const signature = "Eicar-Test-Signature"

export interface FakeClamd {
  readonly url: string
  mode: Mode
  /** How many files it was asked about, and how many it took whole. */
  readonly asked: { begun: number; whole: number }
}

const verdict = (content: Buffer): string => {
  if (content.includes(eicar)) return `stream: ${signature} FOUND`
  return content.includes("unscannable") ? "stream: Heuristics.Encrypted.Zip FOUND" : "stream: OK"
}

const talk = (fake: FakeClamd, socket: Socket) => {
  let bytes = Buffer.alloc(0)
  let isScanning = false
  let pieces = Buffer.alloc(0)
  const say = (text: string) => socket.end(`${text}\0`)
  socket.on("error", () => socket.destroy())
  socket.on("data", (more: Buffer) => {
    bytes = Buffer.concat([bytes, more])
    if (!isScanning) {
      const end = bytes.indexOf(0)
      if (end < 0) return
      const command = bytes.subarray(0, end).toString()
      bytes = bytes.subarray(end + 1)
      if (command === "zPING") return void say("PONG")
      if (command === "zVERSION") return void say("ClamAV 1.4.3/1/fake")
      isScanning = true
      fake.asked.begun++
    }
    if (fake.mode === "dying" && bytes.length > 0) return void socket.destroy()
    while (bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32BE()) {
      const length = bytes.readUInt32BE()
      pieces = Buffer.concat([pieces, bytes.subarray(4, 4 + length)])
      bytes = bytes.subarray(4 + length)
      if (length > 0) continue
      fake.asked.whole++
      if (fake.mode !== "slow") say(verdict(pieces))
      return
    }
  })
}

/** Starts one, until the scope ends. */
export const start = Effect.acquireRelease(
  Effect.promise(async () => {
    const open = new Set<Socket>()
    const server = createServer((socket) => {
      open.add(socket)
      socket.on("close", () => open.delete(socket))
      if (fake.mode === "down") socket.destroy()
      else talk(fake, socket)
    })
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    const fake: FakeClamd = { url: `tcp://127.0.0.1:${port}`, mode: "up", asked: { begun: 0, whole: 0 } }
    return { fake, server, open }
  }),
  ({ server, open }) =>
    Effect.promise(async () => {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    }),
).pipe(Effect.map(({ fake }) => fake))
