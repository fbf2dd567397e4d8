/**
 * Branding, for administrators: what customers see of the firm. What is saved is a draft, shown beside the form as customers
 * would see it; it is published or discarded, and what was published before can be shown again (K5, P19).
 */
import * as Effect from "effect/Effect"
import { type Branding, Brandings, type Logo, type Standing } from "../Branding.ts"
import * as Palette from "../Branding/Palette.ts"
import { type Child, type Html, html } from "../Html.ts"
import * as Messages from "../Messages.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { HttpServerResponse } from "../platform/Http.ts"
import { Uploads, type UploadRefused } from "../Uploads.ts"
import * as BrandingForm from "./BrandingForm.ts"
import * as BrandingPreview from "./BrandingPreview.ts"
import * as Field from "./Field.ts"
import * as Form from "./Form.ts"
import * as Page from "./Page.ts"
import { uploadProblem } from "./RequestWords.ts"
import * as Routes from "./Routes.ts"
import * as SettingsTabs from "./SettingsTabs.ts"
import { NotHere, type Visit } from "./Visit.ts"
import { ago, languageName, moment, type Words } from "./Words.ts"

const path = "/settings/branding"

type LogoField = "logo" | "logoDark"

const to = (visit: Visit, what: string) => PageSecurity.seeOther(visit.config, `${path}?done=${what}`)

export const routes = [
  Routes.adminPage(path, (visit) =>
    Effect.gen(function* () {
      const standing = yield* (yield* Brandings).standing(visit.workspace.id)
      const branding = standing.draft?.branding ?? standing.live
      return show(visit, standing, { given: BrandingForm.of(branding), branding })
    }),
  ),
  Routes.adminActionWithFiles(path, (visit) => {
    const taken: Partial<Record<LogoField, Logo>> = {}
    const refused: Array<Field.Mistake> = []
    return {
      take: (file) => {
        const field: LogoField = file.key === "logoDark" ? "logoDark" : "logo"
        return taken[field] === undefined
          ? Effect.gen(function* () {
              const given = { name: file.name, content: file.content }
              taken[field] = yield* (yield* Uploads).receiveLogo(visit.workspace.id, given)
            }).pipe(
              Effect.catchTag("UploadRefused", (refusal) =>
                Effect.sync(() => void refused.push({ field, sentence: sentenceOf(refusal, visit.words) })),
              ),
            )
          : Form.skip(file)
      },
      carryOut: (form, valid) => save(visit, form, { valid, taken, refused }),
    }
  }),
  Routes.adminAction(`${path}/publish`, (visit, form) =>
    Effect.gen(function* () {
      return yield* (yield* Brandings).publish(visit.member, form.text("draft")).pipe(
        Effect.as(to(visit, "published")),
        Effect.catchTag("DraftChanged", () => Effect.succeed(to(visit, "changed"))),
      )
    }),
  ),
  Routes.adminAction(`${path}/discard`, (visit) =>
    Effect.gen(function* () {
      yield* (yield* Brandings).discard(visit.member)
      return to(visit, "discarded")
    }),
  ),
  Routes.adminAction(`${path}/restore`, (visit, form) =>
    Effect.gen(function* () {
      return yield* (yield* Brandings).restore(visit.member, form.text("version")).pipe(
        Effect.as(to(visit, "restored")),
        Effect.catchTag("NotPublished", () => new NotHere()),
      )
    }),
  ),
  Routes.adminPage(`${path}/preview`, (visit) =>
    Effect.gen(function* () {
      const { view, scheme, language, of } = lookOf(visit)
      const branding = yield* asked(visit, of)
      const { config, member, words } = visit
      const workspace = BrandingPreview.dressed(visit.workspace, branding)
      return BrandingPreview.page(config, { view, scheme, language, workspace, member, now: words.now }, of)
    }),
  ),
  Routes.adminPage(`${path}/dress`, (visit) =>
    Effect.gen(function* () {
      const { scheme, of } = lookOf(visit)
      const branding = yield* asked(visit, of)
      return HttpServerResponse.text(BrandingPreview.dress(branding, scheme), {
        contentType: "text/css; charset=utf-8",
        headers: PageSecurity.headers(visit.config),
      })
    }),
  ),
]

/** The branding that an address names: the draft (or what is live, without one), what is live, or one published before. */
const asked = Effect.fnUntraced(function* (visit: Visit, of: string) {
  const { live, draft, published } = yield* (yield* Brandings).standing(visit.workspace.id)
  if (of === "draft") return draft?.branding ?? live
  if (of === "live") return live
  const found = published.find(({ id }) => id === of)
  return found === undefined ? yield* new NotHere() : found.branding
})

