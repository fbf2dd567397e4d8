/**
 * Questionnaires of a workspace, by id and version. A version that is stored never changes: the same id and version with
 * other content is refused, the same content again is accepted as it stands. Those not to be offered are not `listed`, and
 * give way to what is. Those written for one request *alone* stand apart: they are read by their hash, and by id and
 * version only where nothing else has that name and a request asks them.
 */
import type { Questionnaire } from "@requite/core"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

export const Finding = Schema.Struct({
  code: Schema.String,
  severity: Schema.Literals(["error", "warning", "info"]),
  pointer: Schema.String,
  line: Schema.Int,
  column: Schema.Int,
  message: Schema.String,
  witness: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)),
  context: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)),
  fix: Schema.optionalKey(Schema.Array(Schema.Record(Schema.String, Schema.Unknown))),
})
export type Finding = typeof Finding.Type

/** The definition has errors; all findings, each with its place. */
export class QuestionnaireRefused extends Schema.TaggedError<QuestionnaireRefused>()("QuestionnaireRefused", {
  findings: Schema.Array(Finding),
}) {}
/** This version is stored already, with other content: raise the version. */
export class VersionTaken extends Schema.TaggedError<VersionTaken>()("VersionTaken", {
  id: Schema.String,
  version: Schema.Int,
}) {}
export class QuestionnaireNotFound extends Schema.TaggedError<QuestionnaireNotFound>()("QuestionnaireNotFound", {
  id: Schema.String,
}) {}

export const Listing = Schema.Struct({
  id: Schema.String,
  version: Schema.Int,
  /** In the language of the questionnaire. */
  title: Schema.String,
  questions: Schema.Int,
  /** Milliseconds since the epoch. */
  createdAt: Schema.Int,
})
export type Listing = typeof Listing.Type

export interface Stored {
  readonly ref: Questionnaire.QuestionnaireRef
  readonly questionnaire: Questionnaire.Questionnaire
  /** The author's own JSON text. */
  readonly source: string
}

export class Questionnaires extends Context.Service<
  Questionnaires,
  {
    /** Checks and stores a definition. Warnings come back with it. A version that breaks the answers to an earlier one is
     * refused while customers answer requests on that, unless its migrations carry them over. `alone`: for one request. */
    add(
      workspaceId: string,
      source: string,
      options?: { readonly listed?: boolean; readonly alone?: boolean },
    ): Effect.Effect<
      { readonly stored: Stored; readonly warnings: ReadonlyArray<Finding> },
      QuestionnaireRefused | VersionTaken
    >
    /** The newest version of each, by title. */
    list(workspaceId: string): Effect.Effect<ReadonlyArray<Listing>>
    /** One version; without `version`, the newest that is listed, or where none is the newest of all. With the hash that
     * a request pins, just what it was made of. */
    get(workspaceId: string, id: string, version?: number, hash?: string): Effect.Effect<Stored, QuestionnaireNotFound>
  }
>()("@requite/reference-server/Questionnaires") {}
