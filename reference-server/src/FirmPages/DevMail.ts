/**
 * The development mailbox at `/dev/mail`: what would have been sent. It shows live links, so only this machine gets to
 * see it: the peer, the host that it asked for (a name that leads here from elsewhere is not us) and no proxy between.
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Config, isLoopback } from "../Config.ts"
import { type Child, type Html, html } from "../Html.ts"
import type { DevMail, DevMailbox } from "../Mailer/mailbox.ts"
import type { MailAddress } from "../Mailer/MailAddress.ts"
import type { HttpServerResponse } from "../platform/Http.ts"
import { HttpRouter, type HttpServerRequest } from "../platform/Http.ts"
import * as MailFrame from "./MailFrame.ts"
import * as Notice from "./Notice.ts"
import * as Page from "./Page.ts"
import { ago, moment, type Words } from "./Words.ts"

type Mailbox = DevMailbox["Service"]

export const routes = (mailbox: Mailbox) => [
  HttpRouter.route("GET", "/dev/mail", (request) => here(request, (words) => list(mailbox, words))),
  HttpRouter.route("GET", "/dev/mail/:id", (request) =>
    here(request, (words) =>
      Effect.gen(function* () {
        const { id = "" } = yield* HttpRouter.params
        const mail = Option.getOrNull(yield* Effect.orDie(mailbox.read(id)))
        const config = yield* Config
        return mail === null ? Notice.notFound(config, words) : yield* show(mail, words)
      }),
    ),
  ),
]

/** Answers this machine, and nobody else. */
export const here = <R>(
  request: HttpServerRequest.HttpServerRequest,
  answer: (words: Words) => Effect.Effect<HttpServerResponse.HttpServerResponse, never, R>,
) =>
  Effect.gen(function* () {
    const words = Notice.wordsFor(request, yield* Clock.currentTimeMillis)
    return isHere(request) ? yield* answer(words) : Notice.notFound(yield* Config, words)
  })

const isHere = ({ headers, remoteAddress, peerAddress }: HttpServerRequest.HttpServerRequest): boolean => {
  const isLocal = (address: Option.Option<string>) =>
    Option.isSome(address) && isLoopback(address.value.replace(/^::ffff:/, ""))
  const host = URL.canParse(`http://${headers["host"] ?? ""}`) ? new URL(`http://${headers["host"]}`).hostname : ""
  const isForwarded = Object.keys(headers).some((name) => proxyHeader.test(name))
  return isLocal(remoteAddress) && isLocal(peerAddress) && isLoopback(host) && !isForwarded
}

/** What proxies add: `Forwarded` (RFC 7239), `Via` (RFC 9110), `X-Forwarded-…`, and `X-Real-IP` and its many kin. */
const proxyHeader = /^(forwarded|via)$|^x-forwarded|-ip$/

const list = (mailbox: Mailbox, words: Words) =>
  Effect.gen(function* () {
    const mails = yield* Effect.orDie(mailbox.list)
    const config = yield* Config
    const { t } = words
    return Page.open(config, words, {
      title: t("mail.title"),
      body: html`${banner(words)}
        <h1>${t("mail.title")}</h1>
        ${config.smsUrl === undefined && html`<p><a href="/dev/sms">${t("devSms.title")}</a></p>`}
        ${
          mails.length === 0
            ? html`<p class="empty">${t("mail.none")}</p>`
            : html`<ul class="rows">
                ${mails.map(
                  ({ id, to, subject, date }) =>
                    html`<li class="row">
                      <div class="grow">
                        <a class="whole" href="/dev/mail/${id}"><strong>${subject}</strong></a>
                        <p class="meta">${t("mail.to", { address: written(to) })}</p>
                      </div>
                      <p class="meta">${ago(words, DateTime.toEpochMillis(date))}</p>
                    </li>`,
                )}
              </ul>`
        }`,
    })
  })

const show = (mail: DevMail, words: Words) =>
  Effect.gen(function* () {
    const { t } = words
    const page = Page.open(yield* Config, words, {
      title: mail.subject,
      body: html`${banner(words)}
        <p class="trail"><a href="/dev/mail">${t("mail.title")}</a></p>
        <h1>${mail.subject}</h1>
        ${facts([
          [t("mail.from"), written(mail.from)],
          [t("mail.toLabel"), written(mail.to)],
          [t("mail.date"), moment(words, DateTime.toEpochMillis(mail.date))],
        ])}
        ${MailFrame.frame(t("mail.frame"), mail.html, { links: true })}
        <details class="card">
          <summary>${t("mail.text")}</summary>
          <pre class="source" tabindex="0" aria-label="${t("mail.text")}">${linked(mail.text)}</pre>
        </details>
        <details class="card">
          <summary>${t("mail.headers")}</summary>
          ${facts(mail.headers.map(({ name, value }) => [name, value]))}
        </details>`,
    })
    return MailFrame.allowing(page, mail.html)
  })

const banner = ({ t }: Words): Html =>
  html`<p class="notes">${t("mail.banner")} <a href="/requests">${t("notice.home")}</a></p>`

/** The text with its addresses made links, as mail programs do. */
const linked = (text: string): ReadonlyArray<Child> =>
  text
    .split(/(https?:\/\/\S+)/)
    .map((part, index) => (index % 2 === 1 ? html`<a href="${part}" target="_blank" rel="noopener">${part}</a>` : part))

const facts = (pairs: ReadonlyArray<readonly [term: string, fact: string]>): Html =>
  html`<dl class="facts">
    ${pairs.map(
      ([term, fact]) =>
        html`<div>
          <dt>${term}</dt>
          <dd>${fact}</dd>
        </div>`,
    )}
  </dl>`

const written = ({ name, address }: MailAddress) => (name === "" ? address : `${name} <${address}>`)