/** What of the preview is looked at. */
const lookOf = ({ query, workspace }: Visit) => {
  const one = <A extends string>(all: ReadonlyArray<A>, name: string, otherwise: A): A =>
    all.find((value) => value === query(name)) ?? otherwise
  const own = Messages.languages.find((language) => language === workspace.language) ?? "en"
  return {
    view: one(BrandingPreview.views, "show", "arrival"),
    scheme: one(["light", "dark"] as const, "scheme", "light"),
    size: one(["phone", "desktop"] as const, "size", "phone"),
    language: one(Messages.languages, "lang", own),
    of: query("of") || "draft",
  }
}

const sentenceOf = ({ name, problems }: UploadRefused, words: Words): string => {
  const [{ code, values } = { code: "upload-broken", values: { name } }] = problems
  if (code === "upload-too-large") return words.t("settings.logo.large", { name })
  return code === "upload-wrong-type" ? words.t("settings.logo.type", { name }) : uploadProblem(words, code, values)
}

interface Sent {
  readonly valid: boolean
  readonly taken: Partial<Record<LogoField, Logo>>
  readonly refused: ReadonlyArray<Field.Mistake>
}

const save = Effect.fnUntraced(function* (visit: Visit, form: Form.Form, { valid, taken, refused }: Sent) {
  const brandings = yield* Brandings
  const { words, workspace } = visit
  const standing = yield* brandings.standing(workspace.id)
  const before = standing.draft?.branding ?? standing.live
  const given = BrandingForm.filled(form)
  const pictures = { ...before, ...taken }
  const base: Branding = {
    ...pictures,
    ...(given["remove"] === "yes" && taken.logo === undefined ? { logo: null } : {}),
    ...(given["removeDark"] === "yes" && taken.logoDark === undefined ? { logoDark: null } : {}),
  }
  const { branding, mistakes } = BrandingForm.read(given, base, words)
  const stale = valid ? [] : [{ field: "main", sentence: words.t("form.renewed") }]
  const found = Palette.check(branding)
  const all = [...stale, ...mistakes, ...BrandingForm.unreadable(found, branding, given, words), ...refused]
  const logos = Object.values(taken)
  yield* Effect.forEach(logos, (logo) => brandings.keepLogo(workspace.id, logo))
  const again = (more: ReadonlyArray<Field.Mistake>, kept: boolean) =>
    Effect.map(brandings.standing(workspace.id), (now) =>
      show(visit, now, {
        given,
        branding: { ...branding, logo: pictures.logo, logoDark: pictures.logoDark },
        mistakes: more,
        nearest: Object.fromEntries(found.map(({ field, nearest }) => [field, nearest])),
        kept,
      }),
    )
  if (all.length === 0) {
    return yield* brandings.save(visit.member, branding).pipe(
      Effect.as(to(visit, "saved")),
      Effect.catchTag("BrandingRefused", ({ findings }) =>
        again(BrandingForm.unreadable(findings, branding, given, words), false),
      ),
    )
  }
  if (logos.length === 0) return yield* again(all, false)
  // a browser forgets which file was chosen, so the logo is kept now, whatever else has to be mended
  return yield* brandings
    .save(visit.member, Palette.readable(pictures))
    .pipe(Effect.matchEffect({ onSuccess: () => again(all, true), onFailure: () => again(all, false) }))
})

interface Shown {
  readonly given: BrandingForm.Filled
  readonly branding: Branding
  readonly mistakes?: ReadonlyArray<Field.Mistake>
  readonly nearest?: BrandingForm.Shown["nearest"]
  /** A logo was saved, though nothing else was. */
  readonly kept?: boolean
}

const told = ["saved", "published", "discarded", "restored"] as const

const show = (
  visit: Visit,
  standing: Standing,
  { given, branding, mistakes = [], nearest = {}, kept = false }: Shown,
) => {
  const { words } = visit
  const { t } = words
  const done = told.find((one) => one === visit.query("done"))
  const page = Page.member(visit, {
    title: t("branding.title"),
    place: "settings",
    status: mistakes.length > 0 ? 422 : 200,
    wrong: mistakes.length > 0,
    body: html`${SettingsTabs.show(visit, "branding")}
      <h1>${t("branding.title")}</h1>
      <p class="lead">${t("branding.lead")}</p>
      ${Field.summary(words, mistakes)} ${kept && Page.done(t("settings.logo.kept"))}
      ${mistakes.length === 0 && done !== undefined && Page.done(t(`branding.done.${done}`))}
      ${visit.query("done") === "changed" && Page.alert(t("branding.changed"), [t("branding.changed.help")])}
      ${draft(visit, standing)}
      <div class="beside${lookOf(visit).size === "desktop" && " wide"}">
        <div>${BrandingForm.show(visit, { given, branding, mistakes, nearest })} ${history(visit, standing)}</div>
        ${preview(visit, standing)}
      </div>`,
  })
  const policy = page.headers["content-security-policy"] ?? ""
  return HttpServerResponse.setHeader(page, "content-security-policy", `${policy}; frame-src 'self'`)
}

