/** The state of one client request: plain data, the same in memory, in the database row and over the wire. */
import * as Schema from "effect/Schema"
import { Instant } from "../Instant.ts"
import { QuestionnaireRef } from "../Questionnaire.ts"
import { FileRef } from "../QuestionKind/upload.ts"
import { RequestPolicy } from "../RequestPolicy.ts"

/** The five states of lifecycle.md. What else is known of a request (sent? started?) are facts beside the state. */
export const LifecycleState = Schema.Literals(["Pending", "WaitingForCustomer", "Submitted", "Expired", "Cancelled"])
export type LifecycleState = typeof LifecycleState.Type

/** Who did something: a member of the firm, the customer through one link, or the system by the clock. */
export const Actor = Schema.Union([
  Schema.Struct({ kind: Schema.Literal("member"), id: Schema.String }),
  Schema.Struct({ kind: Schema.Literal("customer"), link: Schema.String }),
  Schema.Struct({ kind: Schema.Literal("system") }),
])
export type Actor = typeof Actor.Type

/** The one who is asked. `language` is a BCP 47 tag. An empty `email` is allowed until the request is sent. */
export const Recipient = Schema.Struct({ name: Schema.String, email: Schema.String, language: Schema.String })
export type Recipient = typeof Recipient.Type

/** What the firm decides about a request, and may change while nothing has been answered (T11, K1). */
export const Details = Schema.Struct({
  title: Schema.String,
  description: Schema.String,
  /** A calendar date, `2027-03-27`: due dates have no time and no zone (delivery.md M23). */
  due: Schema.NullOr(Schema.String),
  /** The text of the e-mail around the button. */
  message: Schema.String,
  questionnaire: QuestionnaireRef,
  recipient: Recipient,
  /** Documents of the firm that the customer may read (K1). */
  attachments: Schema.Array(FileRef),
})
export type Details = typeof Details.Type

export const AttachedFile = Schema.Struct({ ...FileRef.fields, question: Schema.String, at: Instant })
export type AttachedFile = typeof AttachedFile.Type

/** The frozen answers: their id and digest; the answers themselves lie beside the state. */
export const Submission = Schema.Struct({ id: Schema.String, digest: Schema.String, at: Instant })
export type Submission = typeof Submission.Type

export const State = Schema.Struct({
  id: Schema.String,
  state: LifecycleState,
  details: Details,
  policy: RequestPolicy,
  /** Counts the firm's changes to what is asked; a page that shows an older one may not save over it (L12). */
  revision: Schema.Int,
  createdAt: Instant,
  createdBy: Actor,
  /** The latest send, who sent it, and how many there have been. */
  sentAt: Schema.NullOr(Instant),
  sentBy: Schema.NullOr(Actor),
  sendNo: Schema.Int,
  /** Links of this send and later ones work; those of earlier sends are revoked (S6). */
  linksFrom: Schema.Int,
  claimedAt: Schema.NullOr(Instant),
  startedAt: Schema.NullOr(Instant),
  /** The end of the window: open while `now < expiresAt`. Null: never ends. */
  expiresAt: Schema.NullOr(Instant),
  /** When it was submitted, cancelled or found expired. */
  endedAt: Schema.NullOr(Instant),
  submission: Schema.NullOr(Submission),
  files: Schema.Array(AttachedFile),
})
export type State = typeof State.Type

/** The state at an instant: a request whose window has passed is Expired, whether or not a sweeper noticed (I12). */
export const stateAt = (request: State, at: Instant): LifecycleState =>
  isOpenState(request) && request.expiresAt !== null && at >= request.expiresAt ? "Expired" : request.state

const isOpenState = (request: State): boolean =>
  (request.state === "Pending" && request.sentAt !== null) || request.state === "WaitingForCustomer"

/** May the customer read and write at this instant (I2)? The link must hold as well. */
export const isOpenAt = (request: State, at: Instant): boolean =>
  isOpenState(request) && stateAt(request, at) !== "Expired"

/** When the request next needs attention without anybody asking; null: not by itself. */
export const nextDueAt = (request: State): Instant | null => (isOpenState(request) ? request.expiresAt : null)
