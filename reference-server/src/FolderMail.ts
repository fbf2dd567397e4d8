/**
 * Folder mail: a folder has an address, and what is attached to mails to it lands in the folder (F15). Mail comes by the door that
 * bounces come by (`Returns/listener.ts`); a file of it goes the way of every other (`Uploads/Intake.ts`).
 *
 * Words: the *address* is `in+<token>@<MAIL_RETURN_DOMAIN>`, and its token is the secret: who knows it and writes as somebody whom
 * the folder takes files from gets files in, because nobody proves who wrote a mail. A *sender* is one of these: the folder's
 * contacts, and the firm's members. Mail of others is *dropped*: counted, and never answered, for who is named in it may not have
 * written it.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { DocumentNotFound } from "./Documents.ts"
import type { Member } from "./Members.ts"

/** A folder's address as a member sees it. */
export interface Receiving {
  readonly address: string
  /** Mails of nobody whom it takes files from, since there is this address, and when the last one came. */
  readonly dropped: number
  /** Milliseconds since 1970. */
  readonly droppedAt: number | null
}

/** Why a file of a mail is not in the folder. */
export const Why = Schema.Literals(["type", "size", "virus", "room", "locked", "empty", "damaged"])
export type Why = typeof Why.Type

/** A file that was not taken, by the name that the mail gave it, made safe. */
export const NotTaken = Schema.Struct({ name: Schema.String, why: Why })
export type NotTaken = typeof NotTaken.Type

/** A mail as it was handed over. */
export interface Incoming {
  /** Of the envelope. */
  readonly to: string
  /** Of the envelope; empty: what came back, which is nobody's mail. */
  readonly from: string
  readonly raw: Uint8Array
}

/** What became of a mail. */
export type Received =
  | { readonly kind: "taken"; readonly taken: number; readonly refused: number }
  /** It had come before: nothing was done. */
  | { readonly kind: "known" }
  /** It is of nobody who may send it, or cannot be read. */
  | { readonly kind: "dropped" }
  | { readonly kind: "ignored"; readonly why: string }

/**
 * In bytes, a whole mail at most: what mail servers pass on of others seldom is larger. Then files of one mail, and mails of one
 * folder within a day.
 */
export const limits = { bytes: 26_214_400, files: 30, perDay: 200 } as const

export class FolderMail extends Context.Service<
  FolderMail,
  {
    /** Can mail come in at all? */
    readonly isPossible: boolean
    /** Null: the folder takes no mail. */
    of(workspaceId: string, folder: string): Effect.Effect<Receiving | null>
    /** Gives it an address; one that it has stays. */
    turnOn(member: Member, folder: string): Effect.Effect<void, DocumentNotFound>
    /** Gives it another address, in place of the one that it has. */
    renew(member: Member, folder: string): Effect.Effect<void, DocumentNotFound>
    /** Its address takes nothing any more. */
    turnOff(member: Member, folder: string): Effect.Effect<void, DocumentNotFound>
    /** Is mail to this address for a folder? `full`: not today. */
    answer(address: string): Effect.Effect<"takes" | "full" | "unknown">
    /** Takes a mail in; the same once more does nothing. Dies where it could not be kept: it is to be handed over again. */
    receive(mail: Incoming): Effect.Effect<Received>
  }
>()("@requite/reference-server/FolderMail") {}