const draft = (visit: Visit, { draft: made }: Standing): Child => {
  const { words } = visit
  const { t } = words
  return (
    made !== null &&
    html`<section class="card" id="draft" aria-labelledby="draft-title">
      <h2 id="draft-title">${t("branding.draft")}</h2>
      <p>${t("branding.draft.by", { name: made.byName ?? t("branding.somebody"), when: ago(words, made.at) })}</p>
      <div class="buttons">
        <form method="post" action="${path}/publish">
          ${Page.token(visit)}<input type="hidden" name="draft" value="${made.digest}" />
          <button class="primary" type="submit">${t("branding.publish")}</button>
        </form>
        <form method="post" action="${path}/discard">
          ${Page.token(visit)}<button type="submit">${t("branding.discard")}</button>
        </form>
        <a href="#preview">${t("branding.preview.draft")}</a>
      </div>
    </section>`
  )
}

/** Links that change one thing about the preview, and keep the others. */
const preview = (visit: Visit, { draft: made, published }: Standing): Html => {
  const { words } = visit
  const { t } = words
  const now = lookOf(visit)
  const query = (changes: Readonly<Record<string, string>>) =>
    new URLSearchParams({
      show: now.view,
      scheme: now.scheme,
      size: now.size,
      lang: now.language,
      of: now.of,
      ...changes,
    }).toString()
  const row = (name: string, label: string, current: string, all: ReadonlyArray<readonly [string, string]>) =>
    html`<nav class="switch" aria-label="${label}">
      <ul>
        ${all.map(
          ([value, text]) =>
            html`<li>
              <a href="${path}?${query({ [name]: value })}#preview" ${value === current && html` aria-current="true"`}
                >${text}</a
              >
            </li>`,
        )}
      </ul>
    </nav>`
  const source = `${path}/preview?${query({})}`
  const old = published.find(({ id }) => id === now.of)
  return html`<section class="preview" id="preview" aria-labelledby="preview-title">
    <h2 id="preview-title">
      ${
        old !== undefined
          ? t("branding.preview.old", { when: moment(words, old.at) })
          : t(made === null || now.of === "live" ? "branding.preview.live" : "branding.preview.draft")
      }
    </h2>
    <p class="help">${t("branding.preview.help")}</p>
    ${row(
      "show",
      t("branding.preview.page"),
      now.view,
      BrandingPreview.views.map((view) => [view, t(`branding.page.${view}`)] as const),
    )}
    ${row("scheme", t("branding.scheme"), now.scheme, [
      ["light", t("branding.view.light")],
      ["dark", t("branding.view.dark")],
    ])}
    ${row("size", t("branding.preview.size"), now.size, [
      ["phone", t("branding.size.phone")],
      ["desktop", t("branding.size.desktop")],
    ])}
    ${row(
      "lang",
      t("branding.preview.language"),
      now.language,
      Messages.languages.map((language) => [language, languageName(words, language)] as const),
    )}
    ${
      (made !== null || old !== undefined) &&
      row("of", t("branding.preview.of"), now.of, [
        ["draft", t("branding.draft")],
        ["live", t("branding.live")],
      ])
    }
    <iframe class="mail ${now.size}" title="${t("branding.preview.title")}" src="${source}"></iframe>
    <p><a href="${source}" target="_blank" rel="noopener">${t("branding.preview.open")}</a></p>
  </section>`
}

const history = (visit: Visit, { published }: Standing): Child => {
  const { words } = visit
  const { t } = words
  return (
    published.length > 0 &&
    html`<section class="card" aria-labelledby="published-title">
      <h2 id="published-title">${t("branding.published")}</h2>
      <ol class="lines">
        ${published.map(({ id, branding, at, byName }, index) => {
          const when = moment(words, at)
          return html`<li>
            <p>
              ${BrandingForm.swatch(branding.accent)}
              ${byName === null ? t("branding.published.before", { when }) : t("branding.published.by", { when, name: byName })}
              ${index === 0 && html`<span class="tag">${t("branding.live")}</span>`}
            </p>
            ${
              index > 0 &&
              html`<div class="buttons">
                <a href="${path}?of=${id}#preview" aria-label="${t("branding.look.at", { when })}"
                  >${t("branding.look")}</a
                >
                <form method="post" action="${path}/restore">
                  ${Page.token(visit)}<input type="hidden" name="version" value="${id}" />
                  <button class="quiet" type="submit" aria-label="${t("branding.restore.at", { when })}">
                    ${t("branding.restore")}
                  </button>
                </form>
              </div>`
            }
          </li>`
        })}
      </ol>
    </section>`
  )
}
