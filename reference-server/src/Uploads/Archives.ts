/**
 * What is asked of an archive before it is taken in (S57). Office files are archives too. Nothing is ever unpacked to a disk:
 * its table of contents is read, and each entry streams past once, to see whether it is as large as it says and what it is.
 *
 * Refused are: more entries, or more in them, than anybody sends by hand; a ratio that no document has; entries that lie over
 * one another; links, absolute names and `..`; encryption, which no scanner sees through; archives in archives, but for Office
 * files, one level down.
 */
import { Readable } from "node:stream"
import * as yauzl from "yauzl"
import { fileTypeFromBuffer } from "file-type"

export const limits = {
  entries: 2_000,
  /** Of all entries together, in bytes. */
  content: 1_073_741_824,
  ratio: 100,
  /** Up to here any ratio is fine: a small sheet of equal rows. */
  harmless: 16_777_216,
  /** Of an Office file in an archive, which is looked at in memory. */
  nested: 33_554_432,
} as const

/** Why an archive is not taken. */
export type Fault = "damaged" | "encrypted" | "too-much" | "nested" | "unsafe-names" | "not-office"

/** Where the bytes of an archive are. */
export interface Source {
  readonly bytes: number
  /** From `start` to `end`, the latter not included. */
  readonly read: (start: number, end: number) => Readable
}

/** What may still come: shared by an archive and those in it. */
interface Budget {
  entries: number
  content: number
}

/** The first thing that is wrong; null: nothing. `isOffice`: it claims to be an Office file. Rejects only when reading fails. */
export const fault = async (source: Source, isOffice: boolean): Promise<Fault | null> => {
  const broken: { reading: Error | null } = { reading: null }
  try {
    return await inspect(
      () =>
        yauzl.fromRandomAccessReaderPromise(new Blocks(source, (error) => (broken.reading = error)), source.bytes, {
          lazyEntries: true,
          autoClose: false,
        }),
      source.bytes,
      { entries: limits.entries, content: limits.content },
      isOffice ? 1 : 0,
      isOffice,
    )
  } catch (error) {
    if (broken.reading !== null) throw broken.reading
    return isUnsafeName(error) ? "unsafe-names" : "damaged"
  }
}

const inspect = async (
  open: () => Promise<yauzl.ZipFile>,
  bytes: number,
  budget: Budget,
  depth: number,
  isOffice: boolean,
): Promise<Fault | null> => {
  const zip = await open()
  try {
    const entries: Array<yauzl.Entry> = []
    let content = 0
    for await (const entry of zip.eachEntry()) {
      content += entry.uncompressedSize
      if (--budget.entries < 0) return "too-much"
      if (entry.isEncrypted()) return "encrypted"
      if (isLink(entry)) return "unsafe-names"
      entries.push(entry)
    }
    if (entries.length === 0) return "damaged"
    budget.content -= content
    if (budget.content < 0 || (content > limits.harmless && content > bytes * limits.ratio)) return "too-much"
    if (overlap(entries)) return "too-much"
    if (isOffice && !entries.some(({ fileName }) => officeTables.has(fileName))) return "not-office"
    for (const entry of entries) {
      const found = await inside(zip, entry, budget, depth)
      if (found !== null) return found
    }
    return null
  } finally {
    zip.close()
  }
}

/** What every Office file has in it, of Microsoft's and of the OpenDocument sort. */
const officeTables: ReadonlySet<string> = new Set(["[Content_Types].xml", "META-INF/manifest.xml", "mimetype"])
const officeNames = /\.(docx|xlsx|pptx|dotx|xltx|potx|odt|ods|odp)$/i

/** Reads an entry to its end: the library refuses more than it said there is. */
const inside = async (zip: yauzl.ZipFile, entry: yauzl.Entry, budget: Budget, depth: number): Promise<Fault | null> => {
  if (entry.fileName.endsWith("/")) return null
  if (archiveNames.test(entry.fileName)) return "nested"
  const mayNest = depth < 2 && officeNames.test(entry.fileName) && entry.uncompressedSize <= limits.nested
  const kept: Array<Buffer> = []
  let length = 0
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    if (!Buffer.isBuffer(chunk)) return "damaged"
    if (mayNest || length < headBytes) kept.push(chunk)
    length += chunk.length
  }
  const start = Buffer.concat(kept)
  if (!isArchive(await fileTypeFromBuffer(start.subarray(0, headBytes)).catch(() => undefined))) return null
  if (!mayNest) return "nested"
  const open = () => yauzl.fromBufferPromise(start, { lazyEntries: true })
  return inspect(open, start.length, budget, depth + 1, true)
}

