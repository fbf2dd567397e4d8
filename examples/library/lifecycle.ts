// A client request without a server. `decide` says what follows from a command, or why nothing does; the events are all that
// is kept, and `replay` makes the request of them. Time comes in with each command.
// oxlint-disable eslint/no-console -- an example prints
import { ClientRequest, RequestPolicy } from "@requite/core"
import * as Result from "effect/Result"

const events: Array<ClientRequest.Event> = []
const request = () => ClientRequest.replay(events) ?? raise("there is no request yet")
const raise = (message: string): never => {
  throw new Error(message)
}

/** Carries a command out, and says what came of it. */
const ask = (command: ClientRequest.Command): string => {
  const decided = ClientRequest.decide(command, ClientRequest.replay(events))
  if (Result.isFailure(decided)) return `refused: ${decided.failure.reasons.map(({ code }) => code).join(", ")}`
  events.push(...decided.success)
  return decided.success.map(({ type }) => type).join(", ")
}

let count = 0
const day = (n: number) => Date.parse("2027-03-01T10:00:00Z") + (n - 1) * 86_400_000
const firm = (n: number) => ({ id: `command-${++count}`, at: day(n), by: { kind: "member", id: "moa" } }) as const
/** What a customer's command carries: by which link they came, on which device, and which questions their page showed. */
const customer = (n: number, device = "phone") =>
  ({
    id: `command-${++count}`,
    at: day(n),
    by: { kind: "customer", link: "link-1" },
    recipient: "carl",
    generation: request().families["carl"]?.generation ?? 0,
    device,
    revision: 1,
  }) as const

const carl = { id: "carl", name: "Carl", email: "", language: "en", mobile: "", role: "", contact: null }
const details: ClientRequest.Details = {
  title: "Year end",
  description: "",
  // which questionnaire: its sections are the items of the request
  questionnaire: { id: "year-end", version: 1, hash: "0".repeat(64), questions: 2, sections: ["income", "receipts"] },
  attachments: [],
  due: "2027-03-20",
  dues: {},
  message: "",
  recipients: [carl],
  reminders: { rule: { kind: "gentle" }, enabled: true },
  timeZone: "Europe/Stockholm",
  sensitivity: "normal",
  workItem: null,
  tasks: [],
}
const policy = { ...RequestPolicy.standard, name: "ours", windowDays: 14, linkDays: 14 }
const outstanding = { subject: [], tasks: {} } // other requests that are out, which a policy may limit

console.log(ask({ type: "Create", ...firm(1), requestId: "r1", details, policy })) // => RequestCreated
console.log(ask({ type: "Send", ...firm(1), outstanding })) // => refused: recipient-email-missing
const recipients = [{ ...carl, email: "carl@example.com" }]
console.log(ask({ type: "Edit", ...firm(1), details: { recipients } })) // => RequestEdited
console.log(ask({ type: "Send", ...firm(1), outstanding })) // => RequestSent
console.log(request().state, new Date(request().expiresAt ?? 0).toISOString()) // => Pending 2027-03-15T10:00:00.000Z

// the reminder of the week before, and what becomes of the end with it
const next = ClientRequest.nextReminder(request(), day(2))
console.log(next.type === "at" ? new Date(next.at).toISOString() : next.reason) // => 2027-03-13T08:00:00.000Z

// the customer begins on a phone; from then on the questions stand still, and the link belongs to the phone
const claim = (n: number, device: string) =>
  ask({ type: "Claim", ...customer(n, device), rebinds: false, issuedAt: day(1) })
const written = { answered: true, questions: [], conflicts: [] }
console.log(claim(3, "phone")) // => LinkClaimed
console.log(ask({ type: "Save", ...customer(3), ...written, items: ["income"] })) // => DeviceFixed, RequestStarted, ItemStarted
console.log(ask({ type: "Edit", ...firm(4), details: { title: "Year end 2026" } })) // => refused: structure-frozen
console.log(claim(4, "laptop")) // => refused: other-device

// nobody has to notice in time: at its instant the window is over
console.log(ClientRequest.stateAt(request(), day(14)), ClientRequest.stateAt(request(), day(15))) // => WaitingForCustomer Expired
console.log(ask({ type: "Resend", ...firm(16), outstanding })) // => RequestExpired, RequestResent
const submit = { type: "Submit", submissionId: "s1", digest: "1".repeat(64) } as const
console.log(ask({ ...submit, ...customer(17), missing: ["receipts"] })) // => refused: incomplete
console.log(ask({ ...submit, ...customer(17), missing: [] })) // => RequestSubmitted
console.log(ask({ type: "ReturnItem", ...firm(18), item: "receipts", reason: "Page 2 is missing." })) // => ItemReturned
console.log(request().state, request().openItems) // => WaitingForCustomer [ 'receipts' ]
