/**
 * What firm and customer say to one another, as the customer's pages show it: oldest first, with who and when. Plain text,
 * never HTML. Writing has a page of its own (`Messaging.ts`), so that no answer that is being typed is lost by it.
 */
import { ClientRequest, Questionnaire } from "@requite/core"
import type { Comment } from "../Conversations/Comment.ts"
import type { Html } from "../Html.ts"
import { html } from "../Html.ts"
import type { Session } from "./Session.ts"
import { paths } from "./Session.ts"

/** Is anything said here at all? Not to whoever happens to have a link. */
export const isPossible = ({
  current: { request },
}: {
  readonly current: Pick<Session["current"], "request">
}): boolean => request.policy.audience !== "anyone-with-link"

const line = (session: Session, comment: Comment, isNamed: boolean): Html => {
  const { customer, current, reader } = session
  const { t } = reader
  const section =
    comment.item === null || !isNamed ? undefined : Questionnaire.section(current.stored.questionnaire, comment.item)
  const name = comment.mine ? t("talk.you") : comment.name === "" ? customer.workspace.name : comment.name
  const who = comment.side === "firm" && comment.name !== "" ? `${name} (${customer.workspace.name})` : name
  return html`<li class="${comment.side === "firm" ? "theirs" : "ours"}">
    <p class="detail">
      <strong dir="auto">${who}</strong> ·
      ${reader.dateTime(comment.at)}${comment.isNew ? html` <span class="is-new">${t("talk.new")}</span>` : null}${
        section === undefined
          ? null
          : html` ·
              <a href="${paths.section(customer.handle, section.id)}">${reader.authored(section.title)}</a>`
      }
    </p>
    <p class="typed" dir="auto">${comment.text}</p>
  </li>`
}

/** Comments as a list; null: there are none. `isNamed`: each says what it is about. */
export const list = (session: Session, comments: ReadonlyArray<Comment>, isNamed: boolean): Html | null =>
  comments.length === 0
    ? null
    : html`<ol class="talk">
        ${comments.map((comment) => line(session, comment, isNamed))}
      </ol>`

/** The whole conversation, on the page that shows all of the request, with whom else it could be for. */
export const whole = (session: Session): Html | null => conversation(session, passedOn(session), others(session))

/** The conversation alone. */
export const thread = (session: Session): Html | null => conversation(session, null, null)

const conversation = (session: Session, before: Html | null, after: Html | null): Html | null => {
  const { customer, reader, comments = [] } = session
  if (!isPossible(session)) return null
  const count = comments.filter(({ isNew }) => isNew).length
  return html`<section class="conversation" id="messages" aria-labelledby="messages-title">
    <h2 id="messages-title">
      ${reader.t("talk.title")}${count === 0 ? null : html` <span class="is-new">${reader.t("talk.count", { count })}</span>`}
    </h2>
    ${before} ${list(session, comments, true)}
    <p><a href="${paths.messages(customer.handle)}">${reader.t("talk.write", { firm: customer.workspace.name })}</a></p>
    ${after}
  </section>`
}

/** What is said of one section, on its page. */
export const ofItem = (session: Session, item: string): Html | null => {
  const { customer, reader, comments = [] } = session
  if (!isPossible(session)) return null
  const own = comments.filter((comment) => comment.item === item)
  return html`<section class="conversation" aria-label="${reader.t("talk.title")}">
    ${list(session, own, false)}
    <p>
      <a href="${paths.messages(customer.handle, item)}"
        >${reader.t("talk.writeItem", { firm: customer.workspace.name })}</a
      >
    </p>
  </section>`
}

/** A word of whoever was asked before; and what came of one's own wish. */
const passedOn = ({ customer, current, reader }: Session): Html | null => {
  const { t } = reader
  const { proposal, delegated = [] } = current.request
  const to = delegated.findLast((one) => one.to === customer.recipient)
  const by = delegated.findLast(({ from }) => from.id === customer.recipient)
  const joined = by === undefined ? undefined : ClientRequest.recipientOf(current.request, by.to)
  const firm = customer.workspace.name
  const name = (one: Pick<ClientRequest.Recipient, "name" | "email">) => (one.name === "" ? one.email : one.name)
  return html`${
    to === undefined
      ? null
      : html`<div class="note said">
          <p><strong>${t("passOn.from", { name: name(to.from) })}</strong></p>
          ${to.word === "" ? null : html`<p class="typed" dir="auto">${to.word}</p>`}
        </div>`
  }${
    proposal === undefined || proposal === null || proposal.recipient !== customer.recipient
      ? null
      : html`<p class="note">${t("passOn.waits", { firm, name: proposal.to.name })}</p>`
  }${joined === undefined ? null : html`<p class="note">${t("passOn.joined", { name: name(joined) })}</p>`}`
}

/** Whom else it could be for. */
const others = ({ customer, current, reader }: Session): Html => {
  const { t } = reader
  const mayPass = ClientRequest.delegating(current.request) !== "no" && (current.request.proposal ?? null) === null
  return html`<ul class="others">
    ${mayPass ? html`<li><a href="${paths.passOn(customer.handle)}">${t("passOn.link")}</a></li>` : null}
    <li><a href="${paths.notMine(customer.handle)}">${t("notMine.link")}</a></li>
  </ul>`
}
