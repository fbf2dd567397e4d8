/** How each kind reads its fields, by type: the part of a kind's view that the page's script shares with the server. Kinds
 * whose answers come another way (files, instances) or that have none read nothing. */
import { read as choice } from "./choice/read.ts"
import { read as confirm } from "./confirm/read.ts"
import { read as date } from "./date/read.ts"
import type { ReadInput } from "./names.ts"
import { read as number } from "./number/read.ts"
import { read as text } from "./text/read.ts"

/** A method, so that readers of different questions can stand in one registry, which hands each only its own. */
interface Reading {
  read(input: ReadInput): unknown
}

export const readers: Readonly<Record<string, Reading>> = {
  text: { read: text },
  choice: { read: choice },
  number: { read: number },
  date: { read: date },
  confirm: { read: confirm },
}
