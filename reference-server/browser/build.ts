/**
 * Bundles the scripts of the customer's pages into `src/assets/`, where they are committed: a server needs no build. One for
 * each language, with the sentences of that language alone. `npm run assets`; tests/architecture holds that they are fresh.
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { rolldown } from "rolldown"

const languages = ["en", "es", "sv"] as const

export interface Built {
  readonly name: string
  readonly code: string
  /** What is in it. */
  readonly modules: ReadonlyArray<string>
}

const here = import.meta.dirname
export const folder = join(here, "../src/assets")

/** Files go up by a script of their own, and a form is sent by its button. */
const unused: Readonly<Record<string, string>> = {
  "./uploads.ts": "noUploads.ts",
  "./submitting.ts": "noSubmitting.ts",
}
const leftOut = {
  name: "left-out",
  resolveId: (id: string, importer: string | undefined) => {
    const instead = importer?.includes("/FillSession/") === true ? unused[id] : undefined
    return instead === undefined ? null : join(here, instead)
  },
}

/** Sentences of other languages are left out; English says which there are. */
const only = (language: string | null) => ({
  name: "one-language",
  load: (id: string) => {
    const of = /IssueText\/(en|es|sv)\.ts$/.exec(id)?.[1]
    if (of === undefined || of === language) return null
    return of === "en" ? `export const en = { other: () => "" }` : `export const ${of} = {}`
  },
})

const bundle = async (entry: string, name: string, language: string | null): Promise<Built> => {
  const made = await rolldown({
    input: join(here, entry),
    platform: "browser",
    resolve: { conditionNames: ["requite-source", "import", "default"] },
    plugins: [only(language), leftOut],
  })
  const { output } = await made.generate({ format: "esm", minify: true, codeSplitting: false })
  await made.close()
  const [{ code, modules }] = output
  return {
    name,
    // browsers that do not know this flag have not all that the scripts need either: they stop here, and the page does without
    code: `// npm run assets\n/./v;${code}`,
    modules: Object.keys(modules),
  }
}

/** All of them, as they are to be. */
export const build = async (): Promise<ReadonlyArray<Built>> =>
  Promise.all([
    ...languages.map((language) => bundle("customer.ts", `customer.${language}.js`, language)),
    bundle("Instances.ts", "instances.js", null),
    bundle("Conflicts.ts", "conflicts.js", null),
    bundle("Whole.ts", "whole.js", null),
    bundle("Over.ts", "over.js", null),
    bundle("Uploads.ts", "customer.uploads.js", null),
    bundle("UploadLine.ts", "customer.uploadLine.js", null),
  ])

if (import.meta.main) {
  for (const { name, code } of await build()) writeFileSync(join(folder, name), code)
}
