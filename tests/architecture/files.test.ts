// S55: one way leads to the bytes of a file for people, `Files.open`, and it asks what the scanner said. Whoever else reads from
// the blob store is named here, with why: they look at a file, and give it to nobody.

import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"

const sources = join(import.meta.dirname, "../../reference-server/src")

const allowed: Readonly<Record<string, string>> = {
  "Files/commands.ts": "compares the store with the database, for who runs the server",
  "Files/layer.ts": "opens a file for somebody, and has one scanned while its sender waits",
  "Files/scanning.ts": "has files scanned",
  "Uploads/Intake.ts": "finds out what a file is",
  "Uploads/Tus.ts": "puts a piece where it belongs, once its checksum agrees",
}

it("S55: only these files read bytes from the blob store", () => {
  const reading = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter(
    (file) =>
      file.endsWith(".ts") &&
      !file.startsWith("BlobStore") &&
      /\b(blobs|store|BlobStore\))\s*\.get\(/.test(readFileSync(join(sources, file), "utf8")),
  )
  assert.deepStrictEqual(
    reading.filter((file) => !(file in allowed)),
    [],
  )
  assert.includeMembers(reading, Object.keys(allowed))
})
