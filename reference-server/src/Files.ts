/**
 * Files: every blob that has a name, with what the scanner said of it, and the one way by which its bytes reach anybody (S55).
 *
 * Words: a *file* is a row about a blob: name, type, size, digest, where it belongs and its scan state. It is *withheld* while
 * nobody may read it: until the scanner called it clean, or where there is none. What is *noted* stands in a request's record.
 */
import type { FileRef } from "@requite/core/QuestionKind/upload"
import { ClientRequest } from "@requite/core"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { BlobRange } from "./BlobStore.ts"
import type { Verdict } from "./VirusScanner.ts"

/** What is known of a file: as a request's record has it, or `infected`, which no request has in it. */
export const Scan = Schema.Literals([...ClientRequest.FileScan.literals, "infected"])
export type Scan = typeof Scan.Type

/** May a file be read as far as is known of it (S55)? `open` also asks whether there is a scanner by now. */
export const isReadable = (scan: Scan): boolean => scan !== "infected" && ClientRequest.isReadable(scan)

/** Who brought it: a customer, or the firm with a request (K1, logos) or as a document in a folder. */
export const Origin = Schema.Literals(["customer", "firm", "document"])
export type Origin = typeof Origin.Type

/** What a look at a file came to; `pending`: the scanner could not say now, and is asked again later. */
export type Inspected = Verdict | { readonly verdict: "pending"; readonly reason: string }

export interface File extends FileRef {
  readonly workspaceId: string
  readonly requestId: string | null
  readonly question: string | null
  readonly origin: Origin
  readonly scan: Scan
  /** The signature found, or why it is not known; empty otherwise. For the firm and its operators, not for customers. */
  readonly detail: string
  readonly attempts: number
  /** Instants in milliseconds since 1970. */
  readonly scannedAt: number | null
  readonly createdAt: number
}

/** A file to be written down: nobody can tell of it before. */
export interface Registered {
  readonly workspaceId: string
  readonly requestId?: string | null
  readonly question?: string | null
  readonly origin: Origin
  readonly file: FileRef
  /** What a look came to. A file that is infected is refused, not registered. */
  readonly inspected: Exclude<Inspected, { readonly verdict: "infected" }>
  /** It is not as it came: what a camera had written into it was taken out (S58). */
  readonly isStripped?: boolean
}

/** What the record says of a file that comes into a request. */
export interface Noted {
  readonly scan: ClientRequest.FileScan
  readonly withoutLocation?: true
}

export interface Download {
  readonly file: FileRef
  /** The bytes from `offset`, `length` of them; all, where no range was asked for. */
  readonly range: { readonly offset: number; readonly length: number }
  /** Dies as `FileDamaged` before its end when the store does not have what was stored (S68). */
  readonly content: Stream.Stream<Uint8Array>
}

/** A file that is there but not for reading: not yet known to be clean, infected, or not to be scanned. */
export class FileWithheld extends Schema.TaggedError<FileWithheld>()("FileWithheld", {
  id: Schema.String,
  name: Schema.String,
  scan: Scan,
}) {}

/** No such file in this workspace, or its bytes are gone. */
export class FileMissing extends Schema.TaggedError<FileMissing>()("FileMissing", { id: Schema.String }) {}

/** The store gives other bytes than those that arrived: a defect, never a shorter or another file (S68). */
export class FileDamaged extends Schema.TaggedError<FileDamaged>()("FileDamaged", { id: Schema.String }) {
  override get message(): string {
    return `The file ${this.id} is not what was stored: its digest differs.`
  }
}

/** Whether files can be scanned now, of all workspaces together. */
export interface Standing {
  readonly scanner: "clamd" | "none"
  /** How many are withheld and wait for a verdict, and since when the oldest does. */
  readonly pending: number
  readonly pendingSince: number | null
  readonly unscannable: number
}

export class Files extends Context.Service<
  Files,
  {
    /** Has the scanner look at a blob, for ten seconds at most: called while the sender waits. Writes nothing down. */
    inspect(id: string): Effect.Effect<Inspected>
    /** Writes a file down; joins the transaction of its caller. One that is known already stays as it is. */
    register(file: Registered): Effect.Effect<void>
    /**
     * Says that a request has a file in it, in the request's transaction; gives what the record is to say of it. Of one that
     * was found to be infected a moment ago that is still `pending`: what follows from it follows at once.
     */
    attached(workspaceId: string, requestId: string, question: string, file: FileRef): Effect.Effect<Noted>
    /** Those of these that the workspace has, in this order. Ids that are none of ours are passed over. */
    of(workspaceId: string, ids: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<File>>
    /** The bytes of a file, or a part of them. The only way to them; whether somebody may have them is the caller's to ask. */
    open(workspaceId: string, id: string, range?: BlobRange): Effect.Effect<Download, FileMissing | FileWithheld>
    /** Removes a file and its bytes. Gone already is gone; a store that does not answer is left to the orphans' sweep. */
    remove(workspaceId: string, ids: ReadonlyArray<string>): Effect.Effect<void>
    /** Those of a workspace that are withheld and not removed, the oldest first, a hundred at most. */
    withheld(workspaceId: string): Effect.Effect<ReadonlyArray<File>>
    /** Has withheld files looked at again, at once. Gives how many will be. */
    scanAgain(workspaceId: string, ids: ReadonlyArray<string>): Effect.Effect<number>
    readonly standing: Effect.Effect<Standing>
  }
>()("@requite/reference-server/Files") {}
