import { assert, describe, it } from "@effect/vitest"
import { QuestionKind } from "@requite/core"
import { IntlMessageFormat } from "intl-messageformat"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { viewOf } from "../../reference-server/src/CustomerPages/kinds.ts"
import { html, toString } from "../../reference-server/src/Html.ts"
import * as Messages from "../../reference-server/src/Messages.ts"

/** The variables of a message, each with what is made of it. */
const variables = (message: string): ReadonlyArray<string> => {
  const found = new Set<string>()
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit)
    else if (typeof value === "object" && value !== null) {
      // 0 is plain text, 7 is "#", which stands for the variable around it
      if ("type" in value && value.type !== 0 && value.type !== 7 && "value" in value) {
        found.add(`${String(value.value)}:${value.type === 1 ? "text" : "plural"}`)
      }
      if ("options" in value) visit(Object.values(value.options as object))
      if ("value" in value) visit(value.value)
    }
  }
  visit(new IntlMessageFormat(message, "en", undefined, { ignoreTag: true }).getAst())
  return [...found].sort()
}

/** What a message chooses between: by number or by word, with its cases. */
const choicesIn = (message: string, language: string) => {
  const found: Array<{ readonly isPlural: boolean; readonly options: ReadonlyArray<string> }> = []
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit)
    else if (typeof value === "object" && value !== null && "options" in value) {
      const options = value.options as Readonly<Record<string, { readonly value: unknown }>>
      found.push({ isPlural: "type" in value && value.type === 6, options: Object.keys(options) })
      for (const option of Object.values(options)) visit(option.value)
    }
  }
  visit(new IntlMessageFormat(message, language, undefined, { ignoreTag: true }).getAst())
  return found
}

/** Names, and words that a language has in common with English. */
const names = ["PDF", "Word", "Excel", "PowerPoint", "CSV", "Ad hoc", "Webhooks", "{millis} ms", "Portal"]
const common = ["Error", "error", "version {version}", "Version", "Text", "Person {number}", "Standard", "standard"]
// the kind "Forms" of the audit log has a fixed name (P14)
const alike = new Set([...names, ...common, "ok", "Medium", "[Test] {subject}", "Forms"])

const audiences = ["customer", "firm", "mail"] as const

