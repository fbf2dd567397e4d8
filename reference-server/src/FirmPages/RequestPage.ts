/**
 * One request as the firm sees it: its state and what can be done now, what the customer has given so far, its e-mails
 * and its history. What can be done is asked of the core, never worked out here.
 */
import { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests, type Overview, type RequestNotFound } from "../ClientRequests.ts"
import { type Child, type Html, html } from "../Html.ts"
import { Members } from "../Members.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { HttpServerResponse } from "../platform/Http.ts"
import * as FileName from "../Uploads/FileName.ts"
import { Uploads } from "../Uploads.ts"
import * as Result from "effect/Result"
import type { Form } from "./Form.ts"
import * as History from "./History.ts"
import * as Page from "./Page.ts"
import * as RequestAnswers from "./RequestAnswers.ts"
import { exact, pill, recipientName, refusal, standing } from "./RequestWords.ts"
import * as Routes from "./Routes.ts"
import { commandOf, idPart, type Visit } from "./Visit.ts"
import { ago, languageName, longDay, moment } from "./Words.ts"

const dones = ["sent", "resent", "cancelled", "saved"] as const
type Done = (typeof dones)[number]

export const routes = [
  Routes.page("/requests/:id", (visit) => show(visit)),
  Routes.action("/requests/:id/send", (visit, form) =>
    command(visit, form, "sent", (requests, id, commandId) => requests.send(visit.member, id, commandId)),
  ),
  Routes.action("/requests/:id/resend", (visit, form) =>
    command(visit, form, "resent", (requests, id, commandId) => requests.resend(visit.member, id, commandId)),
  ),
  Routes.action("/requests/:id/cancel", (visit, form) =>
    command(visit, form, "cancelled", (requests, id, commandId) =>
      requests.cancel(visit.member, id, form.text("reason").trim().slice(0, 500), commandId),
    ),
  ),
  Routes.page("/requests/:id/files/:file", (visit) =>
    Effect.gen(function* () {
      const id = yield* idPart(visit, "id")
      const { file, content } = yield* (yield* Uploads).download(visit.workspace.id, id, yield* idPart(visit, "file"))
      return HttpServerResponse.stream(content, {
        // whatever it is, it is saved and never shown on our own pages (S54)
        contentType: "application/octet-stream",
        contentLength: file.bytes,
        headers: {
          ...PageSecurity.headers(visit.config),
          "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
          "content-disposition": FileName.attachment(file.name),
        },
      })
    }),
  ),
]

type Handled = Effect.Effect<ClientRequest.State, ClientRequest.Refusal | RequestNotFound>

const command = Effect.fnUntraced(function* (
  visit: Visit,
  form: Form,
  done: Done,
  run: (requests: ClientRequests["Service"], id: string, commandId: string) => Handled,
) {
  const id = yield* idPart(visit, "id")
  // one page shows several forms, so the command's id names what it is for
  return yield* carriedOut(visit, id, done, run(yield* ClientRequests, id, `${commandOf(visit, form)}:${done}`))
})

/** Leads to the request when it was done; shows it with the reasons when it was refused. */
export const carriedOut = (visit: Visit, id: string, done: Done, handled: Handled) =>
  Effect.matchEffect(handled, {
    onSuccess: () => Effect.succeed(PageSecurity.seeOther(visit.config, `/requests/${id}?done=${done}`)),
    onFailure: (error) => (error._tag === "Refusal" ? show(visit, { id, refused: error }) : Effect.fail(error)),
  })

interface Options {
  /** When the path does not say which. */
  readonly id?: string
  readonly refused?: ClientRequest.Refusal
}

