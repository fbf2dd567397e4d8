import { assert, describe, it } from "@effect/vitest"
import { RichText } from "@requite/content"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { assertSafe, tagsOf, within } from "./support.ts"

const html = (value: RichText.RichText) => Result.getOrThrow(RichText.toHtml(value))
const text = (value: RichText.RichText) => Result.getOrThrow(RichText.toText(value))
const reason = (value: RichText.RichText) => Result.getOrThrow(Result.flip(RichText.toHtml(value))).reason
const md = (markdown: string) => ({ markdown })

const paragraph = (...content: ReadonlyArray<Schema.Json>) => ({ type: "paragraph", content })
const words = (text: string, ...marks: ReadonlyArray<Schema.Json>) => ({ type: "text", text, marks })
const doc = (...content: ReadonlyArray<Schema.Json>) => ({ tiptap: { type: "doc", content } })
const link = (href: Schema.Json, attrs: Record<string, Schema.Json> = {}) => ({
  type: "link",
  attrs: { ...attrs, href },
})

describe("plain text", () => {
  it("is shown as it was written: paragraphs, lines, and no markup", () => {
    assert.strictEqual(
      html("Tom & Jerry <b>\r\nsecond *line*\n\nnext"),
      "<p>Tom &amp; Jerry &lt;b&gt;<br>second *line*</p>\n<p>next</p>",
    )
    assert.strictEqual(text("a <b>"), "a <b>")
  })

  it("is capped at 4,000 characters", () => {
    assert.strictEqual(reason("x".repeat(4_001)), "too-long")
    assert.isTrue(Result.isFailure(RichText.toText("x".repeat(4_001))))
  })
})

describe("Markdown", () => {
  it("knows what letters need", () => {
    assert.strictEqual(
      html(md("# Head\n\none **bold** *soft* `code`\nnext line\n\n- a\n- b\n\n3. c\n\n> said\n\n---\n\n###### small")),
      [
        "<h2>Head</h2>",
        "<p>one <strong>bold</strong> <em>soft</em> <code>code</code><br>\nnext line</p>",
        "<ul>\n<li>a</li>\n<li>b</li>\n</ul>",
        '<ol start="3">\n<li>c</li>\n</ol>',
        "<blockquote>\n<p>said</p>\n</blockquote>",
        "<hr>",
        "<h4>small</h4>",
      ].join("\n"),
    )
  })

  it("links to the web, a mailbox and a telephone, and keeps the opener away", () => {
    assert.strictEqual(
      html(md("[a](https://a.example/x?b=1&c=2) [m](mailto:a@b.example) [t](tel:+4612) https://c.example")),
      '<p><a href="https://a.example/x?b=1&#x26;c=2" rel="noopener noreferrer">a</a>' +
        ' <a href="mailto:a@b.example" rel="noopener noreferrer">m</a>' +
        ' <a href="tel:+4612" rel="noopener noreferrer">t</a>' +
        ' <a href="https://c.example" rel="noopener noreferrer">https://c.example</a></p>',
    )
  })

  it.each([
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](java&#x0A;script:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "[x](//evil.example)",
    "[x](/admin)",
    "[x](#top)",
    "[x](https://bank.example@evil.example)",
    "[x](https:\\\\evil.example)",
    "[x](http://)",
    "[x][r]\n\n[r]: javascript:alert(1)",
  ])("S42: the link of %j is dropped, its text stays", (markdown) => {
    assert.strictEqual(html(md(markdown)), "<p>x</p>")
  })

  it("S42: HTML is shown, not obeyed", () => {
    const attack = html(md('<img src=x onerror=alert(1)> <b>hi</b>\n\n<script>alert(1)</script>\n\n<div onclick="x">'))
    assertSafe(attack)
    assert.deepStrictEqual(tagsOf(attack), ["<p>", "</p>", "<p>", "</p>", "<p>", "</p>"])
    assert.include(attack, "onerror")
  })

  it("shows no images, but what they were described as", () => {
    assert.strictEqual(html(md("![a *cat*](https://t.example/pixel.png)")), "<p>a cat</p>")
  })

  it("M20: a link that shows another address than its own is no link", () => {
    assert.strictEqual(html(md("[bank.example](https://evil.example)")), "<p>bank.example</p>")
    assert.strictEqual(html(md("[see https://bank.example](https://evil.example)")), "<p>see https://bank.example</p>")
    assert.include(html(md("[www.bank.example/a](https://bank.example/b)")), "<a ")
    assert.include(html(md("[terms.pdf](https://bank.example/terms.pdf)")), "<a ")
  })

  it("leaves tables, HTML blocks, code blocks and strike-through as they were typed", () => {
    assert.strictEqual(html(md("| a |\n|---|\n| b |")), "<p>| a |<br>\n|---|<br>\n| b |</p>")
    assert.strictEqual(html(md("    four spaces ~~x~~")), "<p>four spaces ~~x~~</p>")
  })

  it("reads well as text", () => {
    assert.strictEqual(
      text(md("Hello **you**,\n\n- one\n- [two](https://t.example)\n\nhttps://c.example/?a=1&b=2 <x>")),
      "Hello you,\n\n- one\n- two (https://t.example)\n\nhttps://c.example/?a=1&b=2 <x>",
    )
  })

  it("fits into a label: no blocks and no links", () => {
    assert.strictEqual(
      Result.getOrThrow(RichText.toInlineHtml(md("# Your *name*\n\nas in <your> [passport](https://p.example)"))),
      "Your <em>name</em> as in &#x3C;your> passport",
    )
  })
})

