/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * The preview in the browser: a fill session of core and fields for it. It asks the command again and again what the file
 * says now; when that changes, the form is made anew and what was typed stays.
 */
import type * as FillSession from "@requite/core/FillSession"
import { make } from "@requite/core/FillSession"
import type { State } from "../../Preview.ts"
import * as Fields from "./fields.ts"

const element = (id: string): HTMLElement => document.getElementById(id) ?? document.body

let etag = ""
let shown: {
  readonly session: FillSession.FillSession
  readonly state: FillSession.State
  readonly form: Fields.Form
} | null = null
let languages: ReadonlyArray<string> = []

const today = () => new Date(Date.now()).toISOString().slice(0, 10)

const show = ({ name, questionnaire, findings }: State): void => {
  element("name").textContent = name
  element("findings").replaceChildren(...findings.map(finding))
  const errors = findings.filter(({ severity }) => severity === "error").length
  element("status").textContent =
    errors > 0 ? "not shown anew until the errors are mended" : findings.length === 0 ? "nothing found" : ""
  document.title = `${errors > 0 ? "✗" : findings.length > 0 ? "!" : "✓"} ${name} – requite preview`
  if (questionnaire === null) return
  languages = languages.length > 0 ? languages : [questionnaire.language]
  const session = make(questionnaire)
  const answers = shown === null ? {} : shown.session.draft(shown.state)
  const state = session.start({ answers, revision: 0, context: { today: today() }, autosave: false })
  const form = Fields.make(questionnaire, session, languages, (message) => send(message))
  shown = { session, state, form }
  element("form").replaceChildren(form.root)
  element("languages").replaceChildren(...switches(Fields.languagesOf(questionnaire)))
  refresh()
}

const send = (message: FillSession.Message): void => {
  if (shown === null) return
  shown = { ...shown, state: shown.session.update(shown.state, message)[0] }
  refresh()
}

const refresh = (): void => {
  if (shown === null) return
  shown.form.refresh(shown.state)
  element("answers").textContent = JSON.stringify(shown.session.answers(shown.state), null, 2)
}

/** A button for each language that the questionnaire is written in. */
const switches = (all: ReadonlyArray<string>): ReadonlyArray<HTMLElement> =>
  all.length < 2
    ? []
    : all.map((language) => {
        const button = document.createElement("button")
        button.textContent = language
        button.type = "button"
        button.setAttribute("aria-pressed", String(languages[0] === language))
        button.addEventListener("click", () => {
          languages = [language]
          etag = ""
          void ask()
        })
        return button
      })

const finding = ({ code, severity, line, column, message, witness }: State["findings"][number]): HTMLElement => {
  const item = document.createElement("li")
  item.className = severity
  const place = document.createElement("strong")
  place.textContent = `${line}:${column} ${severity} ${code}`
  const sentence = document.createElement("div")
  sentence.textContent = message
  item.append(place, sentence)
  if (witness !== undefined) {
    const answers = document.createElement("button")
    answers.type = "button"
    answers.textContent = "Show it with these answers"
    answers.addEventListener("click", () => {
      if (shown === null) return
      const { session } = shown
      shown = {
        ...shown,
        state: session.start({ answers: witness, revision: 0, context: { today: today() }, autosave: false }),
      }
      shown.form.forget()
      refresh()
    })
    item.append(answers)
  }
  return item
}

const ask = async (): Promise<void> => {
  try {
    const response = await fetch("/state", etag === "" ? {} : { headers: { "if-none-match": etag } })
    if (response.status === 200) {
      etag = response.headers.get("etag") ?? ""
      // the boundary: this page and the command that answers it are one version of one package
      const state: State = await response.json()
      show(state)
    }
  } catch {
    etag = ""
    element("status").textContent = "the command has ended"
  }
}

void ask()
setInterval(() => void ask(), 700)
