/**
 * The lifecycle in sentences: given these events, when this command, then these events (or this refusal). The values
 * that a story needs but is not about (who, which questionnaire) have their usual form here.
 */
import { assert } from "@effect/vitest"
import * as ClientRequest from "@requite/core/ClientRequest"
import * as Instant from "@requite/core/Instant"
import * as RequestPolicy from "@requite/core/RequestPolicy"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

type Event = ClientRequest.Event
type Command = ClientRequest.Command

/** Midnight of day `n` of the story. */
export const day = (n: number): Instant.Instant => Instant.plusDays(Date.UTC(2027, 0, 1), n)

export const member: ClientRequest.Actor = { kind: "member", id: "ann" }
export const customer: ClientRequest.Actor = { kind: "customer", link: "link-1" }
const system: ClientRequest.Actor = { kind: "system" }

export const details: ClientRequest.Details = {
  title: "Tax year 2026",
  description: "",
  due: "2027-03-27",
  message: "Please fill this in.",
  questionnaire: { id: "tax", version: 1, hash: "0".repeat(64), questions: 2 },
  recipient: { name: "Eva", email: "eva@example.com", language: "sv" },
  attachments: [],
}
export const pdf = { id: "f1", name: "payslip.pdf", bytes: 1000, type: "application/pdf", sha256: "1".repeat(64) }

/** What has happened, in the past tense; each has its usual content, and what a story says about it. */
export const created = (policy: RequestPolicy.RequestPolicy = RequestPolicy.standard, change: object = {}): Event => ({
  type: "RequestCreated",
  at: day(0),
  by: member,
  requestId: "A",
  policy,
  details: { ...details, ...change },
})
export const edited = (at: number, change: object): Event => ({
  type: "RequestEdited",
  at,
  by: member,
  details: { ...details, ...change },
})
export const sent = (at = day(1), expiresAt: number | null = Instant.plusDays(at, 30)): Event => ({
  type: "RequestSent",
  at,
  by: member,
  sendNo: 1,
  expiresAt,
})
export const resent = (at: number, sendNo: number, expiresAt: number | null = Instant.plusDays(at, 30)): Event => ({
  type: "RequestResent",
  at,
  by: member,
  sendNo,
  expiresAt,
})
export const claimed = (at = day(2), sendNo = 1): Event => ({ type: "LinkClaimed", at, by: customer, sendNo })
export const started = (at = day(2)): Event => ({ type: "RequestStarted", at, by: customer })
export const attached = (at = day(2), file = pdf): Event => ({
  type: "FileAttached",
  at,
  by: customer,
  question: "payslip",
  file,
})
export const removed = (at: number, file = pdf.id): Event => ({ type: "FileRemoved", at, by: customer, file })
export const submitted = (at = day(3)): Event => ({
  type: "RequestSubmitted",
  at,
  by: customer,
  submissionId: "s1",
  digest: "2".repeat(64),
})
export const cancelled = (at = day(3), by = member): Event => ({
  type: "RequestCancelled",
  at,
  by,
  reason: "not needed",
})
export const expired = (at: number): Event => ({ type: "RequestExpired", at, by: system })

/** What is asked, in the imperative; `change` gives other values to the command. */
const by = (who: ClientRequest.Actor, at: number) => ({ id: "command", by: who, at })
const fromCustomer = (at: number) => ({ ...by(customer, at), sendNo: 1, revision: 1 })
export const commands = {
  Create: (at: number): Command => ({
    type: "Create",
    ...by(member, at),
    requestId: "A",
    details,
    policy: RequestPolicy.standard,
  }),
  Edit: (at: number, change: Partial<ClientRequest.Details> = { title: "Tax year 2027" }): Command => ({
    type: "Edit",
    ...by(member, at),
    details: change,
  }),
  Send: (at: number, outstanding: ReadonlyArray<string> = []): Command => ({
    type: "Send",
    ...by(member, at),
    outstanding,
  }),
  Resend: (at: number): Command => ({ type: "Resend", ...by(member, at) }),
  Claim: (at: number, sendNo = 1): Command => ({ type: "Claim", ...by(customer, at), sendNo }),
  Start: (at: number, change: { readonly sendNo?: number; readonly revision?: number } = {}): Command => ({
    type: "Start",
    ...fromCustomer(at),
    ...change,
  }),
  Save: (
    at: number,
    change: { readonly sendNo?: number; readonly revision?: number; readonly answered?: boolean } = {},
  ): Command => ({
    type: "Save",
    answered: true,
    ...fromCustomer(at),
    ...change,
  }),
  AttachFile: (at: number, file = { ...pdf, id: "f2" }, limit = 3): Command => ({
    type: "AttachFile",
    ...fromCustomer(at),
    question: "payslip",
    file,
    limit,
  }),
  RemoveFile: (at: number, file = pdf.id): Command => ({ type: "RemoveFile", ...fromCustomer(at), file }),
  Submit: (
    at: number,
    change: {
      readonly submissionId?: string
      readonly missing?: ReadonlyArray<string>
      readonly revision?: number
    } = {},
  ): Command => ({
    type: "Submit",
    ...fromCustomer(at),
    submissionId: "s1",
    digest: "2".repeat(64),
    missing: [],
    ...change,
  }),
  Cancel: (at: number): Command => ({ type: "Cancel", ...by(member, at), reason: "not needed" }),
  Expire: (at: number): Command => ({ type: "Expire", ...by(system, at) }),
}

const strictEvent = Schema.decodeUnknownSync(Schema.toCodecJson(ClientRequest.Event), { onExcessProperty: "error" })

/** Deciding must change nothing: whatever it is given is frozen. */
export const frozen = <A>(value: A): A => {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(frozen)
  return value
}

export const given = (...history: ReadonlyArray<Event>) => ({
  when: (command: Command) => {
    const before = frozen(ClientRequest.replay(frozen(history)))
    const decision = ClientRequest.decide(frozen(command), before)
    const events = (): ReadonlyArray<Event> =>
      Result.isSuccess(decision) ? decision.success : assert.fail(`refused: ${decision.failure.message}`)
    const sentence = {
      decision,
      /** Exactly these events, each of the shape that is stored. */
      thenEvents: (...expected: ReadonlyArray<Event>) => {
        assert.deepStrictEqual(events(), expected)
        for (const event of expected) assert.deepStrictEqual(strictEvent(JSON.parse(JSON.stringify(event))), event)
        return sentence
      },
      /** Refused with exactly these reasons. */
      thenRefused: (...codes: ReadonlyArray<ClientRequest.Reason["code"]>) => {
        if (Result.isSuccess(decision)) return assert.fail(`accepted: ${JSON.stringify(decision.success)}`)
        const { reasons, command: type } = decision.failure
        assert.deepStrictEqual(
          reasons.map(({ code }) => code),
          codes,
        )
        assert.strictEqual(type, command.type)
        assert.isTrue(reasons.every(({ message }) => /^[A-Z].*[.]$/.test(message)))
        return sentence
      },
      /** What the refusal names: requests, questions, files. */
      about: (...names: ReadonlyArray<string>) => {
        if (Result.isSuccess(decision)) return assert.fail("accepted")
        assert.deepStrictEqual(
          decision.failure.reasons.flatMap(({ about }) => about),
          names,
        )
        return sentence
      },
      /** The state afterwards has these properties. */
      thenState: (expected: Partial<ClientRequest.State>) => {
        assert.deepInclude(ClientRequest.replay([...history, ...events()]), expected)
        return sentence
      },
    }
    return sentence
  },
})