describe("tiptap", () => {
  it("writes the same tags as Markdown", () => {
    assert.strictEqual(
      html(
        doc(
          { type: "heading", attrs: { level: 2 }, content: [words("Head")] },
          paragraph(
            words("a "),
            words("b", { type: "bold" }),
            words("c", { type: "bold" }, { type: "italic" }),
            words("d", { type: "code" }),
          ),
          { type: "bulletList", content: [{ type: "listItem", content: [paragraph(words("one"))] }] },
          {
            type: "orderedList",
            attrs: { start: 4 },
            content: [{ type: "listItem", content: [paragraph(words("two"))] }],
          },
          { type: "blockquote", content: [paragraph(words("x"), { type: "hardBreak" }, words("<y>"))] },
          { type: "horizontalRule" },
          paragraph(words("here", link("https://a.example/?b=1&c=2"))),
        ),
      ),
      [
        "<h2>Head</h2><p>a <strong>b</strong><em><strong>c</strong></em><code>d</code></p>",
        '<ul><li><p>one</p></li></ul><ol start="4"><li><p>two</p></li></ol>',
        "<blockquote><p>x<br>&lt;y&gt;</p></blockquote><hr>",
        '<p><a href="https://a.example/?b=1&amp;c=2" rel="noopener noreferrer">here</a></p>',
      ].join(""),
    )
  })

  it.each([
    "javascript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,x",
    "//evil.example",
    "/admin",
    { toString: "x" },
    null,
  ])("S42: the link to %j is dropped, its text stays", (href) => {
    assert.strictEqual(html(doc(paragraph(words("x", link(href))))), "<p>x</p>")
  })

  it("S42: no attribute of the document reaches the HTML", () => {
    const attack = html(
      doc(
        { type: "heading", attrs: { level: '1 onclick="x"', class: "a", style: "b" }, content: [words("h")] },
        {
          type: "orderedList",
          attrs: { start: '1" onclick="x', type: "a" },
          content: [{ type: "listItem", content: [paragraph(words("i"))] }],
        },
        paragraph(
          words("l", link("https://a.example/\"onmouseover='x'", { class: "c", target: "_top", rel: "opener" })),
        ),
      ),
    )
    assertSafe(attack)
    assert.notMatch(attack, /class|target|opener"|onclick/)
  })

  it.each([
    ["an image", doc({ type: "image", attrs: { src: "x" } }), "unknown-type"],
    ["a code block", doc({ type: "codeBlock" }), "unknown-type"],
    ["a node called constructor", doc({ type: "constructor" }), "unknown-type"],
    ["a mark called __proto__", doc(paragraph(words("x", { type: "__proto__" }))), "unknown-type"],
    ["a strike mark", doc(paragraph(words("x", { type: "strike" }))), "unknown-type"],
    ["a mark whose type is no text", doc(paragraph(words("x", { type: { toString: "x" } }))), "unknown-type"],
    ["text right in the document", doc(words("x")), "malformed"],
    ["a list of paragraphs", doc({ type: "bulletList", content: [paragraph()] }), "malformed"],
    ["a paragraph alone", { tiptap: paragraph(words("x")) }, "malformed"],
    ["an empty text", doc(paragraph(words(""))), "malformed"],
    ["content that is no list", doc({ type: "paragraph", content: "x" }), "malformed"],
    ["no object", { tiptap: "doc" }, "malformed"],
    ["null", { tiptap: null }, "malformed"],
    [
      "a template tag outside of a message",
      doc(paragraph({ type: "templateTag", attrs: { name: "firmName" } })),
      "tag",
    ],
  ] as const)("refuses %s", (_, value, expected) => {
    assert.strictEqual(reason(value), expected)
  })

  it("reads well as text", () => {
    assert.strictEqual(
      text(
        doc(paragraph(words("Hello")), {
          type: "bulletList",
          content: ["a", "b"].map((item) => ({ type: "listItem", content: [paragraph(words(item))] })),
        }),
      ),
      "Hello\n\n- a\n- b",
    )
  })
})

describe("size and depth", () => {
  const hostile = [
    "a**b",
    "> ",
    ">",
    "*a_",
    "[",
    "[a](",
    "![",
    "`a``",
    "<a ",
    "&#",
    "- ",
    "1. ",
    "  - a\n",
    "_a__b*",
    "*a* **b",
    "[][",
    "www.a.b(",
    "a@b.",
  ]

  it.each(hostile)("S42: 4,000 characters of %j cost little, and 40,000 nothing", (piece) => {
    const most = piece.repeat(4_000).slice(0, 4_000)
    const result = within(1_500, () => RichText.toHtml(md(most)))
    if (Result.isSuccess(result)) assertSafe(result.success)
    else assert.strictEqual(result.failure.reason, "too-deep")
    assert.strictEqual(
      within(50, () => reason(md(most.repeat(10)))),
      "too-long",
    )
  })

  it("S42: nesting is refused before the stack ends", () => {
    assert.strictEqual(reason(md(">".repeat(3_900))), "too-deep")
    assert.strictEqual(reason(md(`${"> ".repeat(13)}x`)), "too-deep")
    assert.isTrue(Result.isSuccess(RichText.toHtml(md("> - > 1. x"))))
    let node: Schema.Json = paragraph(words("x"))
    for (let depth = 0; depth < 20_000; depth++) node = { type: "blockquote", content: [node] }
    assert.strictEqual(
      within(200, () => reason(doc(node))),
      "too-deep",
    )
  })

  it("S42: a large document costs no more than its cap", () => {
    assert.strictEqual(
      within(200, () => reason(doc(paragraph(words("x".repeat(4_001)))))),
      "too-long",
    )
    const many = Array.from({ length: 200_000 }, () => paragraph(words("x")))
    assert.strictEqual(
      within(200, () => reason(doc(...many.slice(0, 100_000)))),
      "too-long",
    )
    const full = Array.from({ length: 999 }, () => paragraph(words("x")))
    assertSafe(within(1_500, () => html(doc(...full))))
  })
})

it.prop("S42: whatever the text says, its HTML is safe", { text: Schema.String }, ({ text }) => {
  for (const value of [
    text,
    md(text),
    doc(paragraph(words(`x${text}`))),
    md(`[${text}](${text}) <${text}> ![${text}](${text})`),
  ]) {
    const result = RichText.toHtml(value)
    if (Result.isSuccess(result)) assertSafe(result.success)
  }
})

it("its three shapes are told apart in JSON", () => {
  const decode = Schema.decodeUnknownSync(RichText.RichText)
  assert.strictEqual(decode("plain"), "plain")
  assert.deepStrictEqual(decode({ markdown: "*x*" }), { markdown: "*x*" })
  assert.throws(() => decode({ html: "<b>" }))
})
