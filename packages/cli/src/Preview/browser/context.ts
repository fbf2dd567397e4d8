/// <reference lib="dom" />
/** Fields for what the caller of a real form would supply: the values under `context`, and the day. */
import * as Controls from "./controls.ts"
import type { ContextValue, Questionnaire } from "@requite/core/Questionnaire/Definition"

/** A labelled field for each value. `change` is told what it is now; undefined: nothing is supplied. */
export const fields = (
  questionnaire: Questionnaire,
  context: Readonly<Record<string, unknown>>,
  change: (key: string, value: unknown) => void,
): ReadonlyArray<HTMLElement> => {
  const declared = new Map<string, ContextValue>([["today", { type: "date" }]])
  for (const [key, value] of Object.entries(questionnaire.context ?? {})) declared.set(key, value)
  return [...declared].map(([key, value]) => {
    const label = document.createElement("label")
    label.append(
      key,
      field(value, context[key], (now) => change(key, now)),
    )
    return label
  })
}

const field = ({ type, options }: ContextValue, value: unknown, change: (value: unknown) => void): HTMLElement => {
  const values = type === "boolean" ? ["true", "false"] : options
  const made = document.createElement(values === undefined ? "input" : "select")
  if (made instanceof HTMLSelectElement) made.append(...["", ...(values ?? [])].map((one) => new Option(one, one)))
  else made.type = type === "date" || type === "number" ? type : "text"
  made.value = Controls.textOf(value)
  made.addEventListener("input", () => change(made.value === "" ? undefined : read(type, made.value)))
  return made
}

const read = (type: ContextValue["type"], text: string): unknown =>
  type === "number" ? Number(text) : type === "boolean" ? text === "true" : text
