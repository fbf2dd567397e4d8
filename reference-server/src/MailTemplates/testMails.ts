/**
 * Tests of a mail, sent to the member who asks and to nobody else: its links open nothing, and its subject says that it is one
 * (M34). They go by a durable queue of their own, as nothing sends inside a request (M1); the element holds the firm's words and
 * no secret, and its id is in the Message-ID.
 */
import { Crypto, LocalText } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { Config } from "../Config.ts"
import { Mailer } from "../Mailer.ts"
import * as MailPreviews from "../MailPreviews.ts"
import { type Asked, kinds } from "../MailTemplates.ts"
import { type Member, Members } from "../Members.ts"
import { translator } from "../Messages.ts"
import { PersistedQueue } from "../platform/Persistence.ts"
import { type RateLimited, RateLimits } from "../RateLimits.ts"
import { Senders } from "../Senders.ts"
import * as Tenancy from "../Tenancy.ts"
import { Workspaces } from "../Workspaces.ts"

const Element = Schema.Struct({
  workspaceId: Schema.String,
  memberId: Schema.String,
  kind: Schema.Literals(kinds),
  language: Schema.String,
  wording: Schema.NullOr(Schema.Struct({ subject: Schema.String, lead: Schema.String, body: Schema.String })),
  /** Of this request, and not of the made-up one. */
  request: Schema.NullOr(Schema.String),
  recipient: Schema.NullOr(Schema.String),
})
type Element = typeof Element.Type

/** Somebody is looking at their inbox: an hour is long enough. */
const maxAttempts = 10

const queue = PersistedQueue.make({
  name: "test-mail",
  schema: Element,
  maxAttempts,
  retrySchedule: Schedule.jittered(Schedule.exponential("2 seconds")),
})

/** How many tests a member may send themselves in an hour. */
const limit = { times: 30, seconds: 3600 }

/** What asks for a test to the member's own address. */
export const make = Effect.gen(function* () {
  const limits = yield* RateLimits
  const tests = yield* queue
  const crypto = yield* Crypto.Crypto
  return Effect.fnUntraced(function* (member: Member, asked: Asked): Effect.fn.Return<void, RateLimited> {
    yield* limits.take(`test-mail:${member.id}`, limit)
    const id = yield* Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)
    yield* Effect.orDie(tests.offer({ ...asked, workspaceId: member.workspaceId, memberId: member.id }, { id }))
  })
})

/** What a test looks like to its reader. */
const compose = (member: Member, { kind, language, wording, request, recipient }: Element) =>
  request === null
    ? MailPreviews.ofTemplate(member, { kind, language, wording })
    : MailPreviews.ofRequest(member, request, { kind, wording, ...(recipient === null ? {} : { recipient }) })

const dropped = ({ message }: { readonly message: string }) => Effect.logInfo("a test mail cannot be made", message)

/** Hands tests over, running as long as its layer. */
export const worker = Layer.effectDiscard(
  Effect.gen(function* () {
    const mailer = yield* Mailer
    const members = yield* Members
    const senders = yield* Senders
    const workspaces = yield* Workspaces
    const tests = yield* queue
    const { mailFrom } = yield* Config
    const domain = mailFrom.slice(mailFrom.indexOf("@") + 1)

    /** Fails only when it is to be tried again: what cannot be printed now never can. */
    const handle = Effect.fnUntraced(
      function* (element: Element, { id }: { readonly id: string }) {
        const member = yield* members.find(element.workspaceId, element.memberId)
        if (member === null) return
        const workspace = yield* workspaces.get(element.workspaceId)
        const mail = yield* compose(member, element)
        const { t } = translator("mail", [workspace.language])
        const name = `${member.name} (${workspace.name})`
        yield* mailer.send({
          messageId: `<${id}@${domain}>`,
          ...(yield* senders.from(element.workspaceId, { name, email: member.email })),
          to: { name: LocalText.oneLine(member.name), address: member.email },
          ...mail,
          subject: t("templates.test", { subject: mail.subject }),
        })
      },
      Effect.catchTags({ RequestNotFound: dropped, MessageRefused: dropped, TemplateRefused: dropped }),
    )

    yield* tests
      .take((element, take) => Tenancy.within(element.workspaceId)(handle(element, take)))
      .pipe(
        Effect.catchCause((cause) => Effect.delay(Effect.logDebug("a test mail was not sent", cause), "200 millis")),
        Effect.forever,
        Effect.forkScoped,
      )
  }),
)
