/** Templates of requests on the firm's pages: the list, keeping what stands in the form as one, and beginning with one (T19). */
import { LocalText } from "@requite/core"
import * as Effect from "effect/Effect"
import { type Child, html } from "../Html.ts"
import * as Invitation from "../Invitation.ts"
import { MailTemplates } from "../MailTemplates.ts"
import { languages } from "../Messages.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { Questionnaires } from "../Questionnaires.ts"
import { type Content, type Listed, longestName, most, RequestTemplates } from "../RequestTemplates.ts"
import * as Field from "./Field.ts"
import * as Page from "./Page.ts"
import * as PolicyWords from "./PolicyWords.ts"
import * as RequestForm from "./RequestForm.ts"
import type { Filled } from "./RequestForm.ts"
import { exact } from "./RequestWords.ts"
import * as Routes from "./Routes.ts"
import { idPart, NotHere, type Visit } from "./Visit.ts"
import { ago, today } from "./Words.ts"

const dayMillis = 86_400_000

export const routes = [
  Routes.page("/requests/templates", (visit) =>
    Effect.gen(function* () {
      const { t } = visit.words
      const found = yield* (yield* RequestTemplates).list(visit.workspace.id)
      return Page.member(visit, {
        title: t("requestTemplates.title"),
        place: "requests",
        body: html`${visit.query("done") === "removed" && Page.done(t("requestTemplates.removed"))}
          <p class="trail"><a href="/requests">${t("requests.title")}</a></p>
          <h1>${t("requestTemplates.title")}</h1>
          <p class="lead">${t("requestTemplates.lead")}</p>
          ${
            found.length === 0
              ? html`<p class="empty">
                  ${t("requestTemplates.none")} <a href="/requests/new">${t("requests.new")}</a>
                </p>`
              : html`<ul class="rows">
                  ${found.map((one) => row(visit, one))}
                </ul>`
          }`,
      })
    }),
  ),
  Routes.action("/requests/templates/:id/remove", (visit) =>
    Effect.gen(function* () {
      const isGone = yield* (yield* RequestTemplates).remove(visit.workspace.id, yield* idPart(visit, "id"))
      if (!isGone) return yield* new NotHere()
      return PageSecurity.seeOther(visit.config, "/requests/templates?done=removed")
    }),
  ),
]

const row = (visit: Visit, { id, name, savedBy, savedAt }: Listed) => {
  const { words } = visit
  const { t } = words
  return html`<li class="row">
    <div class="grow">
      <a href="/requests/new?template=${id}"><strong>${name}</strong></a>
      <p class="meta">${exact(savedAt, t("requestTemplates.saved", { name: savedBy, when: ago(words, savedAt) }))}</p>
    </div>
    <details class="confirm">
      <summary>${t("requestTemplates.remove")}<span class="unseen"> ${name}</span></summary>
      <form method="post" action="/requests/templates/${id}/remove">
        ${Page.token(visit)}
        <p>${t("requestTemplates.remove.text")}</p>
        <button class="danger" type="submit">${t("requestTemplates.remove.submit")}</button>
      </form>
    </details>
  </li>`
}

/** What a new request's form says above itself: the templates that it can begin with. For some work, it stays for that. */
export const choice = (visit: Visit, found: ReadonlyArray<Listed>): Child => {
  const { t } = visit.words
  const address = (id: string) => {
    const parameters = new URLSearchParams({ template: id })
    for (const name of ["workItem", "basket", "to"]) {
      if (visit.query(name) !== "") parameters.set(name, visit.query(name))
    }
    return `/requests/new?${parameters.toString()}`
  }
  return (
    found.length > 0 &&
    html`<nav class="card" aria-labelledby="templates">
      <div class="heading">
        <h2 id="templates">${t("requestTemplates.begin")}</h2>
        <a href="/requests/templates">${t("requestTemplates.all")}</a>
      </div>
      <ul class="plain">
        ${found.map(
          ({ id, name }) =>
            html`<li>
              <a href="${address(id)}" ${id === visit.query("template") && html` aria-current="true"`}>${name}</a>
            </li>`,
        )}
      </ul>
    </nav>`
  )
}

