/**
 * Two ways out for whoever is not the one to answer: to name somebody else, and to say that it is not for them.
 *
 *   GET, POST /q/:handle/pass-on    "Someone else should answer this"
 *   GET, POST /q/:handle/not-mine   "This is not for me"
 */
import { ClientRequest, Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Conversations } from "../Conversations.ts"
import type { Html } from "../Html.ts"
import { html } from "../Html.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { HttpServerRequest } from "../platform/Http.ts"
import * as Enhancing from "./Enhancing.ts"
import * as Entry from "./Entry.ts"
import { notice } from "./Problems.ts"
import { page, route, seeOther } from "./Route.ts"
import { NotOurs } from "./SectionForm.ts"
import * as Session from "./Session.ts"
import { formId, hidden, paths } from "./Session.ts"
import * as Talk from "./Talk.ts"

const back = ({ customer, reader: { t } }: Session.Session): Html =>
  html`<nav aria-label="${t("section.back")}">
    <a class="back" href="${paths.list(customer.handle)}">${t("section.back")}</a>
  </nav>`

/** A few words of one's own. */
export const wordField = (label: string, hint: string, text: string): Html =>
  html`<div class="question">
    <label class="label" for="word">${label}</label>
    <p class="help" id="h-word">${hint}</p>
    <textarea
      class="control"
      id="word"
      name="word"
      rows="3"
      maxlength="${ClientRequest.longestComment}"
      dir="auto"
      aria-describedby="h-word"
    >
${text}</textarea>
  </div>`

interface Named {
  readonly name: string
  readonly email: string
  readonly word: string
}

/** Why it was not done, as far as it can be put right here. */
const problems = ["delegation-invalid", "delegation-same", "delegations-too-many"] as const
type Problem = (typeof problems)[number] | "other"

/** What is to be put right where; without a field: in none of them. */
const mistakes = (
  { t }: Session.Session["reader"],
  problem: Problem,
  { name, email }: Named,
  firm: string,
): ReadonlyArray<{ readonly field: "name" | "email" | null; readonly sentence: string }> => {
  if (problem === "delegation-invalid") {
    const isAddress = /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email.trim())
    const isName = name.trim() !== "" && !isAddress
    return [
      ...(isName ? [] : [{ field: "name", sentence: t("passOn.problem.name") } as const]),
      ...(isAddress ? [] : [{ field: "email", sentence: t("passOn.problem.email") } as const]),
    ]
  }
  const field = problem === "delegation-same" ? "email" : null
  return [{ field, sentence: t(`passOn.problem.${problem}`, { firm, aDay: ClientRequest.passings.aDay }) }]
}

export const passing = (session: Session.Session, typed: Named, problem: Problem | null): string => {
  const { customer, current, reader } = session
  const { t } = reader
  const firm = customer.workspace.name
  const how = ClientRequest.delegating(current.request)
  const joins = current.request.policy.audience === "shared-record"
  const title = t("passOn.link")
  const wrong = problem === null ? [] : mistakes(reader, problem, typed, firm)
  const field = (name: "name" | "email", type: string, autofocus: Html | null) => {
    const sentence = wrong.find((one) => one.field === name)?.sentence
    return html`<div class="question${sentence === undefined ? "" : " wrong"}">
      <label class="label" for="${name}">${t(`passOn.${name}`)}</label>
      ${sentence === undefined ? null : html`<div class="error" id="e-${name}"><p>${sentence}</p></div>`}
      <input
        class="control"
        id="${name}"
        name="${name}"
        type="${type}"
        value="${typed[name]}"
        maxlength="${name === "name" ? 80 : 254}"
        autocomplete="off"
        required
        ${sentence === undefined ? null : html`aria-invalid="true" aria-describedby="e-${name}"`}
        ${autofocus}
      />
    </div>`
  }
  return Session.page(
    session,
    problem === null ? title : t("section.titleWithErrors", { title }),
    html`${back(session)}
      ${
        wrong.length === 0
          ? null
          : notice(
              html`<h2 id="summary">${t("code.problem")}</h2>
                <ul>
                  ${wrong.map(
                    (one) =>
                      html`<li>
                        ${one.field === null ? one.sentence : html`<a href="#${one.field}">${one.sentence}</a>`}
                      </li>`,
                  )}
                </ul>`,
              "wrong",
            )
      }
      <h1>${title}</h1>
      <p class="lead">
        ${t(how === "yes" ? (joins ? "passOn.leadJoins" : "passOn.leadNow") : "passOn.leadAsk", { firm })}
      </p>
      <p>${t("passOn.sees", { firm })}</p>
      <form id="${formId}" method="post" action="${paths.passOn(customer.handle)}" novalidate>
        ${hidden(session)} ${field("name", "text", problem === null ? null : html`autofocus`)}
        ${field("email", "email", null)} ${wordField(t("passOn.word"), t("passOn.wordHint"), typed.word)}
        <div class="buttons">
          <button class="primary">${t(how === "yes" ? "passOn.now" : "passOn.ask", { firm })}</button>
        </div>
      </form>`,
    { id: formId, action: paths.passOn(customer.handle), press: "stay", first: "send" },
  )
}

