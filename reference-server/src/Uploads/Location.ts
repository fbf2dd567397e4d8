/**
 * A picture without what the camera wrote into it: where it was taken, when, by what, and the smaller pictures that have the
 * same in them (S58). The points stay as they are, byte for byte; of the notes only how the camera was held is kept, and the
 * profile of its colours. What is not known to belong to the picture is left out, so that nothing has to be known of what it
 * says. Doing it again changes nothing. Of JPEG, PNG and WebP.
 */
import { crc32 } from "node:zlib"

type Bytes = Buffer

const strippers: Readonly<Record<string, (file: Bytes) => ReadonlyArray<Uint8Array> | null>> = {
  "image/jpeg": (file) => jpeg(file),
  "image/png": (file) => png(file),
  "image/webp": (file) => webp(file),
}

/** It lies in memory whole. */
export const maxBytes = 100_000_000
/** What a picture has more at most, without its notes, than with them, in bytes: it never has but for how it is held. */
export const mostAdded = 128

/** Can the notes be taken out of a picture of this type? */
export const isOf = (type: string): boolean => type in strippers

/** The picture in pieces, without its notes; null: it is not what it says, or breaks off in the middle. */
export const removed = (type: string, file: Bytes): ReadonlyArray<Uint8Array> | null => strippers[type]?.(file) ?? null

const latin1 = (file: Bytes, from: number, length: number): string => file.toString("latin1", from, from + length)

/** How the camera was held, by the Exif notes: 1 to 8. 1: upright, or it does not say. */
const orientation = (exif: Bytes): number => {
  const isLittle = latin1(exif, 0, 4) === "II*\0"
  if (!isLittle && latin1(exif, 0, 4) !== "MM\0*") return 1
  const u16 = (at: number) => (at + 2 > exif.length ? 0 : isLittle ? exif.readUInt16LE(at) : exif.readUInt16BE(at))
  const first = exif.length < 8 ? 0 : isLittle ? exif.readUInt32LE(4) : exif.readUInt32BE(4)
  for (let entry = 0; entry < u16(first); entry++) {
    const at = first + 2 + entry * 12
    if (u16(at) !== 0x0112) continue
    const value = u16(at + 8)
    return u16(at + 2) === 3 && value >= 1 && value <= 8 ? value : 1
  }
  return 1
}

/** Exif notes that say only this. */
const exifOf = (held: number): Bytes => {
  const exif = Buffer.alloc(26)
  exif.write("II*\0\b", "latin1")
  exif.set([1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, held], 8)
  return exif
}

const exifMark = Buffer.from("Exif\0\0", "latin1")

const jpeg = (file: Bytes): ReadonlyArray<Uint8Array> | null => {
  if (file.length < 4 || file.readUInt16BE(0) !== 0xffd8) return null
  const kept: Array<Uint8Array> = [file.subarray(0, 2)]
  let [at, hasScan, hasExif] = [2, false, false]
  for (;;) {
    if (file[at] !== 0xff) return null
    while (file[at + 1] === 0xff) at++
    const marker = file[at + 1]
    // what follows the end, a second picture or a film, is no part of this one
    if (marker === 0xd9) return hasScan ? [...kept, file.subarray(at, at + 2)] : null
    if (marker === undefined || at + 4 > file.length) return null
    const next = at + 2 + file.readUInt16BE(at + 2)
    if (next < at + 4 || next > file.length) return null
    const isExif = marker === 0xe1 && file.subarray(at + 4, at + 10).equals(exifMark)
    if (isExif && !hasExif) {
      const held = orientation(file.subarray(at + 10, next))
      hasExif = held > 1
      if (hasExif) kept.push(Buffer.from([0xff, 0xe1, 0, 34]), exifMark, exifOf(held))
    }
    if (isOfJpeg(marker, file.subarray(at + 4, next))) kept.push(file.subarray(at, next))
    at = next
    if (marker !== 0xda) continue
    hasScan = true
    for (;;) {
      const found = file.indexOf(0xff, at)
      const after = found < 0 ? undefined : file[found + 1]
      // it breaks off among its points, as pictures do that were saved in a hurry: programs show what there is
      if (found < 0 || after === undefined) return [...kept, file.subarray(next), Buffer.from([0xff, 0xd9])]
      at = found
      if (after !== 0 && after !== 0xff && (after < 0xd0 || after > 0xd7)) break
      at += after === 0xff ? 1 : 2
    }
    kept.push(file.subarray(next, at))
  }
}

