/** The invariants of lifecycle.md over random stories (Stories.ts), against the pure model. */
import { assert, it } from "@effect/vitest"
import * as AccessLink from "@requite/core/AccessLink"
import * as ClientRequest from "@requite/core/ClientRequest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { commands, hours, strictEvent } from "../../support/Decider.ts"
import { play, story, type Step, type Story, type Turn } from "./Stories.ts"

const options = { arbitrary: { runs: 500, size: 50 } }
const always = (name: string, property: (turn: Turn) => void, runs = options.arbitrary.runs) =>
  it.prop(name, { story }, ({ story }) => play(story).turns.forEach(property), {
    arbitrary: { ...options.arbitrary, runs },
  })
const overStories = (name: string, property: (story: Story) => void) =>
  it.prop(name, { story }, ({ story }) => property(story), options)

type Event = ClientRequest.Event
type EventOf<Type extends Event["type"]> = Extract<Event, { readonly type: Type }>
const ofType =
  <Type extends Event["type"]>(type: Type) =>
  (event: Event): event is EventOf<Type> =>
    event.type === type
const codesOf = ({ decision }: Turn): ReadonlyArray<ClientRequest.Reason["code"]> =>
  Result.isFailure(decision) ? decision.failure.reasons.map(({ code }) => code) : []

/** Reasons about what is settled before a story begins. */
const settled = new Set<ClientRequest.Reason["code"]>([
  "recipient-missing",
  "recipient-name-missing",
  "recipient-mobile-missing",
  "recipient-not-a-contact",
  "recipient-role-not-allowed",
  "work-item-missing",
  "work-item-completed",
  "questionnaire-empty",
  "policy-error",
  "outstanding-task",
  "still-open",
  "erased",
  // conversation.test.ts: that many come up in no story
  "comments-too-many",
  "delegations-too-many",
])

it.effect("the stories tell something: every event, every state and nearly every reason comes up", () =>
  Effect.gen(function* () {
    const stories = yield* Arbitrary.sampleEffect(story, { count: 1500, size: 50, seed: "stories" })
    const turns = stories.flatMap((one) => play(one).turns)
    const events = new Set(turns.flatMap(({ events }) => events.map(({ type }) => type)))
    const all = ClientRequest.Event.members.map((member) => member.fields.type.literal)
    // what ends every story, or is told of elsewhere (erasing.test.ts)
    const apart = new Set(["RequestViewed", "RequestErased"])
    assert.deepStrictEqual(
      all.filter((type) => !events.has(type) && !apart.has(type)),
      ["RequestCreated"],
    )
    assert.strictEqual(new Set(turns.map(({ after }) => after.state)).size, 5)
    const reasons = new Set(turns.flatMap(codesOf))
    assert.deepStrictEqual(
      ClientRequest.ReasonCode.literals.filter((code) => !reasons.has(code) && !settled.has(code)),
      [],
    )
    assert.isAbove(turns.filter(({ events, after }) => after.sendNo > 1 && events.length > 0).length, 1000)
  }),
)

always("I1: exactly one state, and Cancelled has no way out", ({ before, after, events }) => {
  assert.include(ClientRequest.LifecycleState.literals, after.state)
  if (before.state !== "Cancelled") return
  // what mail servers and the scanner report, what is known of an address, and who looked is still written down
  const still = ["DeliveryReported", "AccessRecorded", "SuppressionLifted", "FileScanned", "FileQuarantined"]
  for (const { type } of events) assert.include(still, type)
  const apart = { suppressed: [], reminders: null, files: [], quarantined: [] }
  assert.deepStrictEqual({ ...after, ...apart }, { ...before, ...apart })
})

