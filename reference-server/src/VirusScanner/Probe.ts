/**
 * Whether a clamd says so when it did not look (S56): two files that harm nobody, of which it must call neither clean. One is
 * an archive whose entry is encrypted; the other an archive in an archive, so often that no scanner opens all of them.
 */
import { crc32 } from "node:zlib"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { VirusScanner } from "../VirusScanner.ts"

/** The switches of clamd.conf. */
export type Switch = "AlertEncrypted" | "AlertExceedsMax"

/** More than the MaxRecursion of any clamd: 17, unless somebody raised it. */
const depth = 110

/** A ZIP of one entry, stored as it is; `flags`: 1 says that it is encrypted. */
const zipOf = (content: Buffer, flags = 0): Buffer => {
  const name = Buffer.from("a.zip")
  const about = Buffer.alloc(26)
  about.writeUInt16LE(20, 0)
  about.writeUInt16LE(flags, 2)
  about.writeUInt32LE(crc32(content), 10)
  about.writeUInt32LE(content.length, 14)
  about.writeUInt32LE(content.length, 18)
  about.writeUInt16LE(name.length, 22)
  const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), about, name, content])
  const central = Buffer.concat([Buffer.from("PK\u0001\u0002"), Buffer.of(20, 0), about, Buffer.alloc(14), name])
  const end = Buffer.alloc(18)
  end.writeUInt16LE(1, 4)
  end.writeUInt16LE(1, 6)
  end.writeUInt32LE(central.length, 8)
  end.writeUInt32LE(local.length, 12)
  return Buffer.concat([local, central, Buffer.from("PK\u0005\u0006"), end])
}

const probes: Readonly<Record<Switch, () => Buffer>> = {
  AlertEncrypted: () => zipOf(Buffer.from("twelve bytes and what is encrypted"), 1),
  AlertExceedsMax: () => Array.from({ length: depth }).reduce<Buffer>((inner) => zipOf(inner), Buffer.from("a")),
}

/** The switches that are off: with them, files are called clean that nobody looked at. */
export const off = Effect.gen(function* () {
  const { scan } = yield* VirusScanner
  return yield* Effect.filter(["AlertEncrypted", "AlertExceedsMax"] as const, (name) =>
    Effect.map(
      Effect.suspend(() => scan(Stream.make(probes[name]()))),
      ({ verdict }) => verdict !== "unscannable",
    ),
  )
})
