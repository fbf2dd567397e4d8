/**
 * Takes the notes of its camera out of one picture, in a process of its own: the picture is of a stranger, and lies in memory
 * whole. In on standard input, out on standard output. Argument: its media type. Ends with 1 if it is none of that type.
 */
import { buffer } from "node:stream/consumers"
import * as Location from "./Location.ts"

const kept = Location.removed(process.argv[2] ?? "", await buffer(process.stdin))
if (kept === null) process.exit(1)
for (const piece of kept) await new Promise<void>((resolve) => void process.stdout.write(piece, () => resolve()))
