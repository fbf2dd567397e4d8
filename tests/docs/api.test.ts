// What README.md, docs/requests.md and docs/webhooks.md show of the API is what the server does. The fences `ts api` of a page are one program, in
// their order; it is run against the real server and prints exactly what its `// =>` comments say. The address and the key that
// stand in it, `http://localhost:3000` and `rq_…`, stand for this server and a key of its member.
import { assert, describe, it } from "@effect/vitest"
import { execFile, spawnSync } from "node:child_process"
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll } from "vitest"
import * as Person from "../support/Person.ts"
import * as ServerProcess from "../support/ServerProcess.ts"
import * as TestDatabase from "../support/TestDatabase.ts"

const root = join(import.meta.dirname, "../..")
// Inside the repository, so that the packages are found; not in node_modules, where Node strips no types.
const folder = join(root, "tests/artefacts/snippets")
const pages = ["README.md", "docs/requests.md", "docs/webhooks.md"]

const programOf = (markdown: string): string =>
  [...markdown.matchAll(/^```ts api\n(.*?)^```$/gms)].map(([, text = ""]) => text).join("\n")

const promised = (program: string): ReadonlyArray<string> =>
  [...program.matchAll(/\/\/ => (.*)$/gm)].map(([, text = ""]) => text)

interface Printed {
  readonly lines: ReadonlyArray<string>
  readonly error: string
}

const printed = (name: string, program: string): Promise<Printed> => {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${name}.ts`)
  writeFileSync(file, program)
  return new Promise((resolve) => {
    execFile(process.execPath, ["--conditions=requite-source", file], { cwd: root }, (_, stdout, error) => {
      rmSync(file)
      resolve({ lines: stdout === "" ? [] : stdout.trimEnd().split("\n"), error })
    })
  })
}

describe("the API, as the pages show it", () => {
  const scope = Scope.makeUnsafe()
  let server: ServerProcess.ServerProcess
  let apiKey: string

  beforeAll(async () => {
    const environment = await Effect.runPromise(Scope.provide(TestDatabase.acquireEnvironment, scope))
    server = await ServerProcess.start({ ...environment })
    const member = await Person.setUp(server.url)
    for (const name of ["first-look", "kyc-company", "mortgage-application", "file-request"]) {
      const source = readFileSync(join(root, `examples/questionnaires/${name}.json`), "utf8")
      await member.json("/api/questionnaires", { source })
    }
    apiKey = String((await member.json("/api/keys", { name: "docs" }))["secret"])
  }, 180_000)
  afterAll(async () => {
    await server.stop()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  })

  const here = (program: string) => program.replaceAll("http://localhost:3000", server.url).replaceAll("rq_…", apiKey)

  it.each(pages)(
    "%s: it prints what it says",
    async (page) => {
      const program = programOf(readFileSync(join(root, page), "utf8"))
      const { lines, error } = await printed(page.replaceAll(/\W+/g, "-"), here(program))
      assert.strictEqual(error, "")
      assert.deepStrictEqual([...lines], [...promised(program)])
    },
    180_000,
  )

  it.skipIf(spawnSync("curl", ["--version"]).error !== undefined)("S69: docs/webhooks.md: so does curl", () => {
    const script = [...readFileSync(join(root, "docs/webhooks.md"), "utf8").matchAll(/^```sh api\n(.*?)^```$/gms)]
      .map(([, text = ""]) => text)
      .join("\n")
    const { stdout, stderr } = spawnSync("bash", ["-c", here(script)], { encoding: "utf8" })
    assert.strictEqual(stderr, "")
    assert.deepStrictEqual(
      stdout.trimEnd().split("\n"),
      [...script.matchAll(/# => (.*)$/gm)].map(([, text = ""]) => text),
    )
  })

  it("a page that says otherwise is found out", async () => {
    const fence = "```"
    const program = programOf(`${fence}ts api
const answer = await fetch("http://localhost:3000/api/requests", { headers: { authorization: "Bearer rq_…" } })
${fence}
${fence}ts
no()
${fence}
${fence}ts api
console.log(answer.status) // => 401
${fence}
`)
    assert.deepStrictEqual(promised(program), ["401"])
    assert.deepStrictEqual(await printed("planted", here(program)), { lines: ["200"], error: "" })
  })
})
