/**
 * What the fill runtime weighs in a browser (performance.md: at most 12 KB minified and gzipped, nothing of Effect in it).
 * Run it with `node --conditions=requite-source tests/bench/weight.ts`; tests/architecture/weight.test.ts holds the bar.
 */
import { join, relative } from "node:path"
import { gzipSync } from "node:zlib"
import { rolldown } from "rolldown"

export interface Weight {
  /** What is in the bundle, relative to the repository, and how many bytes of it before they are minified. */
  readonly modules: ReadonlyMap<string, number>
  readonly minified: number
  readonly gzipped: number
  readonly code: string
}

const root = join(import.meta.dirname, "../..")
const entry = join(root, "tests/bench/page.js")

const open = (script: string, treeshake: boolean, parsed: (id: string) => void) =>
  rolldown({
    input: entry,
    platform: "browser",
    treeshake,
    resolve: { conditionNames: ["requite-source", "import", "default"] },
    plugins: [
      {
        name: "page",
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? script : null),
        moduleParsed: ({ id }) => parsed(id),
      },
    ],
  })

/** Bundles a page's script, as its author would. */
export const weigh = async (script: string): Promise<Weight> => {
  const bundle = await open(script, true, () => {})
  const { output } = await bundle.generate({ format: "esm", minify: true })
  await bundle.close()
  const [{ code, modules }] = output
  const sizes = Object.entries(modules).map(([id, { renderedLength }]) => [relative(root, id), renderedLength] as const)
  return {
    modules: new Map(sizes.filter(([, bytes]) => bytes > 0)),
    minified: Buffer.byteLength(code),
    gzipped: gzipSync(code, { level: 9 }).length,
    code,
  }
}

/** All modules that a browser loads for the script when nothing is bundled, relative to the repository. */
export const imported = async (script: string): Promise<ReadonlyArray<string>> => {
  const read: Array<string> = []
  const bundle = await open(script, false, (id) => read.push(relative(root, id)))
  await bundle.generate({ format: "esm" })
  await bundle.close()
  return read
}

const kinds = `export { filling } from "@requite/core/AnswerKind/filling"`
const conditions = `${kinds}
export { compile, start, set, isAsked, isRequired, isSectionAsked, isOffered, valueOf, asked, answers, scopeAt, end } from "@requite/core/Evaluation"`
const validation = `${conditions}
export { issues, issuesAt, progressOf } from "@requite/core/Answers"`

/** The fill runtime: conditions, validation and fill session, as a page imports it. */
export const fillRuntime = `export { make } from "@requite/core/FillSession"`

/** A page that besides shows answers as a person reads them: in labels with placeholders, in a review. */
export const withReading = `${fillRuntime}
export { review, text } from "@requite/core/FillSession/reading"`

if (import.meta.main) {
  const { modules, minified, gzipped } = await weigh(fillRuntime)
  for (const [id, bytes] of [...modules].sort(([, a], [, b]) => b - a)) {
    console.log(`${String(bytes).padStart(8)}  ${id}`)
  }
  let before = 0
  for (const [name, script] of Object.entries({
    kinds,
    conditions,
    validation,
    "fill session": fillRuntime,
    reading: withReading,
  })) {
    const upTo = (await weigh(script)).gzipped
    console.log(`${name.padEnd(13)} adds ${String(upTo - before).padStart(5)} bytes gzipped`)
    before = upTo
  }
  console.log(`fill runtime: ${minified} bytes minified, ${gzipped} gzipped; the bar is 12288`)
}
