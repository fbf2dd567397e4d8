/**
 * When what the server stands on is away for a moment: the database does not answer or is overwhelmed, a disk is full. That
 * is nobody's mistake and passes, so it is answered as such: 503, with when to come back. Transactions leave nothing half
 * done; a command that is sent again counts once.
 */
import * as Cause from "effect/Cause"
import * as Predicate from "effect/Predicate"

/** `busy`: too much at once. `slow`: it took longer than a request may. */
export type Outage = "database" | "busy" | "slow" | "disk-full" | "files"

/** After how many seconds to try again. */
export const retryAfterSeconds: Readonly<Record<Outage, number>> = {
  database: 5,
  busy: 2,
  slow: 5,
  "disk-full": 60,
  files: 30,
}

/** For whoever runs the server: what to look at. */
export const sentences: Readonly<Record<Outage, string>> = {
  database: "The database does not answer, or ended the connection.",
  busy: "There is more to do at once than this server takes on.",
  slow: "The database took too long.",
  "disk-full": "A disk is full: the database's or that of the uploads.",
  files: "The folder of the uploads cannot be read or written.",
}

const reasons: Readonly<Record<string, Outage>> = {
  ConnectionError: "database",
  AuthenticationError: "database",
  LockTimeoutError: "busy",
  DeadlockError: "busy",
  SerializationError: "busy",
  StatementTimeoutError: "slow",
}

/** SQLSTATEs for which the driver has no reason of its own. */
const states: Readonly<Record<string, Outage>> = {
  "53100": "disk-full",
  "53200": "database",
  "53300": "busy",
  "57P01": "database",
  "57P02": "database",
  "57P03": "database",
  "58030": "database",
}

/** What failed, if it is one of these; null: a fault of ours, or nothing that failed. */
export const of = (cause: Cause.Cause<unknown>): Outage | null => {
  for (const reason of cause.reasons) {
    const found = reason._tag === "Fail" ? ofError(reason.error) : reason._tag === "Die" ? ofError(reason.defect) : null
    if (found !== null) return found
  }
  return null
}

/** The same of one error; looks into what caused it. */
export const ofError = (error: unknown, depth = 6): Outage | null => {
  if (!Predicate.isObject(error) || depth === 0) return null
  const tag = Predicate.hasProperty(error, "_tag") ? error._tag : undefined
  if (tag === "BlobStoreUnavailable") {
    return /ENOSPC|EDQUOT/.test(String(Predicate.hasProperty(error, "reason") ? error.reason : ""))
      ? "disk-full"
      : "files"
  }
  const code = Predicate.hasProperty(error, "code") && typeof error.code === "string" ? error.code : ""
  if (code === "ENOSPC" || code === "EDQUOT") return "disk-full"
  const byState = states[code]
  if (byState !== undefined) return byState
  const inner = [
    Predicate.hasProperty(error, "reason") ? error.reason : undefined,
    Predicate.hasProperty(error, "cause") ? error.cause : undefined,
  ]
  for (const deeper of inner) {
    const found = Cause.isCause(deeper) ? of(deeper) : ofError(deeper, depth - 1)
    // a full disk says more than that a statement failed
    if (found !== null) return found
  }
  return typeof tag === "string" ? (reasons[tag] ?? null) : null
}
