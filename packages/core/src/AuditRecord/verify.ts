/**
 * Checks a record, line by line: that no entry was changed, removed, put in or moved, that nothing which a checkpoint covers
 * is missing, that checkpoints follow one another and are signed, that requests are what their events lead to, and that
 * submissions are those that were made. Needs nothing but the file, and better a key that came another way.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as AuditEntry from "../AuditEntry.ts"
import type { Crypto } from "../Crypto.ts"
import * as Checkpoints from "./Checkpoint.ts"
import * as events from "./events.ts"
import type { Fault, FaultOf } from "./Fault.ts"
import { type LineOf, parseLine } from "./Line.ts"
import { brokenRequest } from "./request.ts"
import type { Signatures } from "./Signatures.ts"
import * as Tree from "./Tree.ts"

/** What the reader knows from elsewhere. */
export interface Trust {
  /** The keys that may have signed, base64url; left out: those that the file names. */
  readonly keys?: ReadonlyArray<string>
  /** The hash of a checkpoint, from a log or an older file: it must be among them. */
  readonly checkpoint?: string
}

export interface Report {
  /** In the order of the file: the first is the first broken link. At most `most`; more are only counted. */
  readonly faults: ReadonlyArray<Fault>
  readonly faultCount: number
  readonly firm: string
  readonly requests: number
  /** Of the workspace itself. */
  readonly events: number
  readonly entries: number
  /** Entries under a checkpoint; what came later is chained but not covered yet. */
  readonly covered: number
  readonly tombstones: number
  readonly submissions: number
  readonly checkpoints: number
  /** The last checkpoint: up to where the record is proved. */
  readonly last: Pick<Checkpoints.Checkpoint, "number" | "at" | "hash"> | null
  /** The keys that signed. */
  readonly keys: ReadonlyArray<string>
}

export const most = 100

/** How long an entry may wait for its checkpoint, in milliseconds. */
const patience = 3_600_000

/** A check in progress: give it every line, and ask for the report. */
export interface Verification {
  take(text: string): Effect.Effect<void, never, Crypto | Signatures>
  readonly finish: Effect.Effect<Report>
}

