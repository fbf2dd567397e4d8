/**
 * Files on their way. A few are sent at a time; one that is ready goes into the answer, in the place of the one that it
 * replaces if there is one, and is saved like any other answer.
 */
import type { Problem } from "../AnswerKind.ts"
import type { FileRef } from "../AnswerKind/upload.ts"
import * as Draft from "./draft.ts"
import type { ChosenFile, Message } from "./Message.ts"
import { at, type Place, samePlace } from "./Place.ts"
import { saveSoon, type Step, andThen } from "./saving.ts"
import type { State, Upload } from "./State.ts"

/** How many are sent at the same time. */
const atOnce = 3

const isBusy = ({ state }: Upload): boolean => state === "uploading" || state === "checking"

/** On its way or waiting to be: nothing can be submitted before it has come to an end. */
export const isPending = ({ state }: Upload): boolean => state !== "refused"

/** Starts those whose turn it is. */
export const start = (state: State): Step => {
  const free = state.online ? atOnce - state.uploads.filter(isBusy).length : 0
  const next = state.uploads.filter((upload) => upload.state === "chosen").slice(0, Math.max(0, free))
  if (next.length === 0) return [state, []]
  return [
    {
      ...state,
      uploads: state.uploads.map((upload) => (next.includes(upload) ? { ...upload, state: "uploading" } : upload)),
    },
    next.map(({ id, place, sent }) => ({ type: "StartUpload", upload: id, place, from: sent })),
  ]
}

/** New rows, refused at once where the browser can tell. `problemsOf` says what is wrong with the files of the question. */
export const chosen = (
  state: State,
  place: Place,
  files: ReadonlyArray<ChosenFile>,
  replaces: string | null,
  problemsOf: (files: ReadonlyArray<unknown>) => ReadonlyArray<Problem>,
): Step => {
  let { uploads } = state
  let replaced = replaces
  for (const file of files) {
    if (uploads.some(({ id }) => id === file.id)) continue
    // one that takes the place of another is one more for a while
    const others: ReadonlyArray<unknown> =
      replaced === null
        ? [
            ...Draft.listAt(state, place),
            ...uploads.filter((upload) => isPending(upload) && samePlace(upload.place, place)).map(asFile),
          ]
        : []
    // what is wrong without it as well is not its fault
    const known = new Set(problemsOf(others).map(({ code }) => code))
    const problems = problemsOf([...others, asFile(file)]).filter(({ code }) => !known.has(code))
    uploads = [
      ...uploads,
      { ...file, place, state: problems.length > 0 ? "refused" : "chosen", sent: 0, problems, replaces: replaced },
    ]
    replaced = null
  }
  return start({ ...state, uploads })
}

/** What an upload will be once it is ready, as far as its kind looks at it. */
const asFile = ({ id, name, bytes, type }: ChosenFile): FileRef => ({ id, name, bytes, type, sha256: "0".repeat(64) })

type Progress = Extract<Message, { readonly upload: string }>

/** What becomes of an upload. One that is not known any more was given up: nothing is done about it. */
export const progressed = (state: State, message: Progress): Step => {
  const upload = state.uploads.find(({ id }) => id === message.upload)
  if (upload === undefined) return [state, []]
  const next = after(upload, message)
  const uploads = state.uploads.flatMap((other) => (other === upload ? (next ?? []) : other))
  const isStopped = upload.state !== "chosen" && upload.state !== "refused"
  const type = message.type === "UploadPaused" ? "PauseUpload" : "CancelUpload"
  const isTold = next !== upload && isStopped && /Paused|Cancelled/.test(message.type)
  const step: Step = [{ ...state, uploads }, isTold ? [{ type, upload: upload.id }] : []]
  return andThen(message.type === "UploadFinished" ? finished(step[0], upload, message.file) : step, start)
}

/** The upload as it is then; undefined: it is over. What does not fit its state says nothing. */
const after = (upload: Upload, message: Progress): Upload | undefined => {
  const { state, bytes } = upload
  switch (message.type) {
    case "UploadProgressed":
      return isBusy(upload)
        ? { ...upload, sent: message.sent, state: message.sent < bytes ? "uploading" : "checking" }
        : upload
    case "UploadPaused":
      return state === "chosen" || state === "uploading" ? { ...upload, state: "paused" } : upload
    case "UploadResumed":
      return state === "paused" || state === "failed" ? { ...upload, state: "chosen" } : upload
    case "UploadFailed":
      return isBusy(upload) ? { ...upload, state: "failed" } : upload
    case "UploadRefused":
      return { ...upload, state: "refused", problems: message.problems }
    case "UploadCancelled":
    case "UploadFinished":
      return undefined
  }
}

/** It takes its place in the answer, unless somebody else took its instance away. */
const finished = (state: State, { place, replaces }: Upload, file: FileRef): Step => {
  if (!Draft.isReachable(state, place)) return [state, [{ type: "RemoveFile", file: file.id }]]
  const before = Draft.listAt(state, place)
  const isReplaced = (other: unknown) => replaces !== null && at(other, ["id"]) === replaces
  const files = before.some(isReplaced) ? before.map((other) => (isReplaced(other) ? file : other)) : [...before, file]
  return andThen(
    [Draft.change(state, place, files), before.some(isReplaced) ? [{ type: "RemoveFile", file: replaces ?? "" }] : []],
    saveSoon,
  )
}

/** A ready file is taken out of the answer. */
export const removed = (state: State, place: Place, file: string): Step => {
  const before = Draft.listAt(state, place)
  const files = before.filter((other) => at(other, ["id"]) !== file)
  if (files.length === before.length) return [state, []]
  return andThen(
    [Draft.change(state, place, files.length === 0 ? undefined : files), [{ type: "RemoveFile", file }]],
    saveSoon,
  )
}
