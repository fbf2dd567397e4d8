/**
 * Answers that came another way than by the fields: kept on the device, or written by somebody else (C4). They are put into
 * the fields; where two have written, both values stand before the field, to choose from in place. A part of its own, for
 * pages on which that happens (parts.ts).
 */
import type { State } from "@requite/core/FillSession"
import { draft } from "@requite/core/FillSession/draft"
import { isRecord, list, type Place, withAnswer } from "@requite/core/FillSession/Place"
import { resolve } from "@requite/core/LocalText"
import type { Question } from "@requite/core/Questionnaire/Definition"
import { questionAnchor } from "../src/CustomerPages/kinds/names.ts"
import type { Filling } from "./Filling.ts"
import type { Entry, Form } from "./Form.ts"
import type { Shared } from "./Shared.ts"
import type * as Sending from "./Sending.ts"

export { write } from "./Write.ts"

/**
 * A page without fields only brings to the server what was kept, and is shown again then; what it cannot bring there it
 * leads to. Returns what to do at a change.
 */
export const deliver = (
  filling: Filling,
  sendingOf: typeof Sending.make,
  waits: Sending.Hooks["waits"],
): (() => void) => {
  const { session, state, isSaved, over } = filling
  const wasUnsaved = !isSaved()

  /** What is left is not saved from here: two have written it, or the server does not take it. */
  const isStuck = (): boolean => {
    const { online, failingSince, saving } = state()
    const isFree = online && failingSince === null && saving === null && over() === null
    return isFree && !isSaved() && session.update(state(), { type: "SaveDue" })[1].length === 0
  }

  /** Where that is put right; undefined: nowhere, because it is not asked any more. */
  const wayOut = (): string | undefined => {
    const { conflicts, refused } = state()
    const links = [...document.querySelectorAll<HTMLAnchorElement>("a.change")]
    return [...conflicts.map(({ place }) => String(place[0])), ...Object.keys(refused ?? {})]
      .map((id) => questionAnchor([id]))
      .flatMap((anchor) => {
        const link = links.find(({ hash }) => `${hash}.`.startsWith(`#${anchor}.`))
        return link === undefined ? [] : [`${link.pathname}#${anchor}`]
      })[0]
  }

  const form = document.querySelector<HTMLFormElement>("form.buttons[method=post]")
  const sending =
    form === null
      ? null
      : sendingOf(form, filling, {
          // what cannot be put right holds nothing up
          get carries() {
            return isStuck()
          },
          isBlocked: () => {
            const to = isStuck() ? wayOut() : undefined
            if (to !== undefined) location.assign(to)
            return to !== undefined
          },
          waits,
          prepare: () => {},
        })
  return () => {
    if (wasUnsaved && over() === null && isSaved()) return location.reload()
    sending?.retry()
  }
}

const [often, seldom] = [3_000, 20_000]

/** Takes in what others write, as long as somebody looks: soon again where something happens. */
export const watch = ({ state, over, look }: Pick<Filling, "state" | "over" | "look">, pause = often): void => {
  setTimeout(() => {
    if (over() !== null) return
    const { revision, saving } = state()
    const looking = document.hidden || saving !== null ? Promise.resolve(true) : look()
    void looking.then(() =>
      watch({ state, over, look }, state().revision === revision ? Math.min(pause * 1.2, seldom) : often),
    )
  }, pause)
}

/** A form says over which versions it writes. */
export const versioned = (data: FormData, { known }: Filling): void => {
  for (const name of [...new Set(data.keys())].filter((one) => one.startsWith("a."))) {
    const id = name.split(".")[1] ?? ""
    // as the page came: nobody has touched it
    if (!data.has(`v.${id}`)) data.set(`v.${id}`, `${known().versions[id] ?? 0}.typed`)
  }
}

export interface Conflicts {
  /** Shows those that are there now; true: one is new. */
  readonly show: () => boolean
  /** Leads to the first, if there is one on the page. */
  readonly focus: () => boolean
}

