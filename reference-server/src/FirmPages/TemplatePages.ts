/**
 * The firm's own words for its mails: a list of the kinds, and a page for each kind and language with the texts, the tags that
 * may be used, how it looks, and its versions. Members read them and send themselves tests; administrators write them.
 */
import * as Effect from "effect/Effect"
import { type Html, html } from "../Html.ts"
import * as MailPreviews from "../MailPreviews.ts"
import { isKind, type Kind, kinds, MailTemplates, type Version, type Wording } from "../MailTemplates.ts"
import { languageTag, standardFor } from "../MailTemplates/wording.ts"
import { Members } from "../Members.ts"
import * as Messages from "../Messages.ts"
import * as PageSecurity from "../PageSecurity.ts"
import * as Field from "./Field.ts"
import type { Form } from "./Form.ts"
import * as Page from "./Page.ts"
import * as Routes from "./Routes.ts"
import * as SettingsTabs from "./SettingsTabs.ts"
import * as TemplateForm from "./TemplateForm.ts"
import { NotHere, type Visit } from "./Visit.ts"
import { languageName } from "./Words.ts"

const path = "/settings/templates"

/** The kind and the language that an address names. */
const placeOf = (visit: Visit) => {
  const [kind, language] = [visit.part("kind"), languageTag(visit.part("language"))]
  return isKind(kind) && language !== null ? Effect.succeed({ kind, language }) : Effect.fail(new NotHere())
}

const wordingOf = (form: Form): Wording => ({
  subject: form.text("subject"),
  lead: form.text("lead"),
  body: form.text("body"),
})

export const routes = [
  Routes.page(path, (visit) => list(visit)),
  Routes.page(`${path}/:kind/:language`, (visit) =>
    Effect.gen(function* () {
      const place = yield* placeOf(visit)
      const { versions, current } = yield* read(visit, place)
      // a version of before, to look at and to save again
      const old = versions.find(({ version }) => String(version) === visit.query("version"))
      return yield* show(visit, place, { wording: old?.wording ?? current, versions })
    }),
  ),
  Routes.adminAction(`${path}/:kind/:language`, (visit, form) =>
    Effect.gen(function* () {
      const place = yield* placeOf(visit)
      const { kind, language } = place
      const templates = yield* MailTemplates
      const { versions } = yield* read(visit, place)
      const wording = wordingOf(form)
      const to = (what: string) => PageSecurity.seeOther(visit.config, `${path}/${kind}/${language}?done=${what}`)
      switch (form.text("action")) {
        case "preview":
          return yield* show(visit, place, { wording, versions })
        case "reset":
          return yield* Effect.as(templates.reset(visit.member, kind, language), to("reset"))
        case "test":
          return yield* sendTest(visit, place, wording).pipe(
            Effect.flatMap((sent) => show(visit, place, { wording, versions, sent })),
          )
        default:
          return yield* templates.save(visit.member, kind, language, wording).pipe(
            Effect.as(to("saved")),
            Effect.catchTag("TemplateRefused", ({ findings }) => show(visit, place, { wording, versions, findings })),
          )
      }
    }),
  ),
]

const read = Effect.fnUntraced(function* (visit: Visit, { kind, language }: TemplateForm.Place) {
  const templates = yield* MailTemplates
  const versions = yield* templates.versions(visit.workspace.id, kind, language)
  const standard = standardFor(kind, [language, visit.workspace.language])
  return { versions, current: versions[0]?.wording ?? standard }
})

/** What the page then says of it. */
const sendTest = Effect.fnUntraced(function* (visit: Visit, { kind, language }: TemplateForm.Place, wording: Wording) {
  const templates = yield* MailTemplates
  const { t } = visit.words
  const asked = { kind, language, wording, request: null, recipient: null }
  return yield* MailPreviews.ofTemplate(visit.member, { kind, language, wording }).pipe(
    Effect.andThen(templates.sendTest(visit.member, asked)),
    Effect.as(t("templates.done.test", { address: visit.member.email })),
    Effect.catchTags({
      // the page shows what is wrong with it
      TemplateRefused: () => Effect.succeed(null),
      RateLimited: () => Effect.succeed(t("templates.limited")),
    }),
  )
})

const show = Effect.fnUntraced(function* (
  visit: Visit,
  place: TemplateForm.Place,
  shown: {
    readonly wording: Wording
    readonly versions: ReadonlyArray<Version>
    readonly findings?: TemplateForm.Shown["findings"] | undefined
    readonly sent?: string | null | undefined
  },
) {
  const preview = yield* Effect.result(MailPreviews.ofTemplate(visit.member, { ...place, wording: shown.wording }))
  const members = yield* Members
  const ids = [...new Set(shown.versions.map(({ by }) => by))]
  const found = yield* Effect.forEach(ids, (id) => members.find(visit.workspace.id, id))
  const names = new Map(found.flatMap((member) => (member === null ? [] : [[member.id, member.name] as const])))
  return TemplateForm.show(visit, place, { ...shown, preview, names })
})

const list = Effect.fnUntraced(function* (visit: Visit) {
  const { words, workspace } = visit
  const { t } = words
  const own = yield* (yield* MailTemplates).list(workspace.id)
  const wanted = visit.query("language")
  const tag = wanted === "" ? null : languageTag(wanted)
  const wrong = wanted !== "" && tag === null
  const spoken = [
    ...new Set([...Messages.languages, ...own.map(({ language }) => language), ...(tag === null ? [] : [tag])]),
  ]
  const mistakes = wrong ? [{ field: "language", sentence: t("templates.other.wrong") }] : []
  const line = (kind: Kind, language: string): Html => {
    const isOwn = own.some((one) => one.kind === kind && one.language === language)
    return html`<li>
      <a href="${path}/${kind}/${language}" hreflang="${language}">${languageName(words, language)}</a>
      <span class="tag">${t(isOwn ? "templates.own" : "templates.standard")}</span>
    </li>`
  }
  return Page.member(visit, {
    title: t("templates.title"),
    place: "settings",
    wrong,
    body: html`${SettingsTabs.show(visit, "templates")}
      <div class="narrow">
        ${Field.summary(words, mistakes)}
        <h1>${t("templates.title")}</h1>
        <p class="lead">${t("templates.lead")}</p>
        ${kinds.map(
          (kind) =>
            html`<section class="card">
              <h2>${t(`templates.kind.${kind}`)}</h2>
              <ul class="lines">
                ${spoken.map((language) => line(kind, language))}
              </ul>
            </section>`,
        )}
        <form class="card" method="get" action="${path}" novalidate>
          ${Field.input({ name: "language", label: t("templates.other"), help: t("templates.other.help"), value: wrong ? wanted : "", narrow: true, spellcheck: false, mistakes })}
          <p class="buttons"><button type="submit">${t("templates.other.open")}</button></p>
        </form>
      </div>`,
  })
})
