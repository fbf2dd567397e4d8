/** XLSForms as CSV and Markdown: what becomes of each construct, and what pyxform makes of real ones. */
import { assert, describe, it } from "@effect/vitest"
import * as Import from "requite/Import"
import * as Corpora from "../../support/Corpora.ts"
import { errors } from "./Strangers.ts"

const forms = ["csv", "md"]
  .flatMap((ending) => Corpora.names("xlsform", `.${ending}`))
  .filter((name) => name !== "LICENSE.md")

const imported = (text: string) => Import.from("xlsform", text)

const print = (line: string) => process.stdout.write(`${line}\n`)

/** What an XForm says of a node: the attributes of its bind, by its path below the root. */
const binds = (xml: string): ReadonlyArray<readonly [path: string, bind: Readonly<Record<string, string>>]> =>
  [...xml.matchAll(/<bind\b([^>]*?)\/?>/g)].map(([, inner = ""]) => {
    const attributes = Object.fromEntries(
      [...inner.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]),
    )
    return [(attributes["nodeset"] ?? "").split("/").slice(2).join("/"), attributes] as const
  })

const types: Readonly<Record<string, ReadonlyArray<string>>> = {
  string: ["text", "choice", "note", "confirm"],
  int: ["number"],
  decimal: ["number"],
  date: ["date"],
  dateTime: ["date"],
  time: ["text"],
  binary: ["upload", "text"],
  "odk:rank": ["choice"],
  "": ["group", "confirm"],
}

const metadata = "what is recorded without asking is no question"
const calculated = "what is calculated is no question"
const unsupported = "the expression is listed as unsupported"
const elsewhere = "what stands in another file cannot be read"
const unexplained = "none"

/** Each node of an XForm: is there an item of its type, that has a condition and is required where the node is? */
const compared = (source: string, xml: string) => {
  const { definition, ids, unsupported: listed } = imported(source)
  if (definition === null) return []
  const where = Corpora.placed(definition)
  return binds(xml).flatMap(([path, bind]) => {
    const { relevant, required = "false()", type = "" } = bind
    const item = where.get(ids[path] ?? "")?.item
    const says = (reason: string, agrees: boolean) => ({ path, agrees, reason })
    if (item === undefined) {
      const isMeta = path.startsWith("meta/") || bind["jr:preload"] !== undefined || bind["type"] === undefined
      const isCalculated = bind["calculate"] !== undefined || bind["readonly"] === "true()"
      return [says(isMeta ? metadata : isCalculated ? calculated : elsewhere, isMeta)]
    }
    const isListed = (what: string) => listed.some((one) => one.what === what)
    const relevance = (relevant !== undefined && relevant !== "true()") === (item.when !== undefined)
    const wanted = required === "true()" ? true : required === "false()" ? undefined : "condition"
    const must = typeof item.required === "object" ? "condition" : item.required
    return [
      says(unexplained, (types[type] ?? ["text"]).includes(item.type)),
      says(isListed("relevant") ? unsupported : unexplained, relevance),
      says(
        isListed("required") ? unsupported : unexplained,
        must === wanted || (item.type === "note" && must === undefined),
      ),
    ]
  })
}

const report = (what: string, found: ReturnType<typeof compared>): void => {
  const same = found.filter(({ agrees }) => agrees).length
  print(
    `XLSForm, ${what}: ${same} of ${found.length} facts about nodes hold (${((100 * same) / Math.max(1, found.length)).toFixed(1)} %)`,
  )
  for (const { path, agrees, reason } of found) if (!agrees) print(`  differs: ${path} (${reason})`)
  assert.deepStrictEqual(
    found.filter(({ agrees, reason }) => !agrees && reason === unexplained),
    [],
  )
}

