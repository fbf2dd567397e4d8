import { assert, describe, it } from "@effect/vitest"
import { MessageTemplate } from "@requite/content"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { assertSafe, tagsOf, within } from "./support.ts"

const declaration: MessageTemplate.Declaration = {
  variables: {
    contactName: { description: "The customer's name" },
    firmName: { description: "Your firm's name", required: true },
    link: { description: "The link to the request", kind: "url", required: true },
    due: { description: "The day it is due" },
    open: { description: "What is still open", kind: "list", fields: { title: "Its title", note: "Your note on it" } },
    names: { description: "The people asked", kind: "list" },
  },
}
const link = "https://requite.example/r/7Qm3v9fLxk2b?a=1&b=2"
const values: MessageTemplate.Values = {
  contactName: "María Núñez",
  firmName: "Harbour & Wells",
  link,
  due: "Friday",
  open: [
    { title: "Passport", note: "" },
    { title: "Payslip", note: "March" },
  ],
  names: ["Ann", "Bo"],
}
const required = "{{firmName}} {{link}}"

const check = (body: MessageTemplate.MessageTemplate["body"], subject = "Hello") =>
  MessageTemplate.check({ subject, body }, declaration)
/** The findings on a body that has the required tags on a line of their own. */
const findings = (body: string) =>
  check(`${body}\n${required}`).map(({ code, column, line }) => `${line}:${column} ${code}`)
const render = (
  body: MessageTemplate.MessageTemplate["body"],
  given: MessageTemplate.Values = values,
  subject = "Hello",
) => MessageTemplate.render({ subject, body }, declaration, given)
const html = (body: MessageTemplate.MessageTemplate["body"], given = values) =>
  Result.getOrThrow(render(body, given)).bodyHtml
const subject = (template: string, given = values) => Result.getOrThrow(render("x", given, template)).subject

describe("a good template", () => {
  const template = {
    subject: "{{firmName}} needs {{#if due}}something by {{due}}{{else}}something{{/if}}",
    body: [
      "Dear **{{contactName}}**,",
      "",
      "{{! a word to colleagues }}",
      "{{#if due}}",
      "please answer by {{due}}.",
      "{{else}}",
      "please answer soon.",
      "{{/if}}",
      "",
      "{{#each open}}",
      "- {{title}}{{#if note}} ({{note}}, {{../firmName}}){{/if}}",
      "{{else}}",
      "Nothing is open.",
      "{{/each}}",
      "",
      "For {{#each names}}*{{this}}* {{/each}}",
      "",
      "[Open your request]({{link}}) or {{link}}",
    ].join("\n"),
  }

  it("has no findings", () => {
    const body = `${template.body}\n\n{{firmName}}`
    assert.deepStrictEqual(MessageTemplate.check({ ...template, body }, declaration), [])
  })

  it("M9: is rendered as subject, HTML and text", () => {
    const rendered = Result.getOrThrow(MessageTemplate.render(template, declaration, values))
    assert.strictEqual(rendered.subject, "Harbour & Wells needs something by Friday")
    assertSafe(rendered.bodyHtml)
    const href = '<a href="https://requite.example/r/7Qm3v9fLxk2b?a=1&#x26;b=2" rel="noopener noreferrer">'
    assert.strictEqual(
      rendered.bodyHtml,
      [
        "<p>Dear <strong>María Núñez</strong>,</p>",
        "<p>please answer by Friday.</p>",
        "<ul>\n<li>Passport</li>\n<li>Payslip (March, Harbour &#x26; Wells)</li>\n</ul>",
        "<p>For <em>Ann</em> <em>Bo</em></p>",
        `<p>${href}Open your request</a> or ${href}https://requite.example/r/7Qm3v9fLxk2b?a=1&#x26;b=2</a></p>`,
      ].join("\n"),
    )
    assert.include(
      rendered.bodyText,
      "Dear María Núñez,\n\nplease answer by Friday.\n\n- Passport\n- Payslip (March, Harbour & Wells)",
    )
    assert.include(rendered.bodyText, `Open your request (${link}) or ${link}`)
  })

  it("M12: says something else when something else is open", () => {
    const rendered = Result.getOrThrow(
      MessageTemplate.render(template, declaration, { ...values, due: undefined, open: [] }),
    )
    assert.include(rendered.bodyHtml, "<p>please answer soon.</p>\n<p>Nothing is open.</p>")
    assert.strictEqual(rendered.subject, "Harbour & Wells needs something")
  })

  it("an empty value prints nothing and counts as false", () => {
    assert.strictEqual(
      html("**{{contactName}}**, {{#if contactName}}yes{{else}}no{{/if}}", { contactName: "" }),
      "<p><strong></strong>, no</p>",
    )
  })
})

