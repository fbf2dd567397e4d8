/**
 * The invariants of lifecycle.md over random stories: commands of the firm, the customer and the clock in any order, at
 * increasing times that fall on the edges of the window more often than chance would have it.
 */
import { assert, it } from "@effect/vitest"
import * as AccessLink from "@requite/core/AccessLink"
import * as ClientRequest from "@requite/core/ClientRequest"
import * as Instant from "@requite/core/Instant"
import * as RequestPolicy from "@requite/core/RequestPolicy"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { commands, day, details, frozen, member, pdf } from "../../support/Decider.ts"

const { standard, passfort } = RequestPolicy
const policies: Record<string, RequestPolicy.RequestPolicy> = {
  standard,
  passfort,
  keeping: { ...standard, resend: { mode: "renew", otherLinks: "keep" }, linkDays: null },
  shortLinks: { ...standard, windowDays: 90, linkDays: 3 },
  forever: { ...standard, windowDays: null, linkDays: null },
}

/** One of these, as often as it stands there; the first and the last come up more often, as edges do. */
const among = <const A>(...values: ReadonlyArray<A>) =>
  Arbitrary.filterMap(
    Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: values.length - 1 }))),
    (index) => Result.fromNullishOr(values[index], () => index),
  )

const customers = ["Save", "Claim", "Start", "AttachFile", "AttachFile", "RemoveFile", "RemoveFile"] as const
const firms = ["Send", "Edit", "Expire", "Resend"] as const
const types = [...customers, ...customers, "Submit", "Cancel", ...firms, ...firms] as const
const waits = ["none", "hour", "hour", "hour", "week", "month", "last millisecond", "end"] as const
const step = Arbitrary.all({
  type: among(...types),
  wait: among(...waits),
  /** How many sends the customer's link is behind, and how many revisions their page. */
  behind: among(0, 1, 2, 0),
  stale: among(0, 1, 0),
  /** Something about the command is wrong: an answer is missing, another request is out, there is no such file. */
  twist: among(false, true, false),
  /** Whether a sweeper, if there is one, comes by before the command. */
  sweep: Arbitrary.schema(Schema.Boolean),
})
interface Step {
  readonly type: (typeof types)[number]
  readonly wait: (typeof waits)[number]
  readonly behind: number
  readonly stale: number
  readonly twist: boolean
  readonly sweep: boolean
}

const story = Arbitrary.all({
  policy: among(...Object.keys(policies)),
  /** Whether it begins with a send; most that do not are never sent. */
  sent: among(true, false, true),
  steps: Arbitrary.array(step, { minLength: 1, maxLength: 30 }),
})

interface Story {
  readonly policy: string
  readonly sent: boolean
  readonly steps: ReadonlyArray<Step>
}

const waited = (wait: Step["wait"], now: number, end: number | null): number => {
  const until = { none: now, hour: now + 3_600_000, week: now + 7 * 86_400_000, month: now + 31 * 86_400_000 }
  if (wait === "end" || wait === "last millisecond") {
    return Math.max(now, (end ?? now) - (wait === "last millisecond" ? 1 : 0))
  }
  return until[wait]
}

const commandOf = (step: Step, at: number, { sendNo, revision, files }: ClientRequest.State): ClientRequest.Command => {
  const page = { sendNo: Math.max(1, sendNo - step.behind), revision: revision - step.stale }
  switch (step.type) {
    case "Send":
      return commands.Send(at, step.twist ? ["B"] : [])
    case "Resend":
      return commands.Resend(at)
    case "Edit":
      return commands.Edit(at, step.twist ? { recipient: { ...details.recipient, email: "bo@example.com" } } : {})
    case "Claim":
      return commands.Claim(at, page.sendNo)
    case "AttachFile":
      return { ...commands.AttachFile(at, { ...pdf, id: `f${at}` }), ...page }
    case "RemoveFile":
      return { ...commands.RemoveFile(at, step.twist ? "nothing" : (files[0]?.id ?? "nothing")), ...page }
    case "Submit":
      return { ...commands.Submit(at, { missing: step.twist ? ["name"] : [] }), ...page }
    case "Cancel":
      return commands.Cancel(at)
    case "Expire":
      return commands.Expire(at)
    case "Start":
      return { ...commands.Start(at), ...page }
    default:
      return { ...commands.Save(at), ...page }
  }
}

