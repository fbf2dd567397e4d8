/** The sentence of a failure, for developers and logs. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** A message that is the same for every failure of its kind. */
export const message = (sentence: string) =>
  Schema.String.pipe(Schema.withConstructorDefault(Effect.succeed(sentence))).annotate({ examples: [sentence] })
