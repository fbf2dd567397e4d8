/**
 * What customers gave, unreadable for who has only the database (S77). Each workspace has a *data key* of its own, 256 random
 * bits, made at first use. It lies in the database *sealed* by the vault, whose key does not, and so do answers, sealed by the
 * data key: AES-256-GCM. To destroy the data key is to erase, at once and for good, all that it ever sealed.
 *
 * Words: the *place* says where a sealed text lies, `answers/ID`. It opens there, in that workspace, and nowhere else.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/** The key that sealed it is gone, and with it what it says. */
export class DataKeyDestroyed extends Schema.TaggedError<DataKeyDestroyed>()("DataKeyDestroyed", {
  keyId: Schema.String,
}) {}

/** A defect: what lies there was changed, was sealed for another place, or is nothing sealed. */
export class SealBroken extends Schema.TaggedError<SealBroken>()("SealBroken", { place: Schema.String }) {}

/** A key derived from a data key for one purpose. */
export interface DerivedKey {
  /** Of the data key: to be kept beside what is encrypted. */
  readonly id: string
  /** 32 bytes. */
  readonly key: Redacted.Redacted<Uint8Array>
}

export class DataKeys extends Context.Service<
  DataKeys,
  {
    /**
     * The text as it may lie in a row (`DataKeys/Sealed.ts` says how the bytes are laid out). `certain`: by a key that is
     * surely not destroyed at this moment, for what is not written through `alive`; costs a statement.
     */
    seal(
      workspaceId: string,
      place: string,
      text: string,
      options?: { readonly certain?: boolean },
    ): Effect.Effect<Uint8Array>
    /** The text again; `SealBroken` is a defect. */
    open(workspaceId: string, place: string, sealed: Uint8Array): Effect.Effect<string, DataKeyDestroyed>
    /** A key for one thing that is encrypted elsewhere than here, as a file; by the workspace's newest data key. */
    keyFor(workspaceId: string, purpose: string): Effect.Effect<DerivedKey>
    /** The same again, by the data key of that id. */
    keyOf(workspaceId: string, purpose: string, id: string): Effect.Effect<DerivedKey, DataKeyDestroyed>
    /** A new key for what is sealed from now on; gives its id. What older ones sealed still opens. */
    rotate(workspaceId: string): Effect.Effect<string>
    /** Destroys every key that the workspace has; gives how many those were. The next that is sealed makes a new one. */
    destroy(workspaceId: string): Effect.Effect<number>
    /** Does not rely any more on what it knew of the workspace's keys. */
    forget(workspaceId: string): Effect.Effect<void>
  }
>()("@requite/reference-server/DataKeys") {}
