/** What a sentence is written with. */
/** The values of an issue, written as the reader writes them. */
export interface Words {
  /** A value as it stands: a name; "" where there is none. */
  readonly text: (key: string) => string
  /** A number, grouped as the reader groups. */
  readonly number: (key: string) => string
  /** A calendar date, `2027-03-27`, with its weekday. */
  readonly date: (key: string) => string
  /** A size in bytes. */
  readonly bytes: (key: string) => string
  /** The form that fits the number; `#` in it is that number. */
  readonly plural: (key: string, forms: { readonly one: string; readonly other: string }) => string
}
