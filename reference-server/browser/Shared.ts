/** What the parts of the script (parts.ts) are handed by the rest. */
import type { standard } from "@requite/core/AnswerKind/standard"
import type { text } from "@requite/core/FillSession/reading"
import type { controls, firstControl } from "./Field.ts"
import type { slotOf } from "./Slot.ts"

export interface Shared {
  readonly standard: typeof standard
  readonly text: typeof text
  readonly slotOf: typeof slotOf
  readonly firstControl: typeof firstControl
  readonly controls: typeof controls
}
