/** Ids as Postgres keeps them. A text that is no UUID names nothing, and Postgres would refuse to compare it. */
import * as Schema from "effect/Schema"

export const isUuid = Schema.is(Schema.String.check(Schema.isUUID()))
