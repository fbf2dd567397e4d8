/** What customers see of the firm: its name, colour, language, time zone and logo, to be changed by administrators (P19). */
import * as Effect from "effect/Effect"
import { html } from "../Html.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { Uploads, type UploadRefused } from "../Uploads.ts"
import { type Logo, type Workspace, Workspaces } from "../Workspaces.ts"
import * as Logos from "../Workspaces/Logos.ts"
import * as Field from "./Field.ts"
import * as FirmFields from "./FirmFields.ts"
import * as Form from "./Form.ts"
import * as Page from "./Page.ts"
import { uploadProblem } from "./RequestWords.ts"
import * as Routes from "./Routes.ts"
import * as SettingsTabs from "./SettingsTabs.ts"
import type { Visit } from "./Visit.ts"
import type { Words } from "./Words.ts"

export const routes = [
  Routes.adminPage("/settings", (visit) => {
    const { name, accent, language, timeZone } = visit.workspace
    return Effect.succeed(show(visit, { given: { firm: name, accent, hex: "", language, timeZone } }))
  }),
  Routes.adminActionWithFiles("/settings", (visit) => {
    let logo: Logo | null = null
    const refused: Array<Field.Mistake> = []
    return {
      take: (file) =>
        logo === null
          ? Effect.gen(function* () {
              logo = yield* (yield* Uploads).receiveLogo(visit.workspace.id, { name: file.name, content: file.content })
            }).pipe(
              Effect.catchTag("UploadRefused", (refusal) =>
                Effect.sync(() => void refused.push({ field: "logo", sentence: sentenceOf(refusal, visit.words) })),
              ),
            )
          : Form.skip(file),
      carryOut: (form, valid) =>
        Effect.gen(function* () {
          const workspaces = yield* Workspaces
          const given = FirmFields.filled(form)
          const remove = form.text("remove") === "yes"
          const { firm, mistakes } = FirmFields.read(given, visit.words)
          const stale = valid ? [] : [{ field: "main", sentence: visit.words.t("form.renewed") }]
          const all = [...stale, ...mistakes, ...refused]
          if (all.length === 0) {
            const changed = logo === null ? (remove ? { logo: null } : {}) : { logo }
            yield* workspaces.update(visit.workspace.id, { ...firm, ...changed })
            return PageSecurity.seeOther(visit.config, "/settings?done=saved")
          }
          if (logo === null) return show(visit, { given, remove, mistakes: all })
          // a browser forgets which file was chosen, so the logo is kept now, whatever else has to be mended
          yield* workspaces.update(visit.workspace.id, { logo })
          const workspace: Workspace = { ...visit.workspace, logo }
          return show({ ...visit, workspace }, { given, kept: true, mistakes: all })
        }),
    }
  }),
]

const sentenceOf = ({ name, problems }: UploadRefused, words: Words): string => {
  const [{ code, values } = { code: "upload-broken", values: { name } }] = problems
  if (code === "upload-too-large") return words.t("settings.logo.large", { name })
  return code === "upload-wrong-type" ? words.t("settings.logo.type", { name }) : uploadProblem(words, code, values)
}

interface Shown {
  readonly given: FirmFields.Filled
  readonly remove?: boolean
  /** A logo was saved, though nothing else was. */
  readonly kept?: boolean
  readonly mistakes?: ReadonlyArray<Field.Mistake>
}

const show = (visit: Visit, { given, remove = false, kept = false, mistakes = [] }: Shown) => {
  const { words, workspace } = visit
  const { t } = words
  const { logo, name } = workspace
  const isHttp = visit.config.publicUrl.startsWith("http:")
  return Page.member(visit, {
    title: t("settings.title"),
    place: "settings",
    status: mistakes.length > 0 ? 422 : 200,
    wrong: mistakes.length > 0,
    body: html`${SettingsTabs.show(visit, "firm")}
      <div class="narrow">
        ${Field.summary(words, mistakes)} ${kept && Page.done(t("settings.logo.kept"))}
        ${visit.query("done") === "saved" && Page.done(t("settings.saved"))}
        <h1>${t("settings.title")}</h1>
        <p class="lead">${t("settings.lead")}</p>
        <form method="post" action="/settings" enctype="multipart/form-data" novalidate>
          ${Page.token(visit)}
          <section class="card">${FirmFields.show(words, given, mistakes)}</section>
          <section class="card">
            <h2>${t("settings.logo")}</h2>
            ${
              logo !== null &&
              html`<p><img class="logo" src="${Logos.path(logo)}" alt="${name}" height="40" /></p>
                <label class="choice"
                  ><input type="checkbox" name="remove" value="yes" ${remove && html` checked`} />
                  <span
                    >${t("settings.logo.remove")} <span class="help">${t("settings.logo.remove.help")}</span></span
                  ></label
                >`
            }
            ${Field.files({ name: "logo", label: t(logo === null ? "settings.logo" : "settings.logo.new"), help: html`${t("settings.logo.help")}${isHttp && html` ${t("settings.logo.http")}`}`, accept: "image/png,image/jpeg,image/webp", mistakes })}
          </section>
          <p class="buttons"><button class="primary" type="submit">${t("settings.submit")}</button></p>
        </form>
      </div>`,
  })
}
