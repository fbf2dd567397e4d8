/**
 * A place in the order of audit entries, as text that is opaque to others: 16 hex digits of the transaction, 16 of the
 * position, so that cursors compare as text in the order of the feed.
 */

export interface Place {
  /** Decimal numbers: 64 bits are more than a JavaScript number holds. */
  readonly transaction: string
  readonly position: string
}

const hex = (decimal: string): string => BigInt(decimal).toString(16).padStart(16, "0")

export const print = ({ transaction, position }: Place): string => hex(transaction) + hex(position)

/** Before everything. */
export const beginning = "0".repeat(32)

/** The place of a cursor; what is none, or beyond the numbers of a database, is the beginning. */
export const read = (cursor: string): Place => {
  const parts = /^([0-7][0-9a-f]{15})([0-7][0-9a-f]{15})$/.exec(cursor)
  const decimal = (part = "0") => BigInt(`0x${part}`).toString()
  return { transaction: decimal(parts?.[1]), position: decimal(parts?.[2]) }
}
