/** What each message comes to: the next state, and what is to be done. */
import type { FillKind } from "../AnswerKind.ts"
import type { Item } from "../Evaluation/Program.ts"
import * as Draft from "./draft.ts"
import { type Form, itemAt } from "./Form.ts"
import { rearranged } from "./instances.ts"
import type { Message } from "./Message.ts"
import { type Place, pointer, samePlace } from "./Place.ts"
import { andThen, focus, outcome, save, saveSoon, type Step } from "./saving.ts"
import type { State } from "./State.ts"
import * as Submitting from "./submitting.ts"
import * as Uploads from "./uploads.ts"

export const update = (form: Form, state: State, message: Message): Step => {
  const { submission } = state
  const isOutcome = /^Submit[^A]/.test(message.type)
  // what is submitted stays as it is until the server has answered, and what was submitted for good
  const isHeard =
    submission?.state === "submitting" ? isOutcome || /^(Upload|Went|Came|Session)/.test(message.type) : !isOutcome
  if (submission?.state === "submitted" || !isHeard) return [state, []]
  return andThen(step(form, state, message), (next) => Submitting.submitted(form, next))
}

const step = (form: Form, state: State, message: Message): Step => {
  switch (message.type) {
    case "AnswerChanged":
      return changed(form, state, message.place, message.answer)
    case "AnswerCleared":
      return changed(form, state, message.place, null)
    case "PlaceLeft":
      return [touch(form, state, message.place), []]
    case "InstanceAdded":
    case "InstanceRemoved":
    case "InstanceMoved":
      return instances(form, state, message)
    case "SectionEntered":
      return [{ ...state, section: message.section }, []]
    case "SectionLeft":
      return left(state, message.section)
    case "ReviewOpened":
      return [{ ...state, section: null, reviewed: true }, []]
    case "ContextChanged":
      return [{ ...state, context: message.context }, []]
    case "SaveDue":
      return save(state)
    case "SaveSucceeded":
    case "SaveFailed":
    case "SaveRefused":
    case "SaveConflicted":
      return outcome(state, message, form.givenAs)
    case "AnswersArrived":
      return saveSoon(Draft.received(state, message.revision, message.answers, form.givenAs))
    case "ConflictResolved":
      return resolved(state, message.place, message.keep)
    case "FilesChosen":
      return filesChosen(form, state, message)
    case "FileRemoved":
      return reached(form, state, message.place, "files") === undefined
        ? [state, []]
        : Uploads.removed(state, message.place, message.file)
    case "SubmitAsked":
    case "SubmitSucceeded":
    case "SubmitRefused":
    case "SubmitConflicted":
    case "SubmitFailed":
      return Submitting.progressed(form, state, message)
    case "CameOnline":
      return cameOnline(state)
    case "WentOffline":
      return [{ ...state, online: false, failingSince: state.failingSince ?? message.at }, []]
    case "SessionRestored":
      return restored(state)
    default:
      return Uploads.progressed(state, message)
  }
}

/** The item at a place where something may be given in that way. */
const reached = (form: Form, state: State, place: Place, givenAs: FillKind["givenAs"]): Item | undefined => {
  const item = itemAt(form.program, place)
  return item?.kind?.givenAs === givenAs && Draft.isReachable(state, place) ? item : undefined
}

const changed = (form: Form, state: State, place: Place, answer: unknown): Step => {
  if (reached(form, state, place, "value") === undefined) return [state, []]
  const isNone = answer === null || answer === "" || (Array.isArray(answer) && answer.length === 0)
  return saveSoon(Draft.change(state, place, isNone ? undefined : answer))
}

const touch = (form: Form, state: State, place: Place): State =>
  itemAt(form.program, place) === undefined
    ? state
    : { ...state, touched: { ...state.touched, [pointer(place)]: true } }

type Rearrangement = Extract<Message, { readonly type: `Instance${string}` }>

const instances = (form: Form, state: State, message: Rearrangement): Step => {
  const group = message.type === "InstanceAdded" ? message.group : message.place.slice(0, -1)
  if (reached(form, state, group, "items") === undefined) return [state, []]
  const rows: ReadonlyArray<number | null> = Array.from({ length: Draft.count(state, group) }, (_, row) => row)
  if (message.type === "InstanceAdded")
    return andThen(rearranged(state, group, [...rows, null]), focus([...group, rows.length]))
  const row = Number(message.place.at(-1))
  const others = rows.filter((other) => other !== row)
  if (others.length === rows.length || (message.type === "InstanceMoved" && !rows.includes(message.to)))
    return [state, []]
  return message.type === "InstanceRemoved"
    ? andThen(rearranged(state, group, others), focus(group))
    : andThen(rearranged(state, group, others.toSpliced(message.to, 0, row)), focus([...group, message.to]))
}

/** A section that is left is saved at once, and shows what is wrong in it from then on. */
const left = (state: State, section: string): Step => {
  const visited = [...new Set([...state.visited, section])]
  return saveNow({ ...state, visited, section: state.section === section ? null : state.section })
}

/** What is saved only when it is submitted stays here until then. */
const saveNow = (state: State): Step => (state.autosave && state.failures === 0 ? save(state) : [state, []])

const resolved = (state: State, place: Place, keep: "mine" | "theirs"): Step => {
  const conflict = state.conflicts.find((one) => samePlace(one.place, place))
  if (conflict === undefined) return [state, []]
  const next = { ...state, conflicts: state.conflicts.filter((one) => one !== conflict) }
  return saveSoon(keep === "mine" ? next : Draft.change(next, place, conflict.theirs ?? undefined))
}

const filesChosen = (form: Form, state: State, message: Extract<Message, { readonly type: "FilesChosen" }>): Step => {
  const item = reached(form, state, message.place, "files")
  return item ? Uploads.offered(form, touch(form, state, message.place), item, message) : [state, []]
}

const cameOnline = (state: State): Step =>
  andThen(
    saveNow({
      ...Uploads.changed(state, (upload) => upload.state === "failed", { state: "chosen" }),
      online: true,
      failures: 0,
      failingSince: null,
    }),
    Uploads.start,
  )

/** Whether the save in flight got through nobody knows; files can go on once the customer has chosen them again. */
const restored = (state: State): Step =>
  saveSoon({
    ...Uploads.changed(Draft.unsure(state), Uploads.isPending, { state: "failed" }),
    failures: 0,
    submission: null,
  })
