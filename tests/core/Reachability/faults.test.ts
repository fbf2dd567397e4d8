/** Planted faults that nobody can reach past, each with its healthy twin, in which nothing is found. */
import * as Evaluation from "@requite/core/Evaluation"
import * as QuestionKind from "@requite/core/QuestionKind"
import type { Condition } from "@requite/core/Condition/Ast"
import type { Question, Questionnaire } from "@requite/core/Questionnaire/Definition"
import * as Reachability from "@requite/core/Questionnaire/Reachability"
import { assert, describe, it } from "@effect/vitest"

type More = Readonly<Record<string, unknown>>

const item = (type: string, id: string, more: More = {}): Question => ({ id, type, label: id, ...more })
const choice = (id: string, values: ReadonlyArray<string>, more: More = {}) =>
  item("choice", id, { options: values.map((value) => ({ value, label: value })), ...more })
const yesNo = (id: string, more: More = {}) => choice(id, ["yes", "no"], more)
const several = (id: string, values: ReadonlyArray<string>, more: More = {}) =>
  choice(id, values, { multiple: true, ...more })
const text = (id: string, more: More = {}) => item("text", id, more)
const number = (id: string, more: More = {}) => item("number", id, more)
const whole = (id: string, more: More = {}) => number(id, { decimals: 0, ...more })
const date = (id: string, more: More = {}) => item("date", id, more)
const group = (id: string, items: ReadonlyArray<Question>, more: More = {}) => item("group", id, { items, ...more })

const answer = (id: string) => ({ answer: id })
const eq = (id: string, value: string | number | boolean): Condition => ({ eq: [answer(id), value] })
const ne = (id: string, value: string | number | boolean): Condition => ({ ne: [answer(id), value] })
const gt = (id: string, value: number): Condition => ({ gt: [answer(id), value] })
const lt = (id: string, value: number): Condition => ({ lt: [answer(id), value] })
const less = (a: string, b: string): Condition => ({ lt: [answer(a), answer(b)] })
const same = (a: string, b: string): Condition => ({ eq: [answer(a), answer(b)] })
const answered = (id: string): Condition => ({ answered: answer(id) })
const all = (...conditions: ReadonlyArray<Condition>): Condition => ({ all: conditions })
const any = (...conditions: ReadonlyArray<Condition>): Condition => ({ any: conditions })
const not = (condition: Condition): Condition => ({ not: condition })
const when = (condition: Condition) => ({ when: condition })

const base = { format: 1, id: "d", version: 1, language: "en", title: "D" } as const
const sections = (
  list: Readonly<Record<string, ReadonlyArray<Question>>>,
  whens: Readonly<Record<string, Condition>> = {},
) =>
  Object.entries(list).map(([id, items]) => ({
    id,
    title: id,
    items,
    ...(whens[id] === undefined ? {} : { when: whens[id] }),
  }))
const of = (...items: ReadonlyArray<Question>): Questionnaire => ({ ...base, sections: sections({ s: items }) })

interface Fault {
  readonly faulty: Questionnaire
  /** Code and pointer of all that is found. */
  readonly found: ReadonlyArray<readonly [string, string]>
  readonly healthy: Questionnaire
}

const first = "/sections/0/items"

