/** A body that passed its check. */
import type * as Result from "effect/Result"
import type { RichTextError } from "../RichText/failure.ts"
import type { SafeHtml } from "../SafeHtml.ts"
import type { Values } from "./declaration.ts"
import type { ValueRefused } from "./values.ts"

export interface Checked {
  /** The variables that it prints in every case. */
  readonly always: ReadonlySet<string>
  readonly toHtml: (values: Values) => Result.Result<SafeHtml, ValueRefused | RichTextError>
}
