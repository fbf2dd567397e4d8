/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * The preview in the browser: a fill session of core and fields for it. It asks the command again and again what the file
 * says now; when that changes, the form is made anew and what was typed stays.
 */
import type * as FillSession from "@requite/core/FillSession"
import { make } from "@requite/core/FillSession"
import type { State } from "../../Preview.ts"
import * as Context from "./context.ts"
import * as Controls from "./controls.ts"
import * as Fields from "./fields.ts"

const element = (id: string): HTMLElement => document.getElementById(id) ?? document.body

let etag = ""
let shown: {
  readonly session: FillSession.FillSession
  readonly state: FillSession.State
  readonly form: Fields.Form
} | null = null
let languages: ReadonlyArray<string> = []
/** What the caller of a real form would supply. */
let context: Readonly<Record<string, unknown>> = {}

const show = ({ name, today, questionnaire, findings }: State): void => {
  context = { today, ...context }
  element("name").textContent = name
  element("findings").replaceChildren(...findings.map(finding))
  const errors = findings.filter(({ severity }) => severity === "error").length
  element("status").textContent =
    errors > 0 ? "shown as it was before the errors" : findings.length === 0 ? "nothing found" : ""
  document.title = `${errors > 0 ? "✗" : findings.length > 0 ? "!" : "✓"} ${name} – requite preview`
  if (questionnaire === null) return
  const written = Fields.languagesOf(questionnaire)
  const [chosen] = languages
  languages = chosen !== undefined && written.includes(chosen) ? languages : [questionnaire.language]
  element("form").lang = languages[0] ?? "en"
  element("languages").replaceChildren(...switches(written))
  element("context").lastElementChild?.replaceChildren(
    ...Context.fields(questionnaire, context, (key, value) => {
      context = { ...context, [key]: value }
      send({ type: "ContextChanged", context })
    }),
  )
  const session = make(questionnaire)
  const form = Fields.make(questionnaire, session, languages, send)
  begin(session, form, shown === null ? {} : shown.session.draft(shown.state))
}

/** Shows these answers. Fields are made anew; whoever was typing goes on in the field of the same question. */
const begin = (
  session: FillSession.FillSession,
  form: Fields.Form,
  answers: Readonly<Record<string, unknown>>,
): void => {
  const focused = document.activeElement?.id ?? ""
  shown = { session, form, state: session.start({ answers, revision: 0, context, autosave: false }) }
  form.forget()
  element("form").replaceChildren(form.root)
  refresh()
  if (focused !== "") document.getElementById(focused)?.focus({ preventScroll: true })
}

/** What happened, and at once what follows: whatever is uploaded has arrived. */
const send = (message: FillSession.Message): void => {
  if (shown === null) return
  const [state, effects] = shown.session.update(shown.state, message)
  shown = { ...shown, state }
  for (const effect of effects) {
    const upload = effect.type === "StartUpload" ? state.uploads.find(({ id }) => id === effect.upload) : undefined
    if (upload !== undefined) send({ type: "UploadFinished", upload: upload.id, file: fileOf(upload) })
  }
  refresh()
}

const fileOf = ({ id, name, bytes, type }: FillSession.Upload) => ({ id, name, bytes, type, sha256: "0".repeat(64) })

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
        const button = Controls.button(language, () => {
          languages = [language]
          etag = ""
          void ask()
        })
        button.id = `language-${language}`
        button.setAttribute("aria-pressed", String(languages[0] === language))
        return button
      })

const finding = ({
  code,
  severity,
  line,
  column,
  message,
  witness,
  context: given,
}: State["findings"][number]): HTMLElement => {
  const item = document.createElement("li")
  item.className = severity
  const place = document.createElement("strong")
  place.textContent = `${line}:${column} ${severity} ${code}`
  const sentence = document.createElement("div")
  sentence.textContent = message
  item.append(place, sentence)
  if (witness === undefined) return item
  item.append(
    Controls.button("Show it with these answers", () => {
      if (shown === null) return
      context = { ...context, ...given }
      begin(shown.session, shown.form, witness)
    }),
  )
  return item
}

const ask = async (): Promise<void> => {
  try {
    const response = await fetch("/state", etag === "" ? {} : { headers: { "if-none-match": etag } })
    if (response.status === 200) {
      etag = response.headers.get("etag") ?? ""
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the page and the command that answers it are one version of one package
      show((await response.json()) as State)
    }
  } catch {
    etag = ""
    element("status").textContent = "the command has ended"
  }
}

void ask()
setInterval(() => void ask(), 700)
