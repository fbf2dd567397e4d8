/** What the endpoints of the group have in common: their parameters, their keys, and what they can fail with. */
import * as Schema from "effect/Schema"
import * as Failure from "../Failure.ts"
import { OpenApi } from "../HttpApi.ts"
import * as Wire from "../Wire.ts"

export const params = { id: Wire.Id }

/** An id that the request itself gives: a section, a recipient. */
const InnerId = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_.:-]{1,100}$/))

export const itemParams = { ...params, item: InnerId.annotate({ description: "The id of the section." }) }
export const recipientParams = { ...params, recipient: InnerId.annotate({ description: "The recipient's `id`." }) }

/** A UUID of the caller's choice: the same call again with the same key is carried out once (S46). */
export const headers = {
  "idempotency-key": Schema.optionalKey(
    Wire.Id.annotate({
      description:
        "A UUID of your choice. The same call again with the same key is carried out once: repeat after a broken connection. With another body, or for another call, the key is refused as `KeyReused`.",
    }),
  ),
}

/** A command that may be refused, on a request that may not be there, under a key that may have been used before. */
export const refusable = [Failure.NotFound, Failure.Refusal, Failure.KeyReused] as const

export const said = (summary: string, description: string) => OpenApi.annotations({ summary, description })

/** Why something is done: for the history, or for the customer where it says so. */
export const Why = Schema.Struct({
  reason: Schema.optionalKey(Wire.lines(1000).annotate({ description: "For the history. Never shown." })),
})
export const Told = Schema.Struct({
  reason: Wire.lines(1000)
    .check(Schema.isPattern(/\S/u, { message: "Expected some text" }))
    .annotate({
      description: "Why, in a sentence that the customer may read.",
      examples: ["The copy is not readable: please scan it again."],
    }),
})
