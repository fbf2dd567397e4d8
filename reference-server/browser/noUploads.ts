/**
 * Stands in the page's script for the fill session's own uploads (build.ts): files go up by uploads.ts, which tells what the
 * server has, so that nothing of this ever happens.
 */
import type { Step } from "@requite/core/FillSession/saving"
import type { State } from "@requite/core/FillSession"
import type { Form } from "@requite/core/FillSession/Form"

const nothing = (state: State): Step => [state, []]

export const isPending = (): boolean => false
export const changed = (state: State): State => state
export const start = nothing
export const offered = (_form: Form, state: State): Step => [state, []]
export const progressed = nothing
export const removed = nothing
