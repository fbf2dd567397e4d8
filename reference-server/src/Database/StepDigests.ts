/**
 * Digests of the tables' steps, by which is known that one was changed after it ran: then a database made before differs from one
 * made after, and no version number tells. Of each step it is over its SQL, however that is laid out and commented, and the same
 * for the sources as for what is compiled from them.
 */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { extname } from "node:path"

/** The digest of the SQL in a program: what stands in its template literals, without comment lines and layout. */
export const digestOf = (program: string): string => {
  const lines = program.split("\n").filter((line) => !/^\s*(\/\/|\/\*|\*)/.test(line))
  const sql = [...lines.join("\n").matchAll(/`((?:[^`\\]|\\.)*)`/gs)].map(([, text = ""]) => text)
  const plain = sql.map((text) => text.replace(/\s+/g, " ").trim())
  return createHash("sha256").update(JSON.stringify(plain)).digest("hex")
}

const extension = extname(import.meta.url)

/** Of these steps, by name; one whose file is not there (bundled, say) has none, and is not looked at. */
export const all = (steps: ReadonlyArray<string>): ReadonlyMap<string, string> =>
  new Map(
    steps.flatMap((step) => {
      try {
        return [
          [step, digestOf(readFileSync(new URL(`migrations/${step}${extension}`, import.meta.url), "utf8"))] as const,
        ]
      } catch {
        return []
      }
    }),
  )