const headBytes = 4_100
const archiveNames = /\.(zip|zipx|rar|7z|gz|tgz|tar|bz2|tbz2?|xz|txz|zst|lzh|lha|arj|ace|cab|iso|img|dmg|jar|war|apk)$/i

const archiveTypes: ReadonlySet<string> = new Set([
  "application/gzip",
  "application/java-archive",
  "application/java-vm",
  "application/vnd.android.package-archive",
  "application/vnd.ms-cab-compressed",
  "application/vnd.rar",
  "application/x-7z-compressed",
  "application/x-ace-compressed",
  "application/x-apple-diskimage",
  "application/x-arj",
  "application/x-bzip2",
  "application/x-compress",
  "application/x-lzh-compressed",
  "application/x-lzip",
  "application/x-rar-compressed",
  "application/x-tar",
  "application/x-xz",
  "application/zip",
  "application/zstd",
])

/** Is this something that has other files in it? Of those that are not ZIP nothing is known, so they are never taken. */
export const isArchive = (found: { readonly mime: string } | undefined): boolean =>
  found !== undefined && (archiveTypes.has(found.mime) || isOfficeType(found.mime))

export const isOfficeType = (type: string): boolean =>
  type.startsWith("application/vnd.openxmlformats-officedocument.") ||
  type.startsWith("application/vnd.oasis.opendocument.") ||
  (type.startsWith("application/vnd.ms-") && type.endsWith(".12"))

/** A symbolic link, as Unix writes it into an archive. */
const isLink = ({ externalFileAttributes }: yauzl.Entry): boolean =>
  ((externalFileAttributes >>> 16) & 0xf000) === 0xa000

/** Entries that share their bytes make a gigabyte of a kilobyte. */
const overlap = (entries: ReadonlyArray<yauzl.Entry>): boolean => {
  let end = 0
  for (const entry of entries.toSorted((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader)) {
    if (entry.relativeOffsetOfLocalHeader < end) return true
    end = entry.relativeOffsetOfLocalHeader + 30 + entry.compressedSize
  }
  return false
}

const isUnsafeName = (error: unknown): boolean =>
  error instanceof Error && /^(absolute path|invalid relative path|invalid characters)/.test(error.message)

const blockBytes = 262_144

/** Reads in blocks, of which the last one is kept: a table of contents is read in pieces of fifty bytes. */
class Blocks extends yauzl.RandomAccessReader {
  readonly #source: Source
  readonly #failed: (error: Error) => void
  #start = 0
  #block = Buffer.alloc(0)

  constructor(source: Source, failed: (error: Error) => void) {
    super()
    this.#source = source
    this.#failed = failed
  }

  override _readStreamForRange(start: number, end: number): Readable {
    if (end - start > blockBytes) return this.#source.read(start, end).on("error", this.#failed)
    const piece = async function* (this: Blocks) {
      yield await this.#piece(start, end)
    }
    return Readable.from(piece.call(this))
  }

  async #piece(start: number, end: number): Promise<Buffer> {
    if (start < this.#start || end > this.#start + this.#block.length) {
      const chunks: Array<Uint8Array> = []
      try {
        const block: AsyncIterable<Uint8Array> = this.#source.read(
          start,
          Math.min(start + blockBytes, this.#source.bytes),
        )
        for await (const chunk of block) chunks.push(chunk)
      } catch (cause) {
        const error = new Error("the archive cannot be read", { cause })
        this.#failed(error)
        throw error
      }
      this.#block = Buffer.concat(chunks)
      this.#start = start
    }
    return this.#block.subarray(start - this.#start, end - this.#start)
  }

  override close(callback: (error: Error | null) => void): void {
    callback(null)
  }
}
