/** Stands in the page's script for submitting from a fill session (build.ts): pages send their form. */
import type { State } from "@requite/core/FillSession"
import type { Form } from "@requite/core/FillSession/Form"
import type { Step } from "@requite/core/FillSession/saving"

const nothing = (_form: Form, state: State): Step => [state, []]

export const progressed = nothing
export const submitted = nothing
