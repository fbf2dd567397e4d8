/**
 * `requite verify`: does a record hold, or a receipt? Nothing is asked of a server: what is checked is in the file, and what
 * makes it worth something is a key that came another way.
 */
import { AuditRecord, type Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import * as Streams from "effect/Stream"
import * as Paint from "./Paint.ts"

/** What came of it, of a record or of a receipt. */
export type Outcome =
  | { readonly kind: "record"; readonly holds: boolean; readonly report: AuditRecord.Report }
  | {
      readonly kind: "receipt"
      readonly holds: boolean
      readonly receipt: AuditRecord.Receipt
      readonly faults: ReadonlyArray<Pick<AuditRecord.Fault, "what" | "message">>
    }

type Needs = Crypto.Crypto | AuditRecord.Signatures.Signatures

const decodeReceipt = Schema.decodeUnknownResult(Schema.fromJsonString(AuditRecord.Receipt))

/** Checks what the lines of a file are: a receipt may be printed over several. */
export const verify = Effect.fnUntraced(function* <E, R>(
  lines: Stream.Stream<string, E, R>,
  trust: AuditRecord.Trust = {},
): Effect.fn.Return<Outcome, E, R | Needs> {
  const verification = AuditRecord.begin(trust)
  // a receipt is short, and its first line says already that it is no record
  let receipt: string | null = null
  let isFirst = true
  yield* Streams.runForEach(lines, (line) => {
    if (isFirst && !/"kind"\s*:\s*"record"/.test(line) && line.length < longestReceipt) receipt = ""
    isFirst = false
    if (receipt === null) return verification.take(line)
    if (receipt.length < longestReceipt) receipt += `${line}\n`
    return Effect.void
  })
  if (receipt !== null) {
    const decoded = decodeReceipt(receipt)
    if (Result.isSuccess(decoded)) return yield* ofReceipt(decoded.success, trust)
    for (const line of (receipt as string).split("\n").filter((one) => one !== "")) yield* verification.take(line)
  }
  const report = yield* verification.finish
  return { kind: "record", holds: report.faultCount === 0, report }
})

const longestReceipt = 1_000_000

const ofReceipt = Effect.fnUntraced(function* (
  receipt: AuditRecord.Receipt,
  { keys }: AuditRecord.Trust,
): Effect.fn.Return<Outcome, never, Needs> {
  const isKnown = keys === undefined || keys.includes(receipt.key)
  const faults = [
    ...((yield* AuditRecord.receiptHolds(receipt))
      ? []
      : [{ what: "signature", message: "The receipt was changed: its signature does not fit it." } as const]),
    ...(isKnown
      ? []
      : [{ what: "key", message: `It is signed by a key that is not the firm's: ${receipt.key}.` } as const]),
  ]
  return { kind: "receipt", holds: faults.length === 0, receipt, faults }
})

/** For a person: the first broken link first, or up to where everything holds. */
export const readable = (
  outcome: Outcome,
  options: { readonly colour: boolean; readonly trusted: boolean },
): string => {
  const paint = Paint.paint(options)
  const said = outcome.kind === "record" ? recordLines(outcome.report, paint) : receiptLines(outcome, paint)
  const keys = outcome.kind === "record" ? outcome.report.keys : [outcome.receipt.key]
  const hint =
    outcome.holds && !options.trusted && keys.length > 0
      ? [
          paint(
            "warning",
            "Nobody has said yet that this key is the firm's: give it with --key, from another source than this file.",
          ),
        ]
      : []
  return [...said, ...keys.map((key) => paint("dim", `signed by ${Paint.visible(key)}`)), ...hint].join("\n")
}

const instant = (at: number) => new Date(at).toISOString()

const recordLines = (report: AuditRecord.Report, paint: Paint.Paint): ReadonlyArray<string> => {
  const { faults, faultCount, last, entries, covered, tombstones } = report
  const [first, ...others] = faults
  if (first !== undefined) {
    return [
      `${paint("error", "BROKEN")} ${Paint.visible(first.message)}`,
      ...others.map(({ message }) => `       ${Paint.visible(message)}`),
      ...(faultCount > faults.length ? [`       and ${faultCount - faults.length} more`] : []),
    ]
  }
  const amounts = [
    Paint.amount(report.requests, "request"),
    ...(report.events > 0 ? [`${Paint.amount(report.events, "event")} of the firm`] : []),
    entries === 1 ? "1 entry" : `${entries} entries`,
    Paint.amount(report.submissions, "submission"),
    Paint.amount(report.checkpoints, "checkpoint"),
  ]
  return [
    `${paint("good", "WHOLE")} the record of ${Paint.visible(report.firm)}: ${amounts.join(", ")}`,
    ...(last === null
      ? ["no checkpoint yet: that nothing was taken away is not proved"]
      : [`proved up to ${instant(last.at)}, checkpoint ${last.number} (${last.hash})`]),
    ...(entries > covered
      ? [`${entries - covered} of the entries came after that: chained, and not under a checkpoint yet`]
      : []),
    ...(tombstones > 0 ? [`${tombstones} of the entries were erased: their content is gone, their place holds`] : []),
  ]
}

const receiptLines = (outcome: Extract<Outcome, { kind: "receipt" }>, paint: Paint.Paint): ReadonlyArray<string> => {
  const { receipt, faults } = outcome
  const [first] = faults
  if (first !== undefined) return faults.map(({ message }) => `${paint("error", "BROKEN")} ${Paint.visible(message)}`)
  const { questionnaire, digest, files } = receipt.submission
  return [
    `${paint("good", "GENUINE")} receipt of ${Paint.visible(receipt.firm)}`,
    `submitted ${instant(receipt.submittedAt)} to ${Paint.visible(questionnaire.id)} version ${questionnaire.version}`,
    `answers ${digest}`,
    ...files.map(({ name, sha256 }) => `file ${Paint.visible(name)} ${sha256}`),
    `entry ${receipt.entry.index} of request ${Paint.visible(receipt.requestId)}: ${receipt.entry.hash}`,
  ]
}
