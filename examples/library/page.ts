/// <reference lib="dom" />
// A page that a questionnaire is filled in on, without a framework. The session decides, the page shows and carries out.
import type { ChoiceQuestion } from "@requite/core/AnswerKind/choice"
import * as FillSession from "@requite/core/FillSession"
import * as Reading from "@requite/core/FillSession/reading"
import * as IssueText from "@requite/core/IssueText"
import * as LocalText from "@requite/core/LocalText"
import type { Question, Questionnaire } from "@requite/core/Questionnaire/Definition"

/** What the page needs from a server; the example in docs/library.md keeps the answers in memory. */
export interface Server {
  /** Saves on top of a revision and gives the next one. */
  readonly save: (answers: FillSession.Changes, revision: number) => Promise<number>
  readonly submit: (revision: number) => Promise<unknown>
}

export const show = (root: HTMLElement, questionnaire: Questionnaire, server: Server): void => {
  const session = FillSession.make(questionnaire)
  const today = new Date().toISOString().slice(0, 10)
  let state = session.start({ answers: {}, revision: 0, context: { today } })
  const languages = [document.documentElement.lang, questionnaire.language]
  const fields = new Map<string, { readonly row: HTMLElement; readonly update: () => void }>()
  let timer = 0

  const send = (message: FillSession.Message): void => {
    const [next, effects] = session.update(state, message)
    state = next
    render()
    for (const effect of effects) void perform(effect)
  }

  /** Does what the session asks for; what comes of it is again a message. */
  const perform = async (effect: FillSession.Effect): Promise<void> => {
    switch (effect.type) {
      case "WakeSaver":
        clearTimeout(timer)
        timer = window.setTimeout(() => send({ type: "SaveDue" }), effect.afterMillis)
        return
      case "SaveAnswers": {
        const { save, answers, revision } = effect
        return server.save(answers, revision).then(
          (revision) => send({ type: "SaveSucceeded", save, revision, at: Date.now() }),
          () => send({ type: "SaveFailed", save, at: Date.now() }),
        )
      }
      case "Submit":
        return server.submit(effect.revision).then(
          (receipt) => send({ type: "SubmitSucceeded", receipt }),
          () => send({ type: "SubmitFailed" }),
        )
      case "MoveFocus":
        document.getElementById(effect.place.join("-"))?.focus()
        return
      default: // files: see FillSession.Effect
        return
    }
  }

  /** A field for each place that is asked, made once, so that nobody loses what they are typing in. */
  const render = (): void => {
    const questions = new Map(questionnaire.sections.flatMap(({ items }) => items.map((item) => [item.id, item])))
    const rows = session.asked(state).flatMap((place) => {
      const question = questions.get(String(place[0]))
      if (question === undefined || place.length > 1) return []
      const field = fields.get(question.id) ?? fieldOf(question, place)
      fields.set(question.id, field)
      field.update()
      return [field.row]
    })
    for (const child of Array.from(form.children)) if (!rows.some((row) => row === child)) child.remove()
    for (const [index, row] of rows.entries())
      if (form.children[index] !== row) form.insertBefore(row, form.children[index] ?? null)
    submit.disabled = !session.isEditable(state)
    status.textContent = state.submission?.state === "submitted" ? "Submitted. Thank you!" : session.saving(state).state
  }

  const fieldOf = (question: Question, place: FillSession.Place) => {
    const row = document.createElement("p")
    const label = document.createElement("label")
    const error = document.createElement("em")
    const input = document.createElement(isChoice(question) ? "select" : "input")
    input.id = label.htmlFor = place.join("-")
    if (isChoice(question)) input.append(...optionsOf(question, languages))
    if (input instanceof HTMLInputElement) input.type = types.get(question.type) ?? "text"
    const answer = (): unknown => {
      if (question.type === "confirm" && input instanceof HTMLInputElement) return input.checked
      if (input.value === "") return null
      return question.type === "number" ? Number(input.value) : input.value
    }
    input.addEventListener("input", () => send({ type: "AnswerChanged", place, answer: answer() }))
    input.addEventListener("blur", () => send({ type: "PlaceLeft", place }))
    row.append(label, input, error)
    const update = () => {
      label.textContent = Reading.text(session, state, question.label, languages, place)
      const [issue] = session.issuesAt(state, place)
      error.textContent = issue === undefined ? "" : IssueText.sentence(issue, question, languages)
    }
    return { row, update }
  }

  const form = document.createElement("div")
  const submit = document.createElement("button")
  const status = document.createElement("p")
  status.setAttribute("role", "status")
  submit.textContent = "Submit"
  submit.addEventListener("click", () => send({ type: "SubmitAsked" }))
  root.append(form, submit, status)
  render()
}

const types = new Map([
  ["number", "number"],
  ["date", "date"],
  ["confirm", "checkbox"],
])

const isChoice = (question: Question): question is ChoiceQuestion => question.type === "choice"

const optionsOf = ({ options }: ChoiceQuestion, languages: ReadonlyArray<string>): ReadonlyArray<HTMLOptionElement> => [
  new Option("", ""),
  ...options.map(({ value, label }) => new Option(LocalText.resolve(label, languages), value)),
]
