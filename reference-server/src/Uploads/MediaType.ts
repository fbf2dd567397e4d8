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
  "text/csv": ["csv"],
  "text/plain": ["txt"],
}

/** Older office files share one container; only the name tells them apart. */
const container = "application/x-cfb"
/** Formats that are plain text have no signature: their extension says which, if the content is text at all. */
const textTypes: Readonly<Record<string, string>> = { csv: "text/csv", txt: "text/plain" }

/** What no question's list of types can let in, `image/*` included: browsers run scripts in it. */
const never = new Set(["image/svg+xml", "text/html", "application/xml", "application/xhtml+xml"])

/** The type of a file, or null when its content is unknown or contradicts its name. */
export const find = async (name: string, content: ReadableStream<Uint8Array>): Promise<string | null> => {
  const extension = /\.([A-Za-z0-9]{1,10})$/.exec(name)?.[1]?.toLowerCase() ?? ""
  const [forType, forText] = content.tee()
  const [found, isText] = await Promise.all([fileTypeFromStream(forType), looksLikeText(forText)])
  if (found === undefined) return isText ? (textTypes[extension] ?? null) : null
  if (found.mime === container) {
    return extension === "doc" ? "application/msword" : extension === "xls" ? "application/vnd.ms-excel" : null
  }
  const fits = (extensions[found.mime] ?? [found.ext]).includes(extension)
  return fits && !never.has(found.mime) ? found.mime : null
}

/** No control characters. In UTF-8 or in what spreadsheet programs still write, such as Windows-1252. */
const looksLikeText = async (content: ReadableStream<Uint8Array>): Promise<boolean> => {
  for await (const chunk of content) if (!chunk.every(isTextByte)) return false
  return true
}

const isTextByte = (byte: number): boolean =>
  byte >= 0x20 ? byte !== 0x7f : byte === 0x09 || byte === 0x0a || byte === 0x0c || byte === 0x0d
