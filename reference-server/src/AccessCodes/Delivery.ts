/**
 * The way of a code to its recipient: where it can go, and its hand-over. A number goes out of the countries that the
 * operator allows only, and never beyond the budgets of the workspace and of the country (security.md S28). What was not
 * taken for sure is tried again for a few seconds; what may have been taken is not (delivery.md M6).
 */
import { type AccessCode, type ClientRequest, LocalText } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import { Config } from "../Config.ts"
import { Mailer } from "../Mailer.ts"
import { isAddress } from "../Mailer/MailAddress.ts"
import { MailTemplates } from "../MailTemplates.ts"
import { RateLimits } from "../RateLimits.ts"
import { Senders } from "../Senders.ts"
import { SmsSender } from "../SmsSender.ts"
import * as PhoneNumber from "../SmsSender/PhoneNumber.ts"
import type { Workspace } from "../Workspaces.ts"
import * as words from "./words.ts"

/** Where a code goes. `country`: whose budget it is; none for an e-mail. */
export interface Destination {
  readonly address: string
  readonly country: string | null
}

export interface Parcel {
  readonly challenge: AccessCode.Challenge
  readonly code: Redacted.Redacted
  readonly destination: Destination
  readonly recipient: ClientRequest.Recipient
  readonly workspace: Workspace
}

const day = 86_400

/** Attempts at a hand-over: at once, and after 1, 2 and 4 seconds. The customer is waiting, and can ask again after 30. */
const patience = { schedule: Schedule.exponential("1 second"), times: 3 }

export const make = Effect.gen(function* () {
  const { publicUrl, mailFrom, smsCountries, smsDailyBudget, smsCountryBudget } = yield* Config
  const smsSender = yield* SmsSender
  const mailer = yield* Mailer
  const limits = yield* RateLimits
  const senders = yield* Senders
  const templates = yield* MailTemplates

  /** Null: there is nothing that a code may be sent to. */
  const destinationOf = (recipient: ClientRequest.Recipient, channel: AccessCode.Channel): Destination | null => {
    if (channel === "email") return isAddress(recipient.email) ? { address: recipient.email, country: null } : null
    const number = PhoneNumber.parse(recipient.mobile)
    if (Result.isFailure(number) || !smsCountries.includes(number.success.country)) return null
    return { address: number.success.e164, country: number.success.country }
  }

  const sms = Effect.fnUntraced(function* ({ challenge, code, destination, recipient, workspace }: Parcel) {
    yield* limits.take(`sms:workspace:${workspace.id}`, { times: smsDailyBudget, seconds: day })
    yield* limits.take(`sms:country:${destination.country}`, { times: smsCountryBudget, seconds: day })
    const { language } = recipient
    const text = words.sms({ code: Redacted.value(code), workspace, language, publicUrl })
    yield* smsSender
      .send({ id: challenge.id, to: destination.address, text })
      .pipe(Effect.retry({ ...patience, while: ({ retryable }) => retryable }))
  })

  const mail = Effect.fnUntraced(function* ({ challenge, code, destination, recipient, workspace }: Parcel) {
    const { language } = recipient
    const own = yield* templates.find(workspace.id, "code", language)
    const message = {
      messageId: `<${challenge.id}@${mailFrom.slice(mailFrom.indexOf("@") + 1)}>`,
      ...(yield* senders.from(workspace.id, { name: workspace.name })),
      to: { name: LocalText.oneLine(recipient.name), address: destination.address },
      ...words.mail({ code: Redacted.value(code), workspace, language, own }),
    }
    yield* mailer.send(message).pipe(Effect.retry({ ...patience, while: ({ retryable }) => retryable }))
  })

  /** Hands a code over; false: it did not go out, and the log says why. */
  const send = (parcel: Parcel): Effect.Effect<boolean> => {
    const notSent = (reason: string) =>
      Effect.as(Effect.logWarning("a code was not sent", noteOf(parcel), reason), false)
    return Effect.gen(function* () {
      yield* parcel.challenge.channel === "sms" ? sms(parcel) : mail(parcel)
      return true
    }).pipe(
      Effect.catchTags({
        RateLimited: () => notSent("The budget for SMS is spent."),
        SmsFailed: ({ reason }) => notSent(reason),
        MailFailed: ({ reason }) => notSent(reason),
      }),
    )
  }

  return { destinationOf, send }
})

const noteOf = ({ challenge, destination, workspace }: Parcel) => ({
  workspace: workspace.id,
  request: challenge.requestId,
  channel: challenge.channel,
  country: destination.country,
})
