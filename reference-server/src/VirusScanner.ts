/**
 * The port to whatever looks for viruses in files (S55, S56). Words: a *verdict* is what a scanner said of the whole content;
 * only `clean` is a reason to hand a file to anybody. `Files/scanning.ts` and the intake of uploads call it. A scanner that
 * cannot be asked gives no verdict but `ScannerUnavailable`: the file waits, and is scanned later. Adapters:
 * `VirusScanner/clamd.ts`, and `VirusScanner/none.ts`, which says that it scans nothing.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"

/** `signature`: the scanner's name of what it found. `reason`: one sentence for the operator and the firm. */
export const Verdict = Schema.Union([
  Schema.Struct({ verdict: Schema.Literal("clean") }),
  Schema.Struct({ verdict: Schema.Literal("infected"), signature: Schema.String }),
  /** The scanner answered, and could not look at all of it: too large, encrypted, a limit of its own. Again helps only
   * after its settings were changed. */
  Schema.Struct({ verdict: Schema.Literal("unscannable"), reason: Schema.String }),
  /** Only from `VirusScanner/none.ts`: nobody looked, because whoever runs the server set up no scanner. */
  Schema.Struct({ verdict: Schema.Literal("unscanned") }),
])
export type Verdict = typeof Verdict.Type

/** No answer, or none that can be read: refused, died midway, too slow. Nothing is known of the content; later can help. */
export class ScannerUnavailable extends Schema.TaggedError<ScannerUnavailable>()("ScannerUnavailable", {
  /** One sentence for the operator. It may name an address of the firm's network: not for a customer's page. */
  reason: Schema.String,
}) {
  override get message(): string {
    return this.reason
  }
}

export class VirusScanner extends Context.Service<
  VirusScanner,
  {
    /** Which adapter this is: `none` is what the policy linter and the health page warn of (S78). */
    readonly kind: "clamd" | "none"
    /**
     * Streams the whole content past the scanner, as fast as it takes it, in flat memory. Only assembled files are given
     * (S65). A content that fails passes its error on; an interruption closes the connection. There is no limit on the time
     * of the whole, only on silence: a caller that cannot wait says `Effect.timeout`.
     */
    readonly scan: <E, R>(content: Stream.Stream<Uint8Array, E, R>) => Effect.Effect<Verdict, ScannerUnavailable | E, R>
    /** Asks whether it is there, and what it is: one line such as `ClamAV 1.4.6/27500/…`; the adapter `none` says `none`. */
    readonly health: Effect.Effect<string, ScannerUnavailable>
  }
>()("@requite/reference-server/VirusScanner") {}