const faults: Readonly<Record<string, Fault>> = {
  "one option and another of the same question": {
    faulty: of(yesNo("a"), text("b", when(all(eq("a", "yes"), eq("a", "no"))))),
    found: [["contradiction", `${first}/1/when`]],
    healthy: of(yesNo("a"), yesNo("c"), text("b", when(all(eq("a", "yes"), eq("c", "no"))))),
  },
  "a number above ten and below five": {
    faulty: of(number("n"), text("b", when(all(gt("n", 10), lt("n", 5))))),
    found: [["contradiction", `${first}/1/when`]],
    healthy: of(number("n"), text("b", when(all(gt("n", 5), lt("n", 10))))),
  },
  "a number above its limit": {
    faulty: of(number("n", { max: 10 }), text("b", when(gt("n", 20)))),
    found: [["contradiction", `${first}/1/when`]],
    healthy: of(number("n", { max: 30 }), text("b", when(gt("n", 20)))),
  },
  "between two whole numbers there is none": {
    faulty: of(whole("n"), text("b", when(all(gt("n", 1), lt("n", 2))))),
    found: [["contradiction", `${first}/1/when`]],
    healthy: of(number("n"), text("b", when(all(gt("n", 1), lt("n", 2))))),
  },
  "through two steps": {
    faulty: of(yesNo("a"), yesNo("b", when(eq("a", "yes"))), text("c", when(all(eq("b", "no"), eq("a", "no"))))),
    found: [["unreachable-question", `${first}/2`]],
    healthy: of(yesNo("a"), yesNo("b", when(eq("a", "yes"))), text("c", when(any(eq("b", "no"), eq("a", "no"))))),
  },
  "true as soon as it is answered": {
    faulty: of(yesNo("a"), text("b", when(any(eq("a", "yes"), ne("a", "yes"))))),
    found: [["always-true-once-answered", `${first}/1/when`]],
    healthy: of(yesNo("a"), text("b", when(answered("a")))),
  },
  "one is one": {
    faulty: of(yesNo("a"), text("b", { when: { eq: [1, 1] } })),
    found: [["always-true", `${first}/1/when`]],
    healthy: of(yesNo("a"), text("b")),
  },
  "required but never shown": {
    faulty: of(yesNo("a"), text("b", { required: true, when: { eq: [1, 2] } })),
    found: [
      ["contradiction", `${first}/1/when`],
      ["required-never-shown", `${first}/1/required`],
    ],
    healthy: of(yesNo("a"), text("b", { required: true, when: eq("a", "yes") })),
  },
  "required on a condition that never holds where it is asked": {
    faulty: of(yesNo("a"), text("b", { required: eq("a", "no"), when: eq("a", "yes") })),
    found: [["never-required", `${first}/1/required`]],
    healthy: of(yesNo("a"), yesNo("c"), text("b", { required: eq("c", "no"), when: eq("a", "yes") })),
  },
  "a question that needs two sections of which only one is shown": {
    faulty: {
      ...base,
      sections: sections(
        {
          start: [yesNo("a")],
          one: [yesNo("b")],
          two: [yesNo("c")],
          three: [text("d", when(all(answered("b"), answered("c"))))],
        },
        { one: eq("a", "yes"), two: eq("a", "no") },
      ),
    },
    found: [["unreachable-question", "/sections/3/items/0"]],
    healthy: {
      ...base,
      sections: sections(
        {
          start: [yesNo("a")],
          one: [yesNo("b")],
          two: [yesNo("c")],
          three: [text("d", when(any(answered("b"), answered("c"))))],
        },
        { one: eq("a", "yes"), two: eq("a", "no") },
      ),
    },
  },
  "a section that needs an answer of a section it excludes, and what is in it": {
    faulty: {
      ...base,
      sections: sections(
        { start: [yesNo("a")], one: [yesNo("b")], two: [yesNo("c"), text("d", when(eq("c", "yes")))] },
        { one: eq("a", "yes"), two: all(eq("a", "no"), eq("b", "yes")) },
      ),
    },
    found: [["unreachable-section", "/sections/2"]],
    healthy: {
      ...base,
      sections: sections(
        { start: [yesNo("a")], one: [yesNo("b")], two: [yesNo("c"), text("d", when(eq("c", "yes")))] },
        { one: eq("a", "yes"), two: eq("b", "yes") },
      ),
    },
  },
  "a chain of forty whose end needs its start undone": {
    faulty: of(
      yesNo("q0"),
      ...Array.from({ length: 40 }, (_, i) => yesNo(`q${i + 1}`, when(eq(`q${i}`, "yes")))),
      text("end", when(all(eq("q40", "yes"), eq("q0", "no")))),
    ),
    found: [["unreachable-question", `${first}/41`]],
    healthy: of(
      yesNo("q0"),
      ...Array.from({ length: 40 }, (_, i) => yesNo(`q${i + 1}`, when(eq(`q${i}`, "yes")))),
      text("end", when(all(eq("q40", "no"), answered("q7")))),
    ),
  },
  "all options used up": {
    faulty: of(
      choice("a", ["x", "y", "z"]),
      text("b", when(all(answered("a"), ne("a", "x"), ne("a", "y"), ne("a", "z")))),
    ),
    found: [["contradiction", `${first}/1/when`]],
    healthy: of(choice("a", ["x", "y", "z"]), text("b", when(all(ne("a", "x"), ne("a", "y"))))),
  },
  "options used up by the questions in between": {
    faulty: of(
      choice("a", ["x", "y", "z"]),
      yesNo("b", when(ne("a", "x"))),
      yesNo("c", when(all(answered("b"), ne("a", "y")))),
      text("d", when(all(answered("c"), ne("a", "z")))),
    ),
    found: [["unreachable-question", `${first}/3`]],
    healthy: of(
      choice("a", ["x", "y", "z", "w"]),
      yesNo("b", when(ne("a", "x"))),
      yesNo("c", when(all(answered("b"), ne("a", "y")))),
      text("d", when(all(answered("c"), ne("a", "z")))),
    ),
  },
  "an order that bites its tail": {
    faulty: of(
      number("a"),
      number("b"),
      number("c"),
      text("d", when(all(less("a", "b"), less("b", "c"), less("c", "a")))),
    ),
    found: [["contradiction", `${first}/3/when`]],
    healthy: of(
      number("a"),
      number("b"),
      number("c"),
      text("d", when(all(less("a", "b"), less("b", "c"), lt("c", 7)))),
    ),
  },
  "an order that bites its tail over three questions": {
    faulty: of(
      number("a"),
      number("b"),
      number("c", when(less("a", "b"))),
      number("d", when(less("b", "c"))),
      text("e", when(all(answered("d"), less("c", "a")))),
    ),
    found: [["unreachable-question", `${first}/4`]],
    healthy: of(
      number("a"),
      number("b"),
      number("c", when(less("a", "b"))),
      number("d", when(less("b", "c"))),
      text("e", when(all(answered("d"), less("a", "c")))),
    ),
  },
  "an order with too few whole numbers in it": {
    faulty: of(
      whole("a", { min: 1, max: 3 }),
      whole("b", { min: 1, max: 3 }),
      whole("c", { min: 1, max: 3 }),
      whole("d", { min: 1, max: 3 }),
      text("e", when(all(less("a", "b"), less("b", "c"), less("c", "d")))),
    ),
    found: [["contradiction", `${first}/4/when`]],
    healthy: of(
      whole("a", { min: 1, max: 4 }),
      whole("b", { min: 1, max: 4 }),
      whole("c", { min: 1, max: 4 }),
      whole("d", { min: 1, max: 4 }),
      text("e", when(all(less("a", "b"), less("b", "c"), less("c", "d")))),
    ),
  },
  "equal to what is equal to something else": {
    faulty: of(
      text("a"),
      text("b", when(eq("a", "p"))),
      text("c", when(same("a", "b"))),
      text("d", when(all(same("b", "c"), eq("c", "q")))),
    ),
    found: [["unreachable-question", `${first}/3`]],
    healthy: of(
      text("a"),
      text("b", when(eq("a", "p"))),
      text("c", when(same("a", "b"))),
      text("d", when(all(same("b", "c"), eq("c", "p")))),
    ),
  },
  "equal choices without an option in common": {
    faulty: of(choice("a", ["x", "y"]), choice("b", ["z", "w"]), text("c", when(same("a", "b")))),
    found: [["contradiction", `${first}/2/when`]],
    healthy: of(choice("a", ["x", "y"]), choice("b", ["y", "w"]), text("c", when(same("a", "b")))),
  },
  "three of four different answers among two": {
    faulty: of(
      yesNo("a"),
      yesNo("b"),
      yesNo("c"),
      text(
        "d",
        when(
          all(
            { ne: [answer("a"), answer("b")] },
            { ne: [answer("b"), answer("c")] },
            { ne: [answer("a"), answer("c")] },
          ),
        ),
      ),
    ),
    found: [["contradiction", `${first}/3/when`]],
    healthy: of(
      yesNo("a"),
      yesNo("b"),
      yesNo("c"),
      text("d", when(all({ ne: [answer("a"), answer("b")] }, { ne: [answer("b"), answer("c")] }))),
    ),
  },
  "more options than there are": {
    faulty: of(several("a", ["x", "y", "z"]), text("b", when({ gt: [{ count: answer("a") }, 3] }))),
    found: [["contradiction", `${first}/1/when`]],
    healthy: of(several("a", ["x", "y", "z"]), text("b", when({ gt: [{ count: answer("a") }, 2] }))),
  },
  "all of three, of which two may be picked": {
    faulty: of(
      several("a", ["x", "y", "z"], { maxPicked: 2 }),
      text("b", when({ allOf: [answer("a"), ["x", "y", "z"]] })),
    ),
    found: [["contradiction", `${first}/1/when`]],
    healthy: of(
      several("a", ["x", "y", "z"], { maxPicked: 3 }),
      text("b", when({ allOf: [answer("a"), ["x", "y", "z"]] })),
    ),
  },
  "one only, where two have to be picked": {
    faulty: of(several("a", ["x", "y", "z"], { minPicked: 2 }), text("b", when({ eq: [{ count: answer("a") }, 1] }))),
    found: [["contradiction", `${first}/1/when`]],
    healthy: of(several("a", ["x", "y", "z"], { minPicked: 2 }), text("b", when({ eq: [{ count: answer("a") }, 2] }))),
  },
  "an option that is never offered": {
    faulty: of(
      yesNo("a"),
      item("choice", "b", {
        when: eq("a", "yes"),
        options: [
          { value: "x", label: "x" },
          { value: "y", label: "y", when: eq("a", "no") },
        ],
      }),
    ),
    found: [["unreachable-option", `${first}/1/options/1`]],
    healthy: of(
      yesNo("a"),
      item("choice", "b", {
        options: [
          { value: "x", label: "x" },
          { value: "y", label: "y", when: eq("a", "no") },
        ],
      }),
    ),
  },
  "a question for an option that is never offered with it": {
    faulty: of(
      yesNo("a"),
      item("choice", "b", {
        options: [
          { value: "x", label: "x" },
          { value: "y", label: "y", when: eq("a", "no") },
        ],
      }),
      text("c", when(all(eq("b", "y"), eq("a", "yes")))),
    ),
    found: [["unreachable-question", `${first}/2`]],
    healthy: of(
      yesNo("a"),
      item("choice", "b", {
        options: [
          { value: "x", label: "x" },
          { value: "y", label: "y", when: eq("a", "no") },
        ],
      }),
      text("c", when(eq("b", "y"))),
    ),
  },
  "an end behind ends that take everything": {
    faulty: {
      ...of(yesNo("a")),
      ends: [
        { id: "e1", title: "E", when: eq("a", "yes") },
        { id: "e2", title: "E", when: not(eq("a", "yes")) },
        { id: "e3", title: "E" },
      ],
    },
    found: [["unreachable-end", "/ends/2"]],
    healthy: {
      ...of(yesNo("a")),
      ends: [
        { id: "e1", title: "E", when: eq("a", "yes") },
        { id: "e2", title: "E", when: eq("a", "no") },
        { id: "e3", title: "E" },
      ],
    },
  },
  "a day before the first one allowed": {
    faulty: of(date("a", { min: "2026-01-01" }), text("b", when({ lt: [answer("a"), "2025-12-31"] }))),
    found: [["contradiction", `${first}/1/when`]],
    healthy: of(date("a", { min: "2025-01-01" }), text("b", when({ lt: [answer("a"), "2025-12-31"] }))),
  },
  "a week after a date that comes later": {
    faulty: of(
      date("a"),
      date("b", when(answered("a"))),
      text(
        "c",
        when(
          all({ gt: [answer("a"), { date: answer("b"), offset: { days: 7 } }] }, { gte: [answer("b"), answer("a")] }),
        ),
      ),
    ),
    found: [["contradiction", `${first}/2/when`]],
    healthy: of(
      date("a"),
      date("b", when(answered("a"))),
      text(
        "c",
        when(
          all({ lt: [answer("a"), { date: answer("b"), offset: { days: 7 } }] }, { lte: [answer("b"), answer("a")] }),
        ),
      ),
    ),
  },
  "of age, in a question for those who are not": {
    faulty: of(
      date("birth"),
      yesNo("guardian", when({ gt: [answer("birth"), { date: { context: "today" }, offset: { years: -18 } }] })),
      text(
        "licence",
        when(
          all(answered("guardian"), { lte: [answer("birth"), { date: { context: "today" }, offset: { years: -18 } }] }),
        ),
      ),
    ),
    found: [["unreachable-question", `${first}/2`]],
    healthy: of(
      date("birth"),
      yesNo("guardian", when({ gt: [answer("birth"), { date: { context: "today" }, offset: { years: -18 } }] })),
      text(
        "licence",
        when(
          all(answered("guardian"), { lte: [answer("birth"), { date: { context: "today" }, offset: { years: -16 } }] }),
        ),
      ),
    ),
  },
  "some instance with what every instance lacks": {
    faulty: of(
      group("owners", [yesNo("resident"), number("share", { min: 0, max: 100 })], { repeat: { max: 5 } }),
      text(
        "a",
        when(
          all({ some: [answer("owners"), eq("resident", "no")] }, { every: [answer("owners"), eq("resident", "yes")] }),
        ),
      ),
    ),
    found: [["contradiction", `${first}/1/when`]],
    healthy: of(
      group("owners", [yesNo("resident"), number("share", { min: 0, max: 100 })], { repeat: { max: 5 } }),
      text(
        "a",
        when(
          all({ some: [answer("owners"), eq("resident", "no")] }, { some: [answer("owners"), eq("resident", "yes")] }),
        ),
      ),
    ),
  },
  "three different instances of at most two": {
    faulty: of(
      group("owners", [choice("role", ["x", "y", "z"])], { repeat: { max: 2 } }),
      text(
        "a",
        when(all(...["x", "y", "z"].map((role): Condition => ({ some: [answer("owners"), eq("role", role)] })))),
      ),
    ),
    found: [["contradiction", `${first}/1/when`]],
    healthy: of(
      group("owners", [choice("role", ["x", "y", "z"])], { repeat: { max: 3 } }),
      text(
        "a",
        when(all(...["x", "y", "z"].map((role): Condition => ({ some: [answer("owners"), eq("role", role)] })))),
      ),
    ),
  },
  "more instances than there may be": {
    faulty: of(
      group("owners", [text("name")], { repeat: { min: 1, max: 3 } }),
      text("a", when({ gte: [{ count: answer("owners") }, 4] })),
    ),
    found: [["contradiction", `${first}/1/when`]],
    healthy: of(
      group("owners", [text("name")], { repeat: { min: 1, max: 3 } }),
      text("a", when({ gte: [{ count: answer("owners") }, 3] })),
    ),
  },
  "inside an instance, two questions that exclude each other": {
    faulty: of(
      group(
        "owners",
        [yesNo("a"), yesNo("b", when(eq("a", "yes"))), text("c", when(all(eq("b", "yes"), eq("a", "no"))))],
        {
          repeat: {},
        },
      ),
    ),
    found: [["unreachable-question", `${first}/0/items/2`]],
    healthy: of(
      group("owners", [yesNo("a"), yesNo("b", when(eq("a", "yes"))), text("c", when(eq("b", "yes")))], { repeat: {} }),
    ),
  },
  "a question that needs two groups of which only one is shown": {
    faulty: of(
      yesNo("a"),
      group("one", [yesNo("b")], when(eq("a", "yes"))),
      group("two", [yesNo("c")], when(eq("a", "no"))),
      text("d", when(all(eq("b", "yes"), eq("c", "yes")))),
    ),
    found: [["unreachable-question", `${first}/3`]],
    healthy: of(
      yesNo("a"),
      group("one", [yesNo("b")], when(eq("a", "yes"))),
      group("two", [yesNo("c")], when(eq("a", "no"))),
      text("d", when(any(eq("b", "yes"), eq("c", "yes")))),
    ),
  },
  "a total that its parts cannot reach": {
    faulty: {
      ...base,
      sections: [
        {
          id: "s",
          title: "S",
          items: [number("a", { min: 0, max: 10 }), number("b", { min: 0, max: 10 }), text("c", when(gt("total", 20)))],
          calculated: { total: { sum: [answer("a"), answer("b")] } },
        },
      ],
    },
    found: [["contradiction", `${first}/2/when`]],
    healthy: {
      ...base,
      sections: [
        {
          id: "s",
          title: "S",
          items: [number("a", { min: 0, max: 10 }), number("b", { min: 0, max: 10 }), text("c", when(gt("total", 19)))],
          calculated: { total: { sum: [answer("a"), answer("b")] } },
        },
      ],
    },
  },
  "a total of totals that their parts cannot reach": {
    faulty: {
      ...base,
      sections: [
        {
          id: "s",
          title: "S",
          items: [number("a", { min: 0, max: 10 }), number("b", { min: 0, max: 10 }), text("c", when(gt("grand", 35)))],
          calculated: {
            total: { sum: [answer("a"), answer("b")] },
            grand: { sum: [answer("total"), answer("a"), 5] },
          },
        },
      ],
    },
    found: [["contradiction", `${first}/2/when`]],
    healthy: {
      ...base,
      sections: [
        {
          id: "s",
          title: "S",
          items: [number("a", { min: 0, max: 10 }), number("b", { min: 0, max: 10 }), text("c", when(gt("grand", 34)))],
          calculated: {
            total: { sum: [answer("a"), answer("b")] },
            grand: { sum: [answer("total"), answer("a"), 5] },
          },
        },
      ],
    },
  },
  "a total that is out of reach because one part is not asked then": {
    faulty: {
      ...base,
      sections: [
        {
          id: "s",
          title: "S",
          items: [
            yesNo("a"),
            number("b", { min: 0, max: 10 }),
            number("c", { min: 0, max: 10, when: eq("a", "yes") }),
            text("d", when(all(gt("total", 10), eq("a", "no")))),
          ],
          calculated: { total: { sum: [answer("b"), answer("c")] } },
        },
      ],
    },
    found: [["unreachable-question", `${first}/3`]],
    healthy: {
      ...base,
      sections: [
        {
          id: "s",
          title: "S",
          items: [
            yesNo("a"),
            number("b", { min: 0, max: 10 }),
            number("c", { min: 0, max: 10, when: eq("a", "yes") }),
            text("d", when(gt("total", 10))),
          ],
          calculated: { total: { sum: [answer("b"), answer("c")] } },
        },
      ],
    },
  },
  "a named condition that never holds, and what needs it": {
    faulty: {
      ...of(yesNo("a"), text("b", when({ is: "both" })), text("c", when(all({ is: "both" }, eq("a", "yes"))))),
      conditions: { both: all(eq("a", "yes"), eq("a", "no")) },
    },
    found: [["contradiction", "/conditions/both"]],
    healthy: {
      ...of(yesNo("a"), text("b", when({ is: "either" })), text("c", when(all({ is: "either" }, answered("a"))))),
      conditions: { either: any(eq("a", "yes"), not(answered("a"))) },
    },
  },
  "always true below what makes it true": {
    faulty: of(yesNo("a"), group("g", [text("b", when(eq("a", "yes")))], when(eq("a", "yes")))),
    found: [["always-true", `${first}/1/items/0/when`]],
    healthy: of(yesNo("a"), yesNo("c"), group("g", [text("b", when(eq("c", "yes")))], when(eq("a", "yes")))),
  },
  "a part that says nothing more": {
    faulty: of(number("n"), text("b", when(all(gt("n", 5), gt("n", 3))))),
    found: [["redundant-part", `${first}/1/when/all/1`]],
    healthy: of(number("n"), text("b", when(all(gt("n", 3), lt("n", 5))))),
  },
  "a part that stands twice": {
    faulty: of(number("n"), text("b", when(all(gt("n", 5), answered("n"), gt("n", 5))))),
    found: [["redundant-part", `${first}/1/when/all/2`]],
    // a guard beside the comparison that needs it may stay
    healthy: of(number("n"), text("b", when(all(answered("n"), gt("n", 5))))),
  },
  "an answer that is asked for twice": {
    faulty: of(text("t"), text("b", when(all(answered("t"), answered("t"))))),
    found: [["redundant-part", `${first}/1/when/all/1`]],
    healthy: of(text("t"), text("b", when(all(answered("t"), ne("t", "x"))))),
  },
  "an arm that says the same as not to be answered": {
    faulty: of(text("t"), text("b", when(any(not(answered("t")), not(answered("t")))))),
    found: [["duplicate-arm", `${first}/1/when/any/1`]],
    healthy: of(text("t"), text("b", when(any(not(answered("t")), not(eq("t", "x")))))),
  },
  "an arm that another one covers": {
    faulty: of(choice("a", ["x", "y", "z"]), text("b", when(any(eq("a", "x"), { in: [answer("a"), ["x", "y"]] })))),
    found: [["duplicate-arm", `${first}/1/when/any/0`]],
    healthy: of(choice("a", ["x", "y", "z"]), text("b", when(any(eq("a", "x"), eq("a", "y"))))),
  },
  "an arm that can never hold": {
    faulty: of(yesNo("a"), yesNo("c"), text("b", when(any(eq("c", "yes"), all(eq("a", "yes"), eq("a", "no")))))),
    found: [["contradiction", `${first}/2/when/any/1`]],
    healthy: of(yesNo("a"), yesNo("c"), text("b", when(any(eq("c", "yes"), all(eq("a", "yes"), eq("c", "no")))))),
  },
}

