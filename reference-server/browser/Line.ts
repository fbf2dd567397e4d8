/** What goes between the page and the server: answers to save, and what is new on a shared record. */
import { isRecord, list } from "@requite/core/FillSession/Place"
import type { Answers } from "@requite/core/Evaluation/places"
import type { Given } from "./given.ts"

/** Why nothing is saved any more. */
export type End = "stale" | "lapsed" | "dead"

/** `stale`: the firm changed the questions, or closed the section. `lapsed`: the session is over, `dead`: the request. `refused`: no answers that
 * can be taken. `failed`: nobody knows whether it got there. `isContested`: something was not saved, because somebody else wrote it. */
export type Outcome =
  | { readonly type: End | "refused" | "failed" }
  | { readonly type: "latest"; readonly latest: Latest; readonly isContested: boolean }

export interface Latest {
  readonly revision: number
  readonly versions: Readonly<Record<string, number>>
  /** Who wrote the version that stands, by question. */
  readonly writers: Readonly<Record<string, string>>
  readonly answers: Answers | null
}

const patience = 20_000
/** Browsers send on after the page is gone only 64 KiB, and a character may have three bytes. */
const keepable = 20_000

const isLatest = (value: unknown): value is Latest => isRecord(value) && "versions" in value && "revision" in value

const endOf = (status: number): End | "refused" | "failed" => {
  if (status === 409) return "stale"
  if (status === 401 || status === 403) return "lapsed"
  if ([400, 413, 422].includes(status)) return "refused"
  return status === 404 || status === 410 ? "dead" : "failed"
}

const ask = async ({ api, csrf }: Given, body: string | null): Promise<Outcome> => {
  try {
    const answer = await fetch(`${api}/answers`, {
      ...(body === null ? {} : { method: "PUT", body, keepalive: body.length < keepable }),
      headers: { accept: "application/json", "content-type": "application/json", "x-csrf-token": csrf },
      redirect: "error",
      signal: AbortSignal.timeout(patience),
    })
    if (!answer.ok) return { type: endOf(answer.status) }
    const told: unknown = await answer.json()
    const saved = isRecord(told) && "latest" in told ? told : null
    const latest = saved === null ? told : saved["latest"]
    const isContested = list(saved?.["conflicts"]).length > 0
    return isLatest(latest) ? { type: "latest", latest, isContested } : { type: "failed" }
  } catch {
    return { type: "failed" }
  }
}

/** `seen`: the versions that the page knows. */
export const save = (
  given: Given,
  answers: Readonly<Record<string, unknown>>,
  seen: Readonly<Record<string, number>>,
): Promise<Outcome> =>
  ask(given, JSON.stringify({ revision: given.revision, answers, ...(given.shares ? { seen } : {}) }))

export const look = (given: Given): Promise<Outcome> => ask(given, null)
