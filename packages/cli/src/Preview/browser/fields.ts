/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * Fields for a questionnaire. Each place that is asked has one element, made once and kept while it is asked, so that
 * nothing that is being typed in is taken away; what each kind of answer needs is known by the type of its values.
 */
import { standard } from "@requite/core/AnswerKind/standard"
import type { FillSession, Message, Place, State } from "@requite/core/FillSession"
import * as Reading from "@requite/core/FillSession/reading"
import * as IssueText from "@requite/core/IssueText"
import * as LocalText from "@requite/core/LocalText"
import type { Question, Questionnaire } from "@requite/core/Questionnaire/Definition"
import * as Controls from "./controls.ts"

export interface Form {
  readonly root: HTMLElement
  /** Shows the fields that are asked now, and what is wrong. */
  readonly refresh: (state: State) => void
  /** Makes every field anew at the next refresh, with the answers of the state. */
  readonly forget: () => void
}

interface Field {
  readonly root: HTMLElement
  readonly inside: HTMLElement
  readonly update: (state: State) => void
}

export const make = (
  questionnaire: Questionnaire,
  session: FillSession,
  languages: ReadonlyArray<string>,
  send: (message: Message) => void,
): Form => {
  const root = node("div")
  const fields = new Map<string, Field>()

  const keep = (key: string, create: () => Field): Field => {
    const known = fields.get(key)
    if (known !== undefined) return known
    const made = create()
    fields.set(key, made)
    return made
  }

  /** Puts exactly these elements into a container, moving none that stands right: what moves loses the focus. */
  const fill = (container: HTMLElement, wanted: ReadonlyArray<HTMLElement>) => {
    for (const child of Array.from(container.children)) if (!wanted.some((one) => one === child)) child.remove()
    for (const [index, one] of wanted.entries()) {
      const there = container.children[index] ?? null
      if (there !== one) container.insertBefore(one, there)
    }
  }

  const elements = (state: State, items: ReadonlyArray<Question>, base: Place): ReadonlyArray<HTMLElement> =>
    items.flatMap((question) => {
      const place = [...base, question.id]
      const key = place.join("/")
      if (!session.isAsked(state, place)) {
        fields.delete(key)
        return []
      }
      const field = keep(key, () => fieldOf(question, place, state))
      field.update(state)
      if (question.items !== undefined) {
        fill(
          field.inside,
          question.repeat === undefined
            ? elements(state, question.items, base)
            : instances(state, question, question.items, place),
        )
      }
      return [field.root]
    })

  const instances = (
    state: State,
    question: Question,
    items: ReadonlyArray<Question>,
    place: Place,
  ): ReadonlyArray<HTMLElement> => {
    const given = session.answerAt(state, place)
    const count = Array.isArray(given) ? given.length : 0
    return Array.from({ length: count }, (_, index) => {
      const here = [...place, index]
      const field = keep(here.join("/"), () => {
        const root = node("div", { class: "instance" })
        const inside = node("div")
        const title = node("h3")
        title.textContent = `${LocalText.resolve(question.label, languages)} ${index + 1}`
        const remove = Controls.labelled("Remove", title.textContent ?? "", () => {
          // the instances after it move up: their fields hold what stood there before
          for (const key of fields.keys()) if (key.startsWith(`${place.join("/")}/`)) fields.delete(key)
          send({ type: "InstanceRemoved", place: here })
        })
        root.append(title, inside, remove)
        return { root, inside, update: () => {} }
      })
      fill(field.inside, elements(state, items, here))
      return field.root
    })
  }

  const fieldOf = (question: Question, place: Place, state: State): Field => {
    const root = node("div", { class: "question" })
    const inside = node("div", question.items === undefined ? {} : { class: "group" })
    const id = `f-${place.join("-")}`
    const label = node("span")
    const optional = node("span", { class: "optional" })
    const help = node("div", { class: "help", id: `${id}-help` })
    const errors = node("div", { "aria-live": "polite", id: `${id}-errors` })
    const kind = standard.get(question.type)
    const control =
      kind === undefined || kind.givenAs === "items" || kind.givenAs === "nothing"
        ? null
        : Controls.control({ id, question, place, kind, languages, answer: session.answerAt(state, place), send })
    const title = node(
      control === null ? "h3" : control.isSeveral ? "legend" : "label",
      control === null || control.isSeveral ? { class: "label" } : { class: "label", for: id },
    )
    title.append(label, optional)
    const frame = control?.isSeveral === true ? node("fieldset") : root
    if (frame !== root) root.append(frame)
    frame.append(title, help, errors)
    if (control !== null) frame.append(control.root)
    root.append(inside)
    const { repeat } = question
    const add = Controls.button("Add", () => send({ type: "InstanceAdded", group: place }))
    if (repeat !== undefined) root.append(add)
    const described = frame === root ? control?.field : frame
    described?.setAttribute("aria-describedby", `${id}-help ${id}-errors`)
    root.addEventListener("focusout", (event) => {
      if (event.relatedTarget instanceof Node && root.contains(event.relatedTarget)) return
      if (control !== null) send({ type: "PlaceLeft", place })
    })
    return {
      root,
      inside,
      update: (now) => {
        label.textContent = Reading.text(session, now, question.label, languages, place)
        optional.textContent = control !== null && !session.isRequired(now, place) ? " (optional)" : ""
        help.textContent =
          question.help === undefined ? "" : Reading.text(session, now, question.help, languages, place)
        help.hidden = question.help === undefined
        control?.update({
          isOffered: (option) => session.isOffered(now, place, option),
          files: () => session.files(now, place),
        })
        add.setAttribute("aria-label", `Add ${label.textContent}`)
        const given = session.answerAt(now, place)
        add.hidden = Array.isArray(given) && given.length >= (repeat?.max ?? 100)
        const issues = session.issuesAt(now, place)
        if (control?.isSeveral === false) control.field.setAttribute("aria-invalid", String(issues.length > 0))
        errors.replaceChildren(
          ...issues.map((issue) => {
            const line = node("p", { class: "error-text" })
            line.textContent = IssueText.sentence(issue, question, languages)
            return line
          }),
        )
      },
    }
  }

  return {
    root,
    forget: () => fields.clear(),
    refresh: (state) => {
      const parts = questionnaire.sections.flatMap((section) => {
        if (!session.isSectionAsked(state, section.id)) return []
        const part = keep(`section ${section.id}`, () => {
          const root = node("section", { class: "part" })
          const title = node("h2")
          const text = node("p", { class: "help" })
          const inside = node("div")
          root.append(title, text, inside)
          return {
            root,
            inside,
            update: (now) => {
              title.textContent = Reading.text(session, now, section.title, languages)
              text.textContent =
                section.description === undefined ? "" : Reading.text(session, now, section.description, languages)
            },
          }
        })
        part.update(state)
        fill(part.inside, elements(state, section.items, []))
        return [part.root]
      })
      const head = keep("head", () => {
        const made = node("div")
        const title = node("h1")
        const text = node("p")
        const progress = node("progress")
        made.append(title, text, progress)
        return {
          root: made,
          inside: made,
          update: (now) => {
            title.textContent = Reading.text(session, now, questionnaire.title, languages)
            text.textContent =
              questionnaire.description === undefined
                ? ""
                : Reading.text(session, now, questionnaire.description, languages)
            const sections = session.sections(now)
            progress.setAttribute("max", String(sections.length))
            progress.setAttribute("value", String(sections.filter((one) => one.state === "done").length))
            progress.setAttribute("aria-label", "Sections done")
          },
        }
      })
      head.update(state)
      const end = session.end(state)
      const foot = keep("foot", () => {
        const made = node("p", { class: "help" })
        return { root: made, inside: made, update: () => {} }
      })
      foot.root.textContent =
        end === undefined ? "" : `After submitting: ${Reading.text(session, state, end.title, languages)}`
      fill(root, [head.root, ...parts, foot.root])
    },
  }
}

const node = (name: string, attributes: Readonly<Record<string, string>> = {}): HTMLElement => {
  const made = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value)
  return made
}

/** The languages of the title: whatever else is translated, that is. */
export const languagesOf = ({ title, language }: Questionnaire): ReadonlyArray<string> => [
  ...new Set([language, ...LocalText.languagesOf(title)]),
]
