/** How a fill session begins: with what the server has, and with what was kept on the device. */
import type { Answers } from "../Answers.ts"
import type { Context } from "../Evaluation.ts"
import * as Draft from "./draft.ts"
import type * as Form from "./Form.ts"
import { without } from "./Place.ts"
import type { State } from "./State.ts"

/** What a session begins with: what the server has. */
export interface Beginning {
  readonly answers: Answers
  /** How often they were saved, by anybody. */
  readonly revision: number
  readonly context?: Context
  readonly visited?: ReadonlyArray<string>
  /** false: answers are saved only when they are submitted. */
  readonly autosave?: boolean
  /** A state kept on this device, of this version or an earlier one: what was typed and not saved is taken over where it
   * still fits. Send `SessionRestored` next. */
  readonly before?: State
}

/** The first state. */
export const start = (form: Form.Form, beginning: Beginning): State => {
  const { answers, revision, context, visited = [], autosave = true, before } = beginning
  const { id, version } = form.program.questionnaire
  const fresh: State = {
    questionnaire: { id, version },
    context: context ?? before?.context ?? {},
    revision,
    saved: answers,
    changes: {},
    saving: null,
    saves: 0,
    savedAt: null,
    tried: [],
    failures: 0,
    failingSince: null,
    refused: null,
    online: true,
    autosave,
    conflicts: [],
    touched: {},
    visited,
    section: null,
    reviewed: false,
    issues: [],
    uploads: [],
    submission: null,
  }
  if (before === undefined || before.questionnaire.id !== id) return fresh
  const fitting = { ...before, changes: without(before.changes, (key) => !form.program.items.has(key)) }
  const merged = Draft.received(fitting, revision, answers, form.givenAs)
  return {
    ...merged,
    questionnaire: fresh.questionnaire,
    context: fresh.context,
    autosave,
    // whoever begins anew may fill in: what was submitted once was sent back
    submission: null,
    visited: [...new Set([...merged.visited, ...visited])],
  }
}
