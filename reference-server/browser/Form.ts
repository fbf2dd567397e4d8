/**
 * What stands on the page of a filling: its questions put in and out as they are asked, options as they are offered,
 * instances of groups, answers quoted in labels, and what is wrong. The server rendered all of it; here it only moves, in
 * reading order, and never the focus.
 */
import type { Place, State } from "@requite/core/FillSession"
import { maxInstances } from "@requite/core/AnswerKind/group"
import { equal, list } from "@requite/core/FillSession/Place"
import * as Reading from "@requite/core/FillSession/reading"
import * as IssueText from "@requite/core/IssueText"
import type { Question } from "@requite/core/Questionnaire/Definition"
import * as Field from "./Field.ts"
import type { Filling } from "./Filling.ts"
import type * as InstancesPart from "./Instances.ts"
import type { Shared } from "./Shared.ts"
import { everywhere, type Slot, slotOf } from "./Slot.ts"
import type * as WritePart from "./Write.ts"

/** The parts that a form may have need of. */
interface FormParts extends Shared {
  readonly instances: typeof InstancesPart | null
  readonly conflicts: Pick<typeof WritePart, "write"> | null
}

export interface Entry extends Field.Field {
  readonly slot: Slot
  readonly options: ReadonlyArray<readonly [value: string, slot: Slot]>
  readonly optional: Slot | undefined
}

export interface Form {
  readonly element: HTMLFormElement
  readonly entryOf: (target: EventTarget | null) => Entry | undefined
  readonly entryAt: (place: Place) => Entry | undefined
  /** What the fields of that question say. */
  readonly read: (entry: Entry) => void
  /** It was left: what is wrong with it may be said. Returns what is said only now. */
  readonly left: (entry: Entry) => string
  /** Brings the page up to date; returns how many questions came, how many went, and how many answers came another way. */
  readonly show: (before: State, now: State) => readonly [more: number, less: number, written: number]
  readonly add: (group: Place) => void
  readonly take: (instance: Place) => void
}

export const placeOf = (key: string): Place => key.split(".").map((step) => (/^\d+$/.test(step) ? Number(step) : step))
export const keyOf = (place: Place): string => place.join(".")

