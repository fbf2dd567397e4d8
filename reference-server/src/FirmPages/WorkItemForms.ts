/** The form of a work item: its title, its stages, whose it is, and whether it moves on by itself (T17). */
import { LocalText } from "@requite/core"
import * as Effect from "effect/Effect"
import { html } from "../Html.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { defaultStages, type WorkItem, WorkItems } from "../WorkItems.ts"
import * as Field from "./Field.ts"
import type { Form } from "./Form.ts"
import * as Page from "./Page.ts"
import * as Routes from "./Routes.ts"
import { commandOf, idPart, type Visit } from "./Visit.ts"
import type { Words } from "./Words.ts"
import { here, refusal } from "./WorkItemWords.ts"

export const routes = [
  Routes.page("/work-items/new", (visit) => show(visit, { given: blank(visit) })),
  Routes.action("/work-items/new", (visit, form) => save(visit, form, null)),
  Routes.page("/work-items/:id/edit", (visit) =>
    Effect.flatMap(itemOf(visit), (item) => show(visit, { item, given: of(item) })),
  ),
  Routes.action("/work-items/:id/edit", (visit, form) =>
    Effect.flatMap(itemOf(visit), (item) => save(visit, form, item)),
  ),
]

const itemOf = Effect.fnUntraced(function* (visit: Visit) {
  return yield* here((yield* WorkItems).get(visit.workspace.id, yield* idPart(visit, "id")))
})

interface Filled {
  readonly title: string
  readonly externalName: string
  readonly stages: ReadonlyArray<string>
  /** The member's id; empty: nobody. */
  readonly assignee: string
  readonly autoAdvance: boolean
}

const blank = ({ member }: Visit): Filled => ({
  title: "",
  externalName: "",
  stages: defaultStages,
  assignee: member.id,
  autoAdvance: false,
})

const of = ({ title, externalName, stages, assignee, autoAdvance }: WorkItem): Filled => ({
  title,
  externalName,
  stages,
  assignee: assignee ?? "",
  autoAdvance,
})

const read = (form: Form): Filled => ({
  title: LocalText.oneLine(form.text("title")),
  externalName: LocalText.oneLine(form.text("externalName")),
  stages: form
    .text("stages")
    .split("\n")
    .map(LocalText.oneLine)
    .filter((stage) => stage !== ""),
  assignee: form.text("assignee"),
  autoAdvance: form.text("autoAdvance") === "yes",
})

const mistakesIn = ({ title, externalName, stages }: Filled, { t }: Words): ReadonlyArray<Field.Mistake> => {
  const mistake = (wrong: boolean, field: string, sentence: string) => (wrong ? [{ field, sentence }] : [])
  return [
    ...mistake(title === "", "title", t("work.name.missing")),
    ...mistake(title.length > 200, "title", t("form.tooLong", { max: 200 })),
    ...mistake(externalName.length > 200, "externalName", t("form.tooLong", { max: 200 })),
    ...mistake(stages.length === 0, "stages", t("work.stages.missing")),
    ...mistake(stages.length > 50 || stages.some(({ length }) => length > 100), "stages", t("work.stages.long")),
  ]
}

const save = Effect.fnUntraced(function* (visit: Visit, form: Form, item: WorkItem | null) {
  const work = yield* WorkItems
  const given = read(form)
  const shown = item === null ? { given } : { item, given }
  const mistakes = mistakesIn(given, visit.words)
  if (mistakes.length > 0) return yield* show(visit, { ...shown, mistakes })
  const changes = { ...given, assignee: given.assignee === "" ? null : given.assignee }
  const saved =
    item === null
      ? work.create(visit.workspace.id, commandOf(visit, form), changes)
      : work.edit(visit.workspace.id, item.id, changes)
  return yield* here(saved).pipe(
    Effect.map(({ id }) =>
      PageSecurity.seeOther(visit.config, `/work-items/${id}${item === null ? "" : "?done=saved"}`),
    ),
    Effect.catchTag("WorkRefused", (refused) =>
      show(visit, { ...shown, mistakes: [{ field: "assignee", sentence: refusal(visit.words, refused) }] }),
    ),
  )
})

interface Shown {
  readonly item?: WorkItem
  readonly given: Filled
  readonly mistakes?: ReadonlyArray<Field.Mistake>
}

const show = Effect.fnUntraced(function* (visit: Visit, { item, given, mistakes = [] }: Shown) {
  const { words } = visit
  const { t } = words
  const members = yield* (yield* WorkItems).assignees(visit.workspace.id)
  const title = item?.title ?? t("work.new")
  const path = item === undefined ? "/work-items" : `/work-items/${item.id}`
  return Page.member(visit, {
    title,
    place: "work",
    status: mistakes.length > 0 ? 422 : 200,
    wrong: mistakes.length > 0,
    body: html`<div class="narrow">
      ${Field.summary(words, mistakes)}
      <p class="trail"><a href="${path}">${item?.title ?? t("work.title")}</a></p>
      <h1>${title}</h1>
      <form class="card" method="post" action="${item === undefined ? "/work-items/new" : `${path}/edit`}" novalidate>
        ${Page.tokens(visit)}
        ${Field.input({ name: "title", label: t("work.name"), value: given.title, autocomplete: "off", mistakes })}
        ${Field.input({ name: "externalName", label: `${t("work.external")} ${t("form.optional")}`, help: t("work.external.help"), value: given.externalName, autocomplete: "off", mistakes })}
        ${Field.area({ name: "stages", label: t("work.stages"), help: t("work.stages.help"), value: given.stages.join("\n"), rows: 5, mistakes })}
        ${Field.select({ name: "assignee", label: t("work.assignee"), value: given.assignee, options: [{ value: "", label: t("work.assignee.none") }, ...members.map(({ id, name }) => ({ value: id, label: name }))], mistakes })}
        <label class="choice"
          ><input type="checkbox" name="autoAdvance" value="yes" ${given.autoAdvance && html` checked`} />
          <span>${t("work.autoAdvance")}</span></label
        >
        <p class="buttons"><button class="primary" type="submit">${t("work.submit")}</button></p>
      </form>
    </div>`,
  })
})