describe("the corpus of XLSForms", () => {
  it("imports every form without an error, and says of a table of data that it is none", () => {
    let read = 0
    for (const name of forms) {
      const { definition, unsupported } = imported(Corpora.text(`xlsform/${name}`))
      const isForm = /survey/i.test(Corpora.text(`xlsform/${name}`))
      assert.strictEqual(definition !== null, isForm, name)
      if (definition === null) assert.deepInclude(unsupported[0], { what: "survey" })
      else {
        assert.deepStrictEqual(errors(definition), [], name)
        read++
      }
    }
    assert.isAbove(read, 0)
  })

  it("makes the same of a form as CSV and as Markdown", () => {
    for (const name of forms.filter((one) => one.endsWith(".csv") && forms.includes(one.replace(".csv", ".md")))) {
      const [csv, md] = [name, name.replace(".csv", ".md")].map((one) => imported(Corpora.text(`xlsform/${one}`)))
      assert.deepStrictEqual(csv?.definition, md?.definition, name)
    }
  })

  it("has an item for every node of the XForms that pyxform made, asked and required alike", () => {
    const recorded = Corpora.names("xlsform", ".xml").flatMap((name) => {
      const base = name.replace(/^expected[-_]/, "").replace(/\.xml$/, "")
      const source = [`${base}.csv`, `${base}.md`].find((one) => forms.includes(one))
      return source === undefined ? [] : compared(Corpora.text(`xlsform/${source}`), Corpora.text(`xlsform/${name}`))
    })
    // those that are in this half of the corpus
    if (recorded.length > 0) report("recorded XForms", recorded)
    report("of loop.csv", compared(Corpora.text("xlsform/loop.csv"), loop))
    report("of every kind of row", compared(form, xform))
  })
})

/** The binds of loop.csv, made with pyxform 4.5. */
const loop = `
<bind nodeset="/data/available_toilet_types" type="string"/>
<bind nodeset="/data/available_toilet_types_other" type="string" relevant="selected(../available_toilet_types, 'other')"/>
<bind nodeset="/data/loop_toilet_types/pit_latrine_with_slab/number" type="int"/>
<bind nodeset="/data/loop_toilet_types/open_pit_latrine/number" type="int"/>
<bind nodeset="/data/loop_toilet_types/bucket_system/number" type="int"/>
<bind nodeset="/data/loop_toilet_types/other/number" type="int"/>
<bind nodeset="/data/meta/instanceID" type="string" readonly="true()" jr:preload="uid"/>`

const form = `
| survey |
| | type | name | label::English (en) | label::Svenska (sv) | relevant | required | constraint | constraint_message | calculation | hint | choice_filter | repeat_count |
| | start | start | | | | | | | | | | |
| | select_one kind | kind | You are | Du är | | yes | | | | | | |
| | text | full_name | Name | Namn | | true() | regex(., '^[A-Z][a-z]+$') | A capital first | | As in the passport | | |
| | integer | age | Age of \${full_name} | Ålder | \${kind} = 'person' | \${kind} = 'person' | . >= 18 and . < 120 | | | | | |
| | begin_group | firm | Firm | Firma | \${kind} = 'firm' and \${full_name} != '' | | | | | | | |
| | decimal | share | Share | Andel | | | . <= 100 | | | | | |
| | select_multiple goods or_other | goods | Goods | Varor | | | count-selected(.) <= 2 | | | | | |
| | date | since | Since | Sedan | selected(\${goods}, 'food') | | . <= today() | | | | | |
| | end_group | | | | | | | | | | | |
| | begin_repeat | owners | Owners | Ägare | count-selected(\${goods}) > 1 | | | | | | | 3 |
| | text | owner | Owner | Ägare | | yes | | | | | | |
| | integer | part | Part | Del | string-length(\${owner}) > 0 | | | | | | | |
| | end_repeat | | | | | | | | | | | |
| | calculate | total | | | | | | | sum(\${part}) | | | |
| | note | thanks | In all \${total} | Summa \${total} | \${total} > 50 or not(\${since} < '2020-01-01') | | | | | | | |
| | select_one towns | town | Town | Ort | | | | | | | land=\${kind} | |
| | acknowledge | ok | Agreed | Jag intygar | | yes | | | | | | |
| | image | photo | Photo | Bild | \${ok} = 'OK' | | | | | | | |
| choices |
| | list_name | name | label::English (en) | label::Svenska (sv) | land |
| | kind | person | A person | En person | |
| | kind | firm | A firm | En firma | |
| | goods | food | Food | Mat | |
| | goods | wood | Wood | Trä | |
| | towns | lund | Lund | Lund | person |
| | towns | gent | Ghent | Gent | firm |
| settings |
| | form_title | form_id | default_language |
| | All kinds | all_kinds | English (en) |
`