export const make = (element: HTMLFormElement, filling: Filling, parts: FormParts): Form => {
  const { instances: Instances } = parts
  const { session, given, state, send } = filling
  const { locale, languages, words } = given
  const { items } = session.evaluation(state()).program
  const entries = new Map<string, Entry>()
  const groups = new Set<Entry>()
  /** Those beside which something is said to be wrong. */
  const wrong = new Set<Entry>()
  let quoting: ReadonlyArray<readonly [says: Element, place: Place]> = []
  let sections: ReadonlyArray<readonly [id: string, slot: Slot]> = []
  const edited = new Set<string>()

  const textAt = (place: Place) => (text: Question["label"]) => Reading.text(session, state(), text, languages, place)

  const optionsOf = (question: Question, root: HTMLElement): Entry["options"] => {
    const offers = [...(items.get(question.id)?.offers ?? [])].filter(([, when]) => when !== undefined)
    return offers.flatMap(([value]) => {
      const held = root.querySelector(`template[data-option="${value}"]`)
      const control = held ?? root.querySelector(`[value="${value}"]`)
      const slot = slotOf(held ?? control?.closest(".choice, option") ?? null, "data-option")
      if (slot === undefined) return []
      slot.element.dataset["option"] = value
      return [[value, slot] as const]
    })
  }

  /** What there is, anew: instances came or went. */
  const scan = (): void => {
    for (const all of [entries, groups, wrong]) all.clear()
    for (const found of everywhere(element, "[data-at]")) {
      const key = found.getAttribute("data-at") ?? ""
      const place = placeOf(key)
      const question = items.get(String(place.at(-1)))?.question
      const slot = slotOf(found, "data-at")
      if (question === undefined || slot === undefined || entries.has(key)) continue
      const mark = question.items === undefined ? slot.element.querySelector("[data-optional]") : null
      const entry: Entry = {
        place,
        question,
        element: slot.element,
        slot,
        options: question.type === "choice" ? optionsOf(question, slot.element) : [],
        optional: typeof question.required === "object" ? slotOf(mark, "data-optional") : undefined,
      }
      entries.set(key, entry)
      if (question.repeat !== undefined) groups.add(entry)
      if (Field.shownError(entry) !== null) wrong.add(entry)
    }
    quoting = everywhere(element, "[data-says]").map((says) => [
      says,
      placeOf(says.closest("[data-at]")?.getAttribute("data-at") ?? ""),
    ])
    sections = everywhere(element, "[data-section]").flatMap((found) => {
      const slot = slotOf(found, "data-section")
      return slot === undefined ? [] : [[found.getAttribute("data-section") ?? "", slot] as const]
    })
  }

  const isAnswerable = ({ question: { id } }: Entry): boolean => /value|files/.test(items.get(id)?.kind?.givenAs ?? "")

  const judge = (entry: Entry): string => {
    const issues = session.issuesAt(state(), entry.place)
    const sentences = issues.map((issue) =>
      IssueText.sentence(issue, entry.question, issue.message === undefined ? [locale] : languages),
    )
    const isNew = Field.mark(entry, sentences, words.error)
    if (sentences.length === 0) return (wrong.delete(entry), "")
    wrong.add(entry)
    return isNew ? `${Field.nameOf(entry)}: ${sentences.join(" ")}` : ""
  }

  const move = (slot: Slot | undefined, there: boolean): boolean => {
    if (slot === undefined || slot.isThere() === there) return false
    slot.put(there)
    return true
  }

  /** Instances that must be there to be filled in. */
  const pad = (): void => {
    for (const { place, question } of groups) {
      if (!session.isAsked(state(), place)) continue
      const least = Math.max(question.repeat?.min ?? 0, session.isRequired(state(), place) ? 1 : 0)
      while (list(session.answerAt(state(), place)).length < least) send({ type: "InstanceAdded", group: place })
    }
  }

  const instances = (): void => {
    if (Instances === null) return
    let isChanged = false
    for (const entry of groups) {
      const count = list(session.answerAt(state(), entry.place)).length
      if (Instances.fit(entry.element, keyOf(entry.place), count)) isChanged = true
      Instances.buttons(
        entry.element,
        keyOf(entry.place),
        {
          count,
          least: Math.max(entry.question.repeat?.min ?? 0, session.isRequired(state(), entry.place) ? 1 : 0),
          most: entry.question.repeat?.max ?? maxInstances,
        },
        parts,
      )
    }
    if (!isChanged) return
    scan()
    // instances within them
    instances()
  }

  let isShowing = false
  const show = (before: State, now: State): readonly [number, number] => {
    if (isShowing || (before.changes === now.changes && before.saved === now.saved && before.context === now.context)) {
      return [0, 0]
    }
    isShowing = true
    pad()
    instances()
    let [more, less] = [0, 0]
    for (const [id, slot] of sections) move(slot, session.isSectionAsked(state(), id))
    for (const entry of entries.values()) {
      const isAsked = session.isAsked(state(), entry.place)
      if (move(entry.slot, isAsked) && isAnswerable(entry)) {
        if (isAsked) more++
        else less++
      }
      if (!isAsked) continue
      move(entry.optional, !session.isRequired(state(), entry.place))
      for (const [value, slot] of entry.options) move(slot, session.isOffered(state(), entry.place, value))
    }
    for (const [says, place] of quoting) {
      const text = textAt(place)(`{{${says.getAttribute("data-says") ?? ""}}}`)
      if (says.textContent !== text) says.textContent = text
    }
    // gone as soon as it is right; what is wrong anew is said when the field is left
    wrong.forEach(judge)
    isShowing = false
    return [more, less]
  }

  scan()
  // what came with something wrong is said to be right as soon as it is
  for (const { place } of wrong) {
    edited.add(keyOf(place))
    send({ type: "PlaceLeft", place })
  }

  const instanceAt = (place: Place) => element.querySelector<HTMLElement>(`[data-instance="${keyOf(place)}"]`)
  const entryAt = (place: Place) => entries.get(keyOf(place))
  const entryOf = (target: EventTarget | null) =>
    target instanceof Element ? entries.get(target.closest("[data-at]")?.getAttribute("data-at") ?? "") : undefined

  return {
    element,
    entryAt,
    entryOf,
    read: (entry) => {
      if (!isAnswerable(entry) || entry.question.type === "upload") return
      const { place } = entry
      const answer = Field.read(entry, { locale, text: textAt(place) })
      if (answer === undefined || equal(answer, session.answerAt(state(), place))) return
      edited.add(keyOf(place))
      send({ type: "AnswerChanged", place, answer })
    },
    left: (entry) => {
      // who only passed by has done nothing wrong
      if (!edited.has(keyOf(entry.place))) return ""
      send({ type: "PlaceLeft", place: entry.place })
      return judge(entry)
    },
    show: (before, now) => {
      const counts = show(before, now)
      let written = 0
      // answers that came another way than by these fields
      for (const entry of entries.values()) {
        const id = String(entry.place[0])
        if (before.changes[id] === now.changes[id] && before.saved[id] === now.saved[id]) continue
        if (!isAnswerable(entry) || entry.question.type === "upload") continue
        const answer = session.answerAt(now, entry.place)
        const shown = Field.read(entry, { locale, text: textAt(entry.place) })
        if (equal(answer, shown)) continue
        parts.conflicts?.write(entry, answer, locale, parts)
        if (entry.slot.isThere()) written++
      }
      return [...counts, written]
    },
    add: (group) => {
      send({ type: "InstanceAdded", group })
      const count = list(session.answerAt(state(), group)).length
      const made = instanceAt([...group, count - 1])
      if (made !== null) (Field.firstControl(made) ?? made).focus()
    },
    take: (place) => {
      const group = place.slice(0, -1)
      Instances?.take(element, keyOf(group), Number(place.at(-1)))
      scan()
      send({ type: "InstanceRemoved", place })
      const count = list(session.answerAt(state(), group)).length
      const near = instanceAt([...group, Math.min(Number(place.at(-1)), count - 1)])
      ;(near ?? entryAt(group)?.element.querySelector<HTMLElement>("fieldset"))?.focus()
    },
  }
}
