/** Checks one request of a record: its chain, what its events lead to, and what was submitted. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as AuditEntry from "../AuditEntry.ts"
import { Event } from "../ClientRequest/Event.ts"
import { replay } from "../ClientRequest/evolve.ts"
import type { State } from "../ClientRequest/State.ts"
import type { Crypto } from "../Crypto.ts"
import * as JsonText from "../JsonText.ts"
import * as Submission from "../Submission.ts"
import type { FaultOf } from "./Fault.ts"
import type { LineOf } from "./Line.ts"

type Line = LineOf<"request">

const isEvents = Schema.is(Schema.Array(Event))

/** All that does not hold, the first broken entry first. */
export const brokenRequest = Effect.fnUntraced(function* (
  line: Line,
): Effect.fn.Return<ReadonlyArray<FaultOf>, never, Crypto> {
  const { requestId, entries } = line
  const foreign = entries.find((entry) => entry.requestId !== requestId)
  if (foreign !== undefined) {
    return [{ what: "request", index: foreign.index, message: `Entry ${foreign.index} belongs to another request.` }]
  }
  const broken = yield* AuditEntry.firstBroken(entries)
  if (broken !== null) return [broken]
  if (entries.length === 0) return [{ what: "missing", index: 1, message: "It has no entries." }]
  const unfounded = unfoundedTombstone(line)
  if (unfounded !== undefined) {
    const { index } = unfounded
    return [{ what: "erased", index, message: `The content of entry ${index} is gone, though nothing was erased.` }]
  }
  if (entries.some(AuditEntry.isErased)) return leftOver(line)
  const events = entries.flatMap(({ event }) => event ?? [])
  if (!isEvents(events)) return [{ what: "content", message: "Its events cannot be read." }]
  return [...stateFaults(line, replay(events)), ...(yield* submissionFaults(line, events))]
})

/** A tombstone that no erasure came after. */
const unfoundedTombstone = ({ entries }: Line) => {
  const erasure = entries.findLast(({ type }) => type === "RequestErased")?.index ?? 0
  return entries.find((entry) => AuditEntry.isErased(entry) && entry.index > erasure)
}

/** What is still there of an erased request, and should not be. */
const leftOver = ({ state, submissions }: Line): ReadonlyArray<FaultOf> => [
  ...(state["erased"] === null
    ? [{ what: "state", message: "It was erased, and says that it was not." } as const]
    : []),
  ...submissions.map(
    ({ id }) => ({ what: "submission", message: `It was erased, and submission ${id} is still there.` }) as const,
  ),
]

const stateFaults = ({ state }: Line, replayed: State | null): ReadonlyArray<FaultOf> => {
  if (replayed === null) return [{ what: "state", message: "Its entries do not begin with its creation." }]
  const names = new Set([...Object.keys(state), ...Object.keys(replayed)])
  const others = [...names].filter(
    (name) => JsonText.canonical(state[name]) !== JsonText.canonical(Reflect.get(replayed, name)),
  )
  if (others.length === 0) return []
  return [{ what: "state", message: `What it says of itself does not follow from its events: ${others.join(", ")}.` }]
}

/** Each submission that was made must be there, as it was made, and no other. */
const submissionFaults = Effect.fnUntraced(function* (
  { submissions }: Line,
  events: ReadonlyArray<Event>,
): Effect.fn.Return<ReadonlyArray<FaultOf>, never, Crypto> {
  const faults: Array<FaultOf> = []
  const wrong = (message: string) => void faults.push({ what: "submission", message })
  const made = new Map(
    events.flatMap((event, at) =>
      event.type === "RequestSubmitted" ? [[event.submissionId, { event, at }] as const] : [],
    ),
  )
  for (const { id, digest, submittedAt, answers } of submissions) {
    const found = made.get(id)
    made.delete(id)
    if (found === undefined) wrong(`Submission ${id} was never made.`)
    else if (found.event.digest !== digest || found.event.at !== submittedAt) wrong(`Submission ${id} was changed.`)
    else if (answers !== null) {
      const hash = replay(events.slice(0, found.at + 1))?.details.questionnaire.hash ?? ""
      const actual = yield* Submission.digest(hash, answers)
      if (actual !== digest) wrong(`The answers of submission ${id} are not those that were submitted.`)
    }
  }
  for (const id of made.keys()) wrong(`Submission ${id} is missing.`)
  return faults
})
