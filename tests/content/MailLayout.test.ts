import { assert, describe, it } from "@effect/vitest"
import { MailLayout, RichText, SafeHtml } from "@requite/content"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const href = "https://requite.example/r/7Qm3v9fLxk2bT8sYp0WcD4nZ6hJ1aRgE5uKo?a=1&b=2"
const mail: MailLayout.Mail = {
  lang: "en",
  dir: "ltr",
  subject: "Company check",
  preheader: "6 questions and 2 documents",
  brand: { name: "Harbour & Wells" },
  heading: "Company check for Núñez",
  bodyHtml: Result.getOrThrow(RichText.toHtml({ markdown: "Dear María,\n\n- one\n- [two](https://t.example)" })),
  bodyText: "Dear María,\n\n- one\n- two (https://t.example)",
  details: [
    { label: "Due", value: "Friday, 27 March 2027" },
    { label: "Link works until", value: "Sunday, 26 April 2027" },
  ],
  action: { label: "Open your request", href, hint: "If the button does not work, open this link:" },
  footer: "Harbour & Wells, London\nYou get this mail because they asked you.",
}
const render = (changes: Partial<MailLayout.Mail>) => MailLayout.render({ ...mail, ...changes })
const octets = (line: string) => new TextEncoder().encode(line).length
const longestLine = (part: string) => Math.max(...part.split("\n").map(octets))
/** What the tags of a part hold between them, with its entities read, as a reader sees it. */
const anchors = (html: string) =>
  [...html.matchAll(/<a [^>]*href="([^"]*)"[^>]*>([^<]*)<\/a>/g)].map(([, address = "", text = ""]) => [
    address.replaceAll("&amp;", "&"),
    text.replaceAll("&amp;", "&"),
  ])

describe("the text part", () => {
  it("M9: holds heading, body, details and the link on a line of its own", () => {
    assert.strictEqual(
      MailLayout.render(mail).text,
      `Company check for Núñez

Dear María,

- one
- two (https://t.example)

Due: Friday, 27 March 2027
Link works until: Sunday, 26 April 2027

Open your request:
${href}

------------------------
Harbour & Wells, London
You get this mail because they asked you.
`,
    )
  })

  it("wraps at 76 characters, hangs list items, and breaks no address", () => {
    const address = `https://a.example/${"x".repeat(700)}`
    const { text } = render({
      bodyText: `${"word ".repeat(40)}\n\n- ${"item ".repeat(20)}\n\n${address}\n\n${"漢".repeat(2_000)}`,
    })
    const lines = text.split("\n")
    assert.isTrue(lines.includes(address))
    assert.isTrue(lines.filter((line) => /^[\w\s-]+$/.test(line)).every((line) => line.length <= 76))
    assert.include(text, "- item item item item item item item item item item item item item item item\n  item")
    assert.isAtMost(longestLine(text), 998)
    assert.strictEqual(text.match(/漢/g)?.length, 2_000)
  })

  it("M20: does not repeat a link that has a line of its own in the body", () => {
    assert.strictEqual(render({ bodyText: `Please open\n\n${href}\n\nThanks` }).text.split(href).length, 2)
  })

  it("S42: no value can pretend to be the next line", () => {
    const { text } = render({
      heading: "a\nb",
      details: [{ label: "By", value: "Bob\r\n\r\nOpen: https://evil.example" }],
    })
    assert.include(text, "By: Bob Open: https://evil.example")
    assert.include(text, "a b\n")
  })
})

