/**
 * One task: its title, what a customer can be asked for it (P2), where this member may say that, and the answers that
 * came back (P16).
 */
import { Answers, LocalText, QuestionKind } from "@requite/core"
import { instancesOf } from "@requite/core/AnswerKind/group"
import type { Place } from "@requite/core/Evaluation"
import { FileRef } from "@requite/core/QuestionKind/upload"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Child, type Html, html } from "../Html.ts"
import { regional } from "../Messages.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { Questionnaires } from "../Questionnaires.ts"
import { mayOffer, type Task, type WorkItem, WorkItems } from "../WorkItems.ts"
import * as answers from "../WorkItems/answers.ts"
import * as documents from "../WorkItems/documents.ts"
import * as Field from "./Field.ts"
import type { Form } from "./Form.ts"
import * as Page from "./Page.ts"
import * as RequestAnswers from "./RequestAnswers.ts"
import { exact } from "./RequestWords.ts"
import * as TaskDocuments from "./TaskDocuments.ts"
import * as Routes from "./Routes.ts"
import { commandOf, idPart, type Visit } from "./Visit.ts"
import { ago, type Words } from "./Words.ts"
import { here, refusal, taskPill } from "./WorkItemWords.ts"

export const routes = [
  Routes.page("/work-items/:id/tasks/new", (visit) =>
    Effect.flatMap(itemOf(visit), (item) => show(visit, { item, given: { title: "", questionnaires: [] } })),
  ),
  Routes.action("/work-items/:id/tasks/new", (visit, form) =>
    Effect.flatMap(itemOf(visit), (item) => save(visit, form, item, null)),
  ),
  Routes.page("/work-items/:id/tasks/:task", (visit) =>
    Effect.flatMap(taskOf(visit), ({ item, task }) => show(visit, { item, task, given: task })),
  ),
  Routes.action("/work-items/:id/tasks/:task", (visit, form) =>
    Effect.flatMap(taskOf(visit), ({ item, task }) => save(visit, form, item, task)),
  ),
  Routes.action("/work-items/:id/tasks/:task/done", (visit, form) =>
    Effect.gen(function* () {
      const { item, task } = yield* taskOf(visit)
      const done = form.text("done") === "yes"
      yield* here((yield* WorkItems).editTask(visit.member, item.id, task.id, { done })).pipe(
        Effect.catchTag("WorkRefused", Effect.die),
      )
      return PageSecurity.seeOther(visit.config, `/work-items/${item.id}`)
    }),
  ),
]

const itemOf = Effect.fnUntraced(function* (visit: Visit) {
  return yield* here((yield* WorkItems).get(visit.workspace.id, yield* idPart(visit, "id")))
})

const taskOf = Effect.fnUntraced(function* (visit: Visit) {
  const item = yield* itemOf(visit)
  const id = yield* idPart(visit, "task")
  return { item, task: yield* here((yield* WorkItems).task(visit.workspace.id, item.id, id)) }
})

interface Filled {
  readonly title: string
  readonly questionnaires: ReadonlyArray<string>
}

const save = Effect.fnUntraced(function* (visit: Visit, form: Form, item: WorkItem, task: Task | null) {
  const work = yield* WorkItems
  const { t } = visit.words
  const isTheirs = mayOffer(visit.member, yield* work.offering(visit.workspace.id))
  const given: Filled = {
    title: LocalText.oneLine(form.text("title")),
    questionnaires: isTheirs ? form.all("questionnaires") : (task?.questionnaires ?? []),
  }
  const shown = task === null ? { item, given } : { item, task, given }
  const wrong =
    given.title === "" ? t("work.name.missing") : given.title.length > 200 ? t("form.tooLong", { max: 200 }) : null
  if (wrong !== null) return yield* show(visit, { ...shown, mistakes: [{ field: "title", sentence: wrong }] })
  const saved =
    task === null
      ? work.addTask(visit.member, item.id, commandOf(visit, form), given)
      : work.editTask(visit.member, item.id, task.id, isTheirs ? given : { title: given.title })
  return yield* here(saved).pipe(
    Effect.map(() => PageSecurity.seeOther(visit.config, `/work-items/${item.id}?done=saved`)),
    Effect.catchTag("WorkRefused", (refused) =>
      show(visit, { ...shown, mistakes: [{ field: "questionnaires", sentence: refusal(visit.words, refused) }] }),
    ),
  )
})

interface Shown {
  readonly item: WorkItem
  readonly task?: Task
  readonly given: Filled
  readonly mistakes?: ReadonlyArray<Field.Mistake>
}

const show = Effect.fnUntraced(function* (visit: Visit, { item, task, given, mistakes = [] }: Shown) {
  const { words } = visit
  const { t } = words
  const work = yield* WorkItems
  const listed = yield* (yield* Questionnaires).list(visit.workspace.id)
  const isTheirs = mayOffer(visit.member, yield* work.offering(visit.workspace.id))
  const back = task === undefined ? null : yield* answers.of(visit.workspace.id, task)
  const path = `/work-items/${item.id}`
  const filed =
    task === undefined
      ? []
      : ((yield* documents.of(visit.workspace.id, yield* here(work.overview(visit.workspace.id, item.id)))).get(
          task.id,
        ) ?? [])
  return Page.member(visit, {
    title: task?.title ?? t("work.task.new"),
    place: "work",
    status: mistakes.length > 0 ? 422 : 200,
    wrong: mistakes.length > 0,
    body: html`<div class="narrow">
      ${Field.summary(words, mistakes)}
      <p class="trail"><a href="${path}">${item.title}</a></p>
      <div class="titled">
        <h1>${task?.title ?? t("work.task.new")}</h1>
        ${task !== undefined && taskPill(words, task)}
      </div>
      ${task !== undefined && came(words, back)}
      ${
        filed.length > 0 &&
        html`<section class="card">
          <h2>${t("work.task.documents")}</h2>
          ${TaskDocuments.list(words, filed)}
        </section>`
      }
      <form class="card" method="post" action="${path}/tasks/${task?.id ?? "new"}" novalidate>
        ${Page.tokens(visit)}
        ${Field.input({ name: "title", label: t("work.task.name"), value: given.title, autocomplete: "off", mistakes })}
        ${
          isTheirs
            ? offers(words, listed, given.questionnaires, mistakes)
            : offered(
                words,
                listed.filter(({ id }) => given.questionnaires.includes(id)),
              )
        }
        <p class="buttons"><button class="primary" type="submit">${t("work.task.submit")}</button></p>
      </form>
      ${task !== undefined && marking(visit, task)}
    </div>`,
  })
})

