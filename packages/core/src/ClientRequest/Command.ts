/** What can be asked of a request. Imperative; the time and every random value arrive with the command. */
import type { Instant } from "../Instant.ts"
import type { FileRef } from "../QuestionKind/upload.ts"
import type { RequestPolicy } from "../RequestPolicy.ts"
import type { Actor, Details } from "./State.ts"

interface Base {
  /** Names this attempt; a command that arrives twice is carried out once (I9). */
  readonly id: string
  readonly at: Instant
  readonly by: Actor
}

/** What commands of the customer carry besides: which send their link came with, and what their page showed. */
interface FromCustomer extends Base {
  readonly sendNo: number
  readonly revision: number
}

export interface Create extends Base {
  readonly type: "Create"
  readonly requestId: string
  readonly details: Details
  readonly policy: RequestPolicy
}
/** Changes what the firm decided; properties left out stay. */
export interface Edit extends Base {
  readonly type: "Edit"
  readonly details: Partial<Details>
}
export interface Send extends Base {
  readonly type: "Send"
  /** Ids of the other open requests of the same subject, for the limit of the policy (P8, P30). */
  readonly outstanding: ReadonlyArray<string>
}
export interface Resend extends Base {
  readonly type: "Resend"
}
export interface Claim extends Base {
  readonly type: "Claim"
  readonly sendNo: number
}
/** The first answer is about to be given. `Save` and `AttachFile` start a request by themselves. */
export interface Start extends FromCustomer {
  readonly type: "Start"
}
export interface Save extends FromCustomer {
  readonly type: "Save"
  /** Is anything answered? A page that was only looked at and saved empty starts nothing. */
  readonly answered: boolean
}
export interface AttachFile extends FromCustomer {
  readonly type: "AttachFile"
  readonly question: string
  readonly file: FileRef
  /** How many files that question takes. */
  readonly limit: number
}
export interface RemoveFile extends FromCustomer {
  readonly type: "RemoveFile"
  readonly file: string
}
export interface Submit extends FromCustomer {
  readonly type: "Submit"
  readonly submissionId: string
  /** Over the definition's hash, the answers and the digests of the files. */
  readonly digest: string
  /** Questions that still stop it, as the answers' rules found them. */
  readonly missing: ReadonlyArray<string>
}
export interface Cancel extends Base {
  readonly type: "Cancel"
  readonly reason: string
}
export interface Expire extends Base {
  readonly type: "Expire"
}

export type Command =
  | Create
  | Edit
  | Send
  | Resend
  | Claim
  | Start
  | Save
  | AttachFile
  | RemoveFile
  | Submit
  | Cancel
  | Expire
