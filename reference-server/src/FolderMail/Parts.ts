/**
 * What a mail brings: who it says it is from, whether a person wrote it, and the files in it. What mail programs add by themselves
 * is left out: pictures of a signature, and signatures of what was signed.
 */
import { createHash } from "node:crypto"
import PostalMime, { type Attachment, addressParser, type Email } from "postal-mime"
import * as Report from "../Returns/Report.ts"

export interface Known {
  /** Whom it names as its sender, in lower case; null: nobody, or several. */
  readonly from: string | null
  /** The same for the same mail. */
  readonly message: string
  /** No report, no bounce and no answer that was sent by itself. */
  readonly isWritten: boolean
  /** In the order of their contents. `name`: as the mail says it. */
  readonly files: ReadonlyArray<{ readonly name: string; readonly bytes: number }>
}

export interface Read {
  readonly known: Known
  readonly contents: ReadonlyArray<Uint8Array>
}

/** Null: it cannot be read. */
export const read = async (raw: Uint8Array): Promise<Read | null> => {
  const email = await PostalMime.parse(raw, { forceRfc822Attachments: true }).catch(() => null)
  if (email === null) return null
  const files = email.attachments.flatMap((part) => {
    const content = bytesOf(part)
    return isAdded(part, content.length) ? [] : [{ name: nameOf(part), content }]
  })
  const id = email.messageId?.trim() ?? ""
  return {
    known: {
      from: senderOf(email),
      message: createHash("sha256")
        .update(id === "" ? raw : id)
        .digest("hex"),
      isWritten: Report.isWritten(email),
      files: files.map(({ name, content }) => ({ name, bytes: content.length })),
    },
    contents: files.map(({ content }) => content),
  }
}

const bytesOf = ({ content }: Attachment): Uint8Array =>
  typeof content === "string"
    ? new TextEncoder().encode(content)
    : content instanceof Uint8Array
      ? content
      : new Uint8Array(content)

const senderOf = ({ headers }: Email): string | null => {
  const [field, ...others] = headers.filter(({ key }) => key === "from")
  if (field === undefined || others.length > 0) return null
  const [one, ...more] = addressParser(field.value, { flatten: true })
  const address = one?.address?.trim().toLowerCase() ?? ""
  return more.length > 0 || address === "" ? null : address
}

/** A picture that stands in the text is a file when it has the size of a photograph. */
const smallPicture = 100_000

const isAdded = ({ mimeType, disposition, contentId, related }: Attachment, bytes: number): boolean => {
  const type = mimeType.toLowerCase()
  if (/^application\/((x-)?pkcs7-signature|pgp-(signature|keys))$/.test(type)) return true
  const isInText = contentId !== undefined && (disposition === "inline" || related === true)
  return isInText && type.startsWith("image/") && bytes <= smallPicture
}

/** Phones leave names out. */
const extensions: Readonly<Record<string, string>> = {
  "application/pdf": ".pdf",
  "image/jpeg": ".jpg",
  "image/png": ".png",
  "image/heic": ".heic",
  "text/csv": ".csv",
  "message/rfc822": ".eml",
}
const nameOf = ({ filename, mimeType }: Attachment): string =>
  filename === null || filename.trim() === "" ? `attachment${extensions[mimeType.toLowerCase()] ?? ""}` : filename
