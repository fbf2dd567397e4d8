import { extname } from "node:path"
import { fileURLToPath } from "node:url"
import { Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Child from "../Child.ts"
import { Config } from "../Config.ts"
import { Documents, limits as folderLimits } from "../Documents.ts"
import { Files } from "../Files.ts"
import { FolderMail, limits, type NotTaken, type Receiving, type Why } from "../FolderMail.ts"
import { type Member, Members } from "../Members.ts"
import * as Letters from "../Members/Letters.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import * as Secret from "../Secret.ts"
import * as Tenancy from "../Tenancy.ts"
import { type FileRef, Uploads } from "../Uploads.ts"
import * as FileName from "../Uploads/FileName.ts"
import { Vault } from "../Vault.ts"
import { WorkspaceEvents } from "../WorkspaceEvents.ts"
import type * as Parts from "./Parts.ts"

const Row = Schema.Struct({
  folderId: Schema.String,
  workspaceId: Schema.String,
  digest: Schema.String,
  sealed: Schema.String,
  dropped: Schema.Int,
  droppedAt: Schema.NullOr(Schema.Date),
  createdBy: Schema.String,
})
type Row = typeof Row.Type

/** Whom a mail says that it is from. */
const Sender = Schema.Struct({
  kind: Schema.Literals(["contact", "member"]),
  id: Schema.String,
  name: Schema.String,
  email: Schema.String,
})

const Known: Schema.Codec<Parts.Known> = Schema.Struct({
  from: Schema.NullOr(Schema.String),
  message: Schema.String,
  isWritten: Schema.Boolean,
  files: Schema.Array(Schema.Struct({ name: Schema.String, bytes: Schema.Int })),
})
const decodeKnown = Schema.decodeUnknownEffect(Schema.fromJsonString(Known))

const form = /^in\+([0-9a-f]{32})@([^@\s]+)$/
const script = fileURLToPath(new URL(`./reading${extname(import.meta.url)}`, import.meta.url))

const day = 86_400_000
/** A mail may be handed over again for some days; its notice is tried for one. */
const remembered = 30 * day

const whys: Readonly<Record<string, Why>> = {
  "upload-too-large": "size",
  "upload-infected": "virus",
  "upload-encrypted": "locked",
  "upload-empty": "empty",
  "upload-damaged": "damaged",
  "upload-broken": "damaged",
}
const whyOf = (code: string): Why => whys[code] ?? (/^upload-(no-room|too-many)/.test(code) ? "room" : "type")

/** Cuts what the script wrote. */
const partsOf = Effect.fnUntraced(function* (written: Buffer) {
  const start = 4 + written.readUInt32BE(0)
  const known = yield* Effect.orDie(decodeKnown(written.subarray(4, start).toString()))
  let at = start
  const files = known.files.map(({ name, bytes }) => ({
    name: FileName.safe(name),
    content: written.subarray(at, (at += bytes)),
  }))
  return { ...known, files }
})
type Mail = Effect.Success<ReturnType<typeof partsOf>>

/** The layer of `FolderMail` over the database. */
export const layer = Layer.effect(
  FolderMail,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const crypto = yield* Crypto.Crypto
    const { mailReturnDomain: domain, mailReturnPort } = yield* Config
    const documents = yield* Documents
    const events = yield* WorkspaceEvents
    const files = yield* Files
    const letters = yield* Letters.make
    const members = yield* Members
    const uploads = yield* Uploads
    const vault = yield* Vault
    const withCrypto = Effect.provideService(Crypto.Crypto, crypto)
    const placeOf = (folder: string) => `folder-mail:${folder}`

    const columns = sql.literal("folder_id, workspace_id, digest, sealed, dropped, dropped_at, created_by")
    const ofFolder = SqlSchema.findAll({
      Request: Schema.Struct({ workspaceId: Schema.String, folder: Schema.String }),
      Result: Row,
      execute: ({ workspaceId, folder }) => sql`
        SELECT ${columns} FROM folder_addresses WHERE workspace_id = ${workspaceId} AND folder_id = ${folder}`,
    })
    const byDigest = SqlSchema.findAll({
      Request: Schema.String,
      Result: Row,
      execute: (digest) => sql`SELECT ${columns} FROM folder_addresses WHERE digest = ${digest}`,
    })
    /** Of a contact's folder: that contact. Of work: its contacts, and whoever was asked for it. Of guests: any contact. */
    const senders = SqlSchema.findAll({
      Request: Schema.Struct({ workspaceId: Schema.String, folder: Schema.String, email: Schema.String }),
      Result: Sender,
      execute: ({ workspaceId, folder, email }) => sql`
        SELECT 'member' AS kind, m.id, m.name, m.email FROM members m
        WHERE m.workspace_id = ${workspaceId} AND m.deactivated_at IS NULL AND m.email_key = lower(${email})
        UNION ALL
        SELECT 'contact' AS kind, c.id, c.name, c.email FROM contacts c, folders f
        WHERE c.workspace_id = ${workspaceId} AND c.deleted_at IS NULL AND c.email_key = lower(${email})
          AND f.workspace_id = ${workspaceId} AND f.id = ${folder}
          AND CASE WHEN f.contact_id IS NOT NULL THEN f.contact_id = c.id
            WHEN f.work_item_id IS NOT NULL THEN
              EXISTS (SELECT FROM work_item_contacts p WHERE p.work_item_id = f.work_item_id AND p.contact_id = c.id)
              OR EXISTS (SELECT FROM portal_requests p JOIN client_requests r ON r.id = p.request_id
                WHERE r.work_item_id = f.work_item_id AND p.contact_id = c.id AND r.lifecycle <> 'Cancelled')
            ELSE true END
        ORDER BY 1 DESC, 2 LIMIT 1`,
    })

    const find = Effect.fnUntraced(function* (address: string) {
      const [, token = "", at = ""] = form.exec(address.trim().toLowerCase()) ?? []
      if (token === "" || at !== domain?.toLowerCase()) return null
      const digest = yield* Secret.digest(Redacted.make(token))
      const [row] = yield* Tenancy.across(Effect.orDie(byDigest(digest)))
      return row !== undefined && Crypto.timingSafeEqual(digest, row.digest) ? row : null
    }, withCrypto)

    const secret = Effect.fnUntraced(function* (folder: string) {
      const token = Redacted.make(Buffer.from(yield* crypto.randomBytes(16)).toString("hex"))
      return { digest: yield* Secret.digest(token), sealed: yield* vault.seal(token, placeOf(folder)) }
    }, withCrypto)

    /** Changes a folder's address and writes it down, if there was something to change. */
    const change = Effect.fnUntraced(function* (
      member: Member,
      folder: string,
      type: string,
      statement: (set: { digest: string; sealed: string; at: Date }) => Effect.Effect<ReadonlyArray<unknown>, unknown>,
    ) {
      const { workspaceId, id } = member
      const { name } = yield* documents.folder(workspaceId, folder)
      const set = { ...(yield* secret(folder)), at: new Date(yield* Clock.currentTimeMillis) }
      yield* Effect.gen(function* () {
        const changed = yield* statement(set)
        if (changed.length === 0) return
        yield* events.add({ workspaceId, type, by: id, about: folder, data: { name } })
      }).pipe(sql.withTransaction, Effect.orDie)
    })

    /** One file by one: an attachment like every upload, under the name of who is said to have sent it. */
    const takeFiles = Effect.fnUntraced(function* (
      { workspaceId, folderId }: Row,
      sender: typeof Sender.Type,
      mail: Mail,
    ) {
      const { count } = yield* Effect.orDie(documents.folder(workspaceId, folderId))
      const room = Math.min(limits.files, folderLimits.documents - count)
      const taken: Array<FileRef> = []
      const refused: Array<NotTaken> = []
      for (const [index, { name, content }] of mail.files.entries()) {
        // what is refused is work too, and a mail may have thousands of parts
        if (taken.length >= room || index >= 2 * limits.files) refused.push({ name, why: "room" })
        else {
          yield* uploads.receiveFrom(workspaceId, sender.id, { name, content: Stream.make(content) }).pipe(
            Effect.map((file) => void taken.push(file)),
            Effect.catchTag("UploadRefused", ({ problems }) =>
              Effect.sync(() => void refused.push({ name, why: whyOf(problems[0]?.code ?? "") })),
            ),
            // the mail comes again, with all of them: nothing of this time is kept
            Effect.onError(() =>
              files.remove(
                workspaceId,
                taken.map(({ id }) => id),
              ),
            ),
          )
        }
      }
      // nor has its notice so many lines
      const some = refused.slice(0, limits.files)
      const last: ReadonlyArray<NotTaken> = refused.length > some.length ? [{ name: "…", why: "room" }] : []
      return { taken, refused: [...some, ...last] }
    })

    /** Puts what was taken into the folder, all of it or nothing; false: the mail is known, or the address is over. */
    const keep = Effect.fnUntraced(function* (
      { workspaceId, folderId, digest, createdBy }: Row,
      { kind, id: senderId }: typeof Sender.Type,
      message: string,
      { taken, refused }: { readonly taken: ReadonlyArray<FileRef>; readonly refused: ReadonlyArray<NotTaken> },
    ) {
      const now = yield* Clock.currentTimeMillis
      const createdAt = new Date(now)
      const bySender = (contact: string, member: string) => ({ [kind === "contact" ? contact : member]: senderId })
      const [still] = yield* sql<{ name: string }>`
        SELECT f.name FROM folder_addresses a JOIN folders f ON f.id = a.folder_id
        WHERE a.workspace_id = ${workspaceId} AND a.digest = ${digest} FOR UPDATE OF a`
      if (still === undefined) return false
      yield* sql`DELETE FROM folder_mails
        WHERE workspace_id = ${workspaceId} AND created_at < ${new Date(now - remembered)}`
      const mailId = yield* Crypto.uuid
      const added = yield* sql`INSERT INTO folder_mails ${sql.insert({
        id: mailId,
        workspaceId,
        folderId,
        message,
        ...bySender("contactId", "memberId"),
        taken: JSON.stringify(taken.map((file) => file.name)),
        refused: JSON.stringify(refused),
        createdAt,
      })} ON CONFLICT (folder_id, message) DO NOTHING RETURNING id`
      if (added.length === 0) return false
      for (const { id: fileId, name: fileName, sha256 } of taken) {
        const id = yield* Crypto.uuid
        const row = { id, workspaceId, folderId, fileId, name: fileName, byMail: true, createdAt }
        yield* sql`INSERT INTO documents ${sql.insert({ ...row, ...bySender("broughtBy", "createdBy") })}`
        // by their ids: names may tell of whom they are, and are gone when the contact is erased
        const data = { [kind]: senderId, folder: folderId, sha256 }
        yield* events.add({ workspaceId, type: "DocumentMailedIn", by: null, about: id, data })
      }
      const reader = yield* members.inService(workspaceId, createdBy)
      if (reader !== null) {
        const to = { recipient: reader.email, memberId: reader.id }
        yield* letters.write(workspaceId, { kind: "folder-mail", ...to, folderMailId: mailId })
      }
      return true
    }, withCrypto)

    const drop = Effect.fnUntraced(function* ({ workspaceId, digest }: Row) {
      const at = new Date(yield* Clock.currentTimeMillis)
      yield* sql`UPDATE folder_addresses SET dropped = dropped + 1, dropped_at = ${at}
        WHERE workspace_id = ${workspaceId} AND digest = ${digest}`
      return { kind: "dropped" } as const
    }, Effect.orDie)

    const file = Effect.fnUntraced(function* (row: Row, mail: Mail) {
      const { workspaceId, folderId } = row
      const [sender] = mail.from === null ? [] : yield* senders({ workspaceId, folder: folderId, email: mail.from })
      if (sender === undefined) return yield* drop(row)
      const known = yield* sql`SELECT 1 FROM folder_mails
        WHERE workspace_id = ${workspaceId} AND folder_id = ${folderId} AND message = ${mail.message}`
      if (known.length > 0) return { kind: "known" } as const
      const found = yield* takeFiles(row, sender, mail)
      if (yield* sql.withTransaction(keep(row, sender, mail.message, found))) {
        return { kind: "taken", taken: found.taken.length, refused: found.refused.length } as const
      }
      const ids = found.taken.map(({ id }) => id)
      yield* files.remove(workspaceId, ids)
      return { kind: "known" } as const
    }, Effect.orDie)

    const read = (raw: Uint8Array) =>
      Effect.map(
        Stream.runCollect(Child.through({ script, args: [], heap: 256, patience: "60 seconds" }, Stream.make(raw))),
        (chunks) => Buffer.concat(chunks),
      )

    return FolderMail.of({
      isPossible: domain !== undefined && mailReturnPort !== undefined,
      of: Effect.fn("FolderMail.of")(function* (workspaceId, folder) {
        const [row] = yield* Effect.orDie(ofFolder({ workspaceId, folder }))
        if (row === undefined || domain === undefined) return null
        const token = yield* vault.open(row.sealed, placeOf(folder))
        const address = `in+${Redacted.value(token)}@${domain}`
        return { address, dropped: row.dropped, droppedAt: row.droppedAt?.getTime() ?? null } satisfies Receiving
      }),
      turnOn: (member, folder) =>
        change(member, folder, "FolderAddressMade", ({ at, ...set }) => {
          const row = { folderId: folder, workspaceId: member.workspaceId, ...set, createdAt: at, createdBy: member.id }
          return sql`INSERT INTO folder_addresses ${sql.insert(row)} ON CONFLICT (folder_id) DO NOTHING RETURNING folder_id`
        }),
      renew: (member, folder) =>
        change(member, folder, "FolderAddressRenewed", ({ at, ...set }) => {
          const row = { ...set, dropped: 0, droppedAt: null, createdAt: at, createdBy: member.id }
          return sql`UPDATE folder_addresses SET ${sql.update(row)}
            WHERE workspace_id = ${member.workspaceId} AND folder_id = ${folder} RETURNING folder_id`
        }),
      turnOff: (member, folder) =>
        change(
          member,
          folder,
          "FolderAddressEnded",
          () => sql`DELETE FROM folder_addresses
            WHERE workspace_id = ${member.workspaceId} AND folder_id = ${folder} RETURNING folder_id`,
        ),
      answer: Effect.fn("FolderMail.answer")(function* (address) {
        const row = yield* find(address)
        if (row === null) return "unknown"
        const { workspaceId, folderId } = row
        const since = new Date((yield* Clock.currentTimeMillis) - day)
        const [today] = yield* sql<{ n: number }>`SELECT count(*)::int AS n FROM folder_mails
          WHERE workspace_id = ${workspaceId} AND folder_id = ${folderId} AND created_at > ${since}`.pipe(
          Tenancy.within(workspaceId),
          Effect.orDie,
        )
        return (today?.n ?? 0) < limits.perDay ? "takes" : "full"
      }),
      receive: Effect.fn("FolderMail.receive")(function* ({ to, from, raw }) {
        // what came back is answered by nobody, and nobody's to keep (M18)
        if (from === "") return { kind: "ignored", why: "it came back" } as const
        const row = yield* find(to)
        if (row === null) return { kind: "ignored", why: "the address is over" } as const
        // what takes its reader too long, or breaks it, does so again however often it comes
        const written = yield* Effect.catchTag(read(raw), "ChildFailed", () => Effect.succeed(Buffer.alloc(0)))
        if (written.length === 0) return yield* Tenancy.within(row.workspaceId)(drop(row))
        const mail = yield* partsOf(written)
        if (!mail.isWritten) return { kind: "ignored", why: "it was sent by itself" } as const
        return yield* file(row, mail).pipe(Tenancy.within(row.workspaceId))
      }),
    })
  }),
)
