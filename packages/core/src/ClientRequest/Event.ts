/** What has happened to a request. Past tense; the events are the audit log, so each says when and by whom. */
import * as Schema from "effect/Schema"
import { Instant } from "../Instant.ts"
import { FileRef } from "../QuestionKind/upload.ts"
import { RequestPolicy } from "../RequestPolicy.ts"
import { Actor, Details } from "./State.ts"

const event = <Type extends string, Fields extends Schema.Struct.Fields>(type: Type, fields: Fields) =>
  Schema.Struct({ type: Schema.Literal(type), at: Instant, by: Actor, ...fields })

const sent = { sendNo: Schema.Int, expiresAt: Schema.NullOr(Instant) }

export const Event = Schema.Union([
  event("RequestCreated", { requestId: Schema.String, details: Details, policy: RequestPolicy }),
  event("RequestEdited", { details: Details }),
  event("RequestSent", sent),
  event("RequestResent", sent),
  event("LinkClaimed", { sendNo: Schema.Int }),
  event("RequestStarted", {}),
  event("FileAttached", { question: Schema.String, file: FileRef }),
  event("FileRemoved", { file: Schema.String }),
  event("RequestSubmitted", { submissionId: Schema.String, digest: Schema.String }),
  event("RequestCancelled", { reason: Schema.String }),
  event("RequestExpired", {}),
])
export type Event = typeof Event.Type

export type EventOf<Type extends Event["type"]> = Extract<Event, { readonly type: Type }>
