/** ZIP archives, right ones and wrong ones, written byte by byte: no library would write the wrong ones. */
import { crc32, deflateRawSync } from "node:zlib"

type Bytes = Uint8Array<ArrayBuffer>

export interface Entry {
  readonly name: string
  readonly content?: Uint8Array | string
  readonly isDeflated?: boolean
  /** What it says that it is unpacked, if that is a lie. */
  readonly claims?: number
  readonly isEncrypted?: boolean
  readonly isLink?: boolean
  /** Its bytes are those of the entry of that number. */
  readonly sharesWith?: number
}

/** The entries one after another, then the table of contents. */
export const zip = (entries: ReadonlyArray<Entry>): Bytes => {
  const parts: Array<Uint8Array> = []
  const table: Array<Uint8Array> = []
  const offsets: Array<number> = []
  let at = 0
  for (const { name, content = "", isDeflated = false, claims, isEncrypted, isLink, sharesWith } of entries) {
    const raw = typeof content === "string" ? Buffer.from(content) : content
    const plain = isDeflated ? deflateRawSync(raw) : raw
    // a lock stands before what it locks
    const packed = isEncrypted === true ? Buffer.concat([Buffer.alloc(12), plain]) : plain
    const label = Buffer.from(name)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(0x800 | (isEncrypted === true ? 1 : 0), 2)
    common.writeUInt16LE(isDeflated ? 8 : 0, 4)
    common.writeUInt32LE(crc32(raw), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(claims ?? raw.length, 18)
    common.writeUInt16LE(label.length, 22)
    const shared = sharesWith === undefined ? undefined : offsets[sharesWith]
    const offset = shared ?? at
    offsets.push(offset)
    if (shared === undefined) {
      parts.push(Buffer.from("PK\x03\x04"), common, label, packed)
      at += 30 + label.length + packed.length
    }
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(isLink === true ? 0xa1ff0000 : 0x81a40000, 6)
    tail.writeUInt32LE(offset, 10)
    const made = Buffer.from([20, 3])
    table.push(Buffer.from("PK\x01\x02"), made, common, tail, label)
  }
  const size = table.reduce((sum, { length }) => sum + length, 0)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(size, 8)
  end.writeUInt32LE(at, 12)
  return Uint8Array.from(Buffer.concat([...parts, ...table, Buffer.from("PK\x05\x06"), end]))
}
