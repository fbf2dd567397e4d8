/** What can be wrong with a record. */
import type { Break } from "../AuditEntry.ts"

/** One thing in which the record does not hold. */
export interface Fault {
  readonly what:
    | Break["what"]
    | "malformed"
    | "cut-off"
    | "checkpoint"
    | "signature"
    | "key"
    | "heads"
    | "covered"
    | "uncovered"
    /** Found by the server alone: it has the key that entries are sealed with. */
    | "seal"
    | "request-missing"
    | "state"
    | "submission"
  /** Null: it is about no single one. */
  readonly request: string | null
  readonly index: number | null
  readonly checkpoint: number | null
  /** One sentence that names them. */
  readonly message: string
}

/** A fault whose places are filled in by whoever knows them. */
export type FaultOf = Pick<Fault, "what" | "message"> & Partial<Fault>
