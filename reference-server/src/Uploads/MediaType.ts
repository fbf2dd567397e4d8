/**
 * What a file is: the type found in its content, agreed with the extension of its name. A name alone proves nothing, and
 * a content that contradicts its name is refused, because the firm's people will open it by its name (S51, S52).
 */
import { fileTypeFromStream } from "file-type"

/** The extensions under which a type is known. A type that is not here goes by the extension found with it. */
const extensions: Readonly<Record<string, ReadonlyArray<string>>> = {
  "application/pdf": ["pdf"],
  "image/jpeg": ["jpg", "jpeg", "jfif"],
  "image/tiff": ["tif", "tiff"],
  "image/heic": ["heic", "heif"],
  "image/heif": ["heif", "heic"],
  "application/msword": ["doc"],
  "application/vnd.ms-excel": ["xls"],
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ["docx"],
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ["xlsx"],
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": ["pptx"],
  "application/zip": ["zip"],
  "text/csv": ["csv"],
  "text/plain": ["txt"],
}

/** Older office files share one container, with installers and others. What is in it has a name there, in UTF-16. */
const container = "application/x-cfb"
const contained: Readonly<Record<string, readonly [type: string, inside: RegExp]>> = {
  doc: ["application/msword", /W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0/],
  xls: ["application/vnd.ms-excel", /W\0o\0r\0k\0b\0o\0o\0k\0|B\0o\0o\0k\0/],
}
/** Formats that are plain text have no signature: their extension says which, if the content is text at all. */
const textTypes: Readonly<Record<string, string>> = { csv: "text/csv", txt: "text/plain" }

/** What no question's list of types can let in, `image/*` included: browsers run scripts in it. */
const never = new Set(["image/svg+xml", "text/html", "application/xml", "application/xhtml+xml"])

/**
 * The type of a file, or null when its content is unknown or contradicts its name. `read`: its content from the beginning, each
 * time; of most it is read as far as the type is told by it, and what could be text, or an older office file, once more.
 */
export const find = async (name: string, read: () => ReadableStream<Uint8Array>): Promise<string | null> => {
  const extension = /\.([A-Za-z0-9]{1,10})$/.exec(name)?.[1]?.toLowerCase() ?? ""
  const found = await fileTypeFromStream(read())
  if (found === undefined) {
    const type = textTypes[extension]
    return type !== undefined && (await looksLikeText(read())) ? type : null
  }
  if (found.mime === container) {
    const [type = null, inside] = contained[extension] ?? []
    return inside !== undefined && (await holds(read(), inside)) ? type : null
  }
  const fits = (extensions[found.mime] ?? [found.ext]).includes(extension)
  return fits && !never.has(found.mime) ? found.mime : null
}

/** What no text has: control characters, but for tabs and ends of lines and pages. */
const noText = /[^\t\n\f\r -~\x80-\xff]/

/** No control characters. In UTF-8 or in what spreadsheet programs still write, such as Windows-1252. */
const looksLikeText = async (content: ReadableStream<Uint8Array>): Promise<boolean> => {
  // a look at each byte by itself would take seven times as long
  for await (const chunk of content) if (noText.test(latin1(chunk))) return false
  return true
}

const latin1 = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString("latin1")

/** What begins a page, wherever it stands. */
const page = /<(!doctype\s+html|html[\s>]|script[\s>]|iframe[\s>]|body[\s>]|\?php[\s])/i

/** Nothing that is looked for is longer. */
const overlap = 32

const holds = async (content: AsyncIterable<Uint8Array>, wanted: RegExp): Promise<boolean> => {
  let rest = ""
  for await (const chunk of content) {
    const text = rest + latin1(chunk)
    if (wanted.test(text)) return true
    rest = text.slice(-overlap)
  }
  return false
}

/** Is there a page among these bytes? A picture or the edges of a PDF have none but to be two things at once (S52). */
export const holdsPage = (content: AsyncIterable<Uint8Array>): Promise<boolean> => holds(content, page)

/** How much of the end of a file says whether it is an archive as well. */
export const tailBytes = 65_557

/** Does a file that ends so open as an archive too, whatever it begins as? */
export const endsAsArchive = (tail: Uint8Array): boolean => {
  const bytes = Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength)
  for (
    let at = bytes.lastIndexOf("PK\x05\x06");
    at >= 0;
    at = at === 0 ? -1 : bytes.lastIndexOf("PK\x05\x06", at - 1)
  ) {
    // its last field says how many bytes of comment follow, to the end of the file
    if (at + 22 <= bytes.length && at + 22 + bytes.readUInt16LE(at + 20) === bytes.length) return true
  }
  return false
}
