/**
 * The audit record of a workspace, and the proof of it: what a firm exports, and what anybody checks without the server.
 *
 * Words: a *head* is the last entry of a request's chain at some moment; a *checkpoint* covers the heads that changed since
 * the one before, is chained to it and signed, so that a request that is removed whole is missed. A *record* is a file of
 * lines: checkpoints, and requests with their entries. A *receipt* is what a customer keeps of one submission.
 */
export * as Checkpoint from "./AuditRecord/Checkpoint.ts"
export type { Fault } from "./AuditRecord/Fault.ts"
export { KeptSubmission, Line, parseLine, printLine } from "./AuditRecord/Line.ts"
export { Receipt, receipt, receiptHolds } from "./AuditRecord/Receipt.ts"
export * as Signatures from "./AuditRecord/Signatures.ts"
export * as Tree from "./AuditRecord/Tree.ts"
export * as WorkspaceEvent from "./AuditRecord/WorkspaceEvent.ts"
export { begin, most, type Report, type Trust, type Verification, verify } from "./AuditRecord/verify.ts"
