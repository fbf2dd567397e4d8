/**
 * The ceiling of uploads: a bare node:http server that pipes what it is sent to a file, and answers when that is written; with
 * `x-flush`, when it is on the disk. `DELETE` removes all of it.
 */
import { createWriteStream, mkdirSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"

const folder = join(process.env["DATA_DIR"] ?? "", "bare")
let count = 0

createServer((request, response) => {
  count++
  if (request.method === "DELETE") {
    rmSync(folder, { recursive: true, force: true })
    response.writeHead(204).end()
    return
  }
  mkdirSync(folder, { recursive: true })
  const flush = request.headers["x-flush"] !== undefined
  const flags = request.method === "PATCH" ? "a" : "w"
  const name = request.method === "PATCH" ? "pieces" : `whole${count}`
  pipeline(request, createWriteStream(join(folder, name), { flags, flush }))
    .then(() => response.writeHead(204).end())
    .catch(() => response.destroy())
}).listen(Number(process.env["PORT"]), "127.0.0.1", () => process.send?.("ready"))
