/**
 * Questionnaires of the workspace: the list, one of them with what it asks, and the import. A definition that is refused
 * comes back with its text and every finding at its line and column, each with an excerpt that points there.
 */
import { LocalText, Questionnaire, type QuestionKind } from "@requite/core"
import { maxInstances } from "@requite/core/AnswerKind/group"
import type { Condition } from "@requite/core/Condition/Ast"
import * as Text from "@requite/core/Condition/text"
import * as Effect from "effect/Effect"
import { type Child, type Html, html } from "../Html.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { HttpServerResponse } from "../platform/Http.ts"
import { type Finding, type Listing, Questionnaires, type Stored } from "../Questionnaires.ts"
import * as FileName from "../Uploads/FileName.ts"
import * as Field from "./Field.ts"
import * as Form from "./Form.ts"
import * as Page from "./Page.ts"
import * as Routes from "./Routes.ts"
import * as SamplePages from "./SamplePages.ts"
import { Samples } from "./Samples.ts"
import { NotHere, type Visit } from "./Visit.ts"
import { ago, lookUp, moment, type Words } from "./Words.ts"

export const routes = [
  Routes.page("/questionnaires", (visit) => list(visit)),
  Routes.actionWithFiles("/questionnaires", (visit) => {
    let uploaded: string | null = null
    return {
      take: (file) =>
        Effect.map(Form.textOf(file), (text) => {
          uploaded = text
        }),
      carryOut: (form, valid) => add(visit, uploaded ?? form.text("source"), valid),
    }
  }),
  Routes.page("/questionnaires/:id", (visit) => Effect.map(stored(visit), (found) => show(visit, found))),
  Routes.page("/questionnaires/:id/json", (visit) =>
    Effect.map(stored(visit), ({ ref, source }) =>
      HttpServerResponse.text(source, {
        contentType: "application/json",
        headers: {
          ...PageSecurity.headers(visit.config),
          "content-disposition": FileName.attachment(`${ref.id}-v${ref.version}.json`),
        },
      }),
    ),
  ),
]

const stored = (visit: Visit) =>
  Effect.gen(function* () {
    const version = visit.query("version")
    if (version !== "" && !/^[1-9]\d{0,8}$/.test(version)) return yield* new NotHere()
    return yield* (yield* Questionnaires).get(
      visit.workspace.id,
      visit.part("id"),
      version === "" ? undefined : Number(version),
    )
  })

interface Import {
  readonly source: string
  readonly mistakes: ReadonlyArray<Field.Mistake>
  readonly findings?: ReadonlyArray<Finding>
}

const add = (visit: Visit, source: string, valid: boolean) =>
  Effect.gen(function* () {
    const { t } = visit.words
    const back = (sentence: string, findings: ReadonlyArray<Finding> = []) =>
      list(visit, { source, mistakes: [{ field: "source", sentence }], findings })
    if (!valid) return yield* back(t("form.renewed"))
    if (source.trim() === "") return yield* back(t("import.empty"))
    return yield* (yield* Questionnaires).add(visit.workspace.id, source).pipe(
      Effect.map(({ stored: { ref } }) =>
        PageSecurity.seeOther(visit.config, `/questionnaires/${ref.id}?version=${ref.version}&added=1`),
      ),
      Effect.catchTags({
        QuestionnaireRefused: ({ findings }) => {
          const errors = findings.filter(({ severity }) => severity === "error").length
          return back(t("import.refused", { count: errors }), findings)
        },
        VersionTaken: ({ id, version }) => back(t("import.versionTaken", { id, version })),
      }),
    )
  })