export const show = Effect.fnUntraced(function* (visit: Visit, { id: given, refused }: Options = {}) {
  const id = given ?? (yield* idPart(visit, "id"))
  const overview = yield* (yield* ClientRequests).overview(visit.workspace.id, id)
  const names = yield* memberNames(visit, overview)
  const { words } = visit
  const { request } = overview.current
  const done = dones.find((one) => one === visit.query("done"))
  const { title, description } = request.details
  return Page.member(visit, {
    title,
    place: "requests",
    status: refused === undefined ? 200 : 409,
    wrong: refused !== undefined,
    body: html`${refused !== undefined && Page.alert(words.t("refusal.title"), refusal(words, refused))}
      ${done !== undefined && refused === undefined && Page.done(words.t(`request.done.${done}`, { name: recipientName(words, request) }))}
      <p class="trail"><a href="/requests">${words.t("requests.title")}</a></p>
      <div class="titled">
        <h1>${title}</h1>
        ${pill(words, request)}
      </div>
      <p class="meta">
        ${recipientName(words, request)}${request.details.recipient.name !== "" && html` · ${request.details.recipient.email}`}
        · ${standing(words, request)}
      </p>
      ${description !== "" && html`<p class="words lead">${description}</p>`} ${actions(visit, request)}
      <div class="beside overview">
        <div>${RequestAnswers.show(visit, overview.current)}</div>
        <div>${facts(visit, overview, names)} ${mails(visit, overview)} ${History.show(words, overview, names)}</div>
      </div>`,
  })
})

/** The names of the members who had a part in it, by id. */
const memberNames = Effect.fnUntraced(function* (visit: Visit, { current, history }: Overview) {
  const members = yield* Members
  const actors = [current.request.createdBy, current.request.sentBy, ...history.map(({ event }) => event.by)]
  const ids = new Set(actors.flatMap((actor) => (actor?.kind === "member" ? [actor.id] : [])))
  const found = yield* Effect.forEach([...ids], (id) =>
    Effect.map(members.find(visit.workspace.id, id), (member) => [id, member?.name ?? ""] as const),
  )
  return new Map(found)
})

/** Would this command be carried out now? */
const can = (visit: Visit, request: ClientRequest.State, intent: "Edit" | "Resend" | "Cancel"): boolean => {
  const base = { id: "probe", at: visit.words.now, by: { kind: "member", id: visit.member.id } } as const
  const probe =
    intent === "Edit"
      ? ({ ...base, type: "Edit", details: {} } as const)
      : intent === "Cancel"
        ? ({ ...base, type: "Cancel", reason: "" } as const)
        : ({ ...base, type: "Resend" } as const)
  const decision = ClientRequest.decide(probe, request)
  return Result.isSuccess(decision) && decision.success.length > 0
}

const actions = (visit: Visit, request: ClientRequest.State): Html => {
  const { t } = visit.words
  const state = ClientRequest.stateAt(request, visit.words.now)
  const isOut = ClientRequest.isOpenAt(request, visit.words.now)
  const isDraft = state === "Pending" && !isOut
  const post = (to: string, label: string, kind: string) =>
    html`<form method="post" action="/requests/${request.id}/${to}">
      ${Page.tokens(visit)}<button class="${kind}" type="submit">${label}</button>
    </form>`
  const buttons: ReadonlyArray<Child> = [
    isDraft && post("send", t("request.send"), "primary"),
    can(visit, request, "Edit") &&
      html`<a class="button" href="/requests/${request.id}/edit">${t("request.change")}</a>`,
    can(visit, request, "Resend") && post("resend", t("request.resend"), ""),
    (state === "Expired" || state === "Cancelled") &&
      html`<a class="button" href="/requests/new?from=${request.id}">${t("request.again")}</a>`,
    (isOut || isDraft) && can(visit, request, "Cancel") && cancelling(visit, request),
  ]
  const shown = buttons.filter((button) => button !== false)
  if (isOut) {
    return html`<section class="out" aria-label="${t("request.out.label")}">
      <p>
        <strong>${t("request.out")}</strong> ${t("request.out.text", { name: recipientName(visit.words, request) })}
      </p>
      <div class="buttons">${shown}</div>
    </section>`
  }
  return shown.length === 0 ? html`` : html`<div class="buttons">${shown}</div>`
}

