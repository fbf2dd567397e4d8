/** Forms of Form.io and XLSForms from strangers: an import ends soon, throws nothing, and its definition has no errors. */
import { assert, describe, it } from "@effect/vitest"
import * as Corpora from "../../support/Corpora.ts"
import { imports, mutated, patience, random, soon, times } from "./Strangers.ts"

const values = [
  { value: "a", label: "A" },
  { value: "b", label: "B" },
]
const conditions = [
  { component: "n", operator: "greaterThan", value: 3 },
  { component: "s", operator: "isNotEqual", value: "a" },
  { component: "g.x", operator: "isEmpty" },
]
/** Something of everything, for changes to find. */
const everything = {
  display: "wizard",
  title: "All",
  components: [
    {
      key: "p",
      type: "panel",
      title: "P",
      components: [
        {
          key: "t",
          type: "textfield",
          label: "T",
          validate: { required: true, pattern: "[a-z]+", maxLength: 9, minLength: 2 },
        },
        { key: "n", type: "number", label: "N", validate: { min: 1, max: 9 }, decimalLimit: 2 },
        { key: "d", type: "datetime", label: "D", datePicker: { minDate: "2026-01-01", maxDate: "2027-01-01" } },
        { key: "s", type: "select", label: "S", multiple: true, data: { values } },
        { key: "b", type: "selectboxes", label: "B", values, validate: { minSelectedCount: 1, maxSelectedCount: 2 } },
        {
          key: "l",
          type: "textfield",
          label: "L",
          multiple: true,
          conditional: { json: { "==": [{ var: "data.t" }, "x"] } },
        },
      ],
    },
    {
      key: "q",
      type: "panel",
      title: "Q",
      conditional: { show: true, when: "t", eq: "x" },
      components: [
        {
          key: "g",
          type: "editgrid",
          label: "G",
          validate: { minLength: 1, maxLength: 3 },
          components: [{ key: "x", type: "checkbox", label: "X" }],
        },
        {
          key: "c",
          type: "container",
          label: "C",
          conditional: { show: false, conjunction: "any", conditions },
          components: [{ key: "t", type: "email", label: "T" }],
        },
        { key: "v", type: "survey", label: "V", questions: [{ value: "o", label: "O" }], values },
        { key: "h", type: "content", html: "<p>{{ data.t }}</p>" },
        {
          key: "w",
          type: "file",
          label: "W",
          hidden: true,
          filePattern: ".pdf",
          fileMaxSize: "1GB",
          logic: [
            {
              trigger: { type: "simple", simple: { show: true, when: "n", eq: 1 } },
              actions: [{ type: "property", property: { value: "hidden", type: "boolean" }, state: false }],
            },
          ],
        },
      ],
    },
  ],
}

const forms = [
  ...Corpora.names("formio", ".json")
    .filter((name) => name !== "expected.json")
    .map((name) => Corpora.text(`formio/${name}`)),
  ...Array.from({ length: 6 }, () => JSON.stringify(everything)),
]

const strange = ["{{ data.t }}", "t", "g.x", "n"]

