// Questionnaires on the firm's pages: what is refused comes back with its text and every place in it.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import * as World from "./FirmPagesWorld.ts"

const sample = readFileSync(new URL("../../examples/questionnaires/first-look.json", import.meta.url), "utf8")

const definition = (
  more: string,
  version = 1,
) => `{ "format": 1, "id": "papers", "version": ${version}, "language": "en",
  "title": "Papers",${more}
  "sections": [{ "id": "a", "title": "A", "items": [{ "id": "q", "type": "text", "label": "A question" }] }] }`

const signedIn = Effect.gen(function* () {
  const world = World.withAnna()
  const browser = World.browser(yield* World.serve(world))
  browser.jar.set("rq-member", "anna")
  const add = (fields: Record<string, string | File>) =>
    Effect.gen(function* () {
      const form = new FormData()
      const page = yield* browser.get("/questionnaires")
      const all = { ...World.hidden(page, "/questionnaires"), ...fields }
      for (const [name, value] of Object.entries(all)) form.append(name, value)
      return yield* browser.post("/questionnaires", form)
    })
  return { world, browser, add }
})

describe("importing a questionnaire", () => {
  it.live("T7: every finding comes back with line, column, code and the place in the text, which is kept", () =>
    Effect.gen(function* () {
      const { world, add } = yield* signedIn
      const source = definition(`\n\t"colour": "<red>",`).replace(`"type": "text"`, `"type": "txt"`)
      const back = yield* add({ source: source.replaceAll("\n", "\r\n") })
      assert.strictEqual(back.status, 422)
      const shown = World.text(back)
      assert.include(shown, "The questionnaire has 2 errors.")
      assert.match(shown, /line 3, column 2 — There is no property "colour" here\. unknown-property/)
      assert.match(shown, /line 4, column \d+ — There is no question type "txt"\..* unknown-type/)
      // the caret stands below the column that is named
      const [, line = "", caret = ""] =
        /<pre\s+class="excerpt"[^>]*><span>([^\n]*)<\/span>\n<span[^>]*>( *\^)<\/span>/.exec(back.body) ?? []
      assert.strictEqual(line, ` &quot;colour&quot;: &quot;&lt;red&gt;&quot;,`)
      assert.strictEqual(caret, " ^")
      const kept = /<textarea[^>]*>\n([\s\S]*?)<\/textarea>/.exec(back.body)?.[1]
      assert.strictEqual(kept?.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">"), source)
      assert.strictEqual(world.questionnaires.length, 0)
    }),
  )

  it.live("of a long line only the part around the column is shown", () =>
    Effect.gen(function* () {
      const { add } = yield* signedIn
      const back = yield* add({ source: `{ "x": "${"y".repeat(5000)}" z` })
      const [, line = "", caret = ""] =
        /<pre\s+class="excerpt"[^>]*><span>([^\n]*)<\/span>\n<span[^>]*>( *\^)<\/span>/.exec(back.body) ?? []
      assert.isBelow(line.length, 120)
      assert.strictEqual(line.replaceAll("&quot;", '"').at(caret.length - 1), "z")
    }),
  )

  it.live("a file counts before the text, whatever type the browser calls it", () =>
    Effect.gen(function* () {
      const { world, add } = yield* signedIn
      for (const [version, type] of [
        ["1", "application/json"],
        ["2", "application/octet-stream"],
        ["3", ""],
      ] as const) {
        const file = new File([definition("", Number(version))], "papers.json", { type })
        const done = yield* add({ file, source: "{}" })
        assert.strictEqual(done.location, `/questionnaires/papers?version=${version}&added=1`, type)
      }
      assert.strictEqual(world.questionnaires.length, 3)
      const none = yield* add({ file: new File([], ""), source: "" })
      assert.include(World.text(none), "Choose a file or paste the JSON of a questionnaire.")
    }),
  )

  it.live("a version that is taken says to raise it; the same text again is accepted as it stands", () =>
    Effect.gen(function* () {
      const { world, add } = yield* signedIn
      yield* add({ source: definition("") })
      assert.strictEqual((yield* add({ source: definition("") })).status, 303)
      const taken = yield* add({ source: definition("").replace("A question", "Another") })
      assert.strictEqual(taken.status, 422)
      assert.include(World.text(taken), "Version 1 of “papers” is stored already, with other content")
      assert.include(taken.body, "Another")
      assert.strictEqual(world.questionnaires.length, 1)
    }),
  )

  it.live("warnings are shown after it was added, and it works nevertheless", () =>
    Effect.gen(function* () {
      const { browser, add } = yield* signedIn
      const source = definition("")
        .replace(`"Papers"`, `{ "en": "Papers" }`)
        .replace(`"A question"`, `{ "en": "A question", "sv": "En fråga" }`)
      const done = yield* add({ source })
      const page = yield* browser.get(done.location ?? "")
      assert.include(World.text(page), "The questionnaire has been added.")
      assert.match(World.text(page), /It works\..*line \d+, column \d+/)
    }),
  )

  it.live("a text that is too large is refused without being read into memory for ever", () =>
    Effect.gen(function* () {
      const { world, add } = yield* signedIn
      const back = yield* add({ file: new File(["x".repeat(6_000_000)], "huge.json") })
      assert.strictEqual(back.status, 413)
      assert.strictEqual(world.questionnaires.length, 0)
    }),
  )
})

describe("questionnaires", () => {
  it.live("a sample is added with one press and is not offered any more; its JSON comes back as it was", () =>
    Effect.gen(function* () {
      const { world, browser } = yield* signedIn
      world.samples.push(sample)
      const before = yield* browser.get("/questionnaires")
      assert.include(World.text(before), "Add this sample")
      const fields = World.hidden(before, "/questionnaires/samples")
      const added = yield* browser.post("/questionnaires/samples", fields)
      assert.strictEqual(added.location, "/questionnaires/first-look")
      yield* browser.post("/questionnaires/samples", fields)
      assert.strictEqual(world.questionnaires.length, 1)
      assert.notInclude(World.text(yield* browser.get("/questionnaires")), "Add this sample")

      const shown = World.text(yield* browser.get("/questionnaires/first-look"))
      assert.include(shown, "What do you wait for longest?")
      assert.include(shown, "Choice · required")
      const json = yield* browser.get("/questionnaires/first-look/json?version=1")
      assert.strictEqual(json.body, sample)
      assert.match(json.headers.get("content-disposition") ?? "", /^attachment; filename="first-look-v1\.json"/)
    }),
  )
})
