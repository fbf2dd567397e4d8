/** The ceiling of uploads: a bare node:http server that pipes what it is sent to a file, and answers when that is written. */
import { createWriteStream } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"

const folder = process.env["DATA_DIR"] ?? ""
let count = 0

createServer((request, response) => {
  count++
  const flags = request.method === "PATCH" ? "a" : "w"
  const name = request.method === "PATCH" ? "pieces" : `whole${count}`
  pipeline(request, createWriteStream(join(folder, name), { flags }))
    .then(() => response.writeHead(204).end())
    .catch(() => response.destroy())
}).listen(Number(process.env["PORT"]), "127.0.0.1", () => process.send?.("ready"))
