/** Submitting from a fill session: a look at everything, then all of it saved, then the one message. */
import * as Draft from "./draft.ts"
import type { Form } from "./Form.ts"
import type { Message } from "./Message.ts"
import { focus, isSaved, save, saveSoon, type Step } from "./saving.ts"
import type { State } from "./State.ts"
import * as Views from "./views.ts"

export const progressed = (
  form: Form,
  state: State,
  message: Extract<Message, { readonly type: `Submit${string}` }>,
): Step => {
  switch (message.type) {
    case "SubmitAsked":
      return asked(state)
    case "SubmitSucceeded":
      return [{ ...state, submission: { state: "submitted", receipt: message.receipt } }, []]
    case "SubmitRefused":
      return [{ ...state, submission: null, issues: message.issues }, []]
    case "SubmitConflicted":
      return saveSoon(Draft.received({ ...state, submission: null }, message.revision, message.theirs, form.givenAs))
    case "SubmitFailed":
      return [{ ...state, submission: null }, []]
  }
}

/** Submitting begins with a look at everything: what is wrong or not decided shows, and gets the focus. */
const asked = (state: State): Step => {
  if (state.submission !== null) return [state, []]
  return [{ ...state, reviewed: true, issues: [], submission: { state: "saving" } }, []]
}

/** What waits to be submitted is, once all of it is saved and nothing is wrong with it. */
export const submitted = (form: Form, state: State): Step => {
  if (state.submission?.state !== "saving") return [state, []]
  const [obstacle] = Views.obstacles(form, state)
  if (obstacle !== undefined) return focus(obstacle)({ ...state, submission: null })
  if (!isSaved(state)) return state.failures === 0 ? save(state) : [state, []]
  return [
    { ...state, submission: { state: "submitting", revision: state.revision } },
    [{ type: "Submit", revision: state.revision }],
  ]
}