describe("formio from strangers", () => {
  it(
    "imports changed forms without throwing or making an error",
    () => {
      const next = random(11)
      for (let run = 0; run < times(150); run++)
        imports("formio", mutated(forms[run % forms.length] ?? "{}", next, strange))
    },
    patience,
  )

  it("says of a text that is cut off that it is no JSON", () => {
    for (const text of forms)
      assert.deepInclude(imports("formio", text.slice(0, text.length >> 1)).unsupported[0], {
        pointer: "",
        what: "text",
      })
  })

  it(
    "takes any nesting, length and breadth in bounded time",
    () => {
      const levels = 100_000
      const wide = (item: string, count: number) => Array.from({ length: count }, () => item).join(",")
      const panel = '{"key":"a","type":"panel","components":['
      const columns = '{"type":"columns","columns":[{"components":['
      for (const text of [
        "[".repeat(levels),
        `{"components":[${panel.repeat(levels)}${"]}".repeat(levels)}]}`,
        `{"components":[${'{"columns":['.repeat(levels)}${"]}".repeat(levels)},{"key":"a","type":"button2","other":${"[".repeat(levels)}1${"]".repeat(levels)}}]}`,
        `{"components":[{"key":"a","conditional":{"show":true,"conditions":[{"component":${"[".repeat(levels)}${"]".repeat(levels)},"operator":"isEqual"}]}},{"key":"d","type":"day","conditional":{"show":true,"conditions":[{"component":"d","operator":"isDateEqual","value":${'{"a":'.repeat(levels)}1${"}".repeat(levels)}}]},"logic":[{"trigger":{"type":"simple"}}]}]}`,
        `{"components":[{"key":"a","conditional":{"json":${'{"!":['.repeat(levels)}1${"]}".repeat(levels)}}}]}`,
        `{"components":[${columns.repeat(levels)}${"]}]}".repeat(levels)}]}`,
        `{"components":[${wide('{"key":"a b","type":"textfield"}', 60_000)}]}`,
        `{"display":"wizard","components":[${wide('{"type":"panel","components":[{"key":"x"}]}', 10_000)}]}`,
        `{"components":["${"x".repeat(10_000_000)}"]}`,
      ])
        assert.isAbove(soon("formio", text).unsupported.length, 0)
      // many of everything still make a definition that is right
      imports(
        "formio",
        `{"display":"wizard","components":[${wide('{"type":"panel","title":"P","components":[{"key":"x"}]}', 300)}]}`,
      )
      imports("formio", `{"components":[${wide('{"key":"a b","type":"textfield"}', 6000)}]}`)
      imports("formio", `{"components":[${panel.repeat(90)}{"key":"z","type":"email"}${"]}".repeat(90)}]}`)
    },
    patience,
  )

  it("frees what waits for itself", () => {
    const shown = (key: string, when: string) => ({
      key,
      type: "textfield",
      label: key,
      conditional: { show: true, when, eq: "x" },
    })
    const { definition, unsupported } = imports(
      "formio",
      JSON.stringify({ components: [shown("a", "b"), shown("b", "a"), shown("c", "c")] }),
    )
    assert.isNotNull(definition)
    assert.isAtLeast(unsupported.length, 2)
  })
})

const rows = `
| survey |
| | type | name | label::English (en) | label::sv | relevant | required | constraint | calculation | choice_filter | repeat_count | parameters |
| | select_one l or_other | s | S | S | | yes | | | | | |
| | begin group | g | G | G | \${s} = 'a' or \${n} > 3 | | | | | | |
| | integer | n | N | N | selected(\${m}, 'b') | \${s} = 'b' | . > 1 and . <= 10 | | | | |
| | decimal | f | F | F | | | . >= \${n} | | | | |
| | end group | | | | | | | | | | |
| | begin repeat | r | R | R | | | | | | 3 | |
| | text | x | X of \${s} | X | string-length(\${s}) > 0 | | regex(., '^[a-z]+$') | | | | |
| | calculate | y | | | | | | concat(\${x}, ' ', \${s}) | | | |
| | end repeat | | | | | | | | | | |
| | select_multiple l | m | M | M | not(\${d} < today()) | | count-selected(.) < 3 | | part = \${s} | | |
| | date | d | D | D | \${t} > 5 | | . > '2026-01-01' | | | | |
| | calculate | t | | | | | | sum(\${n}, \${f}) | | | |
| | range | q | Q | Q | | | | | | | start=1 end=5 step=0.5 |
| | begin loop over l | o | O | O | | | | | | | |
| | note | w | %(label)s \${y} \${t} | W | \${t} = 1 | | | | | | |
| | end loop | | | | | | | | | | |
| choices |
| | list_name | name | label::English (en) | part |
| | l | a | A | a |
| | l | b | B | b |
| settings |
| | form_title | form_id | default_language |
| | All | all | English (en) |
`

const sheets = [
  ...["csv", "md"].flatMap((ending) =>
    Corpora.names("xlsform", `.${ending}`).map((name) => Corpora.text(`xlsform/${name}`)),
  ),
  ...Array.from({ length: 8 }, () => rows),
]

