/** Timelines: the mails that went to a contact, or out for a work item, the latest first (K23). */
import * as Schema from "effect/Schema"
import * as Failure from "./Failure.ts"
import { Mail } from "./Requests/View.ts"
import * as Wire from "./Wire.ts"

const whole = (begin: number, end: number) => Schema.Int.check(Schema.isBetween({ minimum: begin, maximum: end }))

/** One e-mail of several requests. */
export const TimelineMail = Schema.Struct({
  ...Mail.fields,
  request: Wire.Id.annotate({ description: "The request that it is about." }),
  title: Schema.String.annotate({ description: "What that is called; empty: it was erased." }),
  from: Schema.NullOr(Schema.String).annotate({
    description: "The member in whose name it went out; null: nobody's in particular.",
  }),
}).annotate({ identifier: "TimelineMail", description: "One e-mail to a customer, and what it is about." })
export type TimelineMail = typeof TimelineMail.Type

/** What the endpoints of timelines share. */
export const endpoint = {
  params: { id: Wire.Id },
  query: { limit: Schema.optionalKey(whole(1, 100)), offset: Schema.optionalKey(whole(0, 1_000_000)) },
  success: Schema.Struct({ mails: Schema.Array(TimelineMail), total: Schema.Int }),
  error: Failure.NotFound,
}
