/** Checks the events of the workspace in a record: each by its hash, and all by what checkpoints cover. */
import * as Effect from "effect/Effect"
import type { Crypto } from "../Crypto.ts"
import type { Head } from "./Checkpoint.ts"
import type { FaultOf } from "./Fault.ts"
import { chained, hashOf, start, type WorkspaceEvent } from "./WorkspaceEvent.ts"

/** A check in progress: give it every event in turn, then what checkpoints cover. */
export const begin = () => {
  const ids = new Set<string>()
  const ends = [start]
  const instants: Array<number> = []

  const take = Effect.fnUntraced(function* (
    workspaceId: string,
    event: WorkspaceEvent,
  ): Effect.fn.Return<FaultOf | null, never, Crypto> {
    const end = yield* chained(ends.at(-1) ?? start, event)
    ends.push(end)
    instants.push(event.at)
    const { index } = end
    if ((yield* hashOf(workspaceId, event)) !== event.hash) {
      return { what: "hash", index, message: `Event ${index} of the firm (${event.type}) was changed.` }
    }
    if (ids.has(event.id)) return { what: "malformed", index, message: `Event ${index} of the firm is there twice.` }
    ids.add(event.id)
    return null
  })

  /** The first place where they are not those that checkpoints cover; null: they are. */
  const uncovered = (covers: ReadonlyArray<Head & { readonly checkpoint: number }>): FaultOf | null => {
    let good = 0
    for (const { index, hash, checkpoint } of covers) {
      const found = ends[index]
      if (found === undefined) {
        const message = `Event ${ends.length} of the firm is missing: checkpoint ${checkpoint} covers ${index} events.`
        return { what: "missing", index: ends.length, checkpoint, message }
      }
      if (found.hash !== hash) {
        const among = good + 1 === index ? `Event ${index}` : `Of events ${good + 1} to ${index}, one`
        const message = `${among} of the firm is not as checkpoint ${checkpoint} covers it: it was changed, removed, put in or moved.`
        return { what: "covered", index: good + 1, checkpoint, message }
      }
      good = index
    }
    return null
  }

  return {
    take,
    uncovered,
    /** How many there were. */
    count: () => instants.length,
    /** When the event with that number happened. */
    instantOf: (index: number) => instants[index - 1],
  }
}
