// Whatever colours a firm chooses, its customers can read the page: every pair of colours that customer.css shows, computed over
// many choices from the style sheets as they are served; and by axe, in a browser, over the pages.
import { readFileSync } from "node:fs"
import { assert, describe, it, layer } from "@effect/vitest"
import * as Contrast from "@requite/content/Contrast"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Assets from "../../reference-server/src/Assets.ts"
import { Brandings } from "../../reference-server/src/Branding.ts"
import * as Look from "../../reference-server/src/Branding/Look.ts"
import * as Palette from "../../reference-server/src/Branding/Palette.ts"
import * as Sheet from "../../reference-server/src/Branding/Sheet.ts"
import { Members } from "../../reference-server/src/Members.ts"
import * as Browser from "../support/Browser.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as Branding from "./BrandingWorld.ts"

/** Numbers that look random and are the same each time. */
const random = (seed: number) => () => {
  seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296
  return seed / 4_294_967_296
}

const colours = (seed: number, count: number): ReadonlyArray<string> => {
  const next = random(seed)
  return Array.from(
    { length: count },
    () =>
      `#${Math.floor(next() * 0x1000000)
        .toString(16)
        .padStart(6, "0")}`,
  )
}

const css = Assets.text("customer.css")

/** The custom properties of a block of a sheet. */
const propertiesOf = (block: string) =>
  new Map([...block.matchAll(/--([a-z-]+):\s*(#[0-9a-f]{3,6})/g)].map(([, name = "", value = ""]) => [name, value]))

/** The sheet's blocks: for light, for dark. */
const blocksOf = (sheet: string) => {
  const [light = "", rest = ""] = sheet.split("@media (prefers-color-scheme:dark)")
  return { light: propertiesOf(light), dark: propertiesOf(rest.split("@media print")[0] ?? "") }
}

/** What a page shows, by what its two sheets say. */
const shown = (sheet: string, scheme: Palette.Scheme): Palette.Palette => {
  const block = blocksOf(sheet)[scheme]
  const { fixed } = Palette
  const of = (name: string, otherwise: string) => block.get(name) ?? otherwise
  const accent = of("accent", "")
  return {
    ...fixed[scheme],
    paper: of("paper", fixed[scheme].paper),
    accent,
    onAccent: of("on-accent", ""),
    link: of("link", accent),
  }
}

const assertReadable = (sheet: string, what: string) => {
  for (const scheme of ["light", "dark"] as const) {
    for (const { name, fore, back, least } of Palette.pairs(shown(sheet, scheme))) {
      const ratio = Contrast.ratio(fore, back)
      if (ratio < least)
        assert.fail(`${what}, ${scheme}: ${name} is ${fore} on ${back}, ${ratio.toFixed(2)} of ${least}`)
    }
  }
}

describe("colours of a branding", () => {
  it("P19: of 200 random colours each pair that the pages show can be read, light and dark: 4.5 for text, 3 for controls", () => {
    const all = colours(7, 1200)
    for (let index = 0; index < 200; index++) {
      const [accent = "", accentDark = "", page = "", pageDark = "", link = "", linkDark = ""] = all.slice(index * 6)
      assertReadable(Sheet.text({ accent, variables: {} }), accent)
      assertReadable(Sheet.text({ accent, variables: { page, pageDark } }), `${accent} on ${page} and ${pageDark}`)
      const every = { accentDark, page, pageDark, link, linkDark }
      assertReadable(Sheet.text({ accent, variables: every }), JSON.stringify({ accent, ...every }))
      // a firm with no more than a colour has the sheet of that colour
      assertReadable(Assets.accentSheet(accent), `${accent} alone`)
    }
  })

  it("P19: what is offered in place of a refused colour is taken, and what can be read is left alone", () => {
    for (const accent of colours(11, 200)) {
      const chosen = { accent, variables: { page: accent, linkDark: accent } }
      const readable = Palette.readable(chosen)
      assert.deepStrictEqual(Palette.check(readable), [], accent)
      const refused = new Set<string>(Palette.check(chosen).map(({ field }) => field))
      assert.strictEqual(readable.variables.page === accent, !refused.has("page"))
    }
    assert.deepStrictEqual(Palette.check({ accent: "#ffee88", variables: {} }), [
      { field: "accent", nearest: "#7f7000" },
    ])
  })

  it("P19: the colours that are not the firm's are those of customer.css", () => {
    const [, light = ""] = /:root \{([^}]*)\}/.exec(css) ?? []
    const [, dark = ""] = /@media \(prefers-color-scheme: dark\) \{\s*:root[^{]*\{([^}]*)\}/.exec(css) ?? []
    for (const [scheme, block] of [
      ["light", light],
      ["dark", dark],
    ] as const) {
      const there = propertiesOf(block)
      for (const [name, value] of Object.entries(Palette.fixed[scheme])) {
        const property = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
        assert.strictEqual(there.get(property), value, `${property}, ${scheme}`)
      }
      assert.strictEqual(there.size, Object.keys(Palette.fixed[scheme]).length, scheme)
    }
  })

  it("P19: customer.css paints with no colour that the pairs do not know", () => {
    // as text, as surface, as mark; a new one has to be put into Palette.pairs, and here, by somebody who has looked
    const known = new Set([
      "ink",
      "soft",
      "accent",
      "on-accent",
      "link",
      "bad",
      "good",
      "card",
      "paper",
      "bad-paper",
      "line",
      "edge",
      "brand",
    ])
    const used = new Set([...css.matchAll(/var\(--([a-z-]+)/g)].map(([, name = ""]) => name))
    const shapes = new Set(["radius", "radius-small", "radius-large", "band", "font", "heading-weight", "shade"])
    assert.deepStrictEqual(
      [...used].filter((name) => !known.has(name) && !shapes.has(name)),
      [],
    )
    const texts = [...css.matchAll(/[^-]color: (?!var\()([^;]+);/g)].map(([, value = ""]) => value.trim())
    assert.deepStrictEqual(
      texts.filter((value) => !["inherit", "transparent", "light dark", "light"].includes(value)),
      [],
    )
  })

  it("P19: docs/branding.md lists every variable, what it may be, and how it comes", () => {
    const docs = readFileSync(new URL("../../docs/branding.md", import.meta.url), "utf8")
    const rows = [...docs.matchAll(/^\| `(\w+)` \| (.*) \| (.*) \| (.*) \|$/gm)].map(([, name, , value, plain]) => [
      name,
      value,
      plain,
    ])
    assert.deepStrictEqual(
      rows.map(([name]) => name),
      Object.keys(Look.Variables.fields),
    )
    const of = (name: string) => rows.find(([one]) => one === name)?.slice(1) ?? []
    for (const name of Look.colours) assert.strictEqual(of(name)[0], "a colour")
    assert.include(of("page")[1], Palette.fixed.light.paper)
    assert.include(of("pageDark")[1], Palette.fixed.dark.paper)
    assert.include(of("radius")[0], `0 to ${Look.most.radius}`)
    assert.include(of("band")[0], `0 to ${Look.most.band}`)
    for (const font of Look.fonts) assert.include(of("font")[0], `\`${font}\``)
    for (const weight of Look.weights) assert.include(of("headingWeight")[0], String(weight))
    for (const [name, length] of Object.entries(Look.longest))
      assert.include(docs, `at most ${length} characters`, name)
  })

  it("P19: no value of a variable can be anything but itself", () => {
    const attacks = [
      "red",
      "url(https://evil.example/x)",
      "#fff;}*{display:none",
      "#FFFFFF",
      "#fff",
      "expression(1)",
      "1px",
      "</style>",
    ]
    for (const attack of attacks) {
      for (const name of Object.keys(Look.Variables.fields)) {
        assert.isFalse(isVariables({ [name]: attack }), `${name}: ${attack}`)
      }
    }
    for (const wrong of [
      { radius: -1 },
      { radius: 25 },
      { radius: 1.5 },
      { band: 13 },
      { headingWeight: 650 },
      { font: "Arial" },
    ])
      assert.isFalse(isVariables(wrong), JSON.stringify(wrong))
    const everything = {
      accentDark: "#ff88cc",
      page: "#fdf0f5",
      pageDark: "#22101a",
      link: "#0b6e4f",
      linkDark: "#88ddbb",
    } as const
    for (const font of Look.fonts) {
      const text = Sheet.text({
        accent: "#0b6e4f",
        variables: { ...everything, radius: 24, band: 0, font, headingWeight: 500 },
      })
      assert.match(text, /^(:root|@media|[\w\s(){}:;,."#-])*$/)
      assert.notMatch(text, /url|import|expression|@font-face|<|\\/i)
    }
  })
})

const isVariables = Schema.is(Look.Variables)

layer(Branding.layerAt("http://localhost:3000"), { excludeTestServices: true, timeout: "300 seconds" })(
  "in a browser",
  (it) => {
    it.effect.skipIf(Browser.missing !== undefined)(
      "P19: axe finds no text that cannot be read, in the brandings of a few firms, light and dark",
      () =>
        Effect.gen(function* () {
          const { member } = yield* TestFirm.firm
          const brandings = yield* Brandings
          const { live } = yield* brandings.standing(member.workspaceId)
          const baseUrl = yield* Branding.base
          const session = Redacted.value(yield* (yield* Members).openSession(member))
          const browser = yield* Effect.acquireRelease(Effect.promise(Browser.launch), (open) =>
            Effect.promise(() => open.close()),
          )
          const page = yield* Effect.promise(async () => {
            const made = await browser.page({ javaScript: true, width: 390, height: 900, locale: "en" })
            await made.context().addCookies([{ name: "rq-member", value: session, url: new URL(baseUrl).origin }])
            return made
          })
          const all = colours(23, 10)
          for (let index = 0; index < 2; index++) {
            const [accent = "", given = "", page1 = "", pageDark = "", link = ""] = all.slice(index * 5)
            const chosen = { ...live, accent, variables: { accentDark: given, page: page1, pageDark, link } }
            yield* brandings.save(member, Palette.readable(chosen))
            for (const scheme of ["light", "dark"]) {
              for (const view of ["arrival", "section", "done"]) {
                yield* Effect.promise(() =>
                  page.goto(`${baseUrl}${Branding.path}/preview?show=${view}&scheme=${scheme}`),
                )
                assert.deepStrictEqual(
                  yield* Effect.promise(() => Browser.axe(page)),
                  [],
                  `${accent}, ${view}, ${scheme}`,
                )
              }
            }
          }
        }).pipe(Effect.scoped),
      180_000,
    )
  },
)