/** What a history says of access, told without `evolve`: which links it left alive, and which device each family has. */
const access = (history: ReadonlyArray<Event>) => {
  const first = history[0]
  if (first?.type !== "RequestCreated") return assert.fail()
  let isOut = false
  let isSuspended = false
  let isExpired = false
  let isSubmitted = false
  let end: number | null = null
  const dead = new Map<string, number>()
  const devices = new Map<string, string>()
  const people = new Set(first.details.recipients.map(({ id }) => id))
  const kill = (recipients: Iterable<string>, at: number) => {
    for (const id of recipients) dead.set(id, at)
  }
  for (const [index, event] of history.entries()) {
    if ("expiresAt" in event) end = event.expiresAt
    if (event.type === "RequestSent" || event.type === "RequestResent") {
      if (isExpired) kill(people, index)
      else if (event.revokes) kill(event.recipients, index)
    }
    if (event.type === "AccessLinkSent" && isExpired) kill(people, index)
    const isOpenedAgain = event.type === "RequestReopened" || (event.type === "ItemReturned" && isSubmitted)
    if (isOpenedAgain) kill(people, index)
    if (event.type === "LinksRevoked" || event.type === "RecipientChanged") {
      kill([event.recipient], index)
      devices.delete(event.recipient)
    }
    if (event.type === "RecipientChanged") {
      people.delete(event.recipient)
      people.add(event.to.id)
      kill([event.to.id], index)
    }
    if (event.type === "RequestDisowned" || (event.type === "RequestDelegated" && !event.joins)) {
      kill([event.recipient], index)
      devices.delete(event.recipient)
    }
    if (event.type === "RequestDelegated") {
      if (!event.joins) people.delete(event.recipient)
      people.add(event.to.id)
    }
    if (event.type === "RequestEdited") for (const { id } of event.details.recipients) people.add(id)
    if ((event.type === "LinkClaimed" && event.binds) || event.type === "DeviceFixed") {
      devices.set(event.recipient, event.device)
    }
    if (event.type === "RequestSuspended" || event.type === "RequestResumed") {
      isSuspended = event.type === "RequestSuspended"
    }
    const opens = ["RequestSent", "RequestResent", "AccessLinkSent"].includes(event.type) || isOpenedAgain
    const ends = ["RequestSubmitted", "RequestCancelled", "RequestExpired"].includes(event.type)
    if (opens || ends) isOut = opens
    if (opens || ends) isExpired = event.type === "RequestExpired"
    if (opens || ends) isSubmitted = event.type === "RequestSubmitted"
  }
  return {
    isOpen: (at: number) => isOut && !isSuspended && (end === null || at < end),
    /** Was it mailed after the last thing that killed its family, to one who is still asked? */
    isFamilyAlive: (link: AccessLink.AccessLink, mailedAt: number) =>
      people.has(link.recipient) && mailedAt >= (dead.get(link.recipient) ?? -1),
    device: (recipient: string) => devices.get(recipient),
  }
}

/** Where in the history a link was mailed. */
const mailedAt = (history: ReadonlyArray<Event>, link: AccessLink.AccessLink): number =>
  history.findIndex((event, index) => {
    const request = ClientRequest.replay(history.slice(0, index + 1))
    if (request === null) return false
    const carrying = ClientRequest.deliveries(event, request).filter(ClientRequest.carriesLink)
    return carrying.some((delivery) => ClientRequest.deliveryKey("A", delivery) === link.id)
  })

const shut = ["wrong-state", "expired", "not-sent", "suspended", "link-replaced"]

always(
  "I2, S7, S18: the customer gets in exactly while it is open, the link holds and the device is theirs",
  (turn) => {
    const { command, link, history, before, at, decision, events } = turn
    const model = access(history)
    assert.strictEqual(ClientRequest.isOpenAt(before, at), model.isOpen(at))
    if (link === null || !("generation" in command)) return
    const mailed = mailedAt(history, link)
    const holds = mailed >= 0 && model.isFamilyAlive(link, mailed) && model.isOpen(at)
    const isInTime = link.expiresAt === null || at < link.expiresAt
    assert.strictEqual(AccessLink.isAliveAt(link, before, at), holds && isInTime)
    const device = model.device(link.recipient)
    const isTheirs = before.policy.binding === "none" || device === undefined || device === command.device
    const codes = codesOf(turn)
    if (Result.isSuccess(decision) && events.length === 0) {
      // Finish pressed twice is accepted, and nothing follows from it
      if (!holds || !isTheirs) assert.strictEqual(before.state, "Submitted")
      return
    }
    assert.strictEqual(
      codes.some((code) => shut.includes(code)),
      !holds,
    )
    const isLetIn = command.type === "Claim" ? AccessLink.admits(link, before, command.device) : isTheirs
    if (holds) assert.strictEqual(codes.includes("other-device"), !isLetIn)
    if (command.type === "Claim" && holds && isLetIn) assert.isNotEmpty(events)
  },
)