const offers = (
  { t }: Words,
  listed: ReadonlyArray<{ readonly id: string; readonly title: string }>,
  chosen: ReadonlyArray<string>,
  mistakes: ReadonlyArray<Field.Mistake>,
): Html => {
  const wrong = mistakes.find(({ field }) => field === "questionnaires")?.sentence
  return html`<fieldset class="field${wrong !== undefined && " wrong"}" id="questionnaires">
    <legend>${t("work.task.questionnaires")}</legend>
    <p class="help">${t("work.task.questionnaires.help")}</p>
    ${wrong !== undefined && html`<p class="mistake">${wrong}</p>`}
    ${listed.length === 0 && html`<p>${t("work.task.questionnaires.none")} <a href="/questionnaires">${t("work.task.questionnaires.import")}</a></p>`}
    ${listed.map(
      ({ id, title }) =>
        html`<label class="choice"
          ><input type="checkbox" name="questionnaires" value="${id}" ${chosen.includes(id) && html` checked`} />
          <span>${title}</span></label
        >`,
    )}
  </fieldset>`
}

/** The same to read, for whom it is not to say. */
const offered = ({ t }: Words, listed: ReadonlyArray<{ readonly id: string; readonly title: string }>): Html =>
  html`<div class="field" id="questionnaires">
    <p class="label">${t("work.task.questionnaires")}</p>
    <p class="help">${t("work.task.questionnaires.admins")}</p>
    ${
      listed.length === 0
        ? html`<p>${t("work.task.questionnaires.nothing")}</p>`
        : html`<ul>
            ${listed.map(({ title }) => html`<li>${title}</li>`)}
          </ul>`
    }
  </div>`

const marking = (visit: Visit, { id, workItem, status }: Task): Child =>
  status !== "WaitingForCustomer" &&
  html`<form method="post" action="/work-items/${workItem}/tasks/${id}/done">
    ${Page.token(visit)}<input type="hidden" name="done" value="${status === "Done" ? "no" : "yes"}" />
    <button type="submit">${visit.words.t(status === "Done" ? "work.task.undone" : "work.task.done")}</button>
  </form>`

const came = (words: Words, back: answers.TaskAnswers | null): Html => {
  const { t } = words
  if (back === null) return html`<p class="help">${t("work.task.answers.none")}</p>`
  const languages = [words.language, back.questionnaire.language].map(regional)
  return html`<section class="card">
    <div class="heading">
      <h2>${t("work.task.answers")}</h2>
      <p class="meta">${exact(back.at, ago(words, back.at))}</p>
    </div>
    ${Object.keys(back.answers).length === 0 && html`<p>${t("work.task.answers.empty")}</p>`}
    ${back.questionnaire.sections.map(({ items }) => given(words, back, items, languages, []))}
    ${back.checks.map(
      ({ check, files, at }) =>
        html`<p>${exact(at, t("work.task.check", { check, count: files.length, when: ago(words, at) }))}</p>`,
    )}
    <p class="meta"><a href="/requests/${back.request}">${t("work.task.answers.request")}</a></p>
  </section>`
}

/** What was answered to these items, those in groups under the group's name. Groups nest at most 32 deep. */
const given = (
  words: Words,
  back: answers.TaskAnswers,
  items: ReadonlyArray<QuestionKind.Question>,
  languages: ReadonlyArray<string>,
  at: Place,
): ReadonlyArray<Child> =>
  items.map((item): Child => {
    const label = LocalText.resolve(item.label, languages)
    if (item.items !== undefined && item.repeat === undefined) return given(words, back, item.items, languages, at)
    if (item.items !== undefined) {
      const found = instancesOf(answerAt(back.answers, [...at, item.id])) ?? []
      const inner = item.items
      return found.map(
        (_, index) =>
          html`<h3>${label} ${index + 1}</h3>
            ${given(words, back, inner, languages, [...at, item.id, index])}`,
      )
    }
    const lines = Answers.describe(back.questionnaire, back.answers, [...at, item.id], languages)
    if (lines.length === 0) return false
    const shown = QuestionKind.isGivenAsFiles(item)
      ? html`<ul class="plain">
          ${[answerAt(back.answers, [...at, item.id])]
            .flat()
            .filter(isFile)
            .flatMap((file) => back.files.find(({ id }) => id === file.id) ?? [])
            .map((file) => html`<li>${RequestAnswers.fileLink(words, back.request, file)}</li>`)}
        </ul>`
      : lines.map((line, index) => html`${index > 0 && html`<br />`}${line}`)
    return html`<dl class="given">
      <div>
        <dt>${label}</dt>
        <dd class="words">${shown}</dd>
      </div>
    </dl>`
  })

const answerAt = (all: Answers.Answers, place: Place): unknown =>
  place.reduce<unknown>(
    (here, step) => (typeof here === "object" && here !== null ? Reflect.get(here, step) : undefined),
    all,
  )

const isFile = Schema.is(FileRef)
