/**
 * A firm to test with: the whole domain of the server in this process, over a real database (TestDatabase), blobs in
 * memory and a mailer that keeps what it is given. `arrange` sets the firm up, with a questionnaire to send.
 */
import { AccessLink, type ClientRequest, Crypto, RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as memory from "../../reference-server/src/BlobStore/memory.ts"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { parse, type ServerConfig } from "../../reference-server/src/Config.ts"
import { CustomerAccess } from "../../reference-server/src/CustomerAccess.ts"
import * as Domain from "../../reference-server/src/Domain.ts"
import * as Invitation from "../../reference-server/src/Invitation.ts"
import { Mailer, type MailFailed, type OutgoingMail } from "../../reference-server/src/Mailer.ts"
import * as worker from "../../reference-server/src/Outbox/worker.ts"
import { Questionnaires } from "../../reference-server/src/Questionnaires.ts"
import { Workspaces } from "../../reference-server/src/Workspaces.ts"
import type { Member } from "../../reference-server/src/Members.ts"
import * as ShiftedClock from "./ShiftedClock.ts"
import * as TestDatabase from "./TestDatabase.ts"

export const config = (environment: Record<string, string> = {}): ServerConfig => {
  const { config: parsed, mistakes } = parse({ PUBLIC_URL: "http://localhost:3000", ...environment })
  if (parsed === null) throw new Error(mistakes.join(" "))
  return parsed
}

/** The mails handed over so far, and what the next hand-overs shall come to. */
export interface Post {
  readonly mails: Array<OutgoingMail>
  readonly failures: Array<MailFailed>
}

export const clock = ShiftedClock.make()
export const post: Post = { mails: [], failures: [] }

const mailer = Layer.succeed(Mailer, {
  send: (mail) =>
    Effect.suspend(() => {
      const failure = post.failures.shift()
      if (failure !== undefined) return Effect.fail(failure)
      post.mails.push(mail)
      return Effect.void
    }),
})

/** Everything but HTTP. */
export const layer = worker.layer.pipe(
  Layer.provideMerge(Domain.layer),
  Layer.provideMerge(Layer.mergeAll(mailer, memory.layer, TestDatabase.layer)),
  Layer.provideMerge(Domain.platform(config())),
  Layer.provideMerge(clock.layer),
)

export const questionnaire = JSON.stringify({
  format: 1,
  id: "kyc",
  version: 1,
  language: "en",
  title: "Company check",
  sections: [
    {
      id: "about",
      title: "About you",
      items: [
        { id: "name", type: "text", label: "Your name", required: true, maxLength: 50 },
        { id: "mail", type: "text", label: "Your e-mail", format: "email" },
      ],
    },
    {
      id: "papers",
      title: "Papers",
      items: [
        { id: "passport", type: "upload", label: "Passport", accept: ["application/pdf", "image/*"], maxBytes: 100_000, maxFiles: 2 },
      ],
    },
  ],
})

export const uuid = Crypto.uuid

/** A new firm with a questionnaire. */
export const arrange = Effect.gen(function* () {
  const workspaces = yield* Workspaces
  const questionnaires = yield* Questionnaires
  const workspace = { name: "Ask & Answer Ltd", accent: "#0b6e4f", language: "en", timeZone: "Europe/Stockholm" }
  const person = { name: "Moa Member", email: "moa@firm.example", password: "correct horse battery" }
  const member = yield* workspaces.setUp({ workspace, member: person })
  const { stored } = yield* questionnaires.add(member.workspaceId, questionnaire)
  return { member, stored }
})

export const details = (
  ref: ClientRequest.Details["questionnaire"],
  changes: Partial<ClientRequest.Details> = {},
): ClientRequest.Details => ({
  title: "Company check 2027",
  description: "",
  due: "2027-03-27",
  message: Invitation.defaultMessage("en"),
  questionnaire: ref,
  recipient: { name: "Carl Customer", email: "carl@customer.example", language: "en" },
  attachments: [],
  ...changes,
})

/** Creates a request and sends it. */
export const sendRequest = (
  member: Member,
  ref: ClientRequest.Details["questionnaire"],
  changes: Partial<ClientRequest.Details> = {},
  policy: RequestPolicy.RequestPolicy = RequestPolicy.standard,
) =>
  Effect.gen(function* () {
    const requests = yield* ClientRequests
    const id = yield* Crypto.uuid
    yield* requests.create(member, { details: details(ref, changes), policy }, id)
    return yield* requests.send(member, id, yield* Crypto.uuid)
  })

/** Waits until so many mails have been handed over, and gives them. */
export const mails = (count: number): Effect.Effect<ReadonlyArray<OutgoingMail>> =>
  Effect.suspend(() => (post.mails.length >= count ? Effect.succeed(post.mails) : Effect.fail("waiting"))).pipe(
    Effect.retry({ schedule: Schedule.spaced("100 millis"), times: 150 }),
    Effect.orDie,
  )

/** The token in a mail's link. */
export const tokenIn = (mail: OutgoingMail): Redacted.Redacted =>
  Redacted.make(/\/r\/([A-Za-z0-9_-]{43})/.exec(mail.text)?.[1] ?? "")

/** Opens a mail's link, as its reader would. */
export const claim = (mail: OutgoingMail) =>
  Effect.gen(function* () {
    const access = yield* CustomerAccess
    const { handle, secret } = yield* access.claim(tokenIn(mail))
    return { handle, secret, customer: yield* access.enter(handle, secret) }
  })

export { AccessLink }