const list = (visit: Visit, entered: Import = { source: "", mistakes: [] }) =>
  Effect.gen(function* () {
    const { words } = visit
    const { t } = words
    const listings = yield* (yield* Questionnaires).list(visit.workspace.id)
    const samples = (yield* (yield* Samples).list).filter(({ id }) => !listings.some((one) => one.id === id))
    const isWrong = entered.mistakes.length > 0
    return Page.member(visit, {
      title: t("questionnaires.title"),
      place: "questionnaires",
      status: isWrong ? 422 : 200,
      wrong: isWrong,
      body: html`${Field.summary(words, entered.mistakes)}
        <h1>${t("questionnaires.title")}</h1>
        ${isWrong && importing(visit, entered)}
        ${
          listings.length === 0
            ? html`<p class="empty">
                ${t(samples.length > 0 ? "questionnaires.noneButSamples" : "questionnaires.none")}
              </p>`
            : html`<ul class="rows">
                ${listings.map((listing) => row(words, listing))}
              </ul>`
        }
        ${!isWrong && importing(visit, entered)}
        ${
          samples.length > 0 &&
          html`<section>
            <h2>${t("samples.title")}</h2>
            <p class="help">${t("samples.text")}</p>
            ${SamplePages.cards(visit, samples, "add")}
          </section>`
        }`,
    })
  })

const row = (words: Words, { id, version, title, questions, createdAt }: Listing): Html => {
  const { t } = words
  return html`<li class="row">
    <div class="grow">
      <a class="whole" href="/questionnaires/${id}"><strong>${title}</strong></a>
      <p class="meta">
        <code>${id}</code> · ${t("questionnaire.version", { version })} ·
        ${t("questionnaire.questions", { count: questions })} ·
        <span title="${moment(words, createdAt)}">${t("questionnaires.added", { when: ago(words, createdAt) })}</span>
      </p>
    </div>
    <a class="button above" href="/requests/new?questionnaire=${id}"
      >${t("questionnaires.send")}<span class="unseen"> ${title}</span></a
    >
  </li>`
}

const importing = (visit: Visit, { findings = [], mistakes, source }: Import): Html => {
  const { t } = visit.words
  return html`<section class="card" id="import">
    <h2>${t("import.title")}</h2>
    ${
      findings.length > 0 &&
      html`<ol class="findings">
        ${findings.slice(0, mostFindings).map((finding) => findingItem(visit, source, finding))}
      </ol>`
    }
    ${findings.length > mostFindings && html`<p>${t("import.more", { count: findings.length - mostFindings })}</p>`}
    <form method="post" action="/questionnaires" enctype="multipart/form-data" novalidate>
      ${Page.token(visit)} ${Field.files({ name: "file", label: t("import.file"), accept: "application/json,.json" })}
      ${Field.area({ name: "source", label: t("import.source"), help: t("import.source.help"), value: source, rows: Math.min(24, Math.max(8, source.split("\n").length + 1)), code: true, mistakes })}
      <p class="buttons"><button class="primary" type="submit">${t("import.submit")}</button></p>
    </form>
  </section>`
}

/** Enough to work on; the rest comes when these are mended. */
const mostFindings = 100

const findingItem = (visit: Visit, source: string, finding: Finding): Html => {
  const { t } = visit.words
  const { line, column, message, code, severity } = finding
  return html`<li>
    <p>
      ${severity === "warning" && html`<strong>${t("finding.warning")}</strong> `}<strong
        >${t("finding.place", { line: String(line), column: String(column) })}</strong
      >
      — <span lang="en">${message}</span> <code>${code}</code>
    </p>
    ${excerpt(source, line, column)}
  </li>`
}

/** The line with a caret below its column; of a long line the part around it. */
const excerpt = (source: string, line: number, column: number): Html => {
  const text = (source.split("\n")[line - 1] ?? "").replaceAll("\t", " ").replaceAll("\r", "")
  const from = Math.max(0, column - 61)
  const shown = text.slice(from, from + 100)
  return html`<pre
    class="excerpt"
    tabindex="0"
  ><span>${from > 0 && "…"}${shown}${from + 100 < text.length && "…"}</span>
<span class="caret" aria-hidden="true">${" ".repeat(column - 1 - from + (from > 0 ? 1 : 0))}^</span></pre>`
}