/** The binds of that form, made with pyxform 4.5. */
const xform = `
<bind nodeset="/data/start" jr:preload="timestamp" type="dateTime" jr:preloadParams="start"/>
<bind nodeset="/data/kind" type="string" required="true()"/>
<bind nodeset="/data/full_name" type="string" required="true()" constraint="regex(., '^[A-Z][a-z]+$')"/>
<bind nodeset="/data/age" type="int" relevant=" /data/kind  = 'person'" required=" /data/kind  = 'person'"/>
<bind nodeset="/data/firm" relevant=" /data/kind  = 'firm' and  /data/full_name  != ''"/>
<bind nodeset="/data/firm/share" type="decimal" constraint=". &lt;= 100"/>
<bind nodeset="/data/firm/goods" type="string" constraint="count-selected(.) &lt;= 2"/>
<bind nodeset="/data/firm/goods_other" type="string" relevant="selected(../goods, 'other')"/>
<bind nodeset="/data/firm/since" type="date" relevant="selected( /data/firm/goods , 'food')"/>
<bind nodeset="/data/owners_count" type="string" readonly="true()" calculate="3"/>
<bind nodeset="/data/owners" relevant="count-selected( /data/firm/goods ) &gt; 1"/>
<bind nodeset="/data/owners/owner" type="string" required="true()"/>
<bind nodeset="/data/owners/part" type="int" relevant="string-length( ../owner ) &gt; 0"/>
<bind nodeset="/data/total" type="string" calculate="sum( /data/owners/part )"/>
<bind nodeset="/data/thanks" readonly="true()" type="string" relevant=" /data/total  &gt; 50"/>
<bind nodeset="/data/town" type="string"/>
<bind nodeset="/data/ok" type="string" required="true()"/>
<bind nodeset="/data/photo" type="binary" relevant=" /data/ok  = 'OK'"/>
<bind nodeset="/data/meta/instanceID" type="string" readonly="true()" jr:preload="uid"/>`

/** A form of these rows, imported; its definition has no errors. */
const survey = (headings: string, rows: ReadonlyArray<string>, more = "") => {
  const lines = rows.map((row) => `| | ${row} |`).join("\n")
  const result = imported(`| survey |\n| | ${headings} |\n${lines}\n${more}`)
  assert.deepStrictEqual(errors(result.definition), [])
  if (result.definition === null) return assert.fail("no definition")
  const where = Corpora.placed(result.definition)
  const item = (name: string): Readonly<Record<string, unknown>> => ({ ...where.get(result.ids[name] ?? "")?.item })
  return { ...result, definition: result.definition, where, item }
}

const choices = `| choices |
| | list name | name | label | part |
| | l | a | A | x |
| | l | b | B | y |`