export const make = (
  form: Form,
  { session, given, state, known, send }: Filling,
  { standard, text, firstControl }: Shared,
): Conflicts => {
  const { words, languages } = given
  const boxes = new Map<string, HTMLElement>()
  const keyOf = (place: Entry["place"]) => place.join(".")

  /** The answer there in a state, as it reads; of a repeated group what stands in its instances, line by line. */
  const linesOf = (state: State, question: Question, place: Place): ReadonlyArray<string> => {
    const answer = session.answerAt(state, place)
    const label = text(session, state, question.label, languages, place)
    const { items } = question
    if (items !== undefined) {
      return list(answer).flatMap((_, index) => {
        const inside = insideOf(state, items, [...place, index])
        return [`\n${label} ${index + 1}`, ...(inside.length > 0 ? inside : [words.nothing])]
      })
    }
    const lines = standard.get(question.type)?.describe(question, answer, languages) ?? []
    // what was agreed to, with the names that stand in it
    if (lines.length === 1 && lines[0] === resolve(question.label, languages)) return [label]
    const said = lines.length > 0 ? lines.join(", ") : typeof answer === "string" ? answer : ""
    return said.trim() === "" ? [] : [said]
  }

  const insideOf = (state: State, items: ReadonlyArray<Question>, within: Place): ReadonlyArray<string> =>
    items.flatMap((question) => {
      const place = [...within, question.id]
      if (!session.isAsked(state, place)) return []
      const { items: inner, repeat } = question
      if (inner !== undefined) return repeat ? linesOf(state, question, place) : insideOf(state, inner, within)
      const label = text(session, state, question.label, languages, place)
      return linesOf(state, question, place).map((line) => (line === label ? line : `${label}: ${line}`))
    })

  const textOf = ({ question, place }: Entry, answer: unknown): string => {
    const answers = withAnswer(draft(state()), place, answer ?? undefined)
    const { context, revision } = state()
    const lines = linesOf(
      session.start({ answers: isRecord(answers) ? answers : {}, revision, context }),
      question,
      place,
    )
    return lines.length > 0 ? lines.join("\n") : words.nothing
  }

  const choice = (entry: Entry, keep: "mine" | "theirs", label: string, answer: unknown): HTMLElement => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "secondary" })
    const value = Object.assign(document.createElement("span"), { dir: "auto", textContent: textOf(entry, answer) })
    button.append(Object.assign(document.createElement("span"), { textContent: `${label}: ` }), value)
    button.addEventListener("click", () => {
      send({ type: "ConflictResolved", place: entry.place, keep })
      firstControl(entry.element)?.focus()
    })
    return button
  }

  const show = (): boolean => {
    let isNew = false
    const { conflicts } = state()
    const there = new Set(conflicts.map(({ place }) => keyOf(place)))
    for (const [key, box] of boxes) {
      if (there.has(key)) continue
      box.remove()
      boxes.delete(key)
    }
    for (const { place, theirs } of conflicts) {
      const entry = form.entryAt(place)
      if (entry === undefined) continue
      const box = boxes.get(keyOf(place)) ?? document.createElement("fieldset")
      if (!boxes.has(keyOf(place))) isNew = true
      boxes.set(keyOf(place), box)
      const choices = [
        choice(entry, "theirs", words.theirs.replace("…", known().writers[String(place[0])] ?? ""), theirs),
        choice(entry, "mine", words.mine, session.answerAt(state(), place)),
      ]
      const text = choices.map(({ textContent }) => textContent).join("\n")
      if (box.isConnected && box.dataset["text"] === text) continue
      box.className = "conflict live"
      box.dataset["text"] = text
      box.replaceChildren(Object.assign(document.createElement("legend"), { textContent: words.choose }), ...choices)
      entry.element.prepend(box)
    }
    return isNew
  }

  return {
    show,
    focus: () => {
      const button = form.element.querySelector<HTMLElement>("fieldset.conflict.live button")
      button?.focus()
      return button !== null
    },
  }
}
