/**
 * Files on their way. A few are sent at a time; one that is ready goes into the answer, in the place of the one that it
 * replaces if there is one, and is saved like any other answer.
 */
import type { Problem } from "../AnswerKind.ts"
import type { FileRef } from "../AnswerKind/upload.ts"
import { scopeOf } from "../Evaluation/frames.ts"
import { find } from "../Evaluation/places.ts"
import type { Item } from "../Evaluation/Program.ts"
import * as Draft from "./draft.ts"
import type { Form } from "./Form.ts"
import type { ChosenFile, Message } from "./Message.ts"
import { at, type Place, samePlace } from "./Place.ts"
import { saveSoon, type Step, andThen } from "./saving.ts"
import type { State, Upload } from "./State.ts"

/** How many are sent at the same time. */
const atOnce = 3

const isBusy = ({ state }: Upload): boolean => state === "uploading" || state === "checking"

/** On its way or waiting to be: nothing can be submitted before it has come to an end. */
export const isPending = ({ state }: Upload): boolean => state !== "refused"

/** The state with other uploads where they are meant. */
export const changed = (state: State, isMeant: (upload: Upload) => boolean, changes: Partial<Upload>): State => ({
  ...state,
  uploads: state.uploads.map((upload) => (isMeant(upload) ? { ...upload, ...changes } : upload)),
})

/** Starts those whose turn it is. */
export const start = (state: State): Step => {
  const free = state.online ? atOnce - state.uploads.filter(isBusy).length : 0
  const next = state.uploads.filter((upload) => upload.state === "chosen").slice(0, Math.max(0, free))
  return [
    changed(state, (upload) => next.includes(upload), { state: "uploading" }),
    next.map(({ id, place, sent }) => ({ type: "StartUpload", upload: id, place, from: sent })),
  ]
}

/** Files for a question: looked at as far as its kind can. */
export const offered = (
  form: Form,
  state: State,
  { kind, question }: Item,
  { place, files, replaces }: Extract<Message, { readonly type: "FilesChosen" }>,
): Step => {
  const evaluation = form.evaluation(state)
  const scope = scopeOf(find(evaluation, place)?.frame ?? evaluation.root)
  return chosen(state, place, files, replaces ?? null, (given) => kind?.validate(question, given, scope) ?? [])
}

/** New rows, refused at once where the browser can tell. `problemsOf` says what is wrong with the files of the question. */
const chosen = (
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

/** What an upload will be once it is ready; what is in it is not known yet. */
const asFile = ({ id, name, bytes, type }: ChosenFile): FileRef => ({ id, name, bytes, type, sha256: "" })

type Progress = Extract<Message, { readonly upload: string }>

/** What becomes of an upload. One that is not known any more was given up: nothing is done about it. */
export const progressed = (state: State, message: Progress): Step => {
  const upload = state.uploads.find(({ id }) => id === message.upload)
  return upload === undefined ? [state, []] : andThen(after(state, upload, message), start)
}

/** What does not fit the state of the upload says nothing. */
const after = (state: State, upload: Upload, message: Progress): Step => {
  const { id, bytes } = upload
  const isOneOf = (...states: ReadonlyArray<Upload["state"]>) => states.includes(upload.state)
  const becomes = (changes: Partial<Upload>) => changed(state, (other) => other === upload, changes)
  const gone = { ...state, uploads: state.uploads.filter((other) => other !== upload) }
  switch (message.type) {
    case "UploadProgressed": {
      const { sent } = message
      return [isBusy(upload) ? becomes({ sent, state: sent < bytes ? "uploading" : "checking" }) : state, []]
    }
    case "UploadPaused":
      return [
        isOneOf("chosen", "uploading") ? becomes({ state: "paused" }) : state,
        isOneOf("uploading") ? [{ type: "PauseUpload", upload: id }] : [],
      ]
    case "UploadResumed":
      return [isOneOf("paused", "failed") ? becomes({ state: "chosen" }) : state, []]
    case "UploadFailed":
      return [isBusy(upload) ? becomes({ state: "failed" }) : state, []]
    case "UploadRefused":
      return [becomes({ state: "refused", problems: message.problems }), []]
    case "UploadCancelled":
      return [gone, isOneOf("chosen", "refused") ? [] : [{ type: "CancelUpload", upload: id }]]
    case "UploadFinished":
      return finished(gone, upload, message.file)
  }
}

/** It takes its place in the answer, unless somebody else took its instance away. */
const finished = (state: State, { place, replaces }: Upload, file: FileRef): Step => {
  if (!Draft.isReachable(state, place)) return [state, [{ type: "RemoveFile", file: file.id }]]
  const before = Draft.listAt(state, place)
  const index = before.findIndex((other) => at(other, ["id"]) === replaces)
  const files = before.toSpliced(index < 0 ? before.length : index, 1, file)
  return andThen(
    [Draft.change(state, place, files), index < 0 ? [] : [{ type: "RemoveFile", file: String(replaces) }]],
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
