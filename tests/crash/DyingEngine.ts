/**
 * Loaded before the server (`--import`): makes it die by its own `kill -9` inside the embedded database. From SIGUSR2 on it
 * counts what the database is asked, and dies before the nth; n is in the file `die-before` of DATA_DIR.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { PGlite } from "@electric-sql/pglite"

let left = Infinity
process.on("SIGUSR2", () => {
  left = Number(readFileSync(join(process.env["DATA_DIR"] ?? "", "die-before"), "utf8"))
})

const { execProtocolRawStream } = PGlite.prototype
PGlite.prototype.execProtocolRawStream = function (this: PGlite, ...given) {
  if (--left <= 0) process.kill(process.pid, "SIGKILL")
  return execProtocolRawStream.apply(this, given)
}