always("I3: answers and files change only while it is open; once submitted they stay as they are", (turn) => {
  const { before, after, events, at } = turn
  const writes = ["FileAttached", "FileRemoved", "AnswersSaved", "ItemStarted", "ItemDeclined"]
  if (events.some(({ type }) => writes.includes(type))) assert.isTrue(ClientRequest.isOpenAt(before, at))
  if (before.submission !== null && before.state === "Submitted" && after.state === "Submitted") {
    // what is known of a file may change, and one that is infected goes: nothing comes in
    const left = new Set(events.filter(ofType("FileQuarantined")).map(({ file }) => file))
    const given = ({ files }: ClientRequest.State) => files.map(({ id, sha256 }) => ({ id, sha256 }))
    assert.deepStrictEqual(after.submission, before.submission)
    assert.deepStrictEqual(
      given(after),
      given(before).filter(({ id }) => !left.has(id)),
    )
  }
  if (after.openItems !== null && before.openItems !== null) {
    for (const event of events) {
      if (event.type === "ItemStarted" || event.type === "ItemDeclined") assert.include(before.openItems, event.item)
    }
  }
})

always(
  "S55 P17: a check is about clean files of a part that is done, and each file is in one check at most",
  (turn) => {
    const { after, events, history } = turn
    for (const check of events.filter(ofType("CheckRequested"))) {
      assert.include(["Completed", "Accepted"], after.items[check.item]?.status)
      const earlier = [...history, ...events].filter(ofType("CheckRequested")).filter((one) => one !== check)
      for (const id of check.files) {
        assert.strictEqual(after.files.find((file) => file.id === id)?.scan, "clean")
        assert.isFalse(earlier.some(({ files }) => files.includes(id)))
      }
    }
  },
)

always("I4: the window never shrinks, unless the firm says so", ({ before, after, events }) => {
  const hasNotBegun = before.expiresAt === null && before.claimedAt === null && before.policy.clock === "first-claim"
  if (before.sentAt === null || hasNotBegun || events.some(ofType("WindowChanged"))) return
  assert.isAtLeast(after.expiresAt ?? Infinity, before.expiresAt ?? Infinity)
})

const dayIn = (timeZone: string, at: number) => new Intl.DateTimeFormat("en-CA", { timeZone }).format(at)

always("I5: no more reminders in a cycle than the cap, and one a day", ({ before, events, history }) => {
  for (const reminder of events.filter(ofType("ReminderSent"))) {
    const cycle = history.slice(history.findLastIndex((event) => "resetsCount" in event && event.resetsCount) + 1)
    assert.strictEqual(reminder.count, cycle.filter(ofType("ReminderSent")).length + 1)
    assert.isAtMost(reminder.count, before.policy.reminders.cap ?? Infinity)
    const zone = before.details.timeZone
    for (const earlier of history.filter(ofType("ReminderSent"))) {
      assert.notStrictEqual(dayIn(zone, earlier.at), dayIn(zone, reminder.at))
    }
  }
})

always(
  "I6: no reminder before the send, after the end, while suspended or off, or to nobody",
  ({ before, ...turn }) => {
    for (const reminder of turn.events.filter(ofType("ReminderSent"))) {
      assert.isTrue(ClientRequest.isOpenAt(before, turn.at))
      assert.isTrue(before.details.reminders.enabled)
      assert.isTrue(before.details.questionnaire.sections.some((item) => !ClientRequest.isItemDone(before, item)))
      const to = ClientRequest.deliveries(reminder, turn.after).flatMap((mail) =>
        "recipient" in mail ? mail.recipient : [],
      )
      const invited = turn.history.flatMap((event) =>
        event.type === "RequestDelegated" ? [event.to.id] : "recipients" in event ? event.recipients : [],
      )
      assert.isNotEmpty(to)
      for (const id of to) {
        assert.include(invited, id)
        assert.notInclude(before.suppressed, id)
      }
    }
  },
)

