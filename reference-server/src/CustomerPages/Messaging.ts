/**
 * The page to write to the firm on: the whole conversation, and one field.
 *
 *   GET  /q/:handle/messages?item=…   what was said; `item`: what one writes about
 *   POST /q/:handle/messages          says it
 */
import { ClientRequest, Crypto, Questionnaire } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Conversations } from "../Conversations.ts"
import * as Filling from "../Filling.ts"
import { html } from "../Html.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { HttpServerRequest } from "../platform/Http.ts"
import * as Entry from "./Entry.ts"
import { page, route, seeOther } from "./Route.ts"
import { NotOurs } from "./SectionForm.ts"
import * as Session from "./Session.ts"
import { formId, hidden, paths } from "./Session.ts"
import * as Talk from "./Talk.ts"

interface Typed {
  readonly item: string
  readonly text: string
  /** It was sent, and cannot be taken like this. */
  readonly isWrong: boolean
}

export const render = (session: Session.Session, { item, text, isWrong }: Typed): string => {
  const { customer, filling, reader, comments = [] } = session
  const { t } = reader
  const firm = customer.workspace.name
  const title = t("talk.title")
  return Session.page(
    session,
    isWrong ? t("section.titleWithErrors", { title }) : title,
    html`<nav aria-label="${t("section.back")}">
        <a class="back" href="${paths.list(customer.handle)}">${t("section.back")}</a>
      </nav>
      <h1>${title}</h1>
      <p class="lead">${t("talk.lead", { firm })}</p>
      ${Talk.list(session, comments, true)}
      <form id="${formId}" method="post" action="${paths.messages(customer.handle)}">
        ${hidden(session)}
        <div class="question">
          <label class="label" for="item">${t("talk.about")}</label>
          <select class="control" id="item" name="item">
            <option value="">${t("talk.aboutAll")}</option>
            ${Filling.sections(filling).map(
              ({ id, title }) =>
                html`<option value="${id}" ${id === item ? html`selected` : null}>${reader.text(title)}</option>`,
            )}
          </select>
        </div>
        <div class="question${isWrong ? " wrong" : ""}">
          <label class="label" for="text">${t("talk.text")}</label>
          ${isWrong ? html`<p class="error" id="e-text">${t("talk.wrong", { most: ClientRequest.longestComment })}</p>` : null}
          <textarea
            class="control"
            id="text"
            name="text"
            rows="5"
            maxlength="${ClientRequest.longestComment}"
            dir="auto"
            ${isWrong ? html`aria-invalid="true" aria-describedby="e-text" autofocus` : null}
          >
${text}</textarea>
        </div>
        <div class="buttons"><button class="primary">${t("talk.send")}</button></div>
      </form>`,
    { id: formId, action: paths.messages(customer.handle), press: "stay", first: "send" },
  )
}

/** They have seen what is there: what the page shows as new is not new the next time. */
export const seen = Effect.fnUntraced(function* ({ customer, comments = [] }: Session.Session) {
  if (!comments.some(({ isNew }) => isNew)) return
  const { workspace, requestId, recipient } = customer
  yield* (yield* Conversations).read(workspace.id, requestId, { recipient })
})

const look = Entry.enter(
  Effect.fnUntraced(function* (session: Session.Session) {
    if (!Talk.isPossible(session)) return yield* seeOther(paths.list(session.customer.handle))
    const { url } = yield* HttpServerRequest.HttpServerRequest
    const item = new URL(url, "http://page").searchParams.get("item") ?? ""
    yield* seen(session)
    return yield* page(render(session, { item, text: "", isWrong: false }))
  }),
)

const Form = Schema.Struct({ csrf: Schema.String, text: Schema.String, item: Schema.String })

const write = Effect.andThen(
  Entry.sameOrigin,
  Entry.enter(
    Effect.fnUntraced(function* (session: Session.Session) {
      const { customer, current } = session
      const form = yield* Effect.mapError(HttpServerRequest.schemaBodyUrlParams(Form), () => new NotOurs())
      if (!PageSecurity.isCsrf(form.csrf, customer.csrf)) return yield* new NotOurs()
      const again = yield* Entry.switched(customer)
      if (again !== null) return yield* page(render(again, { item: form.item, text: form.text, isWrong: false }))
      // what is not asked any more is no subject: it is said of the whole then
      const item = Questionnaire.section(current.stored.questionnaire, form.item) === undefined ? null : form.item
      const said = (yield* Conversations).say(customer, { item, text: form.text }, yield* Crypto.uuid)
      return yield* said.pipe(
        Effect.flatMap(() => seeOther(`${paths.list(customer.handle)}#messages`)),
        Effect.catchTag("Refusal", (refusal) =>
          refusal.reasons.every(({ code }) => mendable.has(code))
            ? page(render(session, { item: form.item, text: form.text, isWrong: true }), 422)
            : Effect.fail(refusal),
        ),
      )
    }),
  ),
)

const mendable: ReadonlySet<string> = new Set(["comment-invalid", "comments-too-many", "item-closed"])

export const routes = [route("GET", "/q/:handle/messages", look), route("POST", "/q/:handle/messages", write)] as const
