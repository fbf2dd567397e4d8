/**
 * The members of the firm, for its administrators: who is there and with which role, who is invited, and what happened
 * lately, with the whole of it to download.
 */
import { LocalText } from "@requite/core"
import * as Effect from "effect/Effect"
import { type Child, html } from "../Html.ts"
import { isAddress } from "../Mailer/MailAddress.ts"
import { type Listed, type MemberRefused, Members, type Role } from "../Members.ts"
import { type Invitation, type InvitationRefused, Invitations } from "../Members/Invitations.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { HttpServerResponse } from "../platform/Http.ts"
import { type WorkspaceEvent, WorkspaceEvents } from "../WorkspaceEvents.ts"
import * as Field from "./Field.ts"
import type { Form } from "./Form.ts"
import * as Page from "./Page.ts"
import { exact } from "./RequestWords.ts"
import * as Routes from "./Routes.ts"
import * as SettingsTabs from "./SettingsTabs.ts"
import { isId, NotHere, type Visit } from "./Visit.ts"
import { ahead, ago, lookUp, moment } from "./Words.ts"

const path = "/settings/members"
const maxName = 200

/** How many events the page shows; the download has all. */
const shownEvents = 20

export const routes = [
  Routes.adminPage(path, (visit) => show(visit)),
  Routes.adminAction(path, (visit, form) => carryOut(visit, form)),
  Routes.adminPage(`${path}/events.json`, (visit) =>
    Effect.gen(function* () {
      const events = yield* everything(visit.workspace.id)
      const lines = events.map(({ at, ...event }) => ({ ...event, at: new Date(at).toISOString() }))
      return HttpServerResponse.text(JSON.stringify(lines, null, 2), {
        contentType: "application/json",
        headers: {
          ...PageSecurity.headers(visit.config),
          "content-disposition": 'attachment; filename="member-events.json"',
        },
      })
    }),
  ),
]

/** Every event of the workspace, the newest first, read page by page. */
const everything = Effect.fnUntraced(function* (workspaceId: string) {
  const events = yield* WorkspaceEvents
  const all: Array<WorkspaceEvent> = []
  let page = yield* events.list(workspaceId, { limit: 500 })
  while (page.length > 0) {
    all.push(...page)
    page = yield* events.list(workspaceId, { limit: 500, before: all.at(-1)?.position ?? 0 })
  }
  return all
})

/** A page of ours sends one of these, about a member or an invitation by its id. */
const carryOut = (visit: Visit, form: Form) =>
  Effect.gen(function* () {
    const members = yield* Members
    const invitations = yield* Invitations
    const { member: by } = visit
    const action = form.text("action")
    if (action === "invite") return yield* invite(visit, form)
    const id = form.text("id")
    if (!isId(id)) return yield* new NotHere()
    switch (action) {
      case "resend":
        yield* invitations.resend(by, id)
        break
      case "revoke":
        yield* invitations.revoke(by, id)
        break
      case "admin":
      case "member":
        yield* members.changeRole(by, id, action)
        break
      case "deactivate":
        yield* members.deactivate(by, id)
        break
      case "reactivate":
        yield* members.reactivate(by, id)
        break
      default:
        return yield* new NotHere()
    }
    return PageSecurity.seeOther(visit.config, `${path}?done=${action}`)
  }).pipe(
    Effect.catchTags({
      MemberNotFound: () => Effect.fail(new NotHere()),
      InvitationNotFound: () => Effect.fail(new NotHere()),
      MemberRefused: ({ code }: MemberRefused) => show(visit, { refusal: visit.words.t(`members.refused.${code}`) }),
      TooManyAttempts: () => show(visit, { refusal: visit.words.t("members.tooMany") }),
    }),
  )

interface Filled {
  readonly name: string
  readonly email: string
  readonly role: Role
}

