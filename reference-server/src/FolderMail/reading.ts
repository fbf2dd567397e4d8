/**
 * Takes one mail apart, in a process of its own: it is a stranger's, lies in memory whole, and a large one would keep the server's
 * loop for seconds. In on standard input. Out: the length of what is known of it, in four bytes, that as JSON, then the content
 * of its files, one behind the other. Nothing comes out of a mail that cannot be read.
 */
import { buffer } from "node:stream/consumers"
import * as Parts from "./Parts.ts"

const found = await Parts.read(await buffer(process.stdin))
const write = (piece: Uint8Array) => new Promise<void>((resolve) => void process.stdout.write(piece, () => resolve()))
if (found !== null) {
  const known = Buffer.from(JSON.stringify(found.known))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(known.length)
  for (const piece of [length, known, ...found.contents]) await write(piece)
}