always(
  "I7: a refusal gives its reasons and changes nothing; what is accepted is told strictly, by whom and when",
  (turn) => {
    const { decision, before, after, at, command } = turn
    if (Result.isFailure(decision)) {
      assert.strictEqual(after, before)
      assert.isNotEmpty(decision.failure.reasons)
      assert.isTrue(decision.failure.reasons.every(({ message }) => /^[A-Z].*[.]$/.test(message)))
      return
    }
    for (const event of decision.success) {
      assert.strictEqual(event.at, at)
      assert.deepStrictEqual(event.by, event.type === "RequestExpired" ? { kind: "system" } : command.by)
      assert.deepStrictEqual(strictEvent(JSON.parse(JSON.stringify(event))), event)
    }
  },
)

const decodeEvents = Schema.decodeUnknownSync(Schema.Array(Schema.toCodecJson(ClientRequest.Event)))
const decodeState = Schema.decodeUnknownSync(Schema.toCodecJson(ClientRequest.State), { onExcessProperty: "error" })
overStories("I8: replaying the events rebuilds the state, after a way through JSON too", (story) => {
  const { events, state, turns } = play(story)
  assert.deepStrictEqual(ClientRequest.replay(decodeEvents(JSON.parse(JSON.stringify(events)))), state)
  assert.deepStrictEqual(decodeState(JSON.parse(JSON.stringify(state))), state)
  for (const { history, before } of turns) assert.deepStrictEqual(ClientRequest.replay(history), before)
})

const once = new Set(
  `Edit ChangeWindow Unschedule Cancel Suspend Resume AcceptItem WaiveItem MarkItem CloseOnBehalf Start Save Submit
   CompleteItem Wake`.split(/\s+/),
)
always("I9: what says how it shall be, said twice, changes nothing the second time", ({ command, after, decision }) => {
  if (Result.isFailure(decision) || !once.has(command.type)) return
  const again = ClientRequest.decide(command, after)
  const events = Result.getOrElse(again, () => [])
  assert.deepStrictEqual(
    // a window that was shortened to an end in the past is over
    events.filter(({ type }) => type !== "AnswersSaved" && type !== "RequestExpired"),
    [],
    command.type,
  )
})

always(
  "I10, L41: cancel, submit and expire at once: one of them wins, the others change nothing",
  ({ before, at }) => {
    const [recipient = "eva"] = before.details.recipients.map(({ id }) => id)
    const family = before.families[recipient]
    const page = { recipient, generation: family?.generation ?? 0, device: family?.binding?.device ?? "phone" }
    const race = [
      commands.Cancel(at),
      commands.Submit(at, { ...page, revision: before.revision, submissionId: "race" }),
      commands.Wake(at),
    ]
    for (const order of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ]) {
      let state = before
      const happened: Array<Event["type"]> = []
      for (const index of order) {
        const command = race[index] ?? assert.fail()
        const events = Result.getOrElse(ClientRequest.decide(command, state), () => [])
        happened.push(...events.map(({ type }) => type))
        state = events.reduce(ClientRequest.evolve, state)
      }
      const ends = happened.filter((type) => type === "RequestSubmitted" || type === "RequestCancelled")
      const isOver = before.state === "Submitted" || before.state === "Cancelled"
      assert.lengthOf(ends, isOver ? 0 : 1)
      if (!isOver) assert.strictEqual(state.state, ends[0] === "RequestSubmitted" ? "Submitted" : "Cancelled")
    }
  },
  150,
)

always("I11: an unsent request never expires, and only what is scheduled is due", ({ before, after, at }) => {
  if (before.sentAt !== null) return
  assert.notInclude([after.state, ClientRequest.stateAt(before, at)], "Expired")
  assert.strictEqual(ClientRequest.nextDueAt(before), before.scheduled?.at ?? null)
})