const invite = Effect.fnUntraced(function* (visit: Visit, form: Form) {
  const { t } = visit.words
  const line = (name: string) => LocalText.oneLine(form.text(name))
  const given: Filled = {
    name: line("name"),
    email: line("email"),
    role: form.text("role") === "admin" ? "admin" : "member",
  }
  const mistakes = [
    ...(given.name === "" ? [{ field: "name", sentence: t("members.name.missing") }] : []),
    ...(given.name.length > maxName ? [{ field: "name", sentence: t("form.tooLong", { max: maxName }) }] : []),
    ...(isAddress(given.email) ? [] : [{ field: "email", sentence: t("form.email") }]),
  ]
  if (mistakes.length > 0) return yield* show(visit, { given, mistakes })
  return yield* (yield* Invitations).invite(visit.member, given).pipe(
    Effect.as(PageSecurity.seeOther(visit.config, `${path}?done=invite`)),
    Effect.catchTag("InvitationRefused", ({ code }: InvitationRefused) =>
      show(visit, { given, mistakes: [{ field: "email", sentence: t(`members.refused.${code}`) }] }),
    ),
  )
})

interface Shown {
  readonly given?: Filled
  readonly mistakes?: ReadonlyArray<Field.Mistake>
  readonly refusal?: string
}

const blank: Filled = { name: "", email: "", role: "member" }

const show = Effect.fnUntraced(function* (visit: Visit, { given = blank, mistakes = [], refusal }: Shown = {}) {
  const { workspace, words } = visit
  const { t } = words
  const people = yield* (yield* Members).list(workspace.id)
  const waiting = yield* (yield* Invitations).waiting(workspace.id)
  const events = yield* (yield* WorkspaceEvents).list(workspace.id, { limit: shownEvents })
  const here = people.filter(({ deactivatedAt }) => deactivatedAt === null)
  const left = people.filter(({ deactivatedAt }) => deactivatedAt !== null)
  const wrong = mistakes.length > 0 || refusal !== undefined
  const done = visit.query("done")
  return Page.member(visit, {
    title: t("members.title"),
    place: "settings",
    status: mistakes.length > 0 ? 422 : refusal === undefined ? 200 : 409,
    wrong,
    body: html`${SettingsTabs.show(visit, "members")} ${Field.summary(words, mistakes)}
      ${refusal !== undefined && Page.alert(t("members.refused"), [refusal])}
      ${!wrong && done !== "" && Page.done(lookUp(words, `members.done.${done}`, {}, t("settings.saved")))}
      <h1>${t("members.title")}</h1>
      <p class="lead">${t("members.lead")}</p>
      <ul class="rows">
        ${here.map((member) => memberRow(visit, member))}
      </ul>
      ${
        waiting.length > 0 &&
        html`<h2>${t("members.waiting")}</h2>
          <ul class="rows">
            ${waiting.map((invitation) => invitationRow(visit, invitation))}
          </ul>`
      }
      ${
        left.length > 0 &&
        html`<h2>${t("members.left")}</h2>
          <ul class="rows">
            ${left.map((member) => memberRow(visit, member))}
          </ul>`
      }
      <form class="card" method="post" action="${path}" novalidate>
        ${Page.token(visit)}<input type="hidden" name="action" value="invite" />
        <h2>${t("members.invite")}</h2>
        <p class="help">${t("members.invite.help")}</p>
        ${Field.input({ name: "name", label: t("members.name"), value: given.name, autocomplete: "off", mistakes })}
        ${Field.input({ name: "email", label: t("signIn.email"), type: "email", value: given.email, autocomplete: "off", mistakes })}
        ${Field.radios({
          name: "role",
          label: t("members.role"),
          value: given.role,
          options: (["member", "admin"] as const).map((value) => ({
            value,
            label: t(`members.role.${value}`),
            help: t(`members.role.${value}.help`),
          })),
        })}
        <p class="buttons"><button class="primary" type="submit">${t("members.invite.submit")}</button></p>
      </form>
      <section class="card" id="events">
        <h2>${t("members.events")}</h2>
        ${
          events.length === 0
            ? html`<p class="help">${t("members.events.none")}</p>`
            : html`<ol class="lines history">
                ${events.map((event) => eventLine(visit, event))}
              </ol>`
        }
        <p><a href="${path}/events.json" download>${t("members.events.download")}</a></p>
      </section>`,
  })
})