describe("check", () => {
  it.each([
    ["{{firmNam}}", "1:3 unknown-variable"],
    ["one\n two {{{due}}}", "2:6 raw"],
    ["{{&due}}", "1:1 raw"],
    ["{{> header}}", "1:1 partial"],
    ["{{#> header}}x{{/header}}", "1:1 partial"],
    ["{{#*inline 'x'}}{{/inline}}", "1:1 not-allowed"],
    ["{{* x}}", "1:1 not-allowed"],
    ["{{{{raw}}}}x{{{{/raw}}}}", "1:1 unknown-helper"],
    ["{{lookup this 'x'}}", "1:1 unknown-helper"],
    ["{{log due}}", "1:1 unknown-helper"],
    ["{{due x=1}}", "1:1 unknown-helper"],
    ["{{#with due}}x{{/with}}", "1:1 unknown-helper"],
    ["{{#due}}x{{/due}}", "1:1 unknown-helper"],
    ["{{#if (lookup due 'x')}}x{{/if}}", "1:7 not-allowed"],
    ["{{#if due includeZero=true}}x{{/if}}", "1:1 not-allowed"],
    ["{{#each open as |item|}}x{{/each}}", "1:1 not-allowed"],
    ["{{#if}}x{{/if}}", "1:1 not-allowed"],
    ["{{'due'}}", "1:3 not-allowed"],
    ["{{@root}}", "1:3 not-allowed"],
    ["{{@root.constructor}}", "1:3 not-allowed"],
    ["{{constructor}}", "1:3 unknown-variable"],
    ["{{__proto__}}", "1:3 unknown-variable"],
    ["{{constructor.constructor}}", "1:3 unknown-variable"],
    ["{{due.length}}", "1:3 unknown-variable"],
    ["{{../due}}", "1:3 unknown-variable"],
    ["{{this}}", "1:3 unknown-variable"],
    ["{{#each open}}{{this}}{{/each}}", "1:17 unknown-variable"],
    ["{{#each open}}{{constructor}}{{/each}}", "1:17 unknown-variable"],
    ["{{#each open}}{{firmName}}{{/each}}", "1:17 unknown-variable"],
    ["{{#each open}}{{../../due}}{{/each}}", "1:17 unknown-variable"],
    ["{{#each due}}x{{/each}}", "1:1 not-a-list"],
    ["{{open}}", "1:1 list-as-text"],
    ["{{#each open}}{{#each ../names}}x{{/each}}{{/each}}", "1:15 nested-list"],
    ["[x](https://a.example/{{due}})", "1:1 tag-in-address"],
    ["[x]({{due}})", "1:1 tag-in-address"],
    ["[x]({{link}}?a=1)", "1:1 tag-in-address"],
    ["see https://a.example/{{due}}", "1:5 tag-in-address"],
    ["[x][r]\n\n[r]: https://a.example/{{due}}", "1:1 tag-in-address"],
    ["{{#if due}}\n- [x](javascript:alert(1))\n{{/if}}", "2:3 unsafe-link"],
    ["[x](/admin)", "1:1 unsafe-link"],
    ["[bank.example](https://evil.example)", "1:1 misleading-link"],
    ["[https://bank.example]({{link}})", "1:1 misleading-link"],
    ["one\n{{#if due}}\ntwo", "2:1 syntax"],
    ["one\ntwo {{due\nthree", "2:5 syntax"],
    ["{{#if due}}x{{/each}}", "1:4 syntax"],
    ["{{}}", "1:1 syntax"],
  ])("S42: %j is found at %s", (body, expected) => {
    assert.strictEqual(findings(body)[0], expected)
  })

  it("says it in plain sentences, with the name that was meant", () => {
    assert.deepStrictEqual(check(`Dear {{contactNmae}},\n\nfrom {{Firmname}}\n${required}`), [
      {
        part: "body",
        line: 1,
        column: 8,
        code: "unknown-variable",
        sentence: "There is no tag {{contactNmae}}. Did you mean {{contactName}}?",
      },
      {
        part: "body",
        line: 3,
        column: 8,
        code: "unknown-variable",
        sentence: "There is no tag {{Firmname}}. Did you mean {{firmName}}?",
      },
    ])
    assert.strictEqual(
      check(`{{#if due}}x{{/each}} ${required}`)[0]?.sentence,
      "{{#if}} is closed by {{/each}}; it needs {{/if}}.",
    )
  })

  it("M19, C8: a required tag that was taken out is named", () => {
    assert.deepStrictEqual(
      check("Dear {{contactName}}, {{firmName}} asks.").map(({ code, sentence }) => [code, sentence]),
      [
        [
          "missing-tag",
          "The body must show {{link}} (The link to the request) in every case: not only inside an {{#if}} or {{#each}}.",
        ],
      ],
    )
    assert.deepStrictEqual(
      check("nothing").map(({ code }) => code),
      ["missing-tag", "missing-tag"],
    )
  })

  it("M19: a required tag behind a condition or in a list does not count", () => {
    assert.deepStrictEqual(findings(""), [])
    assert.strictEqual(check("{{firmName}} {{#if due}}{{link}}{{/if}}")[0]?.code, "missing-tag")
    assert.strictEqual(check("{{firmName}} {{#each names}}{{../link}}{{/each}}")[0]?.code, "missing-tag")
    assert.deepStrictEqual(check("{{firmName}} [open]({{link}})"), [])
  })

  it("a link stays out of the subject, and findings there say so", () => {
    assert.deepStrictEqual(
      check(required, "Look: {{link}}").map(({ code, column, part }) => [part, column, code]),
      [["subject", 7, "url-in-subject"]],
    )
    assert.strictEqual(check(required, "{{nope}}")[0]?.part, "subject")
  })

  it("S42: what is too long or too deep is not parsed", () => {
    assert.strictEqual(within(100, () => check("x".repeat(4_001)))[0]?.code, "too-long")
    assert.strictEqual(within(100, () => check("{{#if due}}".repeat(3_000)))[0]?.code, "too-long")
    assert.strictEqual(check(required, "x".repeat(301))[0]?.code, "too-long")
    const nested = (depth: number) => `${"{{#if due}}".repeat(depth)}x${"{{/if}}".repeat(depth)} ${required}`
    assert.deepStrictEqual(check(nested(8)), [])
    assert.strictEqual(within(500, () => check(nested(200)))[0]?.code, "too-deep")
    assert.strictEqual(check(`{{#each names}}${"x".repeat(80)}{{/each}} ${required}`)[0]?.code, "too-long")
  })

  it("a template that passes can be rendered with the longest lists", () => {
    const body = `{{#each names}}- ${"*a_".repeat(15)} {{this}}\n{{/each}}${required}`
    assert.deepStrictEqual(check(body), [])
    const longest = { ...values, names: Array.from({ length: 100 }, (_, index) => `<${index}>`.repeat(1_000)) }
    assertSafe(within(3_000, () => html(body, longest)))
  })
})

