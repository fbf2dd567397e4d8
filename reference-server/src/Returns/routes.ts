/**
 * The addresses that reports of mails are posted to (docs/mail.md):
 *
 *   POST /hooks/mail/returns   a raw message that came back, from a pipe of the mail server; bearer token MAIL_RETURN_TOKEN
 *   POST /hooks/mail/events    what a mail provider says, signed as Standard Webhooks say, by MAIL_EVENTS_SECRET
 *
 * Neither is there unless its secret is set. Both answer alike, however often the same thing comes.
 */
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Webhook } from "standardwebhooks"
import { Config } from "../Config.ts"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "../platform/Http.ts"
import { Returns } from "../Returns.ts"
import * as Report from "./Report.ts"

/** What is posted of one mail, by its id or by its Message-ID. */
const MailEvent = Schema.Struct({
  type: Schema.Literals(["delivered", "delayed", "bounced", "complained"]),
  mail: Schema.optionalKey(Schema.String),
  messageId: Schema.optionalKey(Schema.String),
  /** The enhanced status code, such as `5.1.1`. */
  status: Schema.optionalKey(Schema.String),
  /** Of a bounce: for good, or for a while; left out, the status code says. */
  hard: Schema.optionalKey(Schema.Boolean),
})
const Events = Schema.Union([MailEvent, Schema.Array(MailEvent).check(Schema.isMaxLength(1000))])
const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Events))

const answer = (status: number, body: object) =>
  Effect.orDie(HttpServerResponse.json(body, { status, headers: { "cache-control": "no-store" } }))

const nothingHere = answer(404, { message: "There is nothing at this address." })
const notAllowed = answer(401, { message: "The signature or the token is missing, wrong or too old." })

const isToken = Effect.fnUntraced(function* (token: Redacted.Redacted, header: string | undefined) {
  // digests, so that the time that it takes tells nothing of the length
  const [given, wanted] = yield* Effect.all([
    Crypto.sha256Hex(/^bearer\s+(.+)$/i.exec(header ?? "")?.[1]?.trim() ?? ""),
    Crypto.sha256Hex(Redacted.value(token)),
  ])
  return Crypto.timingSafeEqual(given, wanted)
})

const returned = Effect.gen(function* () {
  const { mailReturnToken, mailReturnDomain } = yield* Config
  if (mailReturnToken === undefined || mailReturnDomain === undefined) return yield* nothingHere
  const request = yield* HttpServerRequest.HttpServerRequest
  if (!(yield* isToken(mailReturnToken, request.headers["authorization"]))) return yield* notAllowed
  const raw = new Uint8Array(yield* request.arrayBuffer)
  const to = request.headers["x-recipient"]
  const received = yield* (yield* Returns).receive(raw, to === undefined ? [] : [to])
  return yield* answer(200, received)
})

const posted = Effect.gen(function* () {
  const { mailEventsSecret } = yield* Config
  if (mailEventsSecret === undefined) return yield* nothingHere
  const request = yield* HttpServerRequest.HttpServerRequest
  const body = yield* request.text
  const isSigned = yield* Effect.try({
    // five minutes of grace, either way
    try: () => new Webhook(Redacted.value(mailEventsSecret)).verify(body, headersOf(request), { jsonParse: false }),
    catch: () => false,
  }).pipe(
    Effect.as(true),
    Effect.catch(() => Effect.succeed(false)),
  )
  if (!isSigned) return yield* notAllowed
  const events = yield* Effect.option(decode(body))
  if (events._tag === "None") return yield* answer(400, { message: "The body is no event, and no list of events." })
  const returns = yield* Returns
  let known = 0
  const all = [events.value].flat()
  for (const { type, mail, messageId, ...said } of all) {
    const mailId = mail ?? (messageId === undefined ? null : yield* returns.mailOf(messageId))
    if (mailId !== null && (yield* returns.report(mailId.toLowerCase(), Report.ofEvent(type, said)))) known += 1
  }
  return yield* answer(200, { known, unknown: all.length - known })
})

const headersOf = ({ headers }: HttpServerRequest.HttpServerRequest) => ({
  "webhook-id": headers["webhook-id"] ?? "",
  "webhook-timestamp": headers["webhook-timestamp"] ?? "",
  "webhook-signature": headers["webhook-signature"] ?? "",
})

/** What cannot be read at all, cut off or too large, is the sender's to send again. */
const guarded = <E, R>(run: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
  run.pipe(Effect.catch(() => answer(400, { message: "The body could not be read." })))

export const layer = HttpRouter.addAll([
  HttpRouter.route("POST", "/hooks/mail/returns", guarded(returned)),
  HttpRouter.route("POST", "/hooks/mail/events", guarded(posted)),
])
