/**
 * Contacts: people outside the firm, who can be asked. One that is deleted is no longer offered or listed, and can be
 * restored; what was asked of them stays.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** What the firm knows of a person. `mobile` is E.164 (`+46701234567`) or empty, `email` may be empty. */
export const Details = Schema.Struct({
  name: Schema.String,
  email: Schema.String,
  mobile: Schema.String,
  /** BCP 47. */
  language: Schema.String,
  /** An IANA name; null: that of the firm. */
  timeZone: Schema.NullOr(Schema.String),
})
export type Details = typeof Details.Type

export const Contact = Schema.Struct({
  id: Schema.String,
  ...Details.fields,
  /** Milliseconds since the epoch; null: not deleted. */
  deletedAt: Schema.NullOr(Schema.Int),
})
export type Contact = typeof Contact.Type

/** There is none of that id in this workspace. */
export class ContactNotFound extends Schema.TaggedError<ContactNotFound>()("ContactNotFound", { id: Schema.String }) {}

export interface Query {
  /** Part of a name or an address. */
  readonly search?: string
  /** Those that were deleted, instead of those that were not. */
  readonly deleted?: boolean
}

export class Contacts extends Context.Service<
  Contacts,
  {
    /** By name, at most 500. */
    list(workspaceId: string, query?: Query): Effect.Effect<ReadonlyArray<Contact>>
    /** Deleted ones too. */
    get(workspaceId: string, id: string): Effect.Effect<Contact, ContactNotFound>
    /** The one who has this e-mail address, in whatever case; null: nobody has, or several have, or it was deleted. */
    withEmail(workspaceId: string, email: string): Effect.Effect<Contact | null>
    /** A new contact under this id; one that is there under it already stays as it is. */
    create(workspaceId: string, id: string, details: Details): Effect.Effect<Contact, ContactNotFound>
    /** Properties left out stay. */
    edit(workspaceId: string, id: string, changes: Partial<Details>): Effect.Effect<Contact, ContactNotFound>
    remove(workspaceId: string, id: string): Effect.Effect<Contact, ContactNotFound>
    restore(workspaceId: string, id: string): Effect.Effect<Contact, ContactNotFound>
  }
>()("@requite/reference-server/Contacts") {}
