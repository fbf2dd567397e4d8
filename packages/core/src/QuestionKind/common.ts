/** The properties that every kind's schema starts with, so that an author meets the same words everywhere. */
import * as Schema from "effect/Schema"
import * as LocalText from "../LocalText.ts"

/** Ids are the keys everywhere, never positions or labels (format.md, "Identity and versions"). */
export const Id = Schema.String.check(
  Schema.isPattern(/^[a-z][A-Za-z0-9]{0,63}$/u, {
    message: "Expected an id: a small letter, then letters and digits, at most 64",
  }),
)

/** A whole number from `minimum` to `maximum`. */
export const whole = (minimum: number, maximum: number) => {
  const message = `Expected a whole number from ${minimum} to ${maximum}`
  return Schema.Number.check(Schema.isInt({ message }).abort(), Schema.isBetween({ minimum, maximum }, { message }))
}

export const commonFields = {
  id: Id,
  label: LocalText.schema,
  help: Schema.optionalKey(LocalText.schema),
  required: Schema.optionalKey(Schema.Boolean),
}
