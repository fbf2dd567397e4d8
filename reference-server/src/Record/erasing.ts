/**
 * Erasing: what a customer gave, and whose it was, is gone for good. The rows go in the transaction of the event that says
 * so; files go from the store after it, and are tried again until they are gone.
 */
import { type ClientRequest, Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { BlobKey, BlobStore } from "../BlobStore.ts"
import { ClientRequests, type Refused } from "../ClientRequests.ts"
import type { Member } from "../Members.ts"
import { SqlClient } from "../platform/Sql.ts"
import * as Tenancy from "../Tenancy.ts"

/** How many requests, or files, one sweep erases of a workspace, at most. */
const batch = 100
const day = 86_400_000

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const requests = yield* ClientRequests
  const blobs = yield* BlobStore
  const crypto = yield* Crypto.Crypto

  /** The files that the customer ever brought, and documents of the firm that no other request has. */
  const filesOf = (workspaceId: string, id: string) => sql<{ id: string }>`
    SELECT event->'file'->>'id' AS id FROM audit_entries
    WHERE workspace_id = ${workspaceId} AND request_id = ${id} AND type = 'FileAttached' AND event IS NOT NULL
    UNION SELECT id::text FROM files WHERE workspace_id = ${workspaceId} AND request_id = ${id}
    UNION SELECT id::text FROM uploads WHERE workspace_id = ${workspaceId} AND request_id = ${id}
    UNION SELECT f->>'id' FROM audit_entries e, jsonb_array_elements(e.event->'details'->'attachments') f
    WHERE e.workspace_id = ${workspaceId} AND e.request_id = ${id} AND e.type IN ('RequestCreated', 'RequestEdited')
      AND NOT EXISTS (SELECT FROM client_requests r WHERE r.workspace_id = ${workspaceId} AND r.id <> ${id}
        AND r.state->'details'->'attachments' @> jsonb_build_array(jsonb_build_object('id', f->>'id')))`

  /** Everything of a request that says what was given, or to whom it went. */
  const scrub = Effect.fnUntraced(function* (workspaceId: string, { id, erased }: ClientRequest.State) {
    if (erased === null) return
    const files = yield* filesOf(workspaceId, id)
    const erasedAt = new Date(erased.at)
    yield* Effect.forEach(
      files,
      (file) =>
        sql`INSERT INTO erased_files ${sql.insert({ id: file.id, workspaceId, erasedAt })} ON CONFLICT DO NOTHING`,
      { discard: true },
    )
    const of = sql`workspace_id = ${workspaceId} AND request_id = ${id}`
    yield* sql`DELETE FROM attachments WHERE workspace_id = ${workspaceId} AND id IN (
      SELECT id FROM erased_files WHERE workspace_id = ${workspaceId})`
    yield* sql`DELETE FROM answers WHERE ${of}`
    yield* sql`DELETE FROM answer_changes WHERE ${of}`
    yield* sql`DELETE FROM submissions WHERE ${of}`
    yield* sql`DELETE FROM session_files WHERE ${of}`
    yield* sql`DELETE FROM uploads WHERE ${of}`
    yield* sql`DELETE FROM files WHERE ${of}`
    yield* sql`DELETE FROM files WHERE workspace_id = ${workspaceId} AND id::text IN (
      SELECT id::text FROM erased_files WHERE workspace_id = ${workspaceId})`
    yield* sql`DELETE FROM access_codes WHERE ${of}`
    yield* sql`DELETE FROM access_code_families WHERE ${of}`
    yield* sql`DELETE FROM customer_sessions WHERE ${of}`
    yield* sql`DELETE FROM mail_reports WHERE workspace_id = ${workspaceId}
      AND mail_id IN (SELECT id FROM mails WHERE ${of})`
    yield* sql`DELETE FROM webhook_deliveries WHERE ${of} AND type <> 'request.erased'`
    // that a mail went out stays known, not to whom
    yield* sql`UPDATE mails SET recipient = '', address = '', contact_id = NULL, reason = NULL, trail = '[]',
      delivery = CASE WHEN delivery ? 'reason' THEN jsonb_set(delivery, '{reason}', '""') ELSE delivery END WHERE ${of}`
    yield* sql`SELECT erase_audit_content(${id}::uuid)`
  })

  const erase = (
    workspaceId: string,
    id: string,
    intent: Extract<ClientRequest.Intent, { type: "Erase" }>,
  ): Effect.Effect<ClientRequest.State, Refused> =>
    requests
      .handle(workspaceId, id, intent, (state) => scrub(workspaceId, state))
      .pipe(
        Effect.catchTag("SqlError", Effect.die),
        Effect.tap(() => removeFiles(workspaceId)),
        Tenancy.within(workspaceId),
      )

  /** Takes files of erased requests out of the store; those that it does not let go are tried again. */
  const removeFiles = (workspaceId: string) =>
    Effect.gen(function* () {
      const files = yield* sql<{ id: string }>`
        SELECT id FROM erased_files WHERE workspace_id = ${workspaceId} ORDER BY erased_at LIMIT ${batch}`
      for (const { id } of files) {
        yield* blobs.remove(BlobKey.make(id))
        yield* blobs.drop(BlobKey.make(id))
        yield* sql`DELETE FROM erased_files WHERE workspace_id = ${workspaceId} AND id = ${id}`
      }
      return files.length
    }).pipe(
      Effect.catchTags({
        BlobStoreUnavailable: (error) =>
          Effect.as(Effect.logWarning("erased files could not be removed from the store yet", error), 0),
        SqlError: Effect.die,
      }),
      Tenancy.within(workspaceId),
    )

  /** Erases what was kept as long as its workspace keeps it. */
  const expire = (workspaceId: string, keepDays: number) =>
    Effect.gen(function* () {
      const before = new Date((yield* Clock.currentTimeMillis) - keepDays * day)
      const due = yield* sql<{ id: string }>`
        SELECT id FROM client_requests WHERE workspace_id = ${workspaceId}
          AND ended_at <= ${before} AND ended_at IS NOT NULL AND erased_at IS NULL ORDER BY ended_at LIMIT ${batch}`
      for (const { id } of due) {
        const commandId = yield* Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)
        yield* erase(workspaceId, id, {
          type: "Erase",
          id: commandId,
          by: { kind: "system" },
          reason: `It was kept for ${keepDays} days after its end.`,
        }).pipe(
          // opened again meanwhile, or broken: the others go on
          Effect.catchCause((cause) => Effect.logWarning("a request could not be erased", { request: id }, cause)),
        )
      }
      return due.length
    }).pipe(Effect.orDie, Tenancy.within(workspaceId))

  /** What members kept about a contact; what came with requests is erased with these. */
  const scrubFolders = Effect.fnUntraced(function* (workspaceId: string, contactId: string) {
    const theirs = sql`folder_id IN (
      SELECT id FROM folders WHERE workspace_id = ${workspaceId} AND contact_id = ${contactId})`
    const kept = sql`SELECT d.file_id FROM documents d JOIN files f ON f.id = d.file_id
      WHERE d.workspace_id = ${workspaceId} AND ${theirs} AND f.origin = 'document'`
    yield* sql`INSERT INTO erased_files (id, workspace_id, erased_at)
      SELECT id, ${workspaceId}::uuid, ${new Date(yield* Clock.currentTimeMillis)}::timestamptz FROM files
      WHERE workspace_id = ${workspaceId} AND id IN (${kept}) ON CONFLICT DO NOTHING`
    yield* sql`DELETE FROM files WHERE workspace_id = ${workspaceId} AND id IN (${kept})`
    yield* sql`DELETE FROM documents WHERE workspace_id = ${workspaceId} AND ${theirs}`
    yield* sql`DELETE FROM folder_addresses WHERE workspace_id = ${workspaceId} AND ${theirs}`
    yield* sql`DELETE FROM folder_mails
      WHERE workspace_id = ${workspaceId} AND (${theirs} OR contact_id = ${contactId})`
    yield* sql`UPDATE folders SET name = ''
      WHERE workspace_id = ${workspaceId} AND contact_id = ${contactId} AND standard IS NULL`
  }, sql.withTransaction)

  /** How they logged in to the portal, and with what. */
  const scrubLogin = Effect.fnUntraced(function* (workspaceId: string, contactId: string) {
    const theirs = sql`workspace_id = ${workspaceId} AND contact_id = ${contactId}`
    // what they opened goes with the sessions
    for (const table of ["sessions", "links", "passkeys", "challenges", "entries", "accounts"]) {
      yield* sql`DELETE FROM ${sql(`portal_${table}`)} WHERE ${theirs}`
    }
    // the names of what they brought to folders within the day
    yield* sql`DELETE FROM uploads WHERE workspace_id = ${workspaceId} AND request_id IS NULL AND recipient = ${contactId}`
  }, sql.withTransaction)

  /** To whom mails went of requests that ask others by now: those stay. */
  const scrubMails = Effect.fnUntraced(function* (workspaceId: string, contactId: string) {
    const theirs = sql`workspace_id = ${workspaceId} AND contact_id = ${contactId}`
    yield* sql`DELETE FROM mail_reports WHERE workspace_id = ${workspaceId}
      AND mail_id IN (SELECT id FROM mails WHERE ${theirs})`
    yield* sql`UPDATE mails SET recipient = '', address = '', contact_id = NULL, reason = NULL, trail = '[]' WHERE ${theirs}`
  }, sql.withTransaction)

  const eraseContact = Effect.fn("Record.eraseContact")(
    function* (member: Member, contactId: string, reason: string) {
      const { workspaceId } = member
      const theirs = yield* sql<{ id: string; ended: boolean }>`
        SELECT id, ended_at IS NOT NULL AS ended FROM client_requests
        WHERE workspace_id = ${workspaceId} AND erased_at IS NULL
          AND (state->'details'->'recipients' @> ${JSON.stringify([{ contact: contactId }])}::jsonb
            OR id IN (SELECT q.request_id FROM file_requests q JOIN folders f ON f.id = q.folder_id
              WHERE q.workspace_id = ${workspaceId} AND f.contact_id = ${contactId}))`
      const ended = theirs.filter((one) => one.ended)
      for (const { id } of ended) {
        const commandId = yield* Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)
        const by = { kind: "member", id: member.id } as const
        yield* erase(workspaceId, id, { type: "Erase", id: commandId, by, reason })
      }
      const open = theirs.length - ended.length
      if (open === 0) {
        yield* sql`UPDATE contacts SET name = '', email = '', mobile = '',
          deleted_at = coalesce(deleted_at, ${new Date(yield* Clock.currentTimeMillis)})
          WHERE workspace_id = ${workspaceId} AND id = ${contactId}`
        yield* scrubLogin(workspaceId, contactId)
        yield* scrubMails(workspaceId, contactId)
        yield* scrubFolders(workspaceId, contactId)
        yield* removeFiles(workspaceId)
      }
      return { erased: ended.length, open }
    },
    (effect, { workspaceId }) => effect.pipe(Effect.orDie, Tenancy.within(workspaceId)),
  )

  /** Workspaces with something to erase, or files to remove. */
  const due = Effect.flatMap(
    Clock.currentTimeMillis,
    (now) => sql<{ id: string; keepDays: number | null }>`
      SELECT w.id, r.keep_days FROM workspaces w LEFT JOIN records r ON r.workspace_id = w.id
      WHERE EXISTS (SELECT FROM erased_files f WHERE f.workspace_id = w.id) OR EXISTS (
        SELECT FROM client_requests c WHERE c.workspace_id = w.id AND c.erased_at IS NULL AND c.ended_at IS NOT NULL
          AND c.ended_at <= ${new Date(now)}::timestamptz - make_interval(days => r.keep_days))`,
  ).pipe(Tenancy.across, Effect.orDie)

  /** Workspaces whose data key was destroyed, and whose record does not say so of everything yet. */
  const unfinished = sql<{ id: string }>`
    SELECT DISTINCT workspace_id AS id FROM data_keys WHERE destroyed_at IS NOT NULL AND erased_at IS NULL`.pipe(
    Tenancy.across,
    Effect.orDie,
  )

  const sweep = Effect.gen(function* () {
    for (const { id, keepDays } of yield* due) {
      if (keepDays !== null) yield* expire(id, keepDays)
      yield* removeFiles(id)
    }
  })

  return { erase, eraseContact, sweep, unfinished }
})
