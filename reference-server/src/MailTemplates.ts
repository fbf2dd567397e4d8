/**
 * A workspace's own words for the mails to its customers (M19, C8): one template for each kind and language, over the standard
 * ones. Every version stays, with who wrote it; the newest counts. A request that was sent keeps the message it was sent with.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Kind } from "./MailTemplates/kinds.ts"
import type { Wording } from "./MailTemplates/kinds.ts"
import type { Own } from "./MailTemplates/wording.ts"
import type { Member } from "./Members.ts"
import type { RateLimited } from "./RateLimits.ts"

export { declaration, isKind, type Kind, kinds, type Wording } from "./MailTemplates/kinds.ts"
export { type Finding, type Own } from "./MailTemplates/wording.ts"

/** One version; without wording, the standard text was taken back. */
export interface Version {
  readonly version: number
  readonly wording: Wording | null
  /** Milliseconds since the epoch. */
  readonly at: number
  /** The member's id. */
  readonly by: string
}

/** A mail to look at: a template, or with `request` the mail of a request. */
export interface Asked {
  readonly kind: Kind
  /** BCP 47: the reader's. */
  readonly language: string
  /** A template that is not saved; null: the words that would be used now. */
  readonly wording: Wording | null
  readonly request: string | null
  readonly recipient: string | null
}

/** The template cannot be saved; the findings say why, each at its place. */
export class TemplateRefused extends Schema.TaggedError<TemplateRefused>()("TemplateRefused", {
  findings: Schema.Array(
    Schema.Struct({
      part: Schema.Literals(["subject", "lead", "body"]),
      line: Schema.Int,
      column: Schema.Int,
      code: Schema.String,
      sentence: Schema.String,
    }),
  ),
}) {
  override get message(): string {
    return this.findings.map(({ part, line, column, sentence }) => `${part} ${line}:${column}: ${sentence}`).join("\n")
  }
}

export class MailTemplates extends Context.Service<
  MailTemplates,
  {
    /** The firm's own words for a reader of `language`, by the chain es-MX, es, then the firm's language (M22); none: standard. */
    find(workspaceId: string, kind: Kind, language: string): Effect.Effect<Own | undefined>
    /** The kinds and languages that have words of the firm's own now. */
    list(workspaceId: string): Effect.Effect<ReadonlyArray<{ readonly kind: Kind; readonly language: string }>>
    /** All versions of one template, the newest first; empty: it was never changed. */
    versions(workspaceId: string, kind: Kind, language: string): Effect.Effect<ReadonlyArray<Version>>
    /** Keeps a new version; the same words as before are no new one. */
    save(
      member: { readonly id: string; readonly workspaceId: string },
      kind: Kind,
      language: string,
      wording: Wording,
    ): Effect.Effect<void, TemplateRefused>
    /** Back to the standard text, as a version of its own. */
    reset(
      member: { readonly id: string; readonly workspaceId: string },
      kind: Kind,
      language: string,
    ): Effect.Effect<void>
    /** Queues a test to the member's own address, marked as one, with a link that opens nothing (M34). */
    sendTest(member: Member, asked: Asked): Effect.Effect<void, RateLimited>
  }
>()("@requite/reference-server/MailTemplates") {}
