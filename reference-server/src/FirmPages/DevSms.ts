/** The development outbox at `/dev/sms`: the SMS that would have been sent, with live codes. For this machine, as `/dev/mail` is. */
import * as Effect from "effect/Effect"
import { Config } from "../Config.ts"
import { html } from "../Html.ts"
import { HttpRouter } from "../platform/Http.ts"
import type { DevOutbox } from "../SmsSender/outbox.ts"
import { here } from "./DevMail.ts"
import * as Page from "./Page.ts"
import { ago, type Words } from "./Words.ts"

type Outbox = DevOutbox["Service"]

export const routes = (outbox: Outbox) => [
  HttpRouter.route("GET", "/dev/sms", (request) => here(request, (words) => list(outbox, words))),
]

const list = (outbox: Outbox, words: Words) =>
  Effect.gen(function* () {
    const messages = yield* Effect.orDie(outbox.list)
    const config = yield* Config
    const { t } = words
    return Page.open(config, words, {
      title: t("devSms.title"),
      body: html`<p class="notes">${t("devSms.banner")} <a href="/requests">${t("notice.home")}</a></p>
        ${config.smtpUrl === undefined && html`<p class="trail"><a href="/dev/mail">${t("mail.title")}</a></p>`}
        <h1>${t("devSms.title")}</h1>
        ${
          messages.length === 0
            ? html`<p class="empty">${t("devSms.none")}</p>`
            : html`<ul class="rows">
                ${messages.map(
                  ({ to, text, at }) =>
                    html`<li class="row">
                      <div class="grow">
                        <p class="meta">${t("mail.to", { address: to })}</p>
                        <pre class="source" tabindex="0" aria-label="${t("mail.to", { address: to })}">${text}</pre>
                      </div>
                      <p class="meta">${ago(words, at)}</p>
                    </li>`,
                )}
              </ul>`
        }`,
    })
  })