/** Begins to check a record. */
export const begin = (trust: Trust = {}): Verification => {
  const faults: Array<Fault> = []
  const counts = {
    faults: 0,
    lines: 0,
    requests: 0,
    entries: 0,
    covered: 0,
    tombstones: 0,
    submissions: 0,
    checkpoints: 0,
  }
  const heads = new Map<string, Array<Checkpoints.Head & { readonly checkpoint: number }>>()
  const seen = new Set<string>()
  const happened = events.begin()
  const keys = new Set<string>()
  const hashes = new Set<string>()
  let head: LineOf<"record"> | null = null
  let last: Checkpoints.Checkpoint | null = null
  let isWhole = false

  const fault = ({ request = null, index = null, checkpoint = null, what, message }: FaultOf) => {
    counts.faults += 1
    if (faults.length < most) faults.push({ what, request, index, checkpoint, message })
  }

  const checkpoint = Effect.fnUntraced(function* ({ checkpoint: one, heads: covered, proof }: LineOf<"checkpoint">) {
    const { number } = one
    const wrong = (what: Fault["what"], message: string) => fault({ what, checkpoint: number, message })
    counts.checkpoints += 1
    if (counts.requests + happened.count() > 0) {
      wrong("malformed", `Checkpoint ${number} stands after what it covers.`)
    }
    const before: { readonly number: number; readonly hash: string } | null = last ?? head?.after ?? null
    const isFollowed = head?.request === null
    const [wanted, previous] = [(before?.number ?? 0) + 1, before?.hash ?? AuditEntry.genesis]
    if (isFollowed && number !== wanted) {
      wrong("checkpoint", `Checkpoint ${wanted} is missing: number ${number} stands there.`)
    } else if (isFollowed && one.previous !== previous) {
      wrong("checkpoint", `Checkpoint ${number} does not follow on the one before it.`)
    }
    if (one.workspaceId !== head?.workspaceId) wrong("checkpoint", `Checkpoint ${number} is of another workspace.`)
    const broken = yield* Checkpoints.holds(one)
    if (broken === "hash") wrong("checkpoint", `Checkpoint ${number} was changed: it does not fit its hash.`)
    if (broken === "signature") wrong("signature", `The signature of checkpoint ${number} is not its key's.`)
    if (!(trust.keys ?? head?.keys ?? []).includes(one.key)) {
      wrong("key", `Checkpoint ${number} is signed by a key that is not the firm's: ${one.key}.`)
    }
    keys.add(one.key)
    hashes.add(one.hash)
    last = one
    const cover = (covers: Checkpoints.Head) => {
      const found = heads.get(covers.requestId) ?? []
      heads.set(covers.requestId, [...found, { ...covers, checkpoint: number }])
    }
    if (covered !== null) {
      const root = yield* Tree.root(yield* Checkpoints.leaves(covered))
      const ids = new Set(covered.map(({ requestId }) => requestId))
      if (covered.length !== one.size || ids.size !== one.size || root !== one.root) {
        wrong("heads", `What checkpoint ${number} covers was changed: it does not fit its root.`)
      }
      covered.forEach(cover)
    }
    if (proof !== null) {
      const root = yield* Tree.rootOf(yield* Checkpoints.leafOf(proof.head), { ...proof, size: one.size })
      if (root !== one.root) wrong("heads", `Checkpoint ${number} does not cover what it is said to cover.`)
      cover(proof.head)
    }
  })

  const request = Effect.fnUntraced(function* (line: LineOf<"request">) {
    const { requestId, entries, submissions } = line
    const wrong = (found: FaultOf) =>
      fault({ ...found, request: requestId, message: `Request ${requestId}: ${found.message}` })
    counts.requests += 1
    counts.entries += entries.length
    counts.tombstones += entries.filter(AuditEntry.isErased).length
    counts.submissions += submissions.length
    if (seen.has(requestId)) wrong({ what: "malformed", message: "It is there twice." })
    seen.add(requestId)
    const broken = yield* brokenRequest(line)
    // in the order of the chain: its entries, what is missing at its end, and what does not follow from it
    for (const found of broken) if (found.index !== undefined) wrong(found)
    const covers = heads.get(requestId) ?? []
    heads.delete(requestId)
    for (const { index, hash, checkpoint } of covers) {
      const entry = entries[index - 1]
      if (entry === undefined) {
        const message = `Entry ${entries.length + 1} is missing: checkpoint ${checkpoint} covers ${index} entries.`
        wrong({ what: "missing", index: entries.length + 1, checkpoint, message })
      } else if (entry.hash !== hash) {
        wrong({
          what: "covered",
          index,
          checkpoint,
          message: `Entry ${index} is not the one that checkpoint ${checkpoint} covers.`,
        })
      }
    }
    for (const found of broken) if (found.index === undefined) wrong(found)
    const covered = covers.reduce((most, { index }) => Math.max(most, index), 0)
    counts.covered += Math.min(covered, entries.length)
    const waits = head?.after === null ? entries[covered] : undefined
    if (waits !== undefined && last !== null && waits.at + patience < last.at) {
      wrong({
        what: "uncovered",
        index: waits.index,
        message: `Entry ${waits.index} is older than the last checkpoint, and under none.`,
      })
    }
  })

  const take = Effect.fnUntraced(function* (text: string) {
    counts.lines += 1
    const parsed = parseLine(text)
    if (Result.isFailure(parsed)) {
      return fault({
        what: "malformed",
        message: `Line ${counts.lines} is none of a record: ${parsed.failure.split("\n")[0] ?? ""}`,
      })
    }
    const line = parsed.success
    if (isWhole) return fault({ what: "malformed", message: `Line ${counts.lines} stands after the end.` })
    if ((line.kind === "record") !== (counts.lines === 1)) {
      fault({
        what: "malformed",
        message: `Line ${counts.lines} stands in the wrong place: a record begins with its head.`,
      })
    }
    switch (line.kind) {
      case "record":
        head = line
        return
      case "checkpoint":
        return yield* checkpoint(line)
      case "event": {
        const found = yield* happened.take(head?.workspaceId ?? "", line.event)
        if (found !== null) fault(found)
        return
      }
      case "request":
        return yield* request(line)
      case "end": {
        isWhole = true
        const { checkpoints, events: told, requests } = line
        if (checkpoints !== counts.checkpoints || told !== happened.count() || requests !== counts.requests) {
          const message = `The file should have ${checkpoints} checkpoints, ${told} events and ${requests} requests.`
          fault({ what: "cut-off", message })
        }
      }
    }
  })

  /** Events of the workspace, by what checkpoints cover under its id. */
  const checkEvents = (workspaceId: string) => {
    const covers = heads.get(workspaceId) ?? []
    heads.delete(workspaceId)
    const broken = happened.uncovered(covers)
    if (broken !== null) return fault(broken)
    const waits = (covers.at(-1)?.index ?? 0) + 1
    const at = head?.after === null ? happened.instantOf(waits) : undefined
    if (at !== undefined && last !== null && at + patience < last.at) {
      const message = `Event ${waits} of the firm is older than the last checkpoint, and under none.`
      fault({ what: "uncovered", index: waits, message })
    }
  }

  return {
    take,
    finish: Effect.sync(() => {
      const [first, final] = [head, last]
      if (!isWhole) fault({ what: "cut-off", message: "The file ends too early: a part of it is missing." })
      if (first !== null) checkEvents(first.workspaceId)
      for (const [request, covers] of heads) {
        const latest = covers.at(-1)
        fault({
          what: "request-missing",
          request,
          checkpoint: latest?.checkpoint ?? null,
          message: `Request ${request} is missing: checkpoint ${latest?.checkpoint} covers ${latest?.index} entries of it.`,
        })
      }
      const made = first?.last ?? null
      if (
        first?.request === null &&
        made !== null &&
        final?.hash !== made.hash &&
        (final ?? first.after)?.hash !== made.hash
      ) {
        const message = `The last checkpoint that the server made, number ${made.number}, is not there.`
        fault({ what: "checkpoint", checkpoint: made.number, message })
      }
      if (trust.checkpoint !== undefined && !hashes.has(trust.checkpoint) && first?.after?.hash !== trust.checkpoint) {
        fault({ what: "checkpoint", message: `No checkpoint has the hash ${trust.checkpoint}.` })
      }
      const { requests, entries, covered, tombstones, submissions, checkpoints } = counts
      return {
        faults,
        faultCount: counts.faults,
        firm: first?.firm ?? "",
        requests,
        events: happened.count(),
        entries,
        covered,
        tombstones,
        submissions,
        checkpoints,
        last: final === null ? null : { number: final.number, at: final.at, hash: final.hash },
        keys: [...keys],
      }
    }),
  }
}

/** Checks a record that is there whole. */
export const verify = Effect.fnUntraced(function* (
  lines: Iterable<string>,
  trust: Trust = {},
): Effect.fn.Return<Report, never, Crypto | Signatures> {
  const verification = begin(trust)
  for (const line of lines) yield* verification.take(line)
  return yield* verification.finish
})
