/**
 * The lines of a record's file, a JSON object each. First the head line, then checkpoints as they were made, then events of
 * the workspace, then requests, and an end line, so that a file that was cut off is known for one.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { AuditEntry } from "../AuditEntry.ts"
import { Instant } from "../Instant.ts"
import { Checkpoint, Head } from "./Checkpoint.ts"
import { WorkspaceEvent } from "./WorkspaceEvent.ts"

/** Read as it is: what it means is checked by its hash. */
const Json = Schema.Record(Schema.String, Schema.Unknown)

/** Answers as they were submitted; null: left out, or erased. */
export const KeptSubmission = Schema.Struct({
  id: Schema.String,
  digest: Schema.String,
  submittedAt: Schema.Finite,
  answers: Schema.NullOr(Json),
})
export type KeptSubmission = typeof KeptSubmission.Type

/** An entry as it was stored (`AuditEntry.Stored`). */
const Entry = AuditEntry.mapFields((fields) => ({
  ...fields,
  // what is no whole number was changed: that is for its hash to say
  index: Schema.Finite,
  at: Schema.Finite,
  by: Json,
  event: Schema.NullOr(Json),
  context: Schema.NullOr(Json),
}))

const Made = Schema.Struct({ number: Schema.Int, hash: Schema.String })

export const Line = Schema.Union([
  Schema.Struct({
    kind: Schema.Literal("record"),
    format: Schema.Literal(1),
    firm: Schema.String,
    workspaceId: Schema.String,
    /** The request that it is the record of; null: the whole workspace. */
    request: Schema.NullOr(Schema.String),
    exportedAt: Instant,
    /** The checkpoint that the file follows on; null: it begins with the first one. */
    after: Schema.NullOr(Made),
    /** The last checkpoint that the server had made; null: none yet. */
    last: Schema.NullOr(Made),
    /** The public keys that the server signs or signed with, base64url. */
    keys: Schema.Array(Schema.String),
  }),
  Schema.Struct({
    kind: Schema.Literal("checkpoint"),
    checkpoint: Checkpoint,
    /** All that it covers; null in the record of one request. */
    heads: Schema.NullOr(Schema.Array(Head)),
    /** That it covers this one (see `Tree.path`). */
    proof: Schema.NullOr(Schema.Struct({ head: Head, place: Schema.Int, path: Schema.Array(Schema.String) })),
  }),
  Schema.Struct({
    kind: Schema.Literal("request"),
    requestId: Schema.String,
    /** The request as the server has it, which must be what its events lead to. */
    state: Json,
    entries: Schema.Array(Entry),
    submissions: Schema.Array(KeptSubmission),
  }),
  Schema.Struct({ kind: Schema.Literal("event"), event: WorkspaceEvent }),
  Schema.Struct({ kind: Schema.Literal("end"), checkpoints: Schema.Int, events: Schema.Int, requests: Schema.Int }),
])
export type Line = typeof Line.Type
export type LineOf<Kind extends Line["kind"]> = Extract<Line, { readonly kind: Kind }>

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(Line))

/** Reads one line; fails with a sentence. */
export const parseLine = (text: string): Result.Result<Line, string> =>
  Result.mapError(decode(text), ({ message }) => message)

/** One line, without its end. */
export const printLine = (line: Line): string => JSON.stringify(line)