const found = (questionnaire: Questionnaire) =>
  Reachability.findings(questionnaire, QuestionKind.standard).map(
    ({ code, path }) => [code, path.map((step) => `/${step}`).join("")] as const,
  )

describe("what nobody can reach", () => {
  for (const [name, { faulty, found: expected, healthy }] of Object.entries(faults)) {
    it(`is found: ${name}`, () => {
      assert.deepStrictEqual(found(faulty), expected)
    })
    it(`is not found where there is a way: ${name}`, () => {
      assert.deepStrictEqual(found(healthy), [])
    })
  }
})

describe("a finding", () => {
  const messageOf = (questionnaire: Questionnaire) =>
    Reachability.findings(questionnaire, QuestionKind.standard)[0]?.message

  it("says which conditions exclude each other", () => {
    const questionnaire = of(
      yesNo("a"),
      yesNo("b", when(eq("a", "yes"))),
      yesNo("x"),
      text("c", when(all(eq("b", "no"), eq("a", "no")))),
    )
    assert.strictEqual(
      messageOf(questionnaire),
      'The question "c" is never asked: it needs “b = "no" and a = "no"”, but "b" is asked only when “a = "yes"”.',
    )
  })

  it("names the limit that stands in the way", () => {
    assert.include(messageOf(of(number("n", { max: 10 }), text("b", when(gt("n", 20))))), '"n" is at most 10')
  })

  it("names only the parts that a useless one follows from, and what their names mean", () => {
    const questionnaire: Questionnaire = {
      ...of(number("n"), number("m"), text("b", when(all({ is: "big" }, gt("m", 1), gt("n", 3))))),
      conditions: { big: gt("n", 5) },
    }
    assert.strictEqual(
      messageOf(questionnaire),
      '“n > 3” says nothing more: it follows from “is big”, as "big" means “n > 5”.',
    )
  })

  it("counts what follows from it instead of repeating it", () => {
    const questionnaire = of(
      yesNo("a"),
      yesNo("b", when(all(eq("a", "yes"), eq("a", "no")))),
      ...Array.from({ length: 5 }, (_, i) => text(`c${i}`, when(eq("b", "yes")))),
    )
    assert.deepStrictEqual(found(questionnaire), [["contradiction", `${first}/1/when`]])
    assert.include(messageOf(questionnaire), "5 items")
  })

  it("has a witness that the evaluator confirms, where a condition is true once answered", () => {
    const questionnaire = of(yesNo("a"), yesNo("c"), text("b", when(any(eq("a", "yes"), ne("a", "yes")))))
    const [finding] = Reachability.findings(questionnaire, QuestionKind.standard)
    const evaluation = Evaluation.start(
      Evaluation.compile(questionnaire),
      finding?.witness ?? { a: "yes" },
      finding?.context,
    )
    assert.isFalse(Evaluation.isAsked(evaluation, ["b"]))
    assert.deepStrictEqual(finding?.fix, [
      { op: "replace", path: `${first}/2/when`, value: { answered: { answer: "a" } } },
    ])
  })
})

describe("analyse", () => {
  it("gives an answer set for all that is reachable, and the reasons for what is not", () => {
    const questionnaire = of(
      yesNo("a"),
      yesNo("b", when(eq("a", "yes"))),
      text("c", when(all(eq("b", "no"), eq("a", "no")))),
    )
    const verdicts = Reachability.analyse(questionnaire, QuestionKind.standard)
    const item = (id: string) => verdicts.find((verdict) => verdict.role === "item" && verdict.id === id)?.decision
    const b = item("b")
    assert.deepStrictEqual(b?.verdict === "reachable" && b.witness.answers["a"], "yes")
    const c = item("c")
    assert.deepStrictEqual(c?.verdict === "unreachable" ? c.because : [], [
      '"c" is asked only when “b = "no" and a = "no"”',
      '"b" is asked only when “a = "yes"”',
    ])
  })

  it("does not decide what it has no budget for", () => {
    const questionnaire = of(yesNo("a"), text("b", when(eq("a", "yes"))))
    const verdicts = Reachability.analyse(questionnaire, QuestionKind.standard, { budget: 0 })
    assert.isTrue(verdicts.every(({ decision }) => decision.verdict === "not decided"))
  })
})
