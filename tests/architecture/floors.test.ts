// The architecture, enforced: the rules of Floors.ts run over every source of the repository, and each rule is shown to fail on a
// small planted example.
import { assert, describe, it } from "@effect/vitest"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import * as Floors from "./Floors.ts"
import * as Source from "./Source.ts"

const root = Floors.repository
const folders = ["packages", "reference-server", "tests", "docs", "examples"].filter((path) =>
  existsSync(join(root, path)),
)
const sources = Source.readAll(root, folders)
const shipped = sources.filter(({ path }) => path.startsWith("packages/") || path.startsWith("reference-server/"))

const holds = (sentences: ReadonlyArray<string>) => assert.deepStrictEqual([...sentences], [])

describe("the repository", () => {
  it("is read whole", () => {
    for (const workspace of readdirSync(join(root, "packages")).map((name) => `packages/${name}`)) {
      assert.isTrue(
        sources.some(({ path }) => path.startsWith(`${workspace}/`)),
        workspace,
      )
      assert.property(Floors.floors, workspace)
    }
  })
  it("imports go down only", () => holds(Floors.upward(sources)))
  it("packages form no circle", () => holds(Floors.packageCircles(shipped)))
  it("files form no circle", () => holds(Floors.fileCircles(sources)))
  it("each unstable module of Effect is reached through one file, and in core through none", () =>
    holds(Floors.scattered(sources)))
  it("core takes no time, chance, Node or DOM by itself", () => holds(Floors.impurities(sources)))
  // the page's script is the edge: there is no Effect in a browser
  it("shipped code takes time and chance from Effect's Clock and Random", () =>
    holds(Floors.clocks(shipped.filter(({ path }) => !path.startsWith("reference-server/browser/")))))
  // what bundles it is the repository's, and not shipped
  it("what is imported is declared", () =>
    holds(
      Floors.undeclared(
        shipped.filter(({ path }) => path !== "reference-server/browser/build.ts"),
        Floors.declaredIn(root),
      ),
    ))
})

describe("the rules can fail", () => {
  const plant = (files: Record<string, string>) => Object.entries(files).map(([path, text]) => Source.parse(path, text))
  const core = (text: string) => plant({ "packages/core/src/A.ts": text })

  it("upward, sideways and through the wall", () => {
    const planted = plant({
      "packages/core/src/A.ts": `import { Api } from "@requite/api"`,
      "packages/cli/src/B.ts": `\nexport * from "@requite/content/Markdown"`,
      "packages/content/src/C.ts": `const x = await import("../../core/src/A.ts")`,
      "packages/api/src/D.ts": `import * as Self from "@requite/api/Contract"\nimport "@requite/core"`,
      "packages/new/src/E.ts": `import type { A } from "@requite/core"`,
      "reference-server/src/F.ts": `let x: import("requite").Finding`,
      "tests/g.test.ts": `import "../reference-server/src/main.ts"`,
    })
    assert.deepStrictEqual(Floors.upward(planted), [
      "packages/core/src/A.ts:1: packages/core must not import packages/api",
      "packages/cli/src/B.ts:2: packages/cli must not import packages/content",
      "packages/content/src/C.ts:1: import packages/core by its name",
      "packages/api/src/D.ts:1: packages/api imports itself by its own name",
      "packages/new/src/E.ts:1: packages/new stands on no floor; give it one",
      "reference-server/src/F.ts:1: reference-server must not import packages/cli",
    ])
  })

  it("circles, with the way round", () => {
    const planted = plant({
      "packages/core/src/A.ts": `import type { B } from "./b/B.ts"`,
      "packages/core/src/b/B.ts": `export * as C from "./C.ts"`,
      "packages/core/src/b/C.ts": `import { A } from "../A.ts"\nimport "@requite/api"`,
      "packages/api/src/index.ts": `import "./Leaf.ts"\nimport "@requite/core"`,
      "packages/api/src/Leaf.ts": ``,
    })
    assert.deepStrictEqual(Floors.fileCircles(planted), [
      "circle of files: packages/core/src/A.ts → packages/core/src/b/B.ts → packages/core/src/b/C.ts → packages/core/src/A.ts",
    ])
    assert.deepStrictEqual(Floors.packageCircles(planted), [
      "circle of packages: packages/core → packages/api → packages/core",
    ])
  })

  it("unstable modules, known by their own tag", () => {
    for (const name of ["effect/FileSystem", "effect/http", "effect/encoding/Zip", "@effect/sql-pg/PgClient"]) {
      assert.isTrue(Floors.isUnstable(name), name)
    }
    for (const name of ["effect/Schema", "effect/encoding/Base64Url", "unified", "node:http"]) {
      assert.isFalse(Floors.isUnstable(name), name)
    }
  })

  it("unstable modules in core, outside platform/, in two files", () => {
    const planted = plant({
      "packages/core/src/A.ts": `import * as Zip from "effect/encoding/Zip"\nimport * as Schema from "effect/Schema"`,
      "packages/api/src/A.ts": `import * as HttpApi from "effect/http-api/HttpApi"`,
      "packages/api/src/B.ts": `import type * as OpenApi from "effect/http-api/OpenApi"`,
      "reference-server/src/Pages.ts": `import * as Path from "effect/Path"`,
      "reference-server/src/platform/Files.ts": `export * as FileSystem from "effect/FileSystem"`,
      "tests/a.test.ts": `import * as Path from "effect/Path"`,
    })
    assert.deepStrictEqual(Floors.scattered(planted), [
      "packages/core/src/A.ts:1: core must not import unstable effect/encoding/Zip",
      "reference-server/src/Pages.ts:1: import effect/Path through reference-server/src/platform/",
      "packages/api reaches effect/http-api through 2 files: packages/api/src/A.ts, packages/api/src/B.ts",
    ])
  })

  it.each([
    "Date.now()",
    "new Date()",
    "new Date(0)",
    "Date()",
    "[1].map(Date.now)",
    "Math.random()",
    "process.env.HOME",
    "(process as object)",
    "const { env } = process",
    "crypto.randomUUID()",
    "globalThis.crypto",
    "document.title",
    "setTimeout(() => 1)",
    "DateTime.nowUnsafe()",
  ])("core: %s", (text) => assert.lengthOf(Floors.impurities(core(text)), 1))

  it("a clock of one's own", () =>
    assert.lengthOf(
      Floors.clocks(plant({ "reference-server/src/A.ts": "new Date(); new Date(0); Date.now(); Math.random()" })),
      3,
    ))

  it.each(["node:fs", "nodemailer", "@requite/api"])("core: import %s", (name) =>
    assert.lengthOf(Floors.impurities(core(`import "${name}"`)), 1),
  )

  it("core: words that only look like it", () =>
    holds(
      Floors.impurities(
        core(`
          // Date.now() and process.env
          const text = "new Date()" + \`Math.random() \${1}\`
          interface Item { process: string; crypto: number }
          const item = { process: "x", document: 1 }
          const fn = (document: Item) => document.process + item.document
          const { window = 1, ...rest } = { window: 2 }
          export const sum = [window, rest, Math.max(1, 2), Date.UTC(2026, 0, 1)]
        `),
      ),
    ))

  it("an import that package.json does not declare", () =>
    assert.deepStrictEqual(
      Floors.undeclared(
        core(`import "left-pad/lib"\nimport "effect/Effect"\nimport "./B.ts"`),
        () => new Set(["effect"]),
      ),
      ["packages/core/src/A.ts:1: package.json of packages/core does not declare left-pad"],
    ))
})
