// The development mailbox: the Mailer when no SMTP_URL is set. A mail is rendered exactly as it would be sent and kept as one
// `.eml` file, which any mail program opens too. A file's name is made from the Message-ID, so a mail that is sent twice shows
// once. The folder outlives the server. It holds live links: only the server's own user may read it, and the page `/dev/mail`
// that shows it is for loopback only.

import { createHash } from "node:crypto"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { createTransport } from "nodemailer"
import PostalMime, { type Address, type Email } from "postal-mime"
import { Mailer, MailFailed, type OutgoingMail } from "../Mailer.ts"
import { SecureRandom } from "../platform/Crypto.ts"
import { FileSystem, Path, type PlatformError } from "../platform/Files.ts"
import type { MailAddress } from "./MailAddress.ts"
import * as MimeMessage from "./MimeMessage.ts"

/** One line of the list. `id` is safe in a URL and stays the same when the mail is sent again. */
export interface DevMailSummary {
  readonly id: string
  readonly to: MailAddress
  readonly from: MailAddress
  readonly subject: string
  /** From the Date header: when it was last sent. */
  readonly date: DateTime.Utc
}

/** One mail as its reader would get it, parsed again from what was rendered. */
export interface DevMail extends DevMailSummary {
  readonly html: string
  readonly text: string
  /** In their order, as sent but unfolded. */
  readonly headers: ReadonlyArray<{ readonly name: string; readonly value: string }>
}

export class DevMailbox extends Context.Service<
  DevMailbox,
  {
    /** The newest 200 mails, newest first, for the list at `/dev/mail`. */
    readonly list: Effect.Effect<ReadonlyArray<DevMailSummary>, PlatformError.PlatformError>
    /** One mail for its page; none when there is no such id. The id may be anything a browser sends. */
    readonly read: (id: string) => Effect.Effect<Option.Option<DevMail>, PlatformError.PlatformError>
  }
>()("@requite/reference-server/Mailer/DevMailbox") {}

const listed = 200
const fileForm = /^([0-9a-f]{32})\.eml$/

/** Provides `Mailer` and `DevMailbox` over one folder (`<dataDir>/dev-mail`), made with the first mail. */
export const layer = (
  folder: string,
): Layer.Layer<Mailer | DevMailbox, never, FileSystem.FileSystem | Path.Path | SecureRandom.SecureRandom> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const random = yield* SecureRandom.SecureRandom
      const renderer = createTransport({ streamTransport: true, buffer: true, newline: "windows" })
      const fileOf = (id: string) => path.join(folder, `${id}.eml`)

      const send = Effect.fn("Mailer.send")(function* (mail: OutgoingMail) {
        const message = yield* MimeMessage.compose(mail)
        const { message: mime } = yield* Effect.promise(() => renderer.sendMail(message))
        if (!Buffer.isBuffer(mime)) return yield* Effect.die(new Error("nodemailer was asked for a buffer"))
        yield* keep(idOf(mail.messageId), mime).pipe(Effect.mapError(notKept))
      })

      // Written beside and renamed, so that neither a reader nor a crash ever meets half a mail.
      const keep = Effect.fnUntraced(function* (id: string, mime: Uint8Array) {
        const unfinished = path.join(folder, `${id}.${yield* random.uuidV4()}.part`)
        yield* fs.makeDirectory(folder, { recursive: true, mode: 0o700 })
        yield* fs.writeFile(unfinished, mime, { flag: "wx", mode: 0o600 }).pipe(
          Effect.andThen(fs.rename(unfinished, fileOf(id))),
          Effect.onError(() => Effect.ignore(fs.remove(unfinished, { force: true }))),
        )
      })

      const read = Effect.fnUntraced(function* (id: string) {
        if (!fileForm.test(`${id}.eml`)) return Option.none<DevMail>()
        const mime = yield* fs.readFile(fileOf(id)).pipe(
          Effect.asSome,
          Effect.catchIf(
            (error) => error.reason._tag === "NotFound",
            () => Effect.succeedNone,
          ),
        )
        if (Option.isNone(mime)) return Option.none<DevMail>()
        return Option.some(devMail(id, yield* Effect.promise(() => PostalMime.parse(mime.value))))
      })

      const list = Effect.gen(function* () {
        if (!(yield* fs.exists(folder))) return []
        const ids = (yield* fs.readDirectory(folder)).flatMap((name) => fileForm.exec(name)?.[1] ?? [])
        const sentAt = (id: string) =>
          Effect.map(fs.stat(fileOf(id)), ({ mtime }) =>
            Option.match(mtime, { onNone: () => 0, onSome: (time) => time.getTime() }),
          )
        const dated = yield* Effect.forEach(ids, (id) => Effect.map(sentAt(id), (at) => ({ id, at })), {
          concurrency: 8,
        })
        const newest = dated.sort((a, b) => b.at - a.at || a.id.localeCompare(b.id)).slice(0, listed)
        const mails = yield* Effect.forEach(newest, ({ id }) => read(id), { concurrency: 8 })
        return mails.flatMap((mail) => (Option.isSome(mail) ? [mail.value] : []))
      })

      return Context.make(Mailer, { send }).pipe(Context.add(DevMailbox, { list, read }))
    }),
  )

const notKept = ({ reason }: PlatformError.PlatformError): MailFailed =>
  new MailFailed({ retryable: true, reason: `The development mailbox could not be written (${reason._tag}).` })

const idOf = (messageId: string): string => createHash("sha256").update(messageId).digest("hex").slice(0, 32)

const devMail = (id: string, email: Email): DevMail => ({
  id,
  to: party(email.to?.[0]),
  from: party(email.from),
  subject: email.subject ?? "",
  date: Option.getOrElse(DateTime.make(email.date ?? ""), () => DateTime.makeUnsafe(0)),
  html: email.html ?? "",
  text: email.text ?? "",
  headers: email.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
})

const party = (address: Address | undefined): MailAddress => ({
  name: address?.name ?? "",
  address: address?.address ?? "",
})