describe("what becomes of the rows of XLSForms", () => {
  const asked = [
    "text | t | T | |",
    "integer | n | N | |",
    "integer | m | M | |",
    "date | d | D | |",
    "select_one l | s | S | |",
    "select_multiple l | c | C | |",
    "calculate | sum | | | ${n} + ${m}",
    "calculate | kind | | | if(${s} = 'a', 'one', 'two')",
    "begin repeat | r | R | |",
    "text | x | X | |",
    "end repeat | | | |",
  ]
  const [t, n, m, d, s, c] = ["t", "n", "m", "d", "s", "c"].map((answer) => ({ answer }))
  const withProbe = (relevant: string) =>
    survey("type | name | label | relevant | calculation", [...asked, `text | probe | P | ${relevant} |`], choices)

  it("translates each operator and function", () => {
    const given = [{ answered: n }, { answered: m }]
    const translated: ReadonlyArray<readonly [string, unknown]> = [
      ["${t} = 'x'", { eq: [t, "x"] }],
      ["${t} != 'x'", { not: { eq: [t, "x"] } }],
      ["${t} = ''", { not: { answered: t } }],
      ["string-length(${t}) > 0", { answered: t }],
      ["${n} >= 3 and 5 > ${n}", { all: [{ gte: [n, 3] }, { lt: [n, 5] }] }],
      [
        "${n} < 3 or (${t} != '' and ${n} = '4')",
        { any: [{ lt: [n, 3] }, { all: [{ answered: t }, { eq: [n, 4] }] }] },
      ],
      ["not(selected(${c}, 'a'))", { not: { anyOf: [c, ["a"]] } }],
      ["selected(${s}, 'b')", { eq: [s, "b"] }],
      ["selected('a b', ${s})", { any: [{ eq: [s, "a"] }, { eq: [s, "b"] }] }],
      ["count-selected(${c}) >= 2", { gte: [{ count: c }, 2] }],
      ["count(${r}) = 2", { eq: [{ count: { answer: "r" } }, 2] }],
      ["${c} = 'a'", { all: [{ allOf: [c, ["a"]] }, { not: { anyOf: [c, ["b"]] } }] }],
      ["${d} < today()", { lt: [d, { context: "today" }] }],
      ["${d} <= today() - 7", { lte: [d, { date: { context: "today" }, offset: { days: -7 } }] }],
      ["${d} = date('2026-01-02')", { eq: [d, "2026-01-02"] }],
      ["${n} > ${m}", { gt: [n, m] }],
      ["${sum} > 3", { all: [...given, { gt: [{ answer: "sum" }, 3] }] }],
      ["${kind} = 'one'", { eq: [s, "a"] }],
      ["/data/t = 'x'", { eq: [t, "x"] }],
      ["../t = 'x'", { eq: [t, "x"] }],
      ["selected(${c}, 'a') = true()", { anyOf: [c, ["a"]] }],
      ["coalesce(${t}, 'none') = 'none'", { any: [{ eq: [t, "none"] }, { not: { answered: t } }] }],
      ["${x} = 'y'", { some: [{ answer: "r" }, { eq: [{ answer: "x" }, "y"] }] }],
      ["yes", undefined],
      ["false()", { any: [] }],
    ]
    for (const [relevant, expected] of translated)
      assert.deepStrictEqual<unknown>(withProbe(relevant).item("probe")["when"], expected, relevant)
  })

  it("shows what it cannot translate, and says so", () => {
    for (const relevant of [
      "pulldata('f', 'a', 'b', ${t}) = 'x'",
      "${n} * 2 = 4",
      "regex(${t}, 'x')",
      "${nothing} = 1",
      "instance('l')/root/item[name = ${t}]",
      "${t} = ",
      "${n} + ${t} = 3",
    ]) {
      const { item, unsupported } = withProbe(relevant)
      assert.isUndefined(item("probe")["when"], relevant)
      assert.deepInclude(unsupported.at(-1), { pointer: "/survey/13/relevant", what: "relevant" }, relevant)
    }
  })

  it("works out sums, counts and texts, and shows them", () => {
    const { definition, item, unsupported } = survey("type | name | label | calculation", [
      "integer | n | N |",
      "integer | m | M |",
      "calculate | total | | ${n} + ${m}",
      "calculate | words | | concat('From ', ${n})",
      "calculate | half | | ${n} div 2",
      "note | note | ${total}, ${words}, ${half} |",
    ])
    assert.deepStrictEqual<unknown>(definition.sections[0]?.calculated, {
      total: { sum: [n, m] },
      words: { concat: ["From ", n] },
    })
    assert.deepStrictEqual(item("note")["label"], "{{total}}, {{words}}, ${half}")
    assert.deepStrictEqual(
      unsupported.map(({ pointer }) => pointer),
      ["/survey/6/calculation", "/survey/7/label"],
    )
  })

  it("reads limits out of constraints, and lists what else they say", () => {
    const { item, unsupported } = survey(
      "type | name | label | constraint | constraint_message | parameters",
      [
        "integer | n | N | . > 0 and . <= 10 | | |",
        "decimal | f | F | . > 0 | | |",
        "date | d | D | . >= today() and . < '2030-01-01' | | |",
        "date | e | E | . > ${d} | | |",
        "text | t | T | regex(., '[a-z]{2}') and string-length(.) <= 5 | Two | |",
        "select_multiple l | c | C | . = '' or count-selected(.) <= 1 | | |",
        "range | r | R | | | start=0 end=1 step=0.25 |",
        "text | u | U | contains(., 'x') | No x | |",
      ],
      choices,
    )
    assert.deepInclude(item("n"), { min: 1, max: 10 })
    assert.deepInclude(item("d"), { min: { context: "today" }, max: { date: "2030-01-01", offset: { days: -1 } } })
    assert.deepInclude(item("e"), { min: { date: d, offset: { days: 1 } } })
    assert.deepInclude(item("t"), { maxLength: 5, pattern: { regex: "[a-z]{2}", message: "Two" } })
    assert.deepInclude(item("c"), { maxPicked: 1 })
    assert.deepInclude(item("r"), { min: 0, max: 1, decimals: 2 })
    assert.deepStrictEqual(
      unsupported.map(({ pointer }) => pointer),
      ["/survey/3/constraint", "/survey/9/constraint", "/survey/9/constraint_message"],
    )
  })

  it("offers choices by what their row says", () => {
    const { item } = survey(
      "type | name | label | choice_filter",
      ["text | t | T |", "select_one l | s | S | part = ${t} |"],
      choices,
    )
    assert.deepStrictEqual<unknown>(item("s")["options"], [
      { value: "a", label: "A", when: { eq: [t, "x"] } },
      { value: "b", label: "B", when: { eq: [t, "y"] } },
    ])
  })

  it("knows headings and types in any case and by older names, and languages by their names", () => {
    const { item, definition } = survey(
      "Type | NAME | Caption::Svenska | caption::Français (fr) | Relevance | bind::required",
      [
        "Add Text Prompt | a b | Namn | Nom | | TRUE",
        "q int | n | Tal | Nombre | | ",
        "INTEGER | o | Tal | Nombre | ${n} = 1 | no",
      ],
    )
    assert.strictEqual(definition.language, "sv")
    assert.deepInclude(item("a b"), { id: "aB", type: "text", label: { sv: "Namn", fr: "Nom" }, required: true })
    assert.deepInclude(item("o"), { type: "number", when: { eq: [n, 1] } })
  })

  it("reads a table of the survey alone, quoted cells, and other separators", () => {
    for (const text of [
      'type,name,label\r\ntext,a,"One, ""two""\nthree"\r\n',
      'type;name;label\ntext;a;"One, ""two""\nthree"',
      'type\tname\tlabel\ntext\ta\tOne, "two" three',
    ]) {
      const { definition } = imported(text)
      assert.deepInclude({ ...definition?.sections[0]?.items[0] }, { id: "a", label: 'One, "two" three' }, text)
    }
  })

  it("refuses a workbook, and says what to do", () => {
    for (const text of ["PK\u0003\u0004\u0014", "\ufffd\ufffd\u0011\u0871"]) {
      const { definition, unsupported } = imported(text)
      assert.isNull(definition)
      assert.match(unsupported[0]?.message ?? "", /CSV or Markdown/)
    }
  })

  it("leaves out limits that wait for themselves", () => {
    const { item, unsupported } = survey("type | name | label | constraint | relevant", [
      "integer | a | A | | ${b} > 1 |",
      "integer | b | B | . >= ${a} | |",
    ])
    assert.isUndefined(item("b")["min"])
    assert.deepInclude(unsupported.at(-1), { what: "limit" })
  })
})
