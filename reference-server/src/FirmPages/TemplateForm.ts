/** The page of one template: its three texts as a plain form, the tags, what is wrong, how it looks, and its versions. */
import type { MessageTemplate } from "@requite/content"
import * as Result from "effect/Result"
import { type Html, html } from "../Html.ts"
import type { Composed } from "../Invitation.ts"
import {
  declaration,
  type Finding,
  type Kind,
  type TemplateRefused,
  type Version,
  type Wording,
} from "../MailTemplates.ts"
import type { HttpServerResponse } from "../platform/Http.ts"
import * as Field from "./Field.ts"
import * as MailFrame from "./MailFrame.ts"
import * as Page from "./Page.ts"
import * as SettingsTabs from "./SettingsTabs.ts"
import type { Visit } from "./Visit.ts"
import { languageName, lookUp, moment, type Words } from "./Words.ts"

export interface Place {
  readonly kind: Kind
  /** BCP 47. */
  readonly language: string
}

export interface Shown {
  readonly wording: Wording
  readonly versions: ReadonlyArray<Version>
  /** Why it was not saved. */
  readonly findings?: ReadonlyArray<Finding> | undefined
  /** What came of a test; null: it could not be made. */
  readonly sent?: string | null | undefined
  readonly preview: Result.Result<Composed, TemplateRefused>
  /** Names of members, by id. */
  readonly names: ReadonlyMap<string, string>
}

export const show = (visit: Visit, place: Place, shown: Shown): HttpServerResponse.HttpServerResponse => {
  const { words, member } = visit
  const { t } = words
  const { kind, language } = place
  const { preview, findings, sent } = shown
  const wrong = findings ?? (Result.isFailure(preview) ? preview.failure.findings : [])
  const mistakes = wrong.map((finding) => ({ field: finding.part, sentence: sentenceOf(words, finding) }))
  const title = `${t(`templates.kind.${kind}`)}, ${languageName(words, language)}`
  const done = visit.query("done")
  const page = Page.member(visit, {
    title,
    place: "settings",
    status: mistakes.length > 0 ? 422 : 200,
    wrong: mistakes.length > 0,
    body: html`${SettingsTabs.show(visit, "templates")}
      <p class="trail"><a href="/settings/templates">${t("templates.title")}</a></p>
      <h1>${title}</h1>
      ${Field.summary(words, mistakes)} ${sent !== undefined && sent !== null && Page.done(sent)}
      ${mistakes.length === 0 && (done === "saved" || done === "reset") && Page.done(t(`templates.done.${done}`))}
      <div class="beside">
        <div>
          ${member.role === "admin" ? form(visit, place, shown, mistakes) : readOnly(words, shown.wording)}
          ${versions(visit, place, shown)}
        </div>
        <div class="preview">
          ${
            Result.isSuccess(preview) &&
            html`<h2>${t("templates.shown")}</h2>
              <p class="help">${t("templates.shown.help")}</p>
              <p><strong>${preview.success.subject}</strong></p>
              ${MailFrame.frame(t("templates.shown"), preview.success.html, { links: false })}
              <details class="card">
                <summary>${t("templates.plain")}</summary>
                <pre class="source" tabindex="0" aria-label="${t("templates.plain")}">${preview.success.text}</pre>
              </details>`
          }
        </div>
      </div>`,
  })
  return Result.isSuccess(preview) ? MailFrame.allowing(page, preview.success.html) : page
}

const sentenceOf = ({ t }: Words, { part, line, column, code, sentence }: Finding): string =>
  part === "body" && code !== "missing-tag" ? `${sentence} (${t("templates.at", { line, column })})` : sentence

const form = (visit: Visit, { kind, language }: Place, shown: Shown, mistakes: ReadonlyArray<Field.Mistake>): Html => {
  const { words } = visit
  const { t } = words
  const { subject, lead, body } = shown.wording
  const action = `/settings/templates/${kind}/${language}`
  const isOwn = (shown.versions[0]?.wording ?? null) !== null
  return html`<form class="card" method="post" action="${action}" novalidate>
      ${Page.token(visit)} ${Field.input({ name: "subject", label: t("templates.subject"), value: subject, mistakes })}
      ${Field.input({ name: "lead", label: t("templates.leadLine"), help: t("templates.leadLine.help"), value: lead, mistakes })}
      ${Field.area({ name: "body", label: t("templates.body"), help: t("templates.body.help"), value: body, rows: 12, mistakes })}
      ${tags(words, declaration(kind))}
      <p class="buttons">
        <button class="primary" type="submit" name="action" value="save">${t("templates.save")}</button>
        <button type="submit" name="action" value="preview">${t("templates.preview")}</button>
        <button type="submit" name="action" value="test">${t("templates.test")}</button>
      </p>
    </form>
    ${
      isOwn &&
      html`<details class="confirm">
        <summary>${t("templates.reset")}</summary>
        <form method="post" action="${action}">
          ${Page.token(visit)}<input type="hidden" name="action" value="reset" />
          <p>${t("templates.reset.help")}</p>
          <button type="submit">${t("templates.reset")}</button>
        </form>
      </details>`
    }`
}

const readOnly = ({ t }: Words, { subject, lead, body }: Wording): Html =>
  html`<section class="card">
    <dl class="given">
      <div>
        <dt>${t("templates.subject")}</dt>
        <dd>${subject}</dd>
      </div>
      <div>
        <dt>${t("templates.leadLine")}</dt>
        <dd>${lead}</dd>
      </div>
      <div>
        <dt>${t("templates.body")}</dt>
        <dd class="words">${body}</dd>
      </div>
    </dl>
  </section>`

const tags = (words: Words, { variables }: MessageTemplate.Declaration): Html => {
  const { t } = words
  return html`<details open>
    <summary>${t("templates.tags")}</summary>
    <dl class="facts">
      ${Object.entries(variables).map(([name, variable]) => {
        const notes = [
          ...(variable.required === true ? [t("templates.tag.required")] : []),
          ...(variable.requiredInSubject === true ? [t("templates.tag.requiredInSubject")] : []),
          ...(variable.inSubject === false ? [t("templates.tag.notInSubject")] : []),
        ]
        return html`<div>
          <dt><code>{{${name}}}</code></dt>
          <dd>
            ${lookUp(words, `templates.says.${name}`, {}, variable.description)}
            ${notes.map((note) => html`<span class="tag">${note}</span> `)}
          </dd>
        </div>`
      })}
    </dl>
  </details>`
}

const versions = (visit: Visit, { kind, language }: Place, { versions: all, names }: Shown): Html | false => {
  const { words } = visit
  const { t } = words
  return (
    all.length > 0 &&
    html`<section class="card">
      <h2>${t("templates.versions")}</h2>
      <ul class="lines">
        ${all.map(
          ({ version, at, by, wording }) =>
            html`<li>
              ${t("templates.version", { version, when: moment(words, at), name: names.get(by) ?? t("templates.somebody") })}
              ${
                wording === null
                  ? html`<span class="tag">${t("templates.version.standard")}</span>`
                  : html`<p><strong>${wording.subject}</strong></p>
                      <a href="/settings/templates/${kind}/${language}?version=${version}"
                        >${t("templates.version.take")}</a
                      >`
              }
            </li>`,
        )}
      </ul>
    </section>`
  )
}
