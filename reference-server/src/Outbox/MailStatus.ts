/**
 * What has become of a mail, and which of several reports counts. Reports come late, twice and in any order, so the status
 * is the highest that was ever reported: whatever the order, it settles alike (delivery.md M4, M17).
 */
import { Requests } from "@requite/api"
import * as Schema from "effect/Schema"

/** From the lowest to the highest; the contract says what each means. */
export const MailStatus = Requests.MailStatus
export type MailStatus = typeof MailStatus.Type

/** What can be reported of a mail that was handed over. */
export const Outcome = Schema.Literals(["delivered", "bounced-soft", "bounced-hard", "complained"])
export type Outcome = typeof Outcome.Type

const order: ReadonlyArray<MailStatus> = MailStatus.literals

/** The status after a report: the higher of the two. */
export const settled = (before: MailStatus, reported: MailStatus): MailStatus =>
  order.indexOf(reported) > order.indexOf(before) ? reported : before

/** One attempt or report, as it is kept. */
export const Step = Schema.Struct({
  /** Milliseconds since the epoch. */
  at: Schema.Int,
  status: MailStatus,
  /** A sentence in English; null: there is nothing to say. */
  reason: Schema.NullOr(Schema.String),
})
export type Step = typeof Step.Type
