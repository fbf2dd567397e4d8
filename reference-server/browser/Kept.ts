/**
 * What was typed and is not yet at the server, kept on this device: an entry for each question, written at each change and
 * taken away once the server has it. Another tab of the same request writes only questions of its own.
 */
import type { State } from "@requite/core/FillSession"
import { isRecord } from "@requite/core/FillSession/Place"

interface Entry {
  readonly mine: unknown
  /** What the server had when it was typed; so what somebody else wrote since is seen. */
  readonly base: unknown
  /** What may have got through. */
  readonly tried: ReadonlyArray<unknown>
  readonly at: number
}

export interface Kept {
  readonly entries: ReadonlyMap<string, Entry>
  /** Brings what is kept up to date with a state that came after another. */
  readonly follow: (before: State, now: State) => void
  readonly clear: () => void
}

const prefix = "requite."
const longest = 30 * 86_400_000

const isEntry = (value: unknown): value is Entry => isRecord(value) && "mine" in value && "at" in value

const entryAt = (key: string): Entry | null => {
  const value: unknown = JSON.parse(localStorage.getItem(key) ?? "null")
  return isEntry(value) ? value : null
}

/** A browser that keeps nothing, or has no room: then there is only the server. */
const quietly = (act: () => void): void => {
  try {
    act()
  } catch {
    // said by nobody: what is typed is saved as soon as there is a line
  }
}

/** `own`: of this request and person. `isKept`: not files, which are at the server already. */
export const kept = (own: string, isKept: (question: string) => boolean): Kept => {
  const mine = `${prefix}${own}.`
  const entries = new Map<string, Entry>()
  quietly(() => {
    for (const key of Object.keys(localStorage).filter((one) => one.startsWith(prefix))) {
      const entry = entryAt(key)
      if (entry === null || Date.now() - entry.at > longest) localStorage.removeItem(key)
      else if (key.startsWith(mine)) entries.set(key.slice(mine.length), entry)
    }
  })
  return {
    entries,
    follow: (before, now) => {
      quietly(() => {
        for (const id of Object.keys(before.changes)) {
          if (!Object.hasOwn(now.changes, id)) localStorage.removeItem(mine + id)
        }
        const sent = [...now.tried, ...(now.saving === null ? [] : [now.saving.changes])]
        for (const [id, answer] of Object.entries(now.changes)) {
          const isAsBefore = answer === before.changes[id] && before.saving === now.saving && before.tried === now.tried
          if (isAsBefore || !isKept(id)) continue
          const tried = sent.flatMap((changes) => (Object.hasOwn(changes, id) ? [changes[id]] : []))
          const entry: Entry = { mine: answer, base: now.saved[id] ?? null, tried, at: Date.now() }
          localStorage.setItem(mine + id, JSON.stringify(entry))
        }
      })
    },
    clear: () =>
      quietly(() => {
        for (const key of Object.keys(localStorage)) if (key.startsWith(mine)) localStorage.removeItem(key)
      }),
  }
}

/** What was typed to a question is not wanted any more. */
export const forget = (own: string, question: string): void =>
  quietly(() => localStorage.removeItem(`${prefix}${own}.${question}`))

/** Is anything kept of this request and person? */
export const isAny = (own: string): boolean => kept(own, () => false).entries.size > 0
