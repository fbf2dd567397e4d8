/**
 * The port through which SMS leave. `AccessCodes` calls it, for each code that goes by SMS, and nothing else does.
 *
 * Words: a *message* is one SMS to one number, with an id of its own that is the same for every attempt; a failure is
 * *retryable* when the message was certainly not taken. What may have been taken is never sent again: nobody can take back
 * an SMS, and the customer asks for another one (delivery.md M6). Adapters: `SmsSender/http.ts` hands over to a provider,
 * `SmsSender/outbox.ts` keeps messages for a developer to read, `unavailable` takes none.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

export interface OutgoingSms {
  /** A UUID; what the provider tells a repeated attempt by. */
  readonly id: string
  /** E.164: `+46701234567`. Nothing else is handed over. */
  readonly to: string
  readonly text: string
}

export class SmsFailed extends Schema.TaggedError<SmsFailed>()("SmsFailed", {
  /** True: it was not taken, and may be later (429, 5xx, no connection). False: it never will be, or it may have been. */
  retryable: Schema.Boolean,
  /** One sentence for the operator. It quotes neither the message nor what the provider said, which may repeat it. */
  reason: Schema.String,
}) {
  override get message(): string {
    return this.reason
  }
}

export class SmsSender extends Context.Service<
  SmsSender,
  {
    /** Hands one message over: called once a code has been made, and again after a retryable failure. */
    readonly send: (message: OutgoingSms) => Effect.Effect<void, SmsFailed>
  }
>()("@requite/reference-server/SmsSender") {}

/** Whether this is a number as `OutgoingSms.to` wants it. */
export const isE164 = (text: string): boolean => /^\+[1-9]\d{6,14}$/.test(text)

/** Fails for good on a message that no adapter takes. */
export const refuseMalformed = ({ to, text }: OutgoingSms): Effect.Effect<void, SmsFailed> => {
  if (!isE164(to)) return Effect.fail(new SmsFailed({ retryable: false, reason: "The number is not in E.164 form." }))
  if (text.trim() === "") return Effect.fail(new SmsFailed({ retryable: false, reason: "The message has no text." }))
  return Effect.void
}

/** Where no provider is set up and nobody could read an outbox: every message is refused for good. */
export const unavailable: Layer.Layer<SmsSender> = Layer.succeed(SmsSender, {
  send: () => Effect.fail(new SmsFailed({ retryable: false, reason: "No SMS provider is set up: set SMS_URL." })),
})
