/**
 * The group `record`: the audit record of the workspace, exported and checked, and for how long what customers gave is kept.
 * A record's file is lines of JSON; `requite verify` proves it without this server.
 */
import * as Schema from "effect/Schema"
import { AdminAccess, MemberAccess } from "./Access.ts"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "./HttpApi.ts"
import * as Wire from "./Wire.ts"

/** How the record stands. */
export const Standing = Schema.Struct({
  lastCheckpoint: Schema.NullOr(
    Schema.Struct({
      number: Schema.Int,
      at: Wire.Timestamp,
      hash: Schema.String.annotate({ description: "Keep it elsewhere: `requite verify --checkpoint` looks for it." }),
    }),
  ),
  keepDays: Schema.NullOr(Schema.Int).annotate({
    description: "For how many days answers and files are kept after a request's end; null: for ever.",
  }),
  erased: Schema.Int.annotate({ description: "How many requests were erased." }),
  publicKeys: Schema.Array(Schema.String).annotate({
    description: "Ed25519 keys that sign the record, base64url: the one that signs now first.",
  }),
}).annotate({ identifier: "RecordStanding", description: "How the record stands." })
export type Standing = typeof Standing.Type

/** One thing in which the record does not hold. */
export const Fault = Schema.Struct({
  what: Schema.String.annotate({ examples: ["hash"] }),
  request: Schema.NullOr(Schema.String),
  index: Schema.NullOr(Schema.Int).annotate({ description: "The entry of that request's chain, from 1." }),
  checkpoint: Schema.NullOr(Schema.Int),
  message: Schema.String,
}).annotate({ identifier: "RecordFault", description: "One thing in which the record does not hold." })

export const Report = Schema.Struct({
  holds: Schema.Boolean,
  faults: Schema.Array(Fault).annotate({ description: "The first broken link first; at most 100." }),
  faultCount: Schema.Int,
  requests: Schema.Int,
  entries: Schema.Int,
  covered: Schema.Int.annotate({ description: "Entries under a checkpoint; the others came after the last one." }),
  tombstones: Schema.Int,
  checkpoints: Schema.Int,
}).annotate({ identifier: "RecordReport", description: "What checking the whole record came to." })
export type Report = typeof Report.Type

export class Record extends HttpApiGroup.make("record")
  .add(
    HttpApiEndpoint.get("standing", "/standing", { success: Standing }).annotateMerge(
      OpenApi.annotations({ summary: "See how the record stands", description: "Its last checkpoint, and its keys." }),
    ),
    HttpApiEndpoint.put("keep", "/retention", {
      payload: Schema.Struct({
        keepDays: Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 36_500 }))),
      }),
      success: Standing,
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Say how long answers are kept",
        description:
          "Answers and files are erased so many days after a request's end, with the names and words of people; null keeps them for ever. What is due already goes within the hour.",
      }),
    ),
    HttpApiEndpoint.get("export", "/", {
      query: {
        after: Schema.optionalKey(
          Schema.NumberFromString.check(Schema.isInt(), Schema.isGreaterThanOrEqualTo(0)).annotate({
            description: "Only what changed after the checkpoint of that number.",
          }),
        ),
      },
      success: HttpApiSchema.StreamUint8Array(),
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Export the record",
        description:
          "The whole record as lines of JSON: checkpoints, events of the firm, and requests with their entries and submissions. Prove it with `requite verify`.",
      }),
    ),
    HttpApiEndpoint.get("verify", "/verify", { success: Report }).annotateMerge(
      OpenApi.annotations({
        summary: "Check the record",
        description: "Reads the whole record as it stands in the database, and says where it does not hold.",
      }),
    ),
    HttpApiEndpoint.get("archive", "/archive", { success: HttpApiSchema.StreamUint8Array() }).annotateMerge(
      OpenApi.annotations({
        summary: "Export everything",
        description: "Every row that belongs to the workspace, but secrets, and every file: a ZIP.",
      }),
    ),
  )
  .middleware(AdminAccess)
  .middleware(MemberAccess)
  .prefix("/record")
  .annotateMerge(
    OpenApi.annotations({ title: "Record", description: "What happened, provably; and for how long it is kept." }),
  ) {}