interface Turn {
  readonly at: number
  readonly command: ClientRequest.Command
  /** All events before. */
  readonly history: ReadonlyArray<ClientRequest.Event>
  readonly before: ClientRequest.State
  readonly decision: ReturnType<typeof ClientRequest.decide>
  /** None when it was refused. */
  readonly events: ReadonlyArray<ClientRequest.Event>
  readonly after: ClientRequest.State
}

const creation = (policy: string): ClientRequest.Event => ({
  type: "RequestCreated",
  at: day(0),
  by: member,
  requestId: "A",
  details,
  policy: policies[policy] ?? standard,
})

/** Plays a story; with a sweeper, the window's end is noticed in time wherever a step says so. */
const play = ({ policy, sent, steps }: Story, sweeper = false) => {
  const events = [creation(policy)]
  const turns: Array<Turn> = []
  let state = ClientRequest.replay(events) ?? assert.fail()
  let at = day(0)
  const take = (command: ClientRequest.Command): Turn => {
    const before = frozen(state)
    const decision = ClientRequest.decide(frozen(command), before)
    const news = Result.getOrElse(decision, () => [])
    const history = [...events]
    events.push(...news)
    state = news.reduce(ClientRequest.evolve, before)
    return { at: command.at, command, history, before, decision, events: news, after: state }
  }
  if (sent) turns.push(take(commands.Send(at)))
  for (const step of steps) {
    const last = at
    at = waited(step.wait, at, state.expiresAt)
    if (sweeper && step.sweep) take(commands.Expire(Math.min(at, Math.max(last, state.expiresAt ?? at))))
    turns.push(take(commandOf(step, at, state)))
  }
  return { turns, events, state, end: at }
}

const options = { arbitrary: { runs: 500, size: 30 } }
const always = (name: string, property: (turn: Turn) => void) =>
  it.prop(name, { story }, ({ story }) => play(story).turns.forEach(property), options)

const isSend = ({ type }: ClientRequest.Event) => type === "RequestSent" || type === "RequestResent"

/** From the history alone: may the customer get in by a link of this send at this instant? */
const open = (history: ReadonlyArray<ClientRequest.Event>, sendNo: number, at: number): boolean => {
  const [created] = history
  const last = history.findLastIndex(isSend)
  const send = history[last]
  if (created?.type !== "RequestCreated" || (send?.type !== "RequestSent" && send?.type !== "RequestResent"))
    return false
  const over = history
    .slice(last)
    .some(({ type }) => type === "RequestSubmitted" || type === "RequestCancelled" || type === "RequestExpired")
  const beforeExpiry = history.slice(0, history.findLastIndex(({ type }) => type === "RequestExpired") + 1)
  const oldest = created.policy.resend.otherLinks === "revoke" ? send.sendNo : beforeExpiry.filter(isSend).length + 1
  return !over && (send.expiresAt === null || at < send.expiresAt) && sendNo >= oldest
}

it.effect("the stories tell something: every event, every state and most refusals come up", () =>
  Effect.gen(function* () {
    const stories = yield* Arbitrary.sampleEffect(story, { count: 500, size: 30, seed: "stories" })
    const turns = stories.flatMap((one) => play(one).turns)
    const events = new Set(turns.flatMap(({ events }) => events.map(({ type }) => type)))
    const reasons = new Set(
      turns.flatMap(({ decision }) =>
        Result.isFailure(decision) ? decision.failure.reasons.map(({ code }) => code) : [],
      ),
    )
    assert.strictEqual(events.size, 10)
    assert.strictEqual(new Set(turns.map(({ after }) => after.state)).size, 5)
    assert.isAtLeast(reasons.size, 14)
    assert.isAbove(turns.filter(({ events, after }) => after.sendNo > 1 && events.length > 0).length, 300)
  }),
)

always("I1: exactly one state, and Cancelled has no way out", ({ before, after, events }) => {
  assert.include(ClientRequest.LifecycleState.literals, after.state)
  if (before.state === "Cancelled") assert.deepStrictEqual({ events, after }, { events: [], after: before })
})

always(
  "I2: the customer gets in exactly while it is open and the link holds",
  ({ command, decision, history, before, at }) => {
    assert.strictEqual(ClientRequest.isOpenAt(before, at), open(history, Infinity, at))
    if (!("sendNo" in command)) return
    const accepted = Result.isSuccess(decision)
    const got = open(history, command.sendNo, at)
    if (command.type === "Claim") assert.strictEqual(accepted, got)
    // Finish pressed twice is accepted, and nothing follows from it
    else if (accepted && !got) assert.deepInclude(before, { state: "Submitted" })
  },
)