/** A form that does one thing to one of them. `about` is read out with the button. */
const press = (
  visit: Visit,
  of: { readonly action: string; readonly id: string; readonly label: string; readonly about: string },
) =>
  html`<form method="post" action="${path}">
    ${Page.token(visit)}<input type="hidden" name="action" value="${of.action}" />
    <input type="hidden" name="id" value="${of.id}" />
    <button type="submit">${of.label}<span class="unseen"> ${of.about}</span></button>
  </form>`

const memberRow = (visit: Visit, { id, name, email, role, createdAt, deactivatedAt }: Listed) => {
  const { words } = visit
  const { t } = words
  const other = role === "admin" ? "member" : "admin"
  return html`<li class="row">
    <div class="grow">
      <strong>${name}</strong> <span class="tag">${t(`members.role.${role}`)}</span>
      ${id === visit.member.id && html`<span class="tag">${t("members.you")}</span>`}
      <p class="meta">
        ${email} ·
        ${
          deactivatedAt === null
            ? t("members.since", { when: ago(words, createdAt) })
            : t("members.leftWhen", { when: ago(words, deactivatedAt) })
        }
      </p>
    </div>
    ${
      deactivatedAt === null
        ? html`<details class="confirm">
            <summary>${t("members.change")}<span class="unseen"> ${name}</span></summary>
            <form method="post" action="${path}">
              ${Page.token(visit)}<input type="hidden" name="id" value="${id}" />
              <p class="buttons">
                <button type="submit" name="action" value="${other}">
                  ${t(`members.make.${other}`)}<span class="unseen"> ${name}</span>
                </button>
              </p>
              <p>${t("members.deactivate.help")}</p>
              <p class="buttons">
                <button class="danger" type="submit" name="action" value="deactivate">
                  ${t("members.deactivate")}<span class="unseen"> ${name}</span>
                </button>
              </p>
            </form>
          </details>`
        : press(visit, { id, about: name, action: "reactivate", label: t("members.reactivate") })
    }
  </li>`
}

const invitationRow = (visit: Visit, { id, name, email, role, createdAt, expiresAt, mail }: Invitation) => {
  const { words } = visit
  const { t } = words
  const isOver = expiresAt <= words.now
  return html`<li class="row">
    <div class="grow">
      <strong>${name}</strong> <span class="tag">${t(`members.role.${role}`)}</span>
      <p class="meta">
        ${email} · ${t("members.invited", { when: ago(words, createdAt) })} ·
        ${isOver ? t("members.invitation.over") : t("members.invitation.until", { when: ahead(words, expiresAt) })}
        ${mail === "failed" && html`<span class="bad">${t("members.invitation.failed")}</span>`}
        ${mail === "queued" && html`· ${t("members.invitation.queued")}`}
      </p>
    </div>
    ${press(visit, { id, about: name, action: "resend", label: t("members.resend") })}
    ${press(visit, { id, about: name, action: "revoke", label: t("members.revoke") })}
  </li>`
}

const eventLine = ({ words }: Visit, { type, at, byName, aboutName, data }: WorkspaceEvent): Child => {
  const { name = aboutName ?? words.t("members.event.erased"), email = "", role = "" } = data
  const roleName = role === "admin" || role === "member" ? words.t(`members.role.${role}`) : role
  const by = byName ?? words.t("members.event.nobody")
  return html`<li>
    <p>${lookUp(words, `members.event.${type}`, { by, name, email, role: roleName }, type)}</p>
    <p class="meta">${exact(at, moment(words, at))}</p>
  </li>`
}
