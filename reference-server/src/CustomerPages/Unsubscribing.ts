/**
 * The page of a link that ends reminders (M13). Mail programs POST to it by themselves, without cookies and from anywhere
 * (RFC 8058), so there is no origin and no form token to ask for: the address is the secret, and opens nothing.
 *
 *   GET  /u/:token   asks whether to; changes nothing, because scanners come this way (L48)
 *   POST /u/:token   ends the reminders of this request; no redirect, which RFC 8058 forbids
 */
import { type AccessLink, LocalText } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Config } from "../Config.ts"
import { html } from "../Html.ts"
import * as Messages from "../Messages.ts"
import { HttpRouter, HttpServerRequest } from "../platform/Http.ts"
import type { RateLimited } from "../RateLimits.ts"
import { type Subscribed, UnsubscribeLinks } from "../UnsubscribeLinks.ts"
import * as Entry from "./Entry.ts"
import * as Frame from "./Frame.ts"
import * as Language from "./Language.ts"
import { page, route } from "./Route.ts"

/** `accepted`: the `Accept-Language` header. `chosen`: by the page's switch. */
const render = (
  { workspace, request, recipient }: Subscribed,
  path: string,
  accepted: string | undefined,
  chosen: Messages.Language | null,
): string => {
  const others = [recipient.language, ...Messages.acceptedLanguages(accepted), workspace.language]
  const wanted = Language.wanted(chosen, others)
  const { language, t } = Messages.translator("customer", wanted)
  const values = { firm: workspace.name, title: LocalText.oneLine(request.details.title) }
  const asks = request.details.reminders.enabled
  return Frame.render({
    language,
    languages: Language.links({ language, label: t("frame.language") }),
    title: [t(asks ? "unsubscribe.title" : "unsubscribe.doneTitle"), workspace.name],
    firm: workspace,
    skip: null,
    main: html`<div class="end">
      <h1>${t(asks ? "unsubscribe.title" : "unsubscribe.doneTitle")}</h1>
      <p>${t(asks ? "unsubscribe.text" : "unsubscribe.doneText", values)}</p>
      ${
        asks &&
        html`<form method="post" action="${path}">
          <input type="hidden" name="List-Unsubscribe" value="One-Click" />
          <button class="primary">${t("unsubscribe.stop")}</button>
        </form>`
      }
    </div>`,
    foot: html`<p>${t("frame.help", { firm: workspace.name })}</p>`,
  })
}

type Asked = (token: Redacted.Redacted) => Effect.Effect<Subscribed, AccessLink.LinkDead | RateLimited>

const answer = Effect.fnUntraced(function* (ask: Asked) {
  yield* Entry.fromHere("link")
  const { token = "" } = yield* HttpRouter.params
  const found = yield* ask(Redacted.make(token))
  const request = yield* HttpServerRequest.HttpServerRequest
  const chosen = Language.chosen(yield* Config, request)
  return yield* page(render(found, `/u/${token}`, request.headers["accept-language"], chosen))
})

const look = Effect.flatMap(UnsubscribeLinks, (links) => answer((token) => links.look(token)))
const stop = Effect.flatMap(UnsubscribeLinks, (links) => answer((token) => links.stop(token)))

export const routes = [route("GET", "/u/:token", look), route("POST", "/u/:token", stop)] as const
