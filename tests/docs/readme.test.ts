// The documentation runs: every fence marked `ts run` in README.md and docs/*.md is a program, and prints exactly what its
// `// =>` comments say, in order.
import { assert, describe, it } from "@effect/vitest"
import { Questionnaire } from "@requite/core"
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"

const root = join(import.meta.dirname, "../..")
// Inside the repository, so that the packages are found; not in node_modules, where Node strips no types.
const folder = join(root, "tests/artefacts/snippets")

const snippets = (markdown: string): ReadonlyArray<string> =>
  [...markdown.matchAll(/^```ts run\n(.*?)^```$/gms)].map(([, text = ""]) => text)

const promised = (snippet: string): ReadonlyArray<string> =>
  [...snippet.matchAll(/\/\/ => (.*)$/gm)].map(([, text = ""]) => text)

const printed = (name: string, snippet: string): ReadonlyArray<string> => {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${name}.ts`)
  writeFileSync(file, snippet)
  const run = spawnSync(process.execPath, ["--conditions=requite-source", file], { encoding: "utf8", cwd: root })
  rmSync(file)
  assert.strictEqual(run.status, 0, run.stderr)
  return run.stdout === "" ? [] : run.stdout.trimEnd().split("\n")
}

const pages = ["README.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)].filter((path) =>
  path.endsWith(".md"),
)
const documents = pages.flatMap((path) =>
  snippets(readFileSync(join(root, path), "utf8")).map((text, index) => ({
    title: `${path}, snippet ${index + 1}`,
    text,
  })),
)

/** The anchors that the headings of a page have. */
const anchors = (markdown: string): ReadonlyArray<string> =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  )

/** The links of a page, inside the repository, that lead nowhere. */
const astray = (path: string, markdown: string): ReadonlyArray<string> =>
  [...markdown.matchAll(/\]\(([^)\s]+)\)|src="([^"]+)"/g)].flatMap(([, link, image]) => {
    const [to = "", anchor] = (link ?? image ?? "").split("#")
    if (/^https?:/.test(to)) return []
    const target = to === "" ? join(root, path) : join(root, dirname(path), to)
    const isThere = existsSync(target)
    const isHeading = anchor === undefined || (isThere && anchors(readFileSync(target, "utf8")).includes(anchor))
    return isThere && isHeading ? [] : [`${path}: ${link ?? image}`]
  })

describe("documentation", () => {
  for (const { title, text } of documents) {
    it(`${title} prints what it says`, () =>
      assert.deepStrictEqual([...printed(title.replaceAll(/\W+/g, "-"), text)], [...promised(text)]))
  }

  it("the questionnaires of the README have no findings", () => {
    const fences = [...readFileSync(join(root, "README.md"), "utf8").matchAll(/^```json\n(.*?)^```$/gms)]
    assert.isAbove(fences.length, 0)
    for (const [, text = ""] of fences) assert.deepStrictEqual(Questionnaire.check(text).findings, [])
  })

  it("every link leads somewhere", () => {
    const packages = readdirSync(join(root, "packages")).map((name) => `packages/${name}/README.md`)
    const lost = [...pages, ...packages].flatMap((path) => astray(path, readFileSync(join(root, path), "utf8")))
    assert.deepStrictEqual(lost, [])
    const wrong = ["(nowhere.md)", "(README.md#nothing)", "(docs)", "(#nor-this)"].map((link) => `[x]${link}`).join(" ")
    assert.lengthOf(astray("README.md", wrong), 3)
  })

  it("a snippet is read and run", () => {
    const fence = "```"
    const [snippet = "", ...rest] = snippets(
      `${fence}ts\nno()\n${fence}\n${fence}ts run\nconst n: number = 2\nconsole.log(n + 1) // => 3\n${fence}\n`,
    )
    assert.deepStrictEqual(rest, [])
    assert.deepStrictEqual(promised(snippet), ["3"])
    assert.deepStrictEqual(printed("planted", snippet), ["3"])
  })
})
