/** One comment, as whoever may read it does: oldest first, with who wrote it and when. The text is plain, and never HTML. */
import type { ClientRequest } from "@requite/core"

export interface Comment {
  readonly id: string
  /** The section that it is about; null: the whole request. */
  readonly item: string | null
  readonly text: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly side: "firm" | "customer"
  /** The member's name, or the recipient's name or address; empty: nobody remembers. */
  readonly name: string
  /** Written by whoever reads it. */
  readonly mine: boolean
  /** They have not seen it before. */
  readonly isNew: boolean
}

/** How many there are. */
export const countOf = ({ comments }: Pick<ClientRequest.State, "comments">): number =>
  (comments?.customer ?? 0) + (comments?.firm ?? 0)