describe("the HTML part", () => {
  it("M20: the link stands on one button, and once as text that shows itself", () => {
    assert.deepStrictEqual(anchors(MailLayout.render(mail).html), [
      ["https://t.example", "two"],
      [href, "Open your request"],
      [href, href],
    ])
    const bodyHtml = SafeHtml.trust(
      `<p><a href="${SafeHtml.escape(href)}" rel="noopener noreferrer">${SafeHtml.escape(href)}</a></p>`,
    )
    assert.deepStrictEqual(anchors(render({ bodyHtml }).html), [
      [href, href],
      [href, "Open your request"],
    ])
  })

  it("a mail without an action has no button", () => {
    const { action: _, ...rest } = mail
    const { html, text } = MailLayout.render(rest)
    assert.deepStrictEqual(anchors(html), [["https://t.example", "two"]])
    assert.notInclude(text, "Open your request")
  })

  it("S42: a button leads nowhere but to the web", () => {
    const { html } = render({ action: { label: "x", hint: "y", href: "javascript:alert(1)" } })
    assert.deepStrictEqual(anchors(html), [["https://t.example", "two"]])
  })

  it("says its language, direction and preheader", () => {
    const { html } = render({ lang: 'ar"><script>', dir: "rtl" })
    assert.match(html, /^<!doctype html>\n<html lang="arscript" dir="rtl"/)
    assert.notInclude(html, 'align="left"')
    assert.include(html, "\n6 questions and 2 documents\n")
    assert.notInclude(MailLayout.render(mail).html, 'align="right"')
  })

  it("S42: everything but the body is escaped", () => {
    const attack = `<img src=x onerror="alert(1)">'`
    const { html } = render({
      subject: attack,
      preheader: attack,
      heading: attack,
      brand: { name: attack, accent: `#fff;}</style>${attack}`, logoUrl: `https://a.example/"${attack}` },
      details: [{ label: attack, value: attack }],
      action: { label: attack, href: `https://a.example/"onclick='x'`, hint: attack },
      footer: attack,
    })
    assert.notMatch(html, /<img src=x|onclick='|"onclick/)
    assert.strictEqual(html.match(/<\/style>/g)?.length, 1)
  })

  it("shows the logo from https only, else the firm's name", () => {
    assert.match(
      render({ brand: { name: "Wells", logoUrl: "https://a.example/logo.png" } }).html,
      /<img src="https:\/\/a\.example\/logo\.png" alt="Wells" height="40"/,
    )
    for (const logoUrl of ["http://a.example/l.png", "javascript:x", "/l.png", "data:image/png;base64,xx"])
      assert.notInclude(render({ brand: { name: "Wells", logoUrl } }).html, "<img")
  })

  it("the button's words can be read on any accent colour", () => {
    const wordsOn = (accent: string) =>
      /class="press"[^>]*[;"]color:(#[0-9a-f]+)/.exec(render({ brand: { name: "x", accent } }).html)?.[1]
    assert.strictEqual(wordsOn("#ffd400"), "#000000")
    assert.strictEqual(wordsOn("#0a3d62"), "#ffffff")
    assert.include(render({ brand: { name: "x", accent: "blue" } }).html, 'bgcolor="#1f5eff"')
  })
})

describe("lines of the HTML", () => {
  const tagless = (html: string) =>
    html
      .replace(/<!--\n-->/g, "")
      .replace(/\s+/g, " ")
      .replace(/\s+>/g, ">")

  it.each([
    ["words", "many words ".repeat(360)],
    ["one endless word", "x".repeat(3_900)],
    ["Chinese", "漢字".repeat(1_900)],
    ["entities", "&".repeat(3_000)],
    ["quotes", '"a b" ='.repeat(500)],
  ])("M9: %s stay below 998 octets and whole", (_, text) => {
    const bodyHtml = Result.getOrThrow(RichText.toHtml(text))
    const folded = render({ bodyHtml, preheader: text, heading: text, footer: text, subject: text }).html
    assert.isAtMost(longestLine(folded), 998)
    assert.include(tagless(folded), SafeHtml.escape(text.trim()))
  })

  it("M9: links and emphasis in one long line stay below 998 octets and whole", () => {
    const address = `https://a.example/${"x&".repeat(110)}`
    const markdown = `**a***b*${`[${"l".repeat(9)}](${address})`.repeat(14)}`
    const bodyHtml = Result.getOrThrow(RichText.toHtml({ markdown }))
    const { html } = render({ bodyHtml })
    assert.isAtMost(longestLine(html), 998)
    assert.strictEqual(html.split(`href="${address.replaceAll("&", "&#x26;")}"`).length, 15)
  })

  it.prop("M9: whatever the words", { text: Schema.String }, ({ text }) => {
    const long = `${text}${text} ${text}`.repeat(20)
    const folded = render({
      bodyHtml: Result.getOrThrow(RichText.toHtml(long.slice(0, 4_000))),
      footer: long,
      heading: long,
    })
    assert.isAtMost(longestLine(folded.html), 998)
    assert.isAtMost(longestLine(folded.text), 998)
  })
})
