/**
 * The record of the firm, for its administrators: how it stands, its files, for how long what customers gave is kept; and
 * erasing one request by hand.
 */
import type { AuditRecord } from "@requite/core"
import * as Effect from "effect/Effect"
import { type Html, html } from "../Html.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { Record, type Standing } from "../Record.ts"
import * as Field from "./Field.ts"
import * as Page from "./Page.ts"
import * as RequestPage from "./RequestPage.ts"
import { exact } from "./RequestWords.ts"
import * as Routes from "./Routes.ts"
import * as SettingsTabs from "./SettingsTabs.ts"
import { commandOf, idPart, type Visit } from "./Visit.ts"
import { moment } from "./Words.ts"

const longest = 36_500

export const routes = [
  Routes.adminPage("/settings/record", (visit) =>
    Effect.gen(function* () {
      const record = yield* Record
      const report = visit.query("check") === "now" ? yield* record.verify(visit.workspace.id) : null
      const standing = yield* record.standing(visit.workspace.id)
      return show(visit, { standing, keys: record.keys.all, report, days: String(standing.keepDays ?? "") })
    }),
  ),
  Routes.adminAction("/settings/record", (visit, form) =>
    Effect.gen(function* () {
      const record = yield* Record
      const days = form.text("days").trim()
      const isDays = /^\d{1,5}$/.test(days) && Number(days) >= 1 && Number(days) <= longest
      if (days === "" || isDays) {
        yield* record.keepFor(visit.member, days === "" ? null : Number(days))
        return PageSecurity.seeOther(visit.config, "/settings/record?done=saved")
      }
      const standing = yield* record.standing(visit.workspace.id)
      const mistakes = [{ field: "days", sentence: visit.words.t("record.keep.wrong", { longest }) }]
      return show(visit, { standing, keys: record.keys.all, report: null, days, mistakes })
    }),
  ),
  Routes.adminAction("/requests/:id/erase", (visit, form) =>
    Effect.gen(function* () {
      const id = yield* idPart(visit, "id")
      const record = yield* Record
      const reason = form.text("reason").trim().slice(0, 1000)
      if (reason === "") return yield* RequestPage.show(visit, { problem: visit.words.t("record.erase.missing") })
      const erased = record.erase(visit.member, id, reason, `${commandOf(visit, form)}:erase`)
      return yield* RequestPage.carriedOut(visit, id, "erased", erased)
    }),
  ),
]

interface Shown {
  readonly standing: Standing
  readonly keys: ReadonlyArray<string>
  /** What checking came to; null: it was not asked for. */
  readonly report: AuditRecord.Report | null
  readonly days: string
  readonly mistakes?: ReadonlyArray<Field.Mistake>
}

const show = (visit: Visit, { standing, keys, report, days, mistakes = [] }: Shown) => {
  const { words } = visit
  const { t } = words
  const { last, erased } = standing
  return Page.member(visit, {
    title: t("record.page"),
    place: "settings",
    status: mistakes.length > 0 ? 422 : 200,
    wrong: mistakes.length > 0,
    body: html`${SettingsTabs.show(visit, "record")}
      <div class="narrow">
        ${Field.summary(words, mistakes)} ${visit.query("done") === "saved" && Page.done(t("settings.saved"))}
        <h1>${t("record.page")}</h1>
        <p class="lead">${t("record.lead")}</p>
        ${report !== null && found(visit, report)}
        <section class="card">
          <h2>${t("record.standing")}</h2>
          <p>
            ${
              last === null
                ? t("record.standing.none")
                : html`${t("record.standing.last", { number: last.number })} ${exact(last.at, moment(words, last.at))}`
            }
          </p>
          ${last !== null && html`<p class="meta">${t("record.hash")} <code class="long">${last.hash}</code></p>`}
          <p class="meta">${t("record.keys")} ${keys.map((key) => html`<code class="long">${key}</code> `)}</p>
          <p class="buttons">
            <a class="button" href="/settings/record?check=now">${t("record.check")}</a>
            <a class="button" href="/api/record">${t("record.export")}</a>
          </p>
        </section>
        <form class="card" method="post" action="/settings/record" novalidate>
          ${Page.token(visit)}
          <h2>${t("record.keep")}</h2>
          <p>${t("record.keep.text")}</p>
          ${Field.input({ name: "days", label: t("record.keep.days"), help: t("record.keep.help"), value: days, autocomplete: "off", narrow: true, mistakes })}
          ${erased > 0 && html`<p class="meta">${t("record.keep.erased", { count: erased })}</p>`}
          <p class="buttons"><button class="primary" type="submit">${t("settings.submit")}</button></p>
        </form>
        <section class="card">
          <h2>${t("record.archive")}</h2>
          <p>${t("record.archive.text")}</p>
          <p class="buttons"><a class="button" href="/api/record/archive">${t("record.archive.submit")}</a></p>
        </section>
      </div>`,
  })
}

/** What checking the whole record came to. */
const found = ({ words }: Visit, { faults, faultCount, entries, requests }: AuditRecord.Report): Html => {
  const { t } = words
  if (faultCount === 0) return Page.done(t("record.check.whole", { entries, requests }))
  return Page.alert(
    t("record.check.broken", { count: faultCount }),
    faults.slice(0, 10).map(({ message }) => message),
  )
}
