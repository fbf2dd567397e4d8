// The scripts of the customer's pages are committed as they are served; here they are made anew, and weighed.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { build, type Built, folder } from "../../reference-server/browser/build.ts"

const kilobytes = 1024

describe("the scripts of the customer's pages", () => {
  let made: Promise<ReadonlyArray<Built>> | undefined
  const built = () => (made ??= build())
  /** The one of each language, with core in it. */
  const isWhole = ({ name }: Built) => /^customer\.(en|es|sv)\.js$/.test(name)
  const weight = ({ code }: Built) => gzipSync(code, { level: 9 }).length

  it("are those that their sources make: npm run assets", { timeout: 180_000 }, async () => {
    for (const { name, code } of await built()) {
      assert.strictEqual(readFileSync(join(folder, name), "utf8"), code, `${name} is stale: npm run assets`)
    }
  })

  it("T16: a page's script is at most 20 KB gzipped, with core in it and the sentences of one language", async () => {
    const pages = (await built()).filter(isWhole)
    assert.lengthOf(pages, 3)
    for (const page of pages) {
      assert.isAtMost(weight(page), 20 * kilobytes, page.name)
      for (const part of ["FillSession/update.ts", "Evaluation.ts", "IssueText.ts", "kinds/date/read.ts"]) {
        assert.isTrue(
          page.modules.some((id) => id.endsWith(part)),
          part,
        )
      }
    }
    const [en] = pages
    assert.include(en?.code, "Enter an answer.")
    assert.notInclude(en?.code, "Skriv")
  })

  it("parts that only some pages need are small, and nothing of Effect is in any", async () => {
    for (const one of await built()) {
      if (!isWhole(one)) assert.isAtMost(weight(one), 8 * kilobytes, one.name)
      assert.deepStrictEqual(
        one.modules.filter((id) => /\/(@effect|effect)\//.test(id)),
        [],
      )
    }
  })
})