/** Stories in which the clock does nothing but end the window, and never goes back. */
const quiet = (story: Story): Story => ({ ...story, rule: { kind: "none" } })
const isOfTheClock = ({ type, wait, form }: Step) =>
  type === "Wake" || type === "Schedule" || wait === "back" || (type === "Edit" && form === 2)
const told = ({ decision }: Turn) =>
  Result.match(decision, {
    onSuccess: (events) => events.filter(({ type }) => type !== "RequestExpired"),
    onFailure: ({ state, reasons, allowed }) => ({ state, reasons, allowed }),
  })
const seenAt = (state: ClientRequest.State, at: number) => ({
  ...state,
  state: ClientRequest.stateAt(state, at),
  // when it was found expired is the one thing that depends on who looked
  endedAt: ClientRequest.stateAt(state, at) === "Expired" ? null : state.endedAt,
})
overStories("I12: lazy equals eager: whether the end is noticed on time changes no decision and no state", (story) => {
  const lazy = play(quiet(story), { without: isOfTheClock })
  const eager = play(quiet(story), { without: isOfTheClock, eager: true })
  assert.deepStrictEqual(eager.turns.map(told), lazy.turns.map(told))
  for (const [index, { after, at }] of lazy.turns.entries()) {
    assert.deepStrictEqual(seenAt(eager.turns[index]?.after ?? assert.fail(), at), seenAt(after, at))
  }
})

always("I12: a wake-up before its time decides nothing; at its time something happens, and time goes on", (turn) => {
  const { after, at } = turn
  const due = ClientRequest.nextDueAt(after)
  const wake = (when: number) => Result.getOrElse(ClientRequest.decide(commands.Wake(when), after), () => assert.fail())
  for (const stale of [at, at - hours(30), at + hours(1), at + hours(24 * 400)]) {
    if (due === null || stale < due) assert.deepStrictEqual(wake(stale), [])
  }
  if (due === null) return
  assert.deepStrictEqual(wake(due - 1), [])
  const events = wake(due)
  assert.lengthOf(events, 1)
  const next = ClientRequest.nextDueAt(events.reduce(ClientRequest.evolve, after))
  if (next !== null) assert.isAbove(next, due)
})

always("I12: woken too late, either something happens or there is a later time to come back at", ({ after, at }) => {
  const due = ClientRequest.nextDueAt(after) ?? at
  for (const late of [due, due + hours(1), due + hours(13), due + hours(50), due + hours(24 * 400), at]) {
    const events = Result.getOrElse(ClientRequest.decide(commands.Wake(late), after), () => assert.fail())
    const next = ClientRequest.nextDueAt(events.reduce(ClientRequest.evolve, after), late)
    // two may be due at once: a reminder on the edge of the window
    if (events.length === 0 && next !== null) assert.isAbove(next, late)
  }
})

always("I14, S6: a link that was revoked stays dead, whatever happens and whatever the clock says", (turn) => {
  const { links, history, after, events } = turn
  const model = access([...history, ...events])
  for (const link of links) {
    const mailed = mailedAt([...history, ...events], link)
    const isLiving = after.families[link.recipient]?.generation === link.generation
    assert.strictEqual(isLiving && model.isFamilyAlive(link, mailed), isLiving, "revoked, and alive again")
    if (model.isFamilyAlive(link, mailed)) assert.isTrue(isLiving, "mailed, and dead")
  }
})

always("I15: only who is asked now gets in, and one request is one person's unless they share the record", (turn) => {
  const { command, before, events, after } = turn
  const ids = before.details.recipients.map(({ id }) => id)
  if ("generation" in command && events.some(({ type }) => type !== "RequestExpired")) {
    assert.include(ids, command.recipient)
  }
  for (const event of events) {
    if ("recipients" in event) for (const id of event.recipients) assert.include(ids, id)
  }
  if (after.sentAt !== null && after.policy.audience !== "shared-record") assert.lengthOf(after.details.recipients, 1)
})
