/**
 * Parts of the script that only some pages need, each in a file of its own: repeated groups, one page with everything,
 * answers that came another way. They are handed what they share with the rest, so that it is loaded once.
 */
import { standard } from "@requite/core/AnswerKind/standard"
import { isRecord } from "@requite/core/FillSession/Place"
import { text } from "@requite/core/FillSession/reading"
import type * as ConflictsPart from "./Conflicts.ts"
import { controls, firstControl } from "./Field.ts"
import type { Given } from "./given.ts"
import type * as InstancesPart from "./Instances.ts"
import * as Kept from "./Kept.ts"
import type { Shared } from "./Shared.ts"
import { slotOf } from "./Slot.ts"
import type * as WholePart from "./Whole.ts"

export interface Parts extends Shared {
  readonly instances: typeof InstancesPart | null
  readonly conflicts: typeof ConflictsPart | null
  readonly whole: typeof WholePart | null
}

const load = async <P>(path: string | null, isIt: (module: unknown) => module is P): Promise<P | null> => {
  if (path === null) return null
  try {
    const module: unknown = await import(path)
    return isIt(module) ? module : null
  } catch {
    // without it the page works as it does without a script
    return null
  }
}

export const loaded = async ({ parts, shares, kept }: Given): Promise<Parts> => {
  const others = shares || (kept !== null && Kept.isAny(kept))
  // ours, of the same release: nothing else is checked
  const [instances, conflicts, whole] = await Promise.all([
    load(parts.instances, (module): module is typeof InstancesPart => isRecord(module)),
    load(others ? parts.conflicts : null, (module): module is typeof ConflictsPart => isRecord(module)),
    load(parts.whole, (module): module is typeof WholePart => isRecord(module)),
  ])
  return { instances, conflicts, whole, standard, text, slotOf, firstControl, controls }
}
