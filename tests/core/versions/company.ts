/** Two versions of one questionnaire, and the migrations that lead from the first to the second. */
import type { Questionnaire } from "@requite/core/Questionnaire"
import { checked, definition, section } from "../../support/Questionnaires.ts"

export const option = (value: string, label = value) => ({ value, label })

export const choice = (id: string, values: ReadonlyArray<string>, more = {}) => ({
  id,
  type: "choice",
  label: `Label of ${id}`,
  options: values.map((value) => option(value)),
  ...more,
})

export const text = (id: string, more = {}) => ({ id, type: "text", label: `Label of ${id}`, ...more })
export const number = (id: string, more = {}) => ({ id, type: "number", label: `Label of ${id}`, ...more })
export const date = (id: string, more = {}) => ({ id, type: "date", label: `Label of ${id}`, ...more })
export const confirm = (id: string, more = {}) => ({ id, type: "confirm", label: `Label of ${id}`, ...more })
export const group = (id: string, items: ReadonlyArray<unknown>, more = {}) => ({
  id,
  type: "group",
  label: `Label of ${id}`,
  items,
  ...more,
})
export const upload = (id: string, more = {}) => ({
  id,
  type: "upload",
  label: `Label of ${id}`,
  accept: ["application/pdf"],
  maxBytes: 1000,
  ...more,
})

/** A version with these questions in one section. Its migrations are taken as they are: wrong ones are for the tests. */
export const version = (
  number: number,
  items: ReadonlyArray<unknown>,
  { migrations, ...more }: { readonly migrations?: unknown } & Readonly<Record<string, unknown>> = {},
): Questionnaire =>
  Object.assign(
    checked(definition([section("only", ...items)], { version: number, ...more })),
    migrations === undefined ? {} : { migrations },
  )

export const steps = (from: number, ...steps: ReadonlyArray<unknown>) => ({ migrations: [{ from, steps }] })

export const first = version(1, [
  text("fullName", { required: true }),
  choice("kind", ["person", "co"], { required: true }),
  number("employees"),
  text("fax"),
  group(
    "owners",
    [
      text("owner"),
      choice("rights", ["vote", "veto"], { multiple: true }),
      group("at", [text("street")]),
      upload("proof"),
    ],
    { repeat: {} },
  ),
])

export const second = version(
  2,
  [
    text("name", { required: true }),
    choice("kind", ["person", "company"], { required: true }),
    text("employees"),
    group(
      "holders",
      [text("holder"), choice("rights", ["vote", "block"], { multiple: true }), text("street"), upload("proof")],
      { repeat: {} },
    ),
    choice("source", ["web", "paper"], { required: true }),
  ],
  steps(
    1,
    { rename: ["fullName", "name"] },
    { mapOptions: ["kind", { co: "company" }] },
    { convert: ["employees", "text"] },
    { drop: ["fax"] },
    { rename: ["owners", "holders"] },
    { rename: ["owner", "holder"] },
    { mapOptions: ["rights", { veto: "block" }] },
    { set: ["source", "paper"] },
  ),
)
