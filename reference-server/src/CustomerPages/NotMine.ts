/**
 * "This is not for me", said before anything is opened: whoever got a mail that was meant for somebody else should not have to
 * press Start to say so. A page of its own asks, so that looking changes nothing (S15); the answer wants a tick as well as a
 * button, since programs that read mails follow links and press buttons (S16).
 *
 *   GET, POST /r/:token/not-mine
 */
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Config } from "../Config.ts"
import { Conversations } from "../Conversations.ts"
import { CustomerAccess, type Holder } from "../CustomerAccess.ts"
import { type Child, html } from "../Html.ts"
import * as Messages from "../Messages.ts"
import { HttpRouter, HttpServerRequest } from "../platform/Http.ts"
import type { Action } from "../RateLimits/Customers.ts"
import * as Tenancy from "../Tenancy.ts"
import * as Enhancing from "./Enhancing.ts"
import * as Entry from "./Entry.ts"
import * as Frame from "./Frame.ts"
import * as Framing from "./Framing.ts"
import * as Language from "./Language.ts"
import { wordField } from "./PassingOn.ts"
import { notice } from "./Problems.ts"
import { page, route, seeOther } from "./Route.ts"
import { NotOurs } from "./SectionForm.ts"
import { paths } from "./Session.ts"
import * as Talk from "./Talk.ts"

type Words = Messages.Translator<"customer">

interface Typed {
  readonly word: string
  /** It was sent without the tick. */
  readonly isUnsure: boolean
}

/** Not a word of what is asked: it may be somebody else's business. */
const asking = ({ workspace }: Holder, { t }: Words, link: string, { word, isUnsure }: Typed): Child => {
  const firm = workspace.name
  return html`<nav aria-label="${t("portal.back")}"><a class="back" href="${link}">${t("portal.back")}</a></nav>
    ${
      isUnsure
        ? notice(
            html`<h2 id="summary">${t("code.problem")}</h2>
              <ul>
                <li><a href="#sure">${t("notMine.unsure")}</a></li>
              </ul>`,
            "wrong",
          )
        : null
    }
    <h1>${t("notMine.link")}</h1>
    <p class="lead">${t("notMine.lead", { firm })}</p>
    <form method="post" action="${paths.notMineByLink(link)}" novalidate>
      ${wordField(t("notMine.why"), t("notMine.whyHint", { firm }), word)}
      <div class="question${isUnsure ? " wrong" : ""}">
        ${isUnsure ? html`<div class="error" id="e-sure"><p>${t("notMine.unsure")}</p></div>` : null}
        <div class="choices">
          <div class="choice">
            <input
              type="checkbox"
              id="sure"
              name="sure"
              value="yes"
              ${isUnsure ? html`aria-invalid="true" aria-describedby="e-sure"` : null}
            />
            <label for="sure">${t("notMine.sure")}</label>
          </div>
        </div>
      </div>
      <div class="buttons"><button class="primary">${t("notMine.send", { firm })}</button></div>
    </form>`
}

/** The link is dead from here on, and nothing stays on the device. */
const told = ({ workspace, customer }: Holder, { t }: Words): Child =>
  html`<div class="end">
      <h1>${t("notMine.done")}</h1>
      <p>${t("notMine.doneText", { firm: workspace.name })}</p>
    </div>
    ${Enhancing.over(customer.requestId, customer.recipient)}`

const held = Effect.fnUntraced(function* (action: Action) {
  yield* Entry.fromHere(action)
  const { token = "" } = yield* HttpRouter.params
  const holder = yield* (yield* CustomerAccess).hold(Redacted.make(token), yield* Entry.device, action)
  const config = yield* Config
  const request = yield* HttpServerRequest.HttpServerRequest
  const { workspace, language } = holder
  const others = [language, ...Messages.acceptedLanguages(request.headers["accept-language"]), workspace.language]
  const words = Messages.translator("customer", Language.wanted(Language.chosen(config, request), others))
  const shown = (title: string, main: Child, status = 200, isOver = false) =>
    page(
      Frame.render({
        language: words.language,
        ...(isOver
          ? {}
          : { languages: Language.links({ language: words.language, label: words.t("frame.language") }) }),
        title: [title, workspace.name],
        firm: workspace,
        skip: null,
        main,
        foot: html`<p>${words.t("frame.help", { firm: workspace.name })}</p>`,
      }),
      status,
    ).pipe(Framing.by(workspace))
  return { holder, words, link: `/r/${token}`, shown }
})

const show = Effect.gen(function* () {
  const { holder, words, link, shown } = yield* held("link")
  if (!Talk.isPossible({ current: holder })) return yield* seeOther(link)
  return yield* shown(words.t("notMine.link"), asking(holder, words, link, { word: "", isUnsure: false }))
})

const Form = Schema.Struct({ word: Schema.String, sure: Schema.optionalKey(Schema.String) })

const say = Effect.gen(function* () {
  yield* Entry.sameOrigin
  const { holder, words, link, shown } = yield* held("claim")
  const form = yield* Effect.mapError(HttpServerRequest.schemaBodyUrlParams(Form), () => new NotOurs())
  const { t } = words
  const title = t("notMine.link")
  if (form.sure !== "yes") {
    const main = asking(holder, words, link, { word: form.word, isUnsure: true })
    return yield* shown(t("section.titleWithErrors", { title }), main, 422)
  }
  const { workspace, customer } = holder
  const disowned = (yield* Conversations).disown(customer, form.word, yield* Crypto.uuid)
  yield* Tenancy.within(workspace.id)(disowned)
  return yield* shown(t("notMine.done"), told(holder, words), 200, true)
})

export const routes = [route("GET", "/r/:token/not-mine", show), route("POST", "/r/:token/not-mine", say)] as const
