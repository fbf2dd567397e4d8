/**
 * What a customer gave, as it lies in rows: answers as sealed bytes in a column of their own, and what they wrote of why an
 * item does not apply, or to the firm and to one another, as a sealed text inside the request's state and its event. Everybody who reads or writes those rows goes
 * through here.
 *
 * What cannot be opened any more, because the key was destroyed, is as if it had never been given: its request is being erased.
 */
import type { AuditEntry, ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { DataKeys, SealBroken } from "../DataKeys.ts"
import { SqlClient, type Statement } from "../platform/Sql.ts"
import * as Sealed from "./Sealed.ts"

/** Where answers lie; each table's rows have their own place. */
export const places = {
  draft: (requestId: string) => `answers/${requestId}`,
  submission: (id: string) => `submissions/${id}`,
  change: (requestId: string, question: string, version: number) =>
    `answer_changes/${requestId}/${question}/${version}`,
  request: (id: string) => `client_requests/${id}`,
}

/** Stands before a sealed text that lies where a plain one did. */
const mark = "sealed:"
const marked = /"sealed:([\w-]+)"/g

/** A column with what was sealed, and the one that held it in clear before there were keys. */
export const Columns = { sealed: Schema.NullOr(Schema.Uint8Array), clear: Schema.Unknown }
export interface Columns {
  readonly sealed: Uint8Array | null
  readonly clear: unknown
}

type Row = Readonly<Record<string, unknown>>
/** By table, the column that answers were in before they were sealed, and the place of a row. */
const lying: Readonly<Record<string, { readonly column: string; readonly place: (row: Row) => string }>> = {
  answers: { column: "answers", place: (row) => places.draft(textOf(row, "request_id") ?? "") },
  submissions: { column: "answers", place: (row) => places.submission(textOf(row, "id") ?? "") },
  answer_changes: {
    column: "value",
    place: (row) =>
      places.change(textOf(row, "request_id") ?? "", textOf(row, "question") ?? "", Number(row["version"])),
  },
}
/** By table with sealed texts in it, the column that says whose they are. */
const holdsReasons: Readonly<Record<string, string>> = { client_requests: "id", audit_entries: "request_id" }
const textOf = (row: Row, column: string): string | null => {
  const value = row[column]
  return typeof value === "string" ? value : null
}
const decodeRow = Schema.decodeUnknownSync(Schema.Record(Schema.String, Schema.Unknown))

type State = ClientRequest.State
const isBroken = Schema.is(SealBroken)

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const keys = yield* DataKeys

  /** As it may lie in a row; to be written through `alive`. */
  const seal = (workspaceId: string, place: string, value: unknown) =>
    keys.seal(workspaceId, place, JSON.stringify(value))

  /**
   * Stands for sealed bytes in a statement that writes them: they are not written where their key was destroyed meanwhile,
   * elsewhere. The table refuses the row then, and whoever asked asks again, with the next key.
   */
  const alive = (sealed: Uint8Array): Statement.Fragment =>
    aliveOf(sql`${Sealed.keyIdOf(sealed)}::uuid`, sql`${sealed}::bytea`)
  /** The same of bytes that came with others, by their key's id. */
  const aliveOf = (keyId: Statement.Fragment, sealed: Statement.Fragment): Statement.Fragment =>
    sql`CASE WHEN EXISTS (SELECT FROM data_keys WHERE id = ${keyId} AND destroyed_at IS NULL) THEN ${sealed} END`

  /** The value again; undefined: its key is gone. */
  const open = (workspaceId: string, place: string, { sealed, clear }: Columns): Effect.Effect<unknown> =>
    sealed === null
      ? Effect.succeed(clear)
      : keys.open(workspaceId, place, sealed).pipe(
          Effect.map((text): unknown => JSON.parse(text)),
          Effect.catchTag("DataKeyDestroyed", () => Effect.succeed(undefined)),
        )

  const sealText = (workspaceId: string, id: string, text: string) =>
    Effect.map(
      keys.seal(workspaceId, places.request(id), text, { certain: true }),
      (sealed) => mark + Buffer.from(sealed).toString("base64url"),
    )

  /** As it stands where it is no sealed text after all, or not of this request: the firm may write what begins so. */
  const openText = (workspaceId: string, id: string, text: string, lost = ""): Effect.Effect<string> =>
    text.startsWith(mark)
      ? keys.open(workspaceId, places.request(id), Buffer.from(text.slice(mark.length), "base64url")).pipe(
          Effect.catchTag("DataKeyDestroyed", () => Effect.succeed(lost)),
          Effect.catchDefect((defect) => (isBroken(defect) ? Effect.succeed(text) : Effect.die(defect))),
        )
      : Effect.succeed(text)

  /** The state with those reasons and words changed that a customer wrote. */
  const withReasons = Effect.fnUntraced(function* (
    request: State,
    isTo: (reason: string) => boolean,
    change: (reason: string) => Effect.Effect<string>,
  ) {
    const changed = (text: string) => (isTo(text) ? change(text) : Effect.succeed(text))
    const { proposal, delegated, disowned } = request
    const items: Record<string, ClientRequest.Item> = { ...request.items }
    for (const [id, item] of Object.entries(request.items)) {
      if (item.status === "NotApplicable" && item.reason !== null && isTo(item.reason)) {
        items[id] = { ...item, reason: yield* change(item.reason) }
      }
    }
    return {
      ...request,
      items,
      ...(proposal === undefined || proposal === null
        ? {}
        : { proposal: { ...proposal, word: yield* changed(proposal.word) } }),
      ...(delegated === undefined
        ? {}
        : {
            delegated: yield* Effect.forEach(delegated, (one) =>
              Effect.map(changed(one.word), (word) => ({ ...one, word })),
            ),
          }),
      ...(disowned === undefined
        ? {}
        : {
            disowned: yield* Effect.forEach(disowned, (one) =>
              Effect.map(changed(one.reason), (reason) => ({ ...one, reason })),
            ),
          }),
    }
  })
  const hasReasons = ({ items, proposal, delegated, disowned }: State): boolean =>
    (proposal ?? null) !== null ||
    delegated !== undefined ||
    disowned !== undefined ||
    Object.values(items).some(({ status }) => status === "NotApplicable")

  const sealState = (workspaceId: string, request: State): Effect.Effect<State> =>
    hasReasons(request)
      ? withReasons(
          request,
          (reason) => reason !== "",
          (reason) => sealText(workspaceId, request.id, reason),
        )
      : Effect.succeed(request)

  const openState = (workspaceId: string, request: State): Effect.Effect<State> =>
    hasReasons(request)
      ? withReasons(
          request,
          (reason) => reason.startsWith(mark),
          (reason) => openText(workspaceId, request.id, reason),
        )
      : Effect.succeed(request)

  type Entry = AuditEntry.AuditEntry
  /** Only the event itself: commitments and hashes are over what it says in clear. */
  const withEvent = (entry: Entry, change: (reason: string) => Effect.Effect<string>): Effect.Effect<Entry> => {
    const { event } = entry
    const changed = (text: string) => (text === "" ? Effect.succeed(text) : change(text))
    switch (event?.type) {
      case "ItemDeclined":
      case "RequestDisowned":
        return Effect.map(changed(event.reason), (reason) => ({ ...entry, event: { ...event, reason } }))
      case "CommentAdded":
        return Effect.map(changed(event.text), (text) => ({ ...entry, event: { ...event, text } }))
      case "DelegationProposed":
      case "RequestDelegated":
        return Effect.map(changed(event.word), (word) => ({ ...entry, event: { ...event, word } }))
      default:
        return Effect.succeed(entry)
    }
  }

  const sealEntry = (workspaceId: string, entry: Entry) =>
    withEvent(entry, (reason) => sealText(workspaceId, entry.requestId, reason))

  const openEntry = (workspaceId: string, entry: Entry) =>
    withEvent(entry, (reason) => openText(workspaceId, entry.requestId, reason))

  /** A JSON text over rows of one request, with every sealed text in it opened. */
  const openJson = Effect.fnUntraced(function* (workspaceId: string, requestId: string, json: string) {
    const found = new Set(Array.from(json.matchAll(marked), ([, sealed = ""]) => mark + sealed))
    let opened = json
    for (const one of found) {
      const text = yield* openText(workspaceId, requestId, one, one)
      opened = opened.replaceAll(JSON.stringify(one), () => JSON.stringify(text))
    }
    return opened
  })

  /** A row of any table as `to_jsonb` gives it, with what is sealed in it in clear: a row from `answers` has its answers. */
  const openRow = Effect.fnUntraced(function* (workspaceId: string, table: string, row: Record<string, unknown>) {
    const sealed = lying[table]
    if (sealed !== undefined) {
      const { column, place } = sealed
      const bytes = textOf(row, "sealed")
      return {
        ...row,
        [column]: yield* open(workspaceId, place(row), {
          sealed: bytes === null ? null : Buffer.from(bytes.replace(/^\\x/, ""), "hex"),
          clear: row[column],
        }),
      }
    }
    const key = holdsReasons[table]
    const request = key === undefined ? null : textOf(row, key)
    return request === null ? row : decodeRow(JSON.parse(yield* openJson(workspaceId, request, JSON.stringify(row))))
  })

  return {
    openRow,
    seal,
    alive,
    aliveOf,
    open,
    sealState,
    openState,
    sealEntry,
    openEntry,
    openJson,
    forget: keys.forget,
  }
})

export type Given = Effect.Success<typeof make>