describe("values", () => {
  const attacks = [
    "<img src=x onerror=alert(1)>",
    "</p></a><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "**bold** *soft* `code` [x](javascript:alert(1)) ![y](https://t.example/p.png)",
    "# head\n\n- item\n\n> quote\n\n---",
    "https://evil.example www.evil.example a@evil.example",
    "{{link}} {{{link}}} {{#if due}}x{{/if}} {{constructor.constructor}}",
    "&lt;b&gt; &#60;b&#62; \\<b\\>",
    "\uE0000\uE001 \uE0001\uE001",
    "$& $1 $`",
  ]
  const places =
    "{{contactName}} **{{contactName}}** `{{contactName}}` [{{contactName}}]({{link}}) ![{{contactName}}](x)\n\n# {{contactName}}\n\n- {{contactName}}\n\n{{#each names}}{{this}}{{/each}}"
  const given = (text: string) => ({ ...values, contactName: text, names: [text] })

  it.each(attacks)("S42: the name %j is only ever text", (attack) => {
    const attacked = html(places, given(attack))
    assertSafe(attacked)
    assert.deepStrictEqual(
      tagsOf(attacked),
      // A name that is an address of another place takes the link away from itself (M20).
      tagsOf(
        html(
          attack.includes("://") ? places.replace("[{{contactName}}]({{link}})", "{{contactName}}") : places,
          given("Ann"),
        ),
      ),
    )
  })

  it.prop("S42: no value ever yields a tag", { text: Schema.String }, ({ text }) => {
    const body = "Dear **{{contactName}}**, {{#each names}}\n- {{this}}\n{{/each}}\n\n> `{{contactName}}`"
    const attacked = html(body, given(text))
    assertSafe(attacked)
    assert.deepStrictEqual(tagsOf(attacked), tagsOf(html(body, given("Ann"))))
    const document = { tiptap: { type: "doc", content: [{ type: "paragraph", content: [tag("contactName")] }] } }
    assert.deepStrictEqual(tagsOf(html(document, given(text))), ["<p>", "</p>"])
  })

  it.prop("S42: a subject is one line without control characters", { text: Schema.String }, ({ text }) => {
    assert.notMatch(subject("From {{contactName}}", given(text)), /[\p{Cc}\u2028\u2029]/u)
  })

  it("S42: CR and LF in a subject or a name start no header", () => {
    assert.strictEqual(
      subject("A{{contactName}}\r\nX-B: c", given("Bob\r\nBcc: evil@x.example\u2028\0z")),
      "ABob Bcc: evil@x.example z X-B: c",
    )
  })

  it("the subject is plain: nothing is escaped, and it is cut at 200 characters", () => {
    assert.strictEqual(subject("{{firmName}} <asks> *you*"), "Harbour & Wells <asks> *you*")
    const long = subject("{{contactName}}", given("👩‍👩‍👧".repeat(300)))
    assert.strictEqual(long, `${"👩‍👩‍👧".repeat(199)}…`)
  })

  it("invisible turns of the reading direction and half characters are taken out", () => {
    assert.strictEqual(html("{{contactName}}", given("a\u202Ecod.exe\uD800")), "<p>acod.exe\uFFFD</p>")
  })

  it.each([
    ["a printed variable without a value", "{{contactName}}", {}, "contactName"],
    ["a field without a value", "{{#each open}}{{note}}{{/each}}", { open: [{ title: "x" }] }, "note"],
    ["a link that is none", "{{link}}", { link: "javascript:alert(1)" }, "link"],
    ["a link with a space", "{{link}}", { link: "https://a.example/ x" }, "link"],
    ["a text for a list", "x", { names: "Ann" }, "names"],
    ["a list for a text", "x", { contactName: ["Ann"] }, "contactName"],
    ["a list of records for a plain list", "x", { names: [{ a: "b" }] }, "names"],
    ["more than 100 entries", "x", { names: Array.from({ length: 101 }, () => "x") }, "names"],
  ] as const)("refuses %s", (_, body, wrong, variable) => {
    const error = Result.getOrThrow(Result.flip(render(body, wrong)))
    assert.strictEqual(error._tag === "ValueRefused" ? error.variable : error.message, variable)
  })

  it("a missing value is false, not an error, where it is only asked for", () => {
    assert.strictEqual(
      html("{{#if contactName}}a{{else}}b{{/if}}{{#unless due}}c{{/unless}}{{#each open}}d{{/each}}", {}),
      "<p>bc</p>",
    )
  })
})

describe("render", () => {
  it("S42: refuses what check refuses, so that no unchecked template runs", () => {
    const error = Result.getOrThrow(Result.flip(render("{{constructor.constructor}}")))
    assert.strictEqual(error._tag, "TemplateRefused")
    assert.strictEqual(Result.getOrThrow(Result.flip(render("x", values, "{{{due}}}")))._tag, "TemplateRefused")
  })

  it("sends what was saved although the declaration has grown a required tag", () => {
    assert.strictEqual(html("Dear {{contactName}}"), "<p>Dear María Núñez</p>")
  })

  it("braces that are no tag stay as they are", () => {
    assert.strictEqual(html("\\{{contactName}} { x } \uE0000\uE001"), "<p>{{contactName}} { x } \uFFFD0\uFFFD</p>")
  })

  it("has no helpers but its own, whatever other code registers", async () => {
    const { default: Handlebars } = await import("handlebars")
    Handlebars.registerHelper("due", () => "<b>hijacked</b>")
    assert.strictEqual(html("{{due}}"), "<p>Friday</p>")
    Handlebars.unregisterHelper("due")
  })
})

const tag = (name: string) => ({ type: "templateTag", attrs: { name } })
const tiptap = (...content: ReadonlyArray<Schema.Json>) => ({
  tiptap: { type: "doc", content: [{ type: "paragraph", content }] },
})
const words = (text: string, ...marks: ReadonlyArray<Schema.Json>) => ({ type: "text", text, marks })

describe("a body from the editor", () => {
  const codes = (...content: ReadonlyArray<Schema.Json>) => check(tiptap(...content)).map(({ code }) => code)
  const requiredTags = [tag("firmName"), tag("link")]

  it("fills its tags, and turns a link tag into a link on itself", () => {
    const body = tiptap(words("Dear "), tag("contactName"), words(": "), tag("firmName"), words(" "), tag("link"))
    assert.deepStrictEqual(check(body), [])
    const rendered = Result.getOrThrow(render(body, { ...values, contactName: "<b>" }))
    assert.strictEqual(
      rendered.bodyHtml,
      '<p>Dear &lt;b&gt;: Harbour &amp; Wells <a href="https://requite.example/r/7Qm3v9fLxk2b?a=1&amp;b=2" rel="noopener noreferrer">https://requite.example/r/7Qm3v9fLxk2b?a=1&amp;b=2</a></p>',
    )
    assert.strictEqual(rendered.bodyText, `Dear <b>: Harbour & Wells ${link}`)
  })

  it("S42: is checked like the other", () => {
    assert.deepStrictEqual(codes(...requiredTags, tag("firmNam")), ["unknown-variable"])
    assert.deepStrictEqual(codes(...requiredTags, tag("constructor")), ["unknown-variable"])
    assert.deepStrictEqual(codes(...requiredTags, tag("open")), ["list-as-text"])
    assert.deepStrictEqual(codes(...requiredTags, words("{{link}}")), ["typed-tag"])
    assert.deepStrictEqual(codes(...requiredTags, words("x", { type: "link", attrs: { href: "javascript:x" } })), [
      "unsafe-link",
    ])
    assert.deepStrictEqual(
      codes(...requiredTags, words("bank.example", { type: "link", attrs: { href: "https://evil.example" } })),
      ["misleading-link"],
    )
    assert.deepStrictEqual(codes({ type: "image" }), ["rich-text"])
    assert.deepStrictEqual(codes(tag("firmName")), ["missing-tag"])
  })

  it("refuses a tag without a value", () => {
    const error = Result.getOrThrow(Result.flip(render(tiptap(tag("contactName")), {})))
    assert.strictEqual(error._tag, "ValueRefused")
  })
})
