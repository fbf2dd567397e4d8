/**
 * The server rows of performance.md, each beside its ceiling in the same run. Needs a Postgres that databases may be made on:
 * TEST_DATABASE_URL. Nothing is asserted: it is for a quiet machine and a person who reads.
 *
 *   node --conditions=requite-source tests/bench/server.bench.ts [parts], a list with commas: autosave,due,growth,start,memory,upload
 */
import * as autosave from "./server/autosave.ts"
import * as due from "./server/due.ts"
import * as growth from "./server/growth.ts"
import * as memory from "./server/memory.ts"
import * as start from "./server/start.ts"
import * as upload from "./server/upload.ts"

const known: Readonly<Record<string, { readonly run: () => Promise<void> }>> = {
  autosave,
  due,
  growth,
  start,
  memory,
  upload,
}
const parts = (process.argv[2] ?? "autosave,due,growth,start,memory,upload").split(",")

for (const part of parts) {
  const { run } = known[part] ?? {}
  if (run === undefined) throw new Error(`there is no part ${part}: ${Object.keys(known).join(", ")}`)
  await run()
}
