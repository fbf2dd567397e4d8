/**
 * The 25 planted faults that peers were measured by (SurveyJS's model finds 7 of them, its linter 20), each beside a
 * definition that is right and has no findings at all.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Questionnaire from "@requite/core/Questionnaire"
import { definition, section } from "../support/Questionnaires.ts"

const yesNo = (id: string, change: object = {}) => ({
  id,
  type: "choice",
  label: "Yes or no?",
  options: ["yes", "no"].map((value) => ({ value, label: value })),
  ...change,
})
const text = (id: string, change: object = {}) => ({ id, type: "text", label: "Text", ...change })
const number = (id: string, change: object = {}) => ({ id, type: "number", label: "Number", ...change })
const ask = (...items: ReadonlyArray<unknown>) => definition([section("s", ...items)])
const eq = (id: string, value: unknown) => ({ eq: [{ answer: id }, value] })

interface Fault {
  readonly codes: ReadonlyArray<string>
  /** A definition, or its text. */
  readonly faulty: unknown
  readonly healthy: unknown
  /** Found by what answers can reach: needs Questionnaire/Reachability.ts. */
  readonly reachability?: true
}

const faults: Record<string, Fault> = {
  "syntax error in a condition": {
    codes: ["syntax"],
    faulty: JSON.stringify(ask(yesNo("a"), text("b", { when: eq("a", "yes") }))).replace('"yes"]', '"yes"'),
    healthy: ask(yesNo("a"), text("b", { when: eq("a", "yes") })),
  },
  "reference to a question that does not exist": {
    codes: ["dangling-reference"],
    faulty: ask(yesNo("a"), text("b", { when: eq("ghost", "yes") })),
    healthy: ask(yesNo("ghost"), text("b", { when: eq("ghost", "yes") })),
  },
  "unknown function": {
    codes: ["unknown-property"],
    faulty: ask(yesNo("a"), text("b", { when: { nosuch: [{ answer: "a" }, 1] } })),
    healthy: ask(yesNo("a"), text("b", { when: { in: [{ answer: "a" }, ["yes"]] } })),
  },
  "unknown property (typo)": {
    codes: ["unknown-property"],
    faulty: ask(yesNo("a"), text("b", { wehn: eq("a", "yes") })),
    healthy: ask(yesNo("a"), text("b", { when: eq("a", "yes") })),
  },
  "unknown question type": {
    codes: ["unknown-type"],
    faulty: ask(text("b", { type: "txet" })),
    healthy: ask(text("b")),
  },
  "duplicate question id": {
    codes: ["duplicate-id"],
    faulty: ask(yesNo("a"), text("a")),
    healthy: ask(yesNo("a"), text("b")),
  },
  "option value that does not exist": {
    codes: ["unknown-option"],
    faulty: ask(yesNo("a"), text("b", { when: eq("a", "maybe") })),
    healthy: ask(yesNo("a"), text("b", { when: eq("a", "no") })),
  },
  "type mismatch: number compared with text": {
    codes: ["type-mismatch"],
    faulty: ask(number("n"), text("b", { when: eq("n", "abc") })),
    healthy: ask(number("n"), text("b", { when: eq("n", 5) })),
  },
  "condition depends on itself": {
    codes: ["self-reference"],
    faulty: ask(text("b", { when: eq("b", "x") })),
    healthy: ask(text("a"), text("b", { when: eq("a", "x") })),
  },
  "two questions each wait for the other": {
    codes: ["cycle"],
    faulty: ask(yesNo("a", { when: eq("b", "yes") }), yesNo("b", { when: eq("a", "yes") })),
    healthy: ask(yesNo("a"), yesNo("b", { when: eq("a", "yes") })),
  },
  "calculated values in a cycle": {
    codes: ["cycle"],
    faulty: definition([
      {
        ...section("s", number("a")),
        calculated: { v1: { sum: [{ answer: "v2" }, 1] }, v2: { sum: [{ answer: "v1" }, 1] } },
      },
    ]),
    healthy: definition([
      {
        ...section("s", number("a")),
        calculated: { v1: { sum: [{ answer: "v2" }, 1] }, v2: { sum: [{ answer: "a" }, 1] } },
      },
    ]),
  },
  "contradiction: a=yes and a=no": {
    codes: ["contradiction"],
    reachability: true,
    faulty: ask(yesNo("a"), text("b", { when: { all: [eq("a", "yes"), eq("a", "no")] } })),
    healthy: ask(yesNo("a"), yesNo("c"), text("b", { when: { all: [eq("a", "yes"), eq("c", "no")] } })),
  },
  "contradiction through numbers: n>10 and n<5": {
    codes: ["contradiction"],
    reachability: true,
    faulty: ask(
      number("n"),
      text("b", { when: { all: [{ gt: [{ answer: "n" }, 10] }, { lt: [{ answer: "n" }, 5] }] } }),
    ),
    healthy: ask(
      number("n"),
      text("b", { when: { all: [{ gt: [{ answer: "n" }, 5] }, { lt: [{ answer: "n" }, 10] }] } }),
    ),
  },
  "contradiction with the range: n max 10, shown if n>20": {
    codes: ["contradiction"],
    reachability: true,
    faulty: ask(number("n", { max: 10 }), text("b", { when: { gt: [{ answer: "n" }, 20] } })),
    healthy: ask(number("n", { max: 30 }), text("b", { when: { gt: [{ answer: "n" }, 20] } })),
  },
  "unreachable through two steps": {
    codes: ["unreachable-question"],
    reachability: true,
    faulty: ask(
      yesNo("a"),
      yesNo("b", { when: eq("a", "yes") }),
      text("c", { when: { all: [eq("b", "no"), eq("a", "no")] } }),
    ),
    healthy: ask(yesNo("a"), yesNo("b", { when: eq("a", "yes") }), text("c", { when: eq("b", "no") })),
  },
  "always true condition (a=yes or a<>yes)": {
    codes: ["always-true-once-answered"],
    reachability: true,
    faulty: ask(
      yesNo("a", { required: true }),
      text("b", { when: { any: [eq("a", "yes"), { ne: [{ answer: "a" }, "yes"] }] } }),
    ),
    healthy: ask(yesNo("a", { required: true }), text("b", { when: { ne: [{ answer: "a" }, "yes"] } })),
  },
  "constant condition": {
    codes: ["constant-condition"],
    faulty: ask(yesNo("a"), text("b", { when: { eq: [1, 1] } })),
    healthy: ask(yesNo("a"), text("b", { when: eq("a", "yes") })),
  },
  "required but never shown": {
    codes: ["required-never-shown"],
    reachability: true,
    faulty: ask(yesNo("a"), text("b", { required: true, when: { eq: [1, 2] } })),
    healthy: ask(yesNo("a"), text("b", { required: true, when: eq("a", "yes") })),
  },
  "min above max": {
    codes: ["min-above-max"],
    faulty: ask(number("n", { min: 10, max: 5 })),
    healthy: ask(number("n", { min: 5, max: 10 })),
  },
  "invalid regular expression": {
    codes: ["invalid-pattern"],
    faulty: ask(text("b", { pattern: { regex: "([a-z", message: "Letters" } })),
    healthy: ask(text("b", { pattern: { regex: "([a-z])", message: "Letters" } })),
  },
  "catastrophic regular expression (a+)+$": {
    codes: ["catastrophic-pattern"],
    faulty: ask(text("b", { pattern: { regex: "^(a+)+$", message: "Letters" } })),
    healthy: ask(text("b", { pattern: { regex: "^a+$", message: "Letters" } })),
  },
  "condition reads a later page": {
    codes: ["forward-reference"],
    faulty: definition([section("p1", text("a", { when: eq("z", "yes") })), section("p2", yesNo("z"))]),
    healthy: definition([section("p1", yesNo("z")), section("p2", text("a", { when: eq("z", "yes") }))]),
  },
  "text placeholder to a missing question": {
    codes: ["missing-placeholder"],
    faulty: ask(text("a"), text("b", { label: "Hello {{ghost}}" })),
    healthy: ask(text("ghost"), text("b", { label: "Hello {{ghost}}" })),
  },
  "choice list with the same value twice": {
    codes: ["duplicate-option"],
    faulty: ask(yesNo("a", { options: ["x", "x"].map((value) => ({ value, label: value })) })),
    healthy: ask(yesNo("a", { options: ["x", "y"].map((value) => ({ value, label: value })) })),
  },
  "prototype name as question id": {
    codes: ["invalid-value", "reserved-id"],
    faulty: ask(text("__proto__"), text("constructor")),
    healthy: ask(text("proto"), text("builder")),
  },
}

const found = (value: unknown) =>
  Questionnaire.check(typeof value === "string" ? value : JSON.stringify(value)).findings.map(({ code }) => code)

describe("planted faults", () => {
  it("are 25", () => assert.strictEqual(Object.keys(faults).length, 25))
  it.each(Object.entries(faults))("%s", (_, { codes, faulty, healthy }) => {
    assert.includeMembers([...found(faulty)], [...codes])
    assert.deepStrictEqual(found(healthy), [])
  })
})
