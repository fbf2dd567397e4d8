/** Why a rich text could not be rendered. */
import * as Schema from "effect/Schema"

/**
 * A refused rich text. `detail` is a sentence for its author.
 *
 * - `too-long`, `too-deep`: beyond the caps that keep rendering quick
 * - `malformed`: not a document of our schema
 * - `unknown-type`: a node or mark that our schema does not have
 * - `tag`: a template tag where no value can fill it
 */
export class RichTextError extends Schema.TaggedError<RichTextError>()("RichTextError", {
  reason: Schema.Literals(["too-long", "too-deep", "malformed", "unknown-type", "tag"]),
  detail: Schema.String,
}) {
  override get message() {
    return this.detail
  }
}
