/**
 * Workspaces: one firm's account each. The first start has none; `setUp` makes the first together with its first
 * member. Nothing crosses workspaces: every other service takes the id of one.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BlobKey } from "./BlobStore.ts"
import { Logo, Look } from "./Branding/Look.ts"
import type { Member } from "./Members.ts"

export { Logo } from "./Branding/Look.ts"

export const Workspace = Schema.Struct({
  id: Schema.String,
  /** The firm's name, as customers know it. */
  name: Schema.String,
  /** Its one colour, `#rrggbb`. */
  accent: Schema.String,
  /** BCP 47; for customers whose language nobody knows. */
  language: Schema.String,
  /** IANA name. */
  timeZone: Schema.String,
  /** Stands for the name on the customer's pages and in mails (P19). */
  logo: Schema.NullOr(Logo),
  /** The rest of its branding; null or left out: the standard look. */
  look: Schema.optionalKey(Schema.NullOr(Look)),
  /** The origins that may show its requests in a frame (Embedding); left out: none. */
  frameOrigins: Schema.optionalKey(Schema.Array(Schema.String)),
})
export type Workspace = typeof Workspace.Type

/** The set-up has been done: it is offered once. */
export class AlreadySetUp extends Schema.TaggedError<AlreadySetUp>()("AlreadySetUp", {}) {}

export interface SetUp {
  readonly workspace: Omit<Workspace, "id" | "logo" | "look" | "frameOrigins">
  readonly member: { readonly name: string; readonly email: string; readonly password: string }
}

export class Workspaces extends Context.Service<
  Workspaces,
  {
    /** Has the first member been made? */
    readonly isSetUp: Effect.Effect<boolean>
    /** Makes the first workspace and member, once. The input has been checked by the caller's form. */
    setUp(input: SetUp): Effect.Effect<Member, AlreadySetUp>
    get(id: string): Effect.Effect<Workspace>
    /** Changes what is given and leaves the rest. The caller has checked. */
    update(id: string, changes: Partial<Pick<Workspace, "name" | "language" | "timeZone">>): Effect.Effect<void>
    /** The logo with this id, if it is one of a firm's branding: live, drafted, or published before. */
    logo(id: BlobKey): Effect.Effect<(Logo & { readonly workspaceId: string }) | null>
  }
>()("@requite/reference-server/Workspaces") {}