always("I3: once submitted, answers, digest and files stay as they are", ({ before, after }) => {
  if (before.state === "Submitted") assert.deepStrictEqual(after, before)
})

always("I4: the window never shrinks", ({ before, after }) => {
  if (before.sentAt !== null) assert.isAtLeast(after.expiresAt ?? Infinity, before.expiresAt ?? Infinity)
})

always("I8: replaying the events rebuilds the state, after a way through JSON too", ({ history, events, after }) => {
  const stream = [...history, ...events]
  const decode = Schema.decodeUnknownSync(Schema.Array(Schema.toCodecJson(ClientRequest.Event)))
  assert.deepStrictEqual(ClientRequest.replay(stream), after)
  assert.deepStrictEqual(ClientRequest.replay(decode(JSON.parse(JSON.stringify(stream)))), after)
})

always("I7: a refusal gives its reasons and no events; what is accepted is told by whom and when", (turn) => {
  const { decision, before, after, at, command } = turn
  if (Result.isFailure(decision)) {
    assert.strictEqual(after, before)
    assert.isNotEmpty(decision.failure.reasons)
  } else {
    for (const event of decision.success) {
      assert.strictEqual(event.at, at)
      assert.deepStrictEqual(event.by, event.type === "RequestExpired" ? { kind: "system" } : command.by)
    }
  }
})

always("I11: an unsent request never expires", ({ before, after, at }) => {
  if (before.sentAt !== null) return
  assert.notInclude([after.state, ClientRequest.stateAt(before, at)], "Expired")
  assert.isNull(ClientRequest.nextDueAt(before))
})

always("nextDueAt is when the state changes by itself", ({ after }) => {
  const due = ClientRequest.nextDueAt(after)
  if (due === null) return assert.strictEqual(ClientRequest.stateAt(after, Number.MAX_SAFE_INTEGER), after.state)
  assert.strictEqual(ClientRequest.stateAt(after, due - 1), after.state)
  assert.strictEqual(ClientRequest.stateAt(after, due), "Expired")
})

const told = ({ decision }: Turn) =>
  Result.match(decision, {
    onSuccess: (events) => events.filter(({ type }) => type !== "RequestExpired"),
    onFailure: ({ state, reasons }) => ({ state, reasons }),
  })
const seenAt = (state: ClientRequest.State, at: number) => ({
  ...state,
  state: ClientRequest.stateAt(state, at),
  // when it was found expired is the one thing that depends on who looked
  endedAt: ClientRequest.stateAt(state, at) === "Expired" ? null : state.endedAt,
})
it.prop(
  "I12: lazy equals eager: a sweeper that comes by at any time changes no decision and no state",
  { story },
  ({ story }) => {
    const lazy = play(story)
    const eager = play(story, true)
    assert.deepStrictEqual(
      eager.turns.filter(({ command }) => command.type !== "Expire").map(told),
      lazy.turns.filter(({ command }) => command.type !== "Expire").map(told),
    )
    for (const [index, { after, at }] of lazy.turns.entries()) {
      assert.deepStrictEqual(seenAt(eager.turns[index]?.after ?? assert.fail(), at), seenAt(after, at))
    }
  },
  options,
)

it.prop(
  "I14: a link that is dead stays dead, whatever the firm does",
  { story },
  ({ story }) => {
    const links: Array<{ readonly link: AccessLink.AccessLink; dead: boolean }> = []
    const look = (request: ClientRequest.State, at: number) => {
      for (const one of links) {
        const alive = AccessLink.isAliveAt(one.link, request, at)
        assert.isFalse(one.dead && alive)
        one.dead = !alive
      }
    }
    for (const { before, after, at, events } of play(story).turns) {
      look(before, at)
      look(after, at)
      const { linkDays } = after.policy
      const expiresAt = linkDays === null ? null : Instant.plusDays(at, linkDays)
      const fixed = { id: "l", requestId: "A", mailId: "m", digest: "0", issuedAt: at, expiresAt }
      if (events.some(isSend)) links.push({ link: { ...fixed, sendNo: after.sendNo }, dead: false })
      look(after, at)
    }
  },
  options,
)