/** It is over for this customer: nothing of it stays on the device. */
const end = (session: Session.Session, title: string, text: string): string =>
  Session.page(
    session,
    title,
    html`<div class="end">
        <h1>${title}</h1>
        <p>${text}</p>
      </div>
      ${Enhancing.over(session.customer.requestId, session.customer.recipient)}`,
    null,
  )

export const mayPass = ({ current }: Session.Session): boolean =>
  ClientRequest.delegating(current.request) !== "no" && (current.request.proposal ?? null) === null

const showPassing = Entry.enter((session: Session.Session) =>
  mayPass(session)
    ? page(passing(session, { name: "", email: "", word: "" }, null))
    : seeOther(paths.list(session.customer.handle)),
)

const PassForm = Schema.Struct({ csrf: Schema.String, name: Schema.String, email: Schema.String, word: Schema.String })

const pass = Effect.andThen(
  Entry.sameOrigin,
  Entry.enter(
    Effect.fnUntraced(function* (session: Session.Session) {
      const { customer, current, reader } = session
      const form = yield* Effect.mapError(HttpServerRequest.schemaBodyUrlParams(PassForm), () => new NotOurs())
      if (!PageSecurity.isCsrf(form.csrf, customer.csrf)) return yield* new NotOurs()
      if (!mayPass(session)) return yield* seeOther(paths.list(customer.handle))
      const again = yield* Entry.switched(customer)
      if (again !== null) return yield* page(passing(again, form, null))
      const conversations = yield* Conversations
      return yield* conversations.delegate(customer, form, yield* Crypto.uuid).pipe(
        Effect.flatMap((state) => {
          const isIn = state.details.recipients.some(({ id }) => id === customer.recipient)
          const name = form.name.trim()
          return isIn
            ? seeOther(`${paths.list(customer.handle)}#messages`)
            : page(
                end(
                  session,
                  reader.t("passOn.done"),
                  reader.t("passOn.doneText", { name, firm: customer.workspace.name }),
                ),
              )
        }),
        Effect.catchTags({
          Refusal: (refusal) =>
            isOver(refusal)
              ? Effect.fail(refusal)
              : page(passing({ ...session, current }, form, problemOf(refusal)), 422),
          RateLimited: () => page(passing(session, form, "delegations-too-many"), 429),
        }),
      )
    }),
  ),
)

/** Nothing on the page puts it right: the link is dead. */
const isOver = ({ reasons }: ClientRequest.Refusal): boolean =>
  reasons.some(({ code }) => !code.startsWith("delegation") && !code.startsWith("recipient"))

const problemOf = ({ reasons }: ClientRequest.Refusal): Problem =>
  problems.find((problem) => reasons.some(({ code }) => code === problem)) ?? "other"

export const disowning = (session: Session.Session, typed = ""): string => {
  const { customer, reader } = session
  const { t } = reader
  const firm = customer.workspace.name
  return Session.page(
    session,
    t("notMine.link"),
    html`${back(session)}
      <h1>${t("notMine.link")}</h1>
      <p class="lead">${t("notMine.lead", { firm })}</p>
      <form id="${formId}" method="post" action="${paths.notMine(customer.handle)}">
        ${hidden(session)} ${wordField(t("notMine.why"), t("notMine.whyHint", { firm }), typed)}
        <div class="buttons"><button class="primary">${t("notMine.send", { firm })}</button></div>
      </form>`,
    { id: formId, action: paths.notMine(customer.handle), press: "stay", first: "send" },
  )
}

const showDisowning = Entry.enter((session: Session.Session) =>
  Talk.isPossible(session) ? page(disowning(session)) : seeOther(paths.list(session.customer.handle)),
)

const DisownForm = Schema.Struct({ csrf: Schema.String, word: Schema.String })

const disown = Effect.andThen(
  Entry.sameOrigin,
  Entry.enter(
    Effect.fnUntraced(function* (session: Session.Session) {
      const { customer, reader } = session
      const form = yield* Effect.mapError(HttpServerRequest.schemaBodyUrlParams(DisownForm), () => new NotOurs())
      if (!PageSecurity.isCsrf(form.csrf, customer.csrf)) return yield* new NotOurs()
      const again = yield* Entry.switched(customer)
      if (again !== null) return yield* page(disowning(again, form.word))
      yield* (yield* Conversations).disown(customer, form.word, yield* Crypto.uuid)
      return yield* page(
        end(session, reader.t("notMine.done"), reader.t("notMine.doneText", { firm: customer.workspace.name })),
      )
    }),
  ),
)

export const routes = [
  route("GET", "/q/:handle/pass-on", showPassing),
  route("POST", "/q/:handle/pass-on", pass),
  route("GET", "/q/:handle/not-mine", showDisowning),
  route("POST", "/q/:handle/not-mine", disown),
] as const
