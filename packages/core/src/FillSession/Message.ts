/**
 * What can happen in a fill session, and what it asks for. Messages are facts in the past tense; effects are data that the
 * caller carries out, and whose outcome comes back as a message.
 */
import type { Problem } from "../AnswerKind.ts"
import type { FileRef } from "../AnswerKind/upload.ts"
import type { Answers, Issue } from "../Answers.ts"
import type { Place } from "./Place.ts"
import type { Context } from "../Evaluation.ts"
import type { Changes } from "./State.ts"

/** A file as the browser offers it; `id` is the caller's, new for each. */
export interface ChosenFile {
  readonly id: string
  readonly name: string
  readonly bytes: number
  readonly type: string
}

/** `place` is the path of an answer, that of an instance ends with its index. `at` is an instant. */
export type Message =
  /** `answer` is JSON; an empty text or list, or null, clears. One past the last instance begins a new one. */
  | { readonly type: "AnswerChanged"; readonly place: Place; readonly answer: unknown }
  | { readonly type: "AnswerCleared"; readonly place: Place }
  /** The field lost the focus: what is wrong with it may be said now. */
  | { readonly type: "PlaceLeft"; readonly place: Place }
  | { readonly type: "InstanceAdded"; readonly group: Place }
  | { readonly type: "InstanceRemoved"; readonly place: Place }
  | { readonly type: "InstanceMoved"; readonly place: Place; readonly to: number }
  | { readonly type: "SectionEntered"; readonly section: string }
  | { readonly type: "SectionLeft"; readonly section: string }
  | { readonly type: "ReviewOpened" }
  | { readonly type: "ContextChanged"; readonly context: Context }
  /** The time of the last `WakeSaver` has come. Harmless at any other time. */
  | { readonly type: "SaveDue" }
  | { readonly type: "SaveSucceeded"; readonly save: number; readonly revision: number; readonly at: number }
  /** It did not get through, or nobody knows: it is tried again. */
  | { readonly type: "SaveFailed"; readonly save: number; readonly at: number }
  /** The server does not take these answers: they are kept, and sent again once they have changed. */
  | { readonly type: "SaveRefused"; readonly save: number; readonly issues: ReadonlyArray<Issue> }
  /** The server has a later revision than the save was based on, and changed nothing. */
  | { readonly type: "SaveConflicted"; readonly save: number; readonly revision: number; readonly theirs: Answers }
  /** What the server has now, without being asked: a shared record changed, or the page came back. */
  | { readonly type: "AnswersArrived"; readonly revision: number; readonly answers: Answers }
  | { readonly type: "ConflictResolved"; readonly place: Place; readonly keep: "mine" | "theirs" }
  | {
      readonly type: "FilesChosen"
      readonly place: Place
      readonly files: ReadonlyArray<ChosenFile>
      /** The id of a ready file whose place the first of them takes. */
      readonly replaces?: string
    }
  | { readonly type: "UploadProgressed"; readonly upload: string; readonly sent: number }
  | { readonly type: "UploadPaused"; readonly upload: string }
  /** Goes on, or tries again after it failed. */
  | { readonly type: "UploadResumed"; readonly upload: string }
  | { readonly type: "UploadFinished"; readonly upload: string; readonly file: FileRef }
  | { readonly type: "UploadRefused"; readonly upload: string; readonly problems: ReadonlyArray<Problem> }
  | { readonly type: "UploadFailed"; readonly upload: string }
  /** Given up by the customer, or its row put away. */
  | { readonly type: "UploadCancelled"; readonly upload: string }
  | { readonly type: "FileRemoved"; readonly place: Place; readonly file: string }
  | { readonly type: "SubmitAsked" }
  | { readonly type: "SubmitSucceeded"; readonly receipt: unknown }
  | { readonly type: "SubmitRefused"; readonly issues: ReadonlyArray<Issue> }
  | { readonly type: "SubmitConflicted"; readonly revision: number; readonly theirs: Answers }
  | { readonly type: "SubmitFailed" }
  | { readonly type: "CameOnline" }
  | { readonly type: "WentOffline"; readonly at: number }
  /** The state was read from where it was kept: its timers, requests and files in hand are gone. */
  | { readonly type: "SessionRestored" }

export type Effect =
  /** Save these on top of `revision`; null clears. The server takes all of them or, when it has a later revision, none. */
  | { readonly type: "SaveAnswers"; readonly save: number; readonly revision: number; readonly answers: Changes }
  /** Send `SaveDue` after so long. There is one such timer: a later one replaces it. */
  | { readonly type: "WakeSaver"; readonly afterMillis: number }
  /** Send the bytes of a file from that offset on. */
  | { readonly type: "StartUpload"; readonly upload: string; readonly place: Place; readonly from: number }
  | { readonly type: "PauseUpload"; readonly upload: string }
  /** Stop, and say nothing more about it. */
  | { readonly type: "CancelUpload"; readonly upload: string }
  /** The answers do not name this file any more. It may fail: a server that looks after itself finds it anyway. */
  | { readonly type: "RemoveFile"; readonly file: string }
  /** Submit what the server has at this revision. */
  | { readonly type: "Submit"; readonly revision: number }
  | { readonly type: "MoveFocus"; readonly place: Place }
