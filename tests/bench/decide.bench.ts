/**
 * `ClientRequest.decide` + `evolve`, the pure core of every command (performance.md: at least 1,000,000 a second).
 * Run it with `node --conditions=requite-source tests/bench/decide.bench.ts`.
 */
import * as ClientRequest from "@requite/core/ClientRequest"
import * as RequestPolicy from "@requite/core/RequestPolicy"
import * as Result from "effect/Result"

const day = 86_400_000
const member: ClientRequest.Actor = { kind: "member", id: "ann" }
const customer: ClientRequest.Actor = { kind: "customer", link: "link" }
const firm = (at: number) => ({ id: "command", by: member, at })
const page = (at: number) => ({
  id: "command",
  by: customer,
  at,
  recipient: "eva",
  generation: 1,
  device: "phone",
  revision: 1,
})
const outstanding = { subject: [], tasks: {} }
const file = { id: "f1", name: "a.pdf", bytes: 1000, type: "application/pdf", sha256: "0".repeat(64) }

const created: ClientRequest.Event = {
  type: "RequestCreated",
  ...firm(0),
  requestId: "A",
  policy: RequestPolicy.standard,
  details: {
    title: "Tax year",
    description: "",
    due: null,
    message: "",
    questionnaire: {
      id: "tax",
      version: 1,
      hash: "0".repeat(64),
      questions: 40,
      sections: ["you", "income", "papers", "house", "end"],
    },
    recipients: [
      { id: "eva", name: "Eva", email: "eva@example.com", language: "sv", mobile: "", role: "", contact: null },
    ],
    attachments: [],
    dues: {},
    reminders: { rule: { kind: "gentle" }, enabled: true },
    timeZone: "Europe/Stockholm",
    sensitivity: "normal",
    workItem: null,
    tasks: [],
  },
}

const save = (at: number, item: string): ClientRequest.Command => ({
  type: "Save",
  ...page(at),
  answered: true,
  items: [item],
  questions: ["salary"],
  conflicts: [],
})

/** One request from its first send to its end, with what an ordinary customer does in between; one refusal. */
const story: ReadonlyArray<ClientRequest.Command> = [
  { type: "Send", ...firm(day), outstanding },
  { type: "Claim", ...page(2 * day), rebinds: true, issuedAt: day },
  save(2 * day, "you"),
  save(2 * day, "income"),
  { type: "AttachFile", ...page(2 * day), item: "papers", question: "payslip", file, scan: "clean", limit: 3 },
  save(2 * day, "income"),
  { type: "Submit", ...page(3 * day), submissionId: "s", digest: "0", missing: ["name"] },
  save(3 * day, "house"),
  { type: "Submit", ...page(3 * day), submissionId: "s", digest: "0", missing: [] },
  { type: "Submit", ...page(3 * day), submissionId: "s", digest: "0", missing: [] },
]

const start = ClientRequest.replay([created])
if (start === null) throw new Error("a creation is replayed to a request")

/** Commands carried out in a second. */
const round = (stories: number): number => {
  const began = performance.now()
  for (let count = 0; count < stories; count++) {
    let state = start
    for (const command of story) {
      const decision = ClientRequest.decide(command, state)
      if (Result.isSuccess(decision)) for (const event of decision.success) state = ClientRequest.evolve(state, event)
    }
    if (state.state !== "Submitted") throw new Error(`the story ended as ${state.state}`)
  }
  return (stories * story.length * 1000) / (performance.now() - began)
}

round(20_000)
const rounds = Array.from({ length: 9 }, () => round(50_000)).sort((a, b) => a - b)
const shown = (perSecond: number | undefined) => Math.round(perSecond ?? 0).toLocaleString("en")
console.log(`decide + evolve, ${story.length} commands a story, one of them refused`)
console.log(
  `  median ${shown(rounds[4])}/s   slowest ${shown(rounds[0])}/s   fastest ${shown(rounds[8])}/s   bar 1,000,000/s`,
)
