/**
 * API keys of a member, for scripts: made, shown once, given a new secret, revoked. A name stands once, so a form sent twice
 * makes one key.
 */
import { LocalText } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { html } from "../Html.ts"
import { type ApiKey, Members } from "../Members.ts"
import * as PageSecurity from "../PageSecurity.ts"
import * as Field from "./Field.ts"
import * as Page from "./Page.ts"
import * as Routes from "./Routes.ts"
import type { Visit } from "./Visit.ts"
import { ago, ahead, moment, type Words } from "./Words.ts"

const maxName = 100
const day = 86_400

/** How long the old secret of a key may work beside the new one, in seconds (S14). */
const overlaps = [
  ["day", day],
  ["now", 0],
  ["week", 7 * day],
] as const

/** After how many days a key may end. */
const lives = [30, 90, 365]

export const routes = [
  Routes.page("/keys", (visit) =>
    Effect.gen(function* () {
      return show(visit, { keys: yield* (yield* Members).keys(visit.member) })
    }),
  ),
  Routes.action("/keys", (visit, form) =>
    Effect.gen(function* () {
      const members = yield* Members
      if (form.text("action") === "revoke") {
        yield* members.revokeKey(visit.member, form.text("id"))
        return PageSecurity.seeOther(visit.config, "/keys")
      }
      if (form.text("action") === "rotate") {
        const [, seconds] = overlaps.find(([name]) => name === form.text("overlap")) ?? overlaps[0]
        const fresh = yield* Effect.option(members.rotateKey(visit.member, form.text("id"), seconds))
        const keys = yield* members.keys(visit.member)
        return fresh._tag === "None"
          ? show(visit, { keys, mistakes: [{ field: "main", sentence: visit.words.t("keys.rotate.gone") }] })
          : show(visit, { keys, fresh: fresh.value })
      }
      const keys = yield* members.keys(visit.member)
      const name = LocalText.oneLine(form.text("name"))
      const mistake = mistakeIn(visit, name, keys)
      if (mistake !== null) return show(visit, { keys, name, mistakes: [{ field: "name", sentence: mistake }] })
      const days = lives.find((life) => String(life) === form.text("days"))
      const expiresAt = days === undefined ? null : visit.words.now + days * day * 1000
      const { key, secret } = yield* members.createKey(visit.member, name, { expiresAt })
      return show(visit, { keys: [...keys, key], fresh: { key, secret } })
    }),
  ),
]

const mistakeIn = ({ words }: Visit, name: string, keys: ReadonlyArray<ApiKey>): string | null => {
  if (name === "") return words.t("keys.name.missing")
  if (name.length > maxName) return words.t("form.tooLong", { max: maxName })
  return keys.some((key) => key.name === name) ? words.t("keys.name.taken", { name }) : null
}

const ends = (words: Words, at: number | null) => {
  if (at === null) return false
  return at > words.now
    ? ` · ${words.t("keys.expires", { when: ahead(words, at) })}`
    : ` · ${words.t("keys.expired", { when: ago(words, at) })}`
}

interface Shown {
  readonly keys: ReadonlyArray<ApiKey>
  readonly name?: string
  readonly mistakes?: ReadonlyArray<Field.Mistake>
  readonly fresh?: { readonly key: ApiKey; readonly secret: Redacted.Redacted }
}

const show = (visit: Visit, { keys, name = "", mistakes = [], fresh }: Shown) => {
  const { words } = visit
  const { t } = words
  return Page.member(visit, {
    title: t("keys.title"),
    place: "keys",
    status: mistakes.length > 0 ? 422 : 200,
    wrong: mistakes.length > 0,
    body: html`${Field.summary(words, mistakes)}
      <h1>${t("keys.title")}</h1>
      <p class="lead">${t("keys.lead")} <a href="/docs">${t("keys.docs")}</a></p>
      ${
        fresh !== undefined &&
        html`<section class="done" role="status">
          <h2>${t("keys.fresh.title", { name: fresh.key.name })}</h2>
          <p>${t("keys.fresh.text")}</p>
          <p>
            <code class="secret" tabindex="0" aria-label="${t("keys.fresh.label")}"
              >${Redacted.value(fresh.secret)}</code
            >
          </p>
        </section>`
      }
      ${
        keys.length === 0
          ? html`<p class="empty">${t("keys.none")}</p>`
          : html`<ul class="rows">
              ${keys.map(
                (key) =>
                  html`<li class="row">
                    <div class="grow">
                      <strong>${key.name}</strong> <code>${key.id}_…</code>
                      <p class="meta">
                        <span title="${moment(words, key.createdAt)}"
                          >${t("keys.created", { when: ago(words, key.createdAt) })}</span
                        >
                        ·
                        ${key.lastUsedAt === null ? t("keys.unused") : t("keys.used", { when: ago(words, key.lastUsedAt) })}${ends(words, key.expiresAt)}${key.oldSecretUntil !== null && html` · ${t("keys.old", { until: moment(words, key.oldSecretUntil) })}`}
                      </p>
                    </div>
                    <details class="confirm">
                      <summary>${t("keys.rotate")}<span class="unseen"> ${key.name}</span></summary>
                      <form method="post" action="/keys">
                        ${Page.token(visit)}<input type="hidden" name="action" value="rotate" /><input
                          type="hidden"
                          name="id"
                          value="${key.id}"
                        />
                        <p>${t("keys.rotate.text")}</p>
                        <fieldset class="field">
                          <legend>${t("keys.rotate.overlap")}</legend>
                          ${overlaps.map(
                            ([value], at) =>
                              html`<label class="choice"
                                ><input type="radio" name="overlap" value="${value}" ${at === 0 && html` checked`} />
                                <span>${t(`keys.rotate.${value}`)}</span></label
                              >`,
                          )}
                        </fieldset>
                        <button type="submit">${t("keys.rotate.submit", { name: key.name })}</button>
                      </form>
                    </details>
                    <details class="confirm">
                      <summary>${t("keys.revoke")}<span class="unseen"> ${key.name}</span></summary>
                      <form method="post" action="/keys">
                        ${Page.token(visit)}<input type="hidden" name="action" value="revoke" /><input
                          type="hidden"
                          name="id"
                          value="${key.id}"
                        />
                        <p>${t("keys.revoke.text")}</p>
                        <button class="danger" type="submit">${t("keys.revoke.submit", { name: key.name })}</button>
                      </form>
                    </details>
                  </li>`,
              )}
            </ul>`
      }
      <form class="card" method="post" action="/keys" novalidate>
        ${Page.token(visit)}<input type="hidden" name="action" value="create" />
        <h2>${t("keys.new")}</h2>
        ${Field.input({ name: "name", label: t("keys.name"), help: t("keys.name.help"), value: name, autocomplete: "off", mistakes })}
        ${Field.select({
          name: "days",
          label: t("keys.until"),
          value: "",
          options: [
            { value: "", label: t("keys.until.never") },
            ...lives.map((days) => ({ value: String(days), label: t("keys.until.days", { days }) })),
          ],
          narrow: true,
        })}
        <p class="buttons"><button class="primary" type="submit">${t("keys.submit")}</button></p>
      </form>`,
  })
}
