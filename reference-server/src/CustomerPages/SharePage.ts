/**
 * The page of a link that shows one document of the firm to whoever has it (F11). No session takes part: the address is the
 * secret, and opens nothing else. Scanners look at links in mails, so only the button counts as an opening.
 *
 *   GET  /s/:token   what it is, of whom, and until when; changes nothing
 *   POST /s/:token   the file, to be saved
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { type Shared, Shares } from "../Documents/Shares.ts"
import { Config } from "../Config.ts"
import { Downloads } from "../Downloads.ts"
import { html } from "../Html.ts"
import * as Messages from "../Messages.ts"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "../platform/Http.ts"
import * as Entry from "./Entry.ts"
import * as Frame from "./Frame.ts"
import * as Language from "./Language.ts"
import { page, route } from "./Route.ts"

const render = (
  { workspace, document, share }: Shared,
  path: string,
  accepted: string | undefined,
  chosen: Messages.Language | null,
): string => {
  const wanted = Language.wanted(chosen, [...Messages.acceptedLanguages(accepted), workspace.language])
  const { language, locale, t } = Messages.translator("customer", wanted)
  const title = t("share.title", { firm: workspace.name })
  const until = Messages.formatDate(share.expiresAt, locale, workspace.timeZone)
  return Frame.render({
    language,
    languages: Language.links({ language, label: t("frame.language") }),
    title: [title, workspace.name],
    firm: workspace,
    skip: null,
    main: html`<div class="end">
      <h1>${title}</h1>
      <p><strong>${document.name}</strong> (${Messages.formatBytes(document.bytes, locale)})</p>
      <form method="post" action="${path}">
        <button class="primary">${t("share.download")}</button>
      </form>
      <p class="number">${t("share.until", { until })}</p>
    </div>`,
    foot: html`<p>${t("frame.help", { firm: workspace.name })}</p>`,
  })
}

const tokenHere = Effect.gen(function* () {
  yield* Entry.fromHere("link")
  const { token = "" } = yield* HttpRouter.params
  return token
})

const look = Effect.gen(function* () {
  const token = yield* tokenHere
  const found = yield* (yield* Shares).look(Redacted.make(token))
  const request = yield* HttpServerRequest.HttpServerRequest
  const chosen = Language.chosen(yield* Config, request)
  const shown = yield* page(render(found, `/s/${token}`, request.headers["accept-language"], chosen))
  const { filesUrl } = yield* Config
  if (filesUrl === undefined) return shown
  // the form leads on to where files are
  const policy = shown.headers["content-security-policy"] ?? ""
  const allowed = policy.replace("form-action 'self'", `form-action 'self' ${new URL(filesUrl).origin}`)
  return HttpServerResponse.setHeader(shown, "content-security-policy", allowed)
})

const open = Effect.gen(function* () {
  const { workspace, share, download } = yield* (yield* Shares).open(Redacted.make(yield* tokenHere))
  const asked = { workspaceId: workspace.id, reader: share.id, find: () => Effect.succeed(download) }
  return yield* (yield* Downloads).answer(asked)
})

export const routes = [route("GET", "/s/:token", look), route("POST", "/s/:token", open)] as const
