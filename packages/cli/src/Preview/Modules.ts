/**
 * The browser's modules of the preview: its own page script and the fill runtime of core, which imports nothing but
 * itself and so runs in a browser file by file, as it was compiled; or straight from the sources, where those are what
 * runs.
 */
import { readFileSync, realpathSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { dirname, join, sep } from "node:path"
import { fileURLToPath } from "node:url"

/** Where the files of an address prefix lie. */
const roots: Readonly<Record<string, string>> = {
  core: dirname(fileURLToPath(import.meta.resolve("@requite/core/FillSession"))),
  preview: join(import.meta.dirname, "browser"),
}

const extension = fileURLToPath(import.meta.url).endsWith(".ts") ? ".ts" : ".js"

/** The map that lets the page script name core's modules as everybody does. */
export const importMap = {
  imports: Object.fromEntries(
    ["FillSession", "FillSession/reading", "AnswerKind/standard", "IssueText", "LocalText"].map((name) => [
      `@requite/core/${name}`,
      `/modules/core/${name}${extension}`,
    ]),
  ),
}

export const pageScript = `/modules/preview/page${extension}`

/** The JavaScript of `/modules/…`; null for what is none of ours. */
export const read = (path: string): string | null => {
  const [, prefix = "", name = ""] = /^\/modules\/([a-z]+)\/([A-Za-z0-9/]+\.(?:ts|js))$/.exec(path) ?? []
  const root = Object.hasOwn(roots, prefix) ? roots[prefix] : undefined
  if (root === undefined) return null
  try {
    const file = realpathSync(join(root, name))
    if (!file.startsWith(realpathSync(root) + sep)) return null
    const source = readFileSync(file, "utf8")
    return name.endsWith(".ts") ? stripTypeScriptTypes(source) : source
  } catch {
    return null
  }
}