describe("Messages", () => {
  for (const audience of audiences) {
    const { en, es, sv } = Messages.catalogues[audience]
    it(`${audience}: English, Spanish and Swedish have the same keys`, () => {
      assert.deepStrictEqual(Object.keys(es), Object.keys(en))
      assert.deepStrictEqual(Object.keys(sv), Object.keys(en))
    })
    it(`${audience}: every message has the same variables in each language`, () => {
      for (const [key, message] of Object.entries(en)) {
        for (const other of [es, sv]) assert.deepStrictEqual(variables(other[key] ?? ""), variables(message), key)
      }
    })
  }

  it("variables are found where they hide", () => {
    assert.deepStrictEqual(variables("{a} and {n, plural, one {# of {b}} other {#}}"), ["a:text", "b:text", "n:plural"])
  })

  for (const audience of audiences)
    it(`M22: ${audience}: plurals have each category of their language, and selections an "other"`, () => {
      for (const [language, catalogue] of Object.entries(Messages.catalogues[audience])) {
        // Spanish has one of its own from a million on
        const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories
        const wanted = categories.filter((one) => one !== "many")
        for (const [key, message] of Object.entries(catalogue)) {
          for (const { isPlural, options } of choicesIn(message, language)) {
            const cases = options.filter((option) => !option.startsWith("="))
            assert.include(cases, "other", `${language} ${key}`)
            if (!isPlural) continue
            // where a number makes no difference, there is one case
            if (cases.length > 1) for (const one of wanted) assert.include(cases, one, `${language} ${key}`)
            for (const one of cases)
              assert.isTrue(
                categories.some((category) => category === one),
                `${language} ${key}: ${one}`,
              )
          }
        }
      }
    })

  it("no message is left in English but what is the same", () => {
    for (const audience of audiences) {
      const { en, es, sv } = Messages.catalogues[audience]
      for (const [language, catalogue] of Object.entries({ es, sv })) {
        const left = Object.entries(catalogue).filter(([key, message]) => message === en[key])
        assert.deepStrictEqual(
          left.filter(([, message]) => !alike.has(message)),
          [],
          `${audience} ${language}`,
        )
      }
    }
  })

  it("every message is used, and every message that is asked for by its name is there", () => {
    const folder = join(import.meta.dirname, "../../reference-server")
    const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /^(src|browser)\b.*\.ts$/.test(name))
      .map((name) => readFileSync(join(folder, name), "utf8"))
      .join("\n")
    const literals = new Set(
      [...sources.matchAll(/["'`]([a-zA-Z][\w-]*(?:\.[\w-]+)*)["'`]/g)].map(([, key = ""]) => key),
    )
    // keys that are put together: `state.${standing}`
    const patterns = [...sources.matchAll(/`((?:[\w.-]|\$\{[^`{}]*\})*\.(?:[\w.-]|\$\{[^`{}]*\})*)`/g)].flatMap(
      ([, made = ""]) =>
        made.includes("${") ? [new RegExp(`^${made.replaceAll(".", "\\.").replaceAll(/\$\{[^}]*\}/g, ".*")}$`)] : [],
    )
    const keys = audiences.flatMap((audience) => Object.keys(Messages.catalogues[audience].en))
    const unused = keys.filter((key) => !literals.has(key) && !patterns.some((pattern) => pattern.test(key)))
    assert.deepStrictEqual(unused, [])
    const asked = [...sources.matchAll(/\bt\(\s*"([^"]+)"/g)].map(([, key = ""]) => key)
    assert.isAbove(asked.length, 500)
    assert.deepStrictEqual(
      asked.filter((key) => !audiences.some((audience) => Messages.isKey(audience, key))),
      [],
    )
  })

  it("P22 P25: the two sentences are exactly these in English", () => {
    const { t } = Messages.translator("customer", ["en"])
    assert.strictEqual(t("expired.title"), "This request has expired.")
    assert.strictEqual(t("done.title"), "Data successfully submitted")
  })

  it("the best language of a reader's list is spoken, in the reader's own region", () => {
    const spoken = (...tags: ReadonlyArray<string>) => {
      const { language, locale } = Messages.translator("customer", tags)
      return [language, locale]
    }
    assert.deepStrictEqual(spoken("sv-FI"), ["sv", "sv-FI"])
    assert.deepStrictEqual(spoken("de", "es-MX", "en"), ["es", "es-MX"])
    assert.deepStrictEqual(spoken("fi"), ["en", "en"])
    assert.deepStrictEqual(spoken("", "not a tag!", "*"), ["en", "en"])
    assert.deepStrictEqual(spoken(), ["en", "en"])
  })

  it("an Accept-Language header is read by weight, and nonsense in it is nothing", () => {
    assert.deepStrictEqual(Messages.acceptedLanguages("en;q=0.5, sv-SE, *;q=0.1, es;q=0.9, xx!;q=1"), [
      "sv-SE",
      "es",
      "en",
    ])
    assert.deepStrictEqual(Messages.acceptedLanguages("da;q=0"), [])
    assert.deepStrictEqual(Messages.acceptedLanguages(undefined), [])
    assert.isBelow(Messages.acceptedLanguages("en,".repeat(100_000)).length, 200)
  })

  it("values are text: messages do not escape, pages do", () => {
    const { t } = Messages.translator("customer", ["en"])
    const sentence = t("problem.upload-broken", { name: "<b>{name}</b>" })
    assert.include(sentence, "“<b>{name}</b>” did not arrive whole.")
    assert.strictEqual(toString(html`<p title="${'"'}">${sentence.slice(1, 4)}</p>`), `<p title="&quot;">&lt;b&gt;</p>`)
  })

  it("M23: days are told with their weekday, in the reader's words, and a calendar date has no zone", () => {
    const zone = "Pacific/Kiritimati"
    assert.strictEqual(Messages.formatDate("2027-03-27", "en", zone), "Saturday, 27 March 2027")
    assert.strictEqual(Messages.formatDate("2027-03-27", "en-US", zone), "Saturday, March 27, 2027")
    assert.strictEqual(Messages.formatDate("2027-03-27", "es", zone), "sábado, 27 de marzo de 2027")
    assert.strictEqual(Messages.formatDate("2027-03-27", "sv", zone), "lördag 27 mars 2027")
    // 23:30 in London is tomorrow in Stockholm
    const late = Date.UTC(2027, 2, 27, 23, 30)
    assert.strictEqual(Messages.formatDate(late, "en", "Europe/London"), "Saturday, 27 March 2027")
    assert.strictEqual(Messages.formatDate(late, "en", "Europe/Stockholm"), "Sunday, 28 March 2027")
    assert.strictEqual(Messages.calendarDay(late, "Europe/Stockholm"), "2027-03-28")
    assert.strictEqual(Messages.formatTime(late, "en", "Europe/Stockholm"), "00:30")
    assert.match(Messages.formatDateTime(late, "sv", "Europe/Stockholm"), /^söndag 28 mars 2027 kl\. 00[.:]30 CET$/)
  })

  it("sizes are told in the unit that fits, and stay on one line", () => {
    const told = [12, 4_200, 870_000, 4_230_000, 31_000_000].map((bytes) => Messages.formatBytes(bytes, "en"))
    assert.deepStrictEqual(told, ["12\u00a0bytes", "4\u00a0kB", "870\u00a0kB", "4.2\u00a0MB", "31\u00a0MB"])
    assert.strictEqual(Messages.formatBytes(4_230_000, "sv"), "4,2\u00a0MB")
  })

  it("every kind of question has a view", () => {
    for (const type of QuestionKind.standard.keys()) {
      assert.strictEqual(viewOf({ id: "x", type, label: "x" }).type, type)
    }
  })
})