const cancelling = (visit: Visit, request: ClientRequest.State): Html => {
  const { t } = visit.words
  return html`<details class="confirm">
    <summary>${t("request.cancel")}</summary>
    <form method="post" action="/requests/${request.id}/cancel">
      ${Page.tokens(visit)}
      <p>${t(request.sentAt === null ? "request.cancel.draft" : "request.cancel.text")}</p>
      <div class="field">
        <label for="reason">${t("request.cancel.reason")} ${t("form.optional")}</label>
        <p class="help" id="reason-help">${t("request.cancel.reason.help")}</p>
        <input
          id="reason"
          name="reason"
          type="text"
          maxlength="500"
          autocomplete="off"
          aria-describedby="reason-help"
        />
      </div>
      <button class="danger" type="submit">${t("request.cancel.submit")}</button>
    </form>
  </details>`
}

const facts = (visit: Visit, { current }: Overview, names: ReadonlyMap<string, string>): Html => {
  const { words } = visit
  const { t } = words
  const { request, stored } = current
  const { details, policy, sentAt, sentBy, submission } = request
  const sender = sentBy?.kind === "member" ? (names.get(sentBy.id) ?? "") : ""
  const pairs: ReadonlyArray<readonly [term: string, fact: Child] | false> = [
    sentAt !== null && [
      t("facts.sent"),
      html`${exact(sentAt, ago(words, sentAt))}${sender !== "" && ` ${t("facts.by", { name: sender })}`}${request.sendNo > 1 && `, ${t("facts.times", { count: request.sendNo })}`}`,
    ],
    request.expiresAt !== null &&
      ClientRequest.isOpenAt(request, words.now) && [t("facts.until"), moment(words, request.expiresAt)],
    details.due !== null && [t("facts.due"), longDay(words, details.due)],
    [
      t("facts.asks"),
      html`<a href="/questionnaires/${stored.ref.id}?version=${stored.ref.version}"
        >${t("questionnaire.questions", { count: stored.ref.questions })}</a
      >`,
    ],
    [
      t("facts.policy"),
      policy.name === "standard" || policy.name === "passfort" ? t(`policy.${policy.name}`) : policy.name,
    ],
    [t("facts.language"), languageName(words, details.recipient.language)],
    details.attachments.length > 0 && [
      t("facts.attachments"),
      html`<ul class="plain">
        ${details.attachments.map((file) => html`<li>${RequestAnswers.fileLink(words, request.id, file)}</li>`)}
      </ul>`,
    ],
    submission !== null && [t("facts.digest"), html`<code class="digest">${submission.digest}</code>`],
  ]
  return html`<section class="card">
    <h2>${t("facts.title")}</h2>
    <dl class="facts">
      ${pairs.map(
        (pair) =>
          pair !== false &&
          html`<div>
            <dt>${pair[0]}</dt>
            <dd>${pair[1]}</dd>
          </div>`,
      )}
    </dl>
  </section>`
}

const mails = ({ words }: Visit, { mails: lines }: Overview): Child =>
  lines.length > 0 &&
  html`<section class="card">
    <h2>${words.t("mails.title")}</h2>
    <ul class="lines">
      ${lines.map(
        (mail) =>
          html`<li>
            <p>
              <strong>${words.t(`mails.kind.${mail.kind}`)}</strong
              >${mail.recipient !== "" && ` ${words.t("mail.to", { address: mail.recipient })}`}
            </p>
            <p class="meta${mail.status === "failed" && " bad"}">
              ${words.t(`mails.status.${mail.status}`)} ·
              ${exact(mail.handedOverAt ?? mail.createdAt, ago(words, mail.handedOverAt ?? mail.createdAt))}${mail.reason !== null && html`<br /><span lang="en">${mail.reason}</span>`}
            </p>
          </li>`,
      )}
    </ul>
  </section>`
