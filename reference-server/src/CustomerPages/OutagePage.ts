/**
 * What is answered during an outage (`Outage.ts`): a calm page in the reader's language, or a problem for programs (RFC 9457).
 * Whoever was sending a form gets it back with everything in it and a button to send it again: nothing that was typed is lost,
 * with or without JavaScript. Nothing here needs the database.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { ServerConfig } from "../Config.ts"
import * as Frame from "./Frame.ts"
import * as Language from "./Language.ts"
import { type Html, html } from "../Html.ts"
import * as Messages from "../Messages.ts"
import * as CurrentRequest from "../Observability/CurrentRequest.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { type HttpServerRequest, HttpServerResponse, Multipart } from "../platform/Http.ts"
import * as MultipartFiles from "../Uploads/MultipartFiles.ts"
import { type Outage, retryAfterSeconds, sentences } from "../Pressure/Outage.ts"

/** What was typed, to be sent again. */
type Typed = ReadonlyArray<readonly [name: string, value: string]>

/** As much as is given back, in characters; and as much as is read of files to get at the fields behind them, in bytes. */
const maxTyped = 2_000_000
const maxSkipped = 20_000_000

/** What must be typed again: it is not written into a page. */
const isSecret = (name: string): boolean => /password|secret|code/i.test(name)

/** The fields of a form that was not read before the outage struck. */
const unread = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<Typed, unknown> => {
  if (!isMultipart(request)) {
    return Effect.map(request.urlParamsBody, (form) =>
      [...form].map(([name, value]) => [name, typeof value === "string" ? value : Redacted.value(value)] as const),
    )
  }
  const fields: Array<readonly [string, string]> = []
  let skipped = 0
  return MultipartFiles.forEach(request.multipartStream, (part) =>
    Multipart.isField(part)
      ? Effect.sync(() => void fields.push([part.key, part.value]))
      : Stream.runForEach(part.content, ({ length }) => {
          skipped += length
          return skipped > maxSkipped ? Effect.fail(Multipart.MultipartError.fromReason("BodyTooLarge")) : Effect.void
        }),
  ).pipe(Effect.as(fields), Effect.provideContext(Multipart.limitsServices({ maxParts: 3_000, fieldMimeTypes: [] })))
}

const isMultipart = ({ headers }: HttpServerRequest.HttpServerRequest): boolean =>
  headers["content-type"]?.startsWith("multipart/form-data") === true
const isForm = (request: HttpServerRequest.HttpServerRequest): boolean =>
  request.method === "POST" &&
  (isMultipart(request) || request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true)

/** Null: no form, or one that cannot be given back. */
const typedIn = Effect.fnUntraced(function* (
  request: HttpServerRequest.HttpServerRequest,
): Effect.fn.Return<Typed | null> {
  if (!isForm(request)) return null
  const facts = yield* CurrentRequest.CurrentRequest
  const fields =
    facts !== null && facts.typed.length > 0
      ? facts.typed
      : yield* unread(request).pipe(
          Effect.timeout("5 seconds"),
          Effect.catchCause(() => Effect.succeed(null)),
        )
  if (fields === null || fields.some(([name]) => isSecret(name))) return null
  const characters = fields.reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  return characters > maxTyped ? null : fields
})

const again = (t: Messages.Translator<"customer">["t"], action: string, fields: Typed, withFiles: boolean): Html =>
  html`<p>${t("operations.outage.typed")}</p>
    ${withFiles && html`<p>${t("operations.outage.files")}</p>`}
    <form method="post" action="${action}" ${withFiles && html` enctype="multipart/form-data"`}>
      ${fields.map(([name, value]) => html`<textarea hidden name="${name}">${value}</textarea>`)}
      <button class="primary">${t("operations.outage.again")}</button>
    </form>`

/** 503, with `Retry-After`. */
export const answer = Effect.fnUntraced(function* (
  config: ServerConfig,
  request: HttpServerRequest.HttpServerRequest,
  outage: Outage,
): Effect.fn.Return<HttpServerResponse.HttpServerResponse> {
  const number = yield* CurrentRequest.number
  const late = HttpServerResponse.setHeader("retry-after", String(retryAfterSeconds[outage]))
  if (PageSecurity.isForPrograms(request)) {
    return late(
      PageSecurity.problem(config, {
        status: 503,
        title: "Service Unavailable",
        detail: `${sentences[outage]} Nothing was half done: send it again.`,
        requestId: number,
      }),
    )
  }
  const fields = outage === "busy" ? null : yield* typedIn(request)
  const accepted = Messages.acceptedLanguages(request.headers["accept-language"])
  const { language, t } = Messages.translator("customer", Language.wanted(Language.chosen(config, request), accepted))
  const title = t("operations.outage.title")
  const path = pathOf(request)
  const page = Frame.render({
    language,
    // no other page can have what was typed
    ...(request.method === "GET" ? { languages: Language.links({ language, label: t("frame.language") }) } : {}),
    title: [title],
    firm: null,
    skip: null,
    main: html`<div class="end">
      <h1>${title}</h1>
      <p>${t(outage === "disk-full" || outage === "files" ? "operations.outage.full" : "operations.outage.text")}</p>
      ${
        fields !== null
          ? again(t, path, fields, isMultipart(request))
          : request.method === "GET"
            ? html`<p><a class="primary" href="${path}">${t("operations.outage.again")}</a></p>`
            : html`<p>${t("operations.outage.back")}</p>`
      }
      ${number !== null && html`<p class="number">${t("operations.number", { number })}</p>`}
    </div>`,
  })
  return late(HttpServerResponse.setHeader(PageSecurity.page(config, page, { status: 503 }), "vary", "accept-language"))
})

/** Path and query as they were asked for: a page that tries again stays where it is. */
const pathOf = ({ originalUrl, url }: HttpServerRequest.HttpServerRequest): string => {
  const asked = originalUrl.startsWith("/") ? originalUrl : url
  return /^\/(?!\/)/.test(asked) ? asked : "/"
}