const cells = [
  "",
  "|",
  "\\|",
  '"',
  ",",
  "\n",
  "__proto__",
  "constructor",
  "${s}",
  "${x}",
  "${t}",
  "${",
  "'",
  ".",
  ". > ${f}",
  "begin group",
  "end group",
  "begin repeat",
  "begin loop over l",
  "calculate",
  "select_one l",
  "today()",
  "not(",
  "= ''",
  "and",
  "\ud800",
  "\u0000",
  "{{s}}",
  "99999999999",
  "-1",
  "label::",
  "x".repeat(5000),
]

const changed = (source: string, next: () => number): string => {
  let text = source
  for (let times = 1 + Math.floor(next() * 4); times > 0; times--) {
    const at = Math.floor(next() * text.length)
    const how = next()
    const lines = text.split("\n")
    const line = Math.floor(next() * lines.length)
    if (how < 0.15) text = text.slice(0, at) + text.slice(at + 1 + Math.floor(next() * 10))
    else if (how < 0.3) lines.splice(line, 1)
    else if (how < 0.45) lines.splice(Math.floor(next() * lines.length), 0, lines[line] ?? "")
    else if (how < 0.8) {
      const parts = (lines[line] ?? "").split("|")
      parts[Math.floor(next() * parts.length)] = cells[Math.floor(next() * cells.length)] ?? ""
      lines[line] = parts.join("|")
    } else text = text.slice(0, at) + (cells[Math.floor(next() * cells.length)] ?? "") + text.slice(at)
    if (how >= 0.15 && how < 0.8) text = lines.join("\n")
  }
  return text
}

describe("xlsform from strangers", () => {
  it("reads the form that is changed below without an error", () => {
    assert.isAbove(imports("xlsform", rows).definition?.sections[0]?.items.length ?? 0, 5)
  })

  it(
    "imports changed sheets without throwing or making an error",
    () => {
      const next = random(13)
      for (let run = 0; run < times(250); run++) imports("xlsform", changed(sheets[run % sheets.length] ?? "", next))
    },
    patience,
  )

  it(
    "takes any nesting, length and breadth in bounded time",
    () => {
      const head = "survey\n,type,name,label,relevant,calculation\n"
      const choices = "choices\n,list_name,name,label\n"
      for (const text of [
        `${head}${",begin group,a,A\n".repeat(100_000)}`,
        `${head}${",text,a b,A,\n".repeat(150_000)}`,
        `${head}${",begin loop over l,a,A\n".repeat(20)},text,t,T\n${choices}${Array.from({ length: 900 }, (_, i) => `,l,c${i},C`).join("\n")}`,
        ",".repeat(10_000_000),
        "|".repeat(10_000_000),
        `| survey |\n${"| ".repeat(1_000_000)}`,
        "\n".repeat(5_000_000),
        "",
      ])
        assert.isAbove(soon("xlsform", text).unsupported.length, 0)
      // a quotation mark that is never closed
      soon("xlsform", `${head},text,"${'""'.repeat(3_000_000)}`)
      imports("xlsform", `${head}${",text,a b,A,\n".repeat(6000)}`)
      imports("xlsform", `${head}${",begin group,a,A\n".repeat(50)},text,t,T\n`)
    },
    patience,
  )

  it(
    "reads no expression that is too long, too deep or too large once it is filled in, and none for long",
    () => {
      const calculated = Array.from(
        { length: 300 },
        (_, i) =>
          `,calculate,v${i},,,"if(\${v${i + 1}} = \${v${i + 1}} and \${v${i + 1}} = 1, \${v${i + 1}}, \${v${i + 1}})"`,
      ).join("\n")
      for (const relevant of [
        "(".repeat(100_000),
        "not(".repeat(3000),
        "-".repeat(9000),
        "${q}+".repeat(2000),
        `\${q} = 1${" or ${q} = 1".repeat(800)}`,
        "${v0} = 1",
        "${a} = 1",
        "'".repeat(9999),
        "${".repeat(4999),
        "/".repeat(9999),
        "../".repeat(3333),
        "a.".repeat(4999),
        "1.".repeat(4999),
      ]) {
        const text = `survey\n,type,name,label,relevant,calculation\n,integer,q,Q,,\n${calculated}\n,calculate,a,,,\${b}\n,calculate,b,,,\${a}\n,text,x,X,"${relevant}",`
        soon("xlsform", text)
        imports("xlsform", text)
      }
    },
    patience,
  )
})
