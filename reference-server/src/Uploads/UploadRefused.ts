/** A file that is not taken: what everybody on its way in may say. */
import * as Schema from "effect/Schema"

/** A file that is not taken; the problems are those of the question kind (`upload-too-large`, `upload-wrong-type` …). */
export class UploadRefused extends Schema.TaggedError<UploadRefused>()("UploadRefused", {
  name: Schema.String,
  question: Schema.String,
  problems: Schema.Array(
    Schema.Struct({
      code: Schema.String,
      values: Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite])),
    }),
  ),
}) {}
