/** One change between two versions of a questionnaire. */
import type { MigrationStep } from "../Questionnaire/Definition.ts"

export interface Change {
  readonly kind: "safe" | "migratable" | "breaking"
  /** Stable; the table in Difference.ts lists them. */
  readonly code: string
  /** Of the item, section, context value or calculated value; "" for the questionnaire itself. */
  readonly id: string
  /** RFC 6901, into the earlier and into the later definition, where it stands in them. */
  readonly from?: string
  readonly to?: string
  readonly message: string
  /** Of a migratable change: do the later definition's migrations carry the answers over? */
  readonly covered?: boolean
  /** A step that would, for the author to judge. */
  readonly suggestion?: MigrationStep
}
