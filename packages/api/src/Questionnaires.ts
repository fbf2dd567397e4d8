/** The group `questionnaires`: authors check definitions, store them, and read them back. For members. */
import * as Schema from "effect/Schema"
import { MemberAccess } from "./Access.ts"
import * as Failure from "./Failure.ts"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "./HttpApi.ts"
import * as Wire from "./Wire.ts"

/** The author's own JSON text. Text, not JSON inside JSON, so that findings name its lines and columns. */
const Source = Schema.String.annotate({
  description: "The definition as JSON text; findings name its lines and columns.",
  examples: [
    '{ "format": 1, "id": "kyc", "version": 1, "language": "en", "title": "Company check", "sections": [{ "id": "about", "title": "About you", "items": [{ "id": "name", "type": "text", "label": "Name", "required": true }] }] }',
  ],
})

/** A stored questionnaire in a list. */
export const Listing = Schema.Struct({
  id: Schema.String,
  version: Schema.Int,
  title: Schema.String.annotate({ description: "In the questionnaire's own language." }),
  questions: Schema.Int,
  createdAt: Wire.Timestamp,
}).annotate({ identifier: "QuestionnaireListing", description: "The newest version of a stored questionnaire." })
export type Listing = typeof Listing.Type

/** One version of a questionnaire, with the author's text. */
export const Stored = Schema.Struct({ ...Wire.QuestionnaireRef.fields, source: Source }).annotate({
  identifier: "StoredQuestionnaire",
  description: "One version of a questionnaire, with the author's text as it came.",
})
export type Stored = typeof Stored.Type

const params = { id: Schema.String }
const query = {
  version: Schema.optionalKey(Schema.Int.annotate({ description: "Without it, the newest that is listed." })),
  hash: Schema.optionalKey(
    Schema.String.annotate({
      description: "With the version: just what a request pins, also where the firm has other content under its name.",
    }),
  ),
}

export class Questionnaires extends HttpApiGroup.make("questionnaires")
  .add(
    HttpApiEndpoint.post("check", "/check", {
      payload: [Source.pipe(HttpApiSchema.asText()), Schema.Struct({ source: Source })],
      success: Schema.Struct({ findings: Schema.Array(Failure.Finding) }),
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Check a definition",
        description:
          "Finds everything that is wrong with a definition, in the order of its text. Stores nothing. Send it as `text/plain`, or as JSON `{ source }`.",
      }),
    ),
    HttpApiEndpoint.post("add", "/", {
      payload: Schema.Struct({
        source: Source,
        listed: Schema.optionalKey(
          Schema.Boolean.annotate({ description: "Whether it stands in lists. Without it, yes." }),
        ),
      }),
      success: Schema.Struct({ questionnaire: Wire.QuestionnaireRef, warnings: Schema.Array(Failure.Finding) }).pipe(
        HttpApiSchema.status(201),
      ),
      error: [Failure.QuestionnaireRefused, Failure.VersionTaken],
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Store a version",
        description:
          "Stores a version of a questionnaire. A stored version never changes: the same content again is accepted as it stands, other content under the same id and version is refused, but what is not listed gives way to what is.",
      }),
    ),
    HttpApiEndpoint.get("list", "/", {
      success: Schema.Struct({ questionnaires: Schema.Array(Listing) }),
    }).annotateMerge(
      OpenApi.annotations({
        summary: "List questionnaires",
        description: "The newest version of each listed questionnaire, by title.",
      }),
    ),
    HttpApiEndpoint.get("get", "/:id", { params, query, success: Stored, error: Failure.NotFound }).annotateMerge(
      OpenApi.annotations({ summary: "Read a version", description: "The definition, as its author wrote it." }),
    ),
    HttpApiEndpoint.get("answersSchema", "/:id/answers-schema", {
      params,
      query,
      success: Schema.Record(Schema.String, Schema.Json).annotate({ description: "A JSON Schema, draft 2020-12." }),
      error: Failure.NotFound,
    }).annotateMerge(
      OpenApi.annotations({
        summary: "JSON Schema of the answers",
        description: "JSON Schema (draft 2020-12) of a complete set of answers to a version of a questionnaire.",
      }),
    ),
  )
  .middleware(MemberAccess)
  .prefix("/questionnaires")
  .annotateMerge(
    OpenApi.annotations({
      title: "Questionnaires",
      description: "Sections of questions, as JSON definitions with a version.",
    }),
  ) {}