const show = (visit: Visit, { questionnaire, ref, source }: Stored) => {
  const { t, language } = visit.words
  const languages = [language, questionnaire.language]
  const read = (text: LocalText.LocalText) => LocalText.resolve(text, languages)
  const warnings = visit.query("added") === "" ? [] : Questionnaire.check(source).findings
  const title = read(questionnaire.title)
  return Page.member(visit, {
    title,
    place: "questionnaires",
    body: html`${visit.query("added") !== "" && Page.done(t("questionnaire.added"))}
      ${
        warnings.length > 0 &&
        html`<section class="notes">
          <h2>${t("questionnaire.warnings", { count: warnings.length })}</h2>
          <ol class="findings">
            ${warnings.map((finding) => findingItem(visit, source, finding))}
          </ol>
        </section>`
      }
      <p class="trail"><a href="/questionnaires">${t("questionnaires.title")}</a></p>
      <div class="heading">
        <h1>${title}</h1>
        <div class="buttons">
          <a class="button" href="/questionnaires/${ref.id}/json?version=${ref.version}"
            >${t("questionnaire.download")}</a
          >
          <a class="button primary" href="/requests/new?questionnaire=${ref.id}">${t("questionnaire.send")}</a>
        </div>
      </div>
      <p class="meta">
        <code>${ref.id}</code> · ${t("questionnaire.version", { version: ref.version })} ·
        ${t("questionnaire.questions", { count: ref.questions })}
      </p>
      ${questionnaire.description !== undefined && html`<p class="lead">${read(questionnaire.description)}</p>`}
      ${sections(visit, questionnaire, read)}
      <details class="card">
        <summary>${t("questionnaire.json")}</summary>
        <pre class="source" tabindex="0" aria-label="${t("questionnaire.json")}">${source}</pre>
      </details>`,
  })
}

const sections = (
  { words }: Visit,
  questionnaire: Questionnaire.Questionnaire,
  read: (text: LocalText.LocalText) => string,
): Child =>
  questionnaire.sections.map(
    (section) =>
      html`<section class="card">
        <h2>${read(section.title)}</h2>
        ${when(words, questionnaire, section)}
        ${section.description !== undefined && html`<p class="help">${read(section.description)}</p>`}
        ${items(words, questionnaire, section.items, read)}
      </section>`,
  )

/** Groups nest at most 32 deep. */
const items = (
  words: Words,
  questionnaire: Questionnaire.Questionnaire,
  list: ReadonlyArray<QuestionKind.Question>,
  read: (text: LocalText.LocalText) => string,
): Html =>
  html`<ol class="questions">
    ${list.map(
      (item) =>
        html`<li>
          <div>
            <strong>${read(item.label)}</strong
            >${item.help !== undefined && html`<p class="help">${read(item.help)}</p>`}
            ${when(words, questionnaire, item)}
          </div>
          <p class="meta">
            ${lookUp(words, `kind.${item.type}`, {}, item.type)}${item.required === true && html` · ${words.t("questionnaire.required")}`}${item.repeat !== undefined && html` · ${words.t("questionnaire.repeated", { min: item.repeat.min ?? 0, max: item.repeat.max ?? maxInstances })}`}
          </p>
          ${item.items !== undefined && items(words, questionnaire, item.items, read)}
        </li>`,
    )}
  </ol>`

/** On what answers it hangs, as an author writes it; a condition that has a name, by what it says. */
const when = (
  { t }: Words,
  { conditions = {} }: Questionnaire.Questionnaire,
  { when, required }: Pick<QuestionKind.Question, "when" | "required">,
): Child => {
  const print = (condition: Condition) => {
    const named = "is" in condition && Object.hasOwn(conditions, condition.is) ? conditions[condition.is] : undefined
    return html`<code>${Text.print(named ?? condition)}</code>`
  }
  return [
    when !== undefined && html`<p class="help">${t("questionnaire.askedWhen")} ${print(when)}</p>`,
    typeof required === "object" && html`<p class="help">${t("questionnaire.requiredWhen")} ${print(required)}</p>`,
  ]
}