export interface Keeping {
  /** The name, as it was typed; and whether it was kept under that. */
  readonly template?: string
  readonly isKept?: boolean
}

/** At the end of that form: keeping it. */
export const keeping = (
  { words: { t } }: Visit,
  { template = "", isKept = false }: Keeping,
  mistakes: ReadonlyArray<Field.Mistake>,
): Child =>
  html`<details class="about" ${template !== "" && !isKept && html` open`}>
    <summary>${t("requestTemplates.keep")}</summary>
    ${Field.input({ name: "template", label: t("requestTemplates.name"), help: t("requestTemplates.keep.help"), value: isKept ? "" : template, autocomplete: "off", mistakes })}
    <button type="submit" name="purpose" value="template">${t("requestTemplates.keep.submit")}</button>
  </details>`

/** Keeps what stands in the form; gives what has to be mended first. */
export const keep = Effect.fnUntraced(function* (visit: Visit, filled: Filled, given: string) {
  const { t } = visit.words
  const name = LocalText.oneLine(given)
  const mistake = (sentence: string): ReadonlyArray<Field.Mistake> => [{ field: "template", sentence }]
  if (name === "") return mistake(t("requestTemplates.name.missing"))
  if (name.length > longestName) return mistake(t("form.tooLong", { max: longestName }))
  if (filled.what === "basket") return mistake(t("requestTemplates.basket"))
  return yield* (yield* RequestTemplates).save(visit.member, name, yield* contentOf(visit, filled)).pipe(
    Effect.as<ReadonlyArray<Field.Mistake>>([]),
    Effect.catchTag("TooManyTemplates", () => Effect.succeed(mistake(t("requestTemplates.tooMany", { most })))),
  )
})

const contentOf = Effect.fnUntraced(function* ({ words, workspace }: Visit, filled: Filled) {
  const { documents, title, description, policy, reminding, everyDays, sensitive, portalOnly } = filled
  const mails = yield* MailTemplates
  const own = yield* Effect.forEach(languages, (language) => mails.find(workspace.id, "invitation", language))
  const standard = [
    ...languages.map((language) => Invitation.defaultMessage(language)),
    ...own.flatMap((one) => one?.wording.body ?? []),
  ]
  const days = RequestForm.isDay(filled.due)
    ? Math.round((Date.parse(filled.due) - Date.parse(today(words))) / dayMillis)
    : -1
  const content: Content = {
    what: filled.what === "documents" ? "documents" : "questionnaire",
    questionnaire: filled.questionnaire.split("@")[0] ?? "",
    documents,
    title,
    description,
    dueDays: days < 0 ? null : days,
    policy,
    reminding,
    everyDays,
    sensitive,
    portalOnly,
    // what nobody wrote for this follows the firm's own words, and the language of whoever is asked
    message: standard.some((one) => one.trim() === filled.message.trim()) ? "" : filled.message,
  }
  return content
})

/** What a form has in it that begins with a template, on the questionnaire as it is now; one that is gone is nobody's choice. */
export const begun = Effect.fnUntraced(function* (visit: Visit, id: string) {
  const found = yield* (yield* RequestTemplates).get(visit.workspace.id, id)
  if (found === null) return yield* new NotHere()
  const { what, questionnaire, dueDays, policy, reminding, message, ...same } = found.content
  const stored = yield* (yield* Questionnaires)
    .get(visit.workspace.id, questionnaire)
    .pipe(Effect.catchTag("QuestionnaireNotFound", () => Effect.succeed(null)))
  const due = new Date(Date.parse(today(visit.words)) + (dueDays ?? 0) * dayMillis).toISOString().slice(0, 10)
  return {
    ...same,
    what,
    questionnaire: stored === null ? "" : RequestForm.choice(stored.ref),
    due: dueDays === null || !RequestForm.isDay(due) ? "" : due,
    policy: PolicyWords.presetOf(policy),
    reminding: RequestForm.remindings.find((one) => one === reminding) ?? "policy",
    ...(message === "" ? {} : { message }),
  } satisfies Partial<Filled>
})
