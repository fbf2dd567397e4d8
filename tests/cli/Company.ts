// A small questionnaire with a choice, a condition, a repeated group and a context value, for the commands to work on.
import { definition, section } from "../support/Questionnaires.ts"

const items = [
  {
    id: "kind",
    type: "choice",
    label: "You are",
    required: true,
    options: [
      { value: "person", label: "A person" },
      { value: "company", label: "A company" },
    ],
  },
  {
    id: "owners",
    type: "group",
    label: "Owners",
    when: { eq: [{ answer: "kind" }, "company"] },
    repeat: { min: 1, max: 3 },
    items: [
      { id: "name", type: "text", label: "Name", required: true },
      { id: "share", type: "number", label: "Share", unit: "%", min: 0, max: 100 },
    ],
  },
  { id: "risk", type: "text", label: "Where from?", when: { eq: [{ context: "risk" }, "high"] } },
  { id: "birth", type: "date", label: "Born", max: { context: "today" } },
]

export const company = (change: Readonly<Record<string, unknown>> = {}) =>
  definition([section("about", ...items)], {
    id: "company",
    context: { risk: { type: "choice", options: ["low", "high"] } },
    ...change,
  })

/** The next version: without `birth`, with a new required question. */
export const later = (change: Readonly<Record<string, unknown>> = {}) =>
  company({
    version: 2,
    sections: [section("about", ...items.slice(0, 3), { id: "town", type: "text", label: "Town", required: true })],
    ...change,
  })
