/**
 * What a fill session knows: plain JSON, and small. The questionnaire is not in it, and what was typed is kept apart from
 * what the server has, so that a keystroke copies only what is not saved yet.
 *
 * Words: the *draft* is what the customer sees, `saved` with `changes` laid over it; *theirs* is what the server has when
 * somebody else saved in between; an instant is milliseconds since 1970-01-01T00:00Z.
 */
import type { Problem } from "../AnswerKind.ts"
import type { FileRef } from "../AnswerKind/upload.ts"
import type { Answers, Issue } from "../Answers.ts"
import type { Context } from "../Evaluation.ts"
import type { Place } from "./Place.ts"

/** Answers by top-level id, as they shall be; null: cleared. */
export type Changes = Readonly<Record<string, unknown>>

/** A file on its way; once it is ready it stands in the answer instead. */
export interface Upload {
  /** Given by whoever chose the file; it names the upload in messages and effects. */
  readonly id: string
  readonly place: Place
  readonly name: string
  /** The whole size. */
  readonly bytes: number
  /** As the browser says it; the server looks into the file. */
  readonly type: string
  /** `chosen`: waits for its turn. `checking`: all bytes arrived, the server looks at them. `failed`: may be tried again. */
  readonly state: "chosen" | "uploading" | "paused" | "checking" | "failed" | "refused"
  /** How many bytes have arrived. */
  readonly sent: number
  /** Why it was refused. */
  readonly problems: ReadonlyArray<Problem>
  /** The id of the ready file whose place it takes. */
  readonly replaces: string | null
}

/** What is shown of one file. */
export type FileRow = Upload | { readonly state: "ready"; readonly file: FileRef }

/** One answer that both changed. What is mine stands in the draft; null: no answer. */
export interface Conflict {
  readonly place: Place
  readonly base: unknown
  readonly theirs: unknown
}

/** `saving`: what is not saved goes first. `receipt` is whatever the server gave. */
export type Submission =
  | { readonly state: "saving" }
  | { readonly state: "submitting"; readonly revision: number }
  | { readonly state: "submitted"; readonly receipt: unknown }

export interface State {
  /** Which definition it was filled in with. */
  readonly questionnaire: { readonly id: string; readonly version: number }
  readonly context: Context
  /** How often the answers were saved, by anybody, when the server had `saved`. */
  readonly revision: number
  readonly saved: Answers
  readonly changes: Changes
  /** The one save in flight. */
  readonly saving: { readonly save: number; readonly changes: Changes } | null
  /** How many saves were sent: each has a number, so that an answer to an older one is known as such. */
  readonly saves: number
  readonly savedAt: number | null
  /** What was sent since `revision` by saves of which nobody knows whether they got through. */
  readonly tried: ReadonlyArray<Changes>
  /** Saves that failed since the last that did not, and since when nothing gets through (offline too). */
  readonly failures: number
  readonly failingSince: number | null
  /** What the server would not take; it is not sent again as it stands. */
  readonly refused: Changes | null
  readonly online: boolean
  /** false: answers are saved only when they are submitted. */
  readonly autosave: boolean
  readonly conflicts: ReadonlyArray<Conflict>
  /** Pointers of fields that were left once. */
  readonly touched: Readonly<Record<string, true>>
  /** Ids of sections that were left once. */
  readonly visited: ReadonlyArray<string>
  /** The one that was entered last and not left since. */
  readonly section: string | null
  /** The review was opened, or submitting asked: every issue shows from then on. */
  readonly reviewed: boolean
  /** What the server found wrong; gone as soon as the answer changes. */
  readonly issues: ReadonlyArray<Issue>
  readonly uploads: ReadonlyArray<Upload>
  readonly submission: Submission | null
}

/** `unsaved`: will be in a moment. `failing`: nothing gets through since then. */
export type Saving =
  | { readonly state: "saved"; readonly revision: number; readonly at: number | null }
  | { readonly state: "saving" }
  | { readonly state: "unsaved" }
  | { readonly state: "failing"; readonly since: number }