/** The frame, the tables, the points, and what says which colours they are. */
const isOfJpeg = (marker: number, content: Bytes): boolean => {
  if (marker === 0xe0) return latin1(content, 0, 5) === "JFIF\0"
  if (marker === 0xe2) return latin1(content, 0, 12) === "ICC_PROFILE\0"
  if (marker === 0xee) return latin1(content, 0, 5) === "Adobe"
  return marker >= 0xc0 && marker <= 0xdf && marker !== 0xc8 && (marker < 0xd0 || marker > 0xd8)
}

const pngChunks: ReadonlySet<string> = new Set(
  "IHDR PLTE IDAT tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD pHYs acTL fcTL fdAT".split(" "),
)

const png = (file: Bytes): ReadonlyArray<Uint8Array> | null => {
  if (latin1(file, 0, 8) !== "\x89PNG\r\n\x1a\n") return null
  const kept: Array<Uint8Array> = [file.subarray(0, 8)]
  for (let at = 8; at + 12 <= file.length;) {
    const next = at + 12 + file.readUInt32BE(at)
    if (next > file.length) return null
    const kind = latin1(file, at + 4, 4)
    if (kind === "IEND") return [...kept, file.subarray(at, next)]
    if (kind === "eXIf") {
      const held = orientation(file.subarray(at + 8, next - 4))
      if (held > 1) kept.push(pngChunk("eXIf", exifOf(held)))
    } else if (pngChunks.has(kind)) kept.push(file.subarray(at, next))
    at = next
  }
  return null
}

const pngChunk = (kind: string, content: Bytes): Bytes => {
  const chunk = Buffer.concat([Buffer.alloc(4), Buffer.from(kind, "latin1"), content, Buffer.alloc(4)])
  chunk.writeUInt32BE(content.length)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4)
  return chunk
}

const webpChunks: ReadonlySet<string> = new Set(["VP8 ", "VP8L", "ALPH", "ANIM", "ICCP"])
/** What the head of a WebP says is in it. */
const [hasExif, hasXmp] = [0x08, 0x04]

interface WebpChunk {
  readonly kind: string
  readonly content: Bytes
}

/** Its parts; null: one of them breaks off. */
const webpParts = (file: Bytes): ReadonlyArray<WebpChunk> | null => {
  const found: Array<WebpChunk> = []
  for (let at = 0; at + 8 <= file.length;) {
    const end = at + 8 + file.readUInt32LE(at + 4)
    if (end > file.length) return null
    found.push({ kind: latin1(file, at, 4), content: file.subarray(at + 8, end) })
    at = end + (end % 2)
  }
  return found
}

const webpChunk = (kind: string, content: Bytes): ReadonlyArray<Bytes> => {
  const head = Buffer.alloc(8)
  head.write(kind, "latin1")
  head.writeUInt32LE(content.length, 4)
  return [head, content, Buffer.alloc(content.length % 2)]
}

const webp = (file: Bytes): ReadonlyArray<Uint8Array> | null => {
  if (latin1(file, 0, 4) !== "RIFF" || latin1(file, 8, 4) !== "WEBP") return null
  // offsets are even in the file and in this part of it alike
  const parts = webpParts(file.subarray(12, 8 + file.readUInt32LE(4)))
  if (parts === null) return null
  const exif = parts.find(({ kind }) => kind === "EXIF")?.content
  const held = exif === undefined ? 1 : orientation(exif.subarray(0, 6).equals(exifMark) ? exif.subarray(6) : exif)
  const kept: Array<Bytes> = []
  for (const { kind, content } of parts) {
    if (kind === "VP8X" && content.length > 0) {
      const head = Buffer.from(content)
      head[0] = ((head[0] ?? 0) & ~(hasExif | hasXmp)) | (held > 1 ? hasExif : 0)
      kept.push(...webpChunk(kind, head))
    } else if (kind === "ANMF") {
      // a frame of a film: 16 bytes about it, then parts of its own
      const frame = webpParts(content.subarray(16))
      if (frame === null) return null
      const points = frame
        .filter((part) => webpChunks.has(part.kind))
        .flatMap((part) => webpChunk(part.kind, part.content))
      kept.push(...webpChunk(kind, Buffer.concat([content.subarray(0, 16), ...points])))
    } else if (webpChunks.has(kind)) kept.push(...webpChunk(kind, content))
  }
  if (held > 1) kept.push(...webpChunk("EXIF", exifOf(held)))
  const head = Buffer.from("RIFF\0\0\0\0WEBP", "latin1")
  head.writeUInt32LE(4 + kept.reduce((sum, { length }) => sum + length, 0), 4)
  return [head, ...kept]
}
