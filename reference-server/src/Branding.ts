/**
 * Branding: how a firm looks to its customers. What is *live* is what customers see; a *draft* is seen by the firm alone until
 * it is published. Of what was published the last ten stay, to go back to. A colour that cannot be read where it would stand is
 * refused, with the nearest one that can.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Branding, Logo } from "./Branding/Look.ts"
import type { Member } from "./Members.ts"

export { Branding, type Look, Logo, type TextName, type Variables } from "./Branding/Look.ts"

/** How many published ones can be gone back to. */
export const kept = 10

/** One that was published. */
export interface Published {
  readonly id: string
  readonly branding: Branding
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Null: it was there before anything was published here. */
  readonly by: string | null
  readonly byName: string | null
}

export interface Draft {
  readonly branding: Branding
  /** Names exactly this draft: who publishes says which one they saw. */
  readonly digest: string
  readonly at: number
  readonly byName: string | null
}

export interface Standing {
  readonly live: Branding
  readonly draft: Draft | null
  /** The latest first, which is live; none: nothing was published yet. */
  readonly published: ReadonlyArray<Published>
}

/** What cannot be taken, by field; `nearest`: what could be, of a colour. */
export class BrandingRefused extends Schema.TaggedError<BrandingRefused>()("BrandingRefused", {
  findings: Schema.Array(
    Schema.Struct({
      field: Schema.String,
      code: Schema.Literals(["unreadable", "unknown-logo"]),
      nearest: Schema.NullOr(Schema.String),
    }),
  ),
}) {}

/** There is no draft, or another one than was seen: look again. */
export class DraftChanged extends Schema.TaggedError<DraftChanged>()("DraftChanged", {}) {}

/** It is not among the published ones that are kept. */
export class NotPublished extends Schema.TaggedError<NotPublished>()("NotPublished", {}) {}

type By = Pick<Member, "id" | "workspaceId">

export class Brandings extends Context.Service<
  Brandings,
  {
    standing(workspaceId: string): Effect.Effect<Standing>
    /** Keeps it as the draft, in place of the one before. */
    save(by: By, branding: Branding): Effect.Effect<Draft, BrandingRefused>
    /** Lets a picture be the logo of a draft that is saved next; one that none takes is forgotten with the next change. */
    keepLogo(workspaceId: string, logo: Logo): Effect.Effect<void>
    /** Shows the draft to customers. */
    publish(by: By, digest: string): Effect.Effect<void, DraftChanged>
    discard(by: By): Effect.Effect<void>
    /** Shows one of the published again, at once; a draft stays. */
    restore(by: By, id: string): Effect.Effect<void, NotPublished>
    /** What a published style sheet is made from, of whichever firm; null: there is none of that digest. */
    sheet(digest: string): Effect.Effect<Pick<Branding, "accent" | "variables"> | null>
  }
>()("@requite/reference-server/Brandings") {}
