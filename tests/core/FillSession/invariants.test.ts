/** What holds whatever happens, in whatever order: stories told by chance, some hundred of each kind. */
import { assert, describe, it } from "@effect/vitest"
import * as Answers from "@requite/core/Answers"
import * as FillSession from "@requite/core/FillSession"
import { equal, meaning } from "@requite/core/FillSession/Place"
import { anything, context, fileRef, frozen, pick, questionnaire, seeded, session, start, typed } from "./Forms.ts"
import { type Device, World } from "./World.ts"

const stories = 100
const length = 80

/** Plays a story on one device over a bad network. */
const play = (
  seed: number,
  each: (world: World, device: Device, message: FillSession.Message | null) => void = () => {},
  isTold: (message: FillSession.Message) => boolean = () => true,
) => {
  const chance = seeded(seed)
  const world = new World(chance, 1, 3)
  const [device] = world.devices
  if (device === undefined) throw new Error("no device")
  for (let i = 0; i < length; i++) {
    const message = chance(2) === 0 ? anything(chance, i) : null
    if (message !== null && !isTold(message)) continue
    if (message === null) world.happen(device)
    else world.tell(device, message)
    each(world, device, message)
  }
  return { world, device }
}

const seeds = Array.from({ length: stories }, (_, seed) => seed + 1)
const json = <A>(value: A): A => JSON.parse(JSON.stringify(value)) as A

describe("whatever happens", () => {
  it("nothing that comes in is changed, and the same messages give the same state", () => {
    // `World` freezes every state and message all through, so a change would have thrown
    for (const seed of seeds) {
      const told: Array<FillSession.Message> = []
      const chance = seeded(seed)
      const world = new World(chance, 1, 3)
      world.watch = (_, message) => told.push(message)
      const [device] = world.devices
      if (device === undefined) throw new Error("no device")
      for (let i = 0; i < length; i++) {
        if (chance(2) === 0) world.tell(device, anything(chance, i))
        else world.happen(device)
      }
      const replayed = told.reduce((state, message) => session.update(state, message)[0], start())
      assert.deepStrictEqual(replayed, device.state)
    }
  })

  it("a state read back from JSON goes on just the same, in another session too", () => {
    for (const seed of seeds) {
      const chance = seeded(seed)
      const world = new World(chance, 1, 3)
      const other = FillSession.make(json(questionnaire))
      world.watch = (before, message, after) => {
        const [again] = other.update(json(before), message)
        assert.deepStrictEqual(again, after)
        assert.deepStrictEqual(json(after), after)
      }
      const [device] = world.devices
      if (device === undefined) throw new Error("no device")
      for (let i = 0; i < length; i++) {
        if (chance(2) === 0) world.tell(device, anything(chance, i))
        else world.happen(device)
      }
    }
  })

  it("what is shown of the latest state is what is shown of it anew", () => {
    for (const seed of seeds) {
      play(seed, (_, { state }) => {
        const fresh = json(state)
        assert.deepStrictEqual(session.asked(state), session.asked(fresh))
        assert.deepStrictEqual(session.answers(state), session.answers(fresh))
        assert.deepStrictEqual(session.issues(state), session.issues(fresh))
      })
    }
  })

  it("an older state shows what it showed", () => {
    for (const seed of seeds.slice(0, 40)) {
      const seen: Array<readonly [FillSession.State, unknown]> = []
      play(seed, (_, { state }) => void seen.push([state, session.answers(state)]))
      for (const [state, answers] of seen.toReversed()) assert.deepStrictEqual(session.answers(state), answers)
    }
  })

  it("issues and progress are those of the server", () => {
    for (const seed of seeds) {
      play(seed, (_, { state }) => {
        const given = Answers.given(questionnaire, session.draft(state), { context: state.context })
        assert.deepStrictEqual(session.answers(state), given)
        const theirs = Answers.validate(questionnaire, given, { context: state.context })
        const mine = session.issues({ ...state, issues: [] })
        assert.deepStrictEqual(mine, theirs)
        const progress = Answers.progress(questionnaire, session.draft(state), state.visited, {
          context: state.context,
        })
        assert.deepStrictEqual(session.sections(state), progress)
      })
    }
  })

  it("never two saves in flight, and none while offline", () => {
    for (const seed of seeds) {
      const chance = seeded(seed)
      const world = new World(chance, 1, 3)
      const [device] = world.devices
      if (device === undefined) throw new Error("no device")
      let flying = 0
      for (let i = 0; i < length; i++) {
        const before = device.state
        const effects = chance(2) === 0 ? world.tell(device, anything(chance, i)) : (world.happen(device), [])
        const saves = effects.filter(({ type }) => type === "SaveAnswers")
        flying =
          before.saving === null || device.state.saving?.save !== before.saving.save
            ? saves.length
            : flying + saves.length
        assert.isAtMost(flying, 1)
        if (!device.state.online) assert.isEmpty(saves)
      }
    }
  })
})

describe("what was typed", () => {
  /** What the customer did to the answers, applied to nothing but answers. */
  const type = (draft: Record<string, unknown>, message: FillSession.Message): Record<string, unknown> => {
    const next = structuredClone(draft)
    const owners = (Array.isArray(next.owners) ? next.owners : []) as Array<Record<string, unknown>>
    const keep = (rows: Array<Record<string, unknown>>) => {
      delete next.owners
      if (rows.length > 0) next.owners = rows
    }
    if (message.type === "AnswerChanged" || message.type === "AnswerCleared") {
      const answer = message.type === "AnswerChanged" ? message.answer : ""
      const isNone = answer === "" || (Array.isArray(answer) && answer.length === 0)
      const [id, row, inner] = message.place
      if (id === "nobody" || typeof row === "string") return next
      if (inner === undefined) {
        delete next[String(id)]
        if (!isNone) next[String(id)] = answer
      } else if (Number(row) <= owners.length) {
        const { [String(inner)]: _, ...rest } = owners[Number(row)] ?? {}
        owners[Number(row)] = isNone ? rest : { ...rest, [String(inner)]: answer }
        keep(owners)
      }
    }
    if (message.type === "InstanceAdded") keep([...owners, {}])
    if (message.type === "InstanceRemoved") keep(owners.filter((_, i) => i !== message.place[1]))
    if (message.type === "InstanceMoved") {
      const from = Number(message.place[1])
      if (from < owners.length && message.to < owners.length)
        keep(owners.toSpliced(from, 1).toSpliced(message.to, 0, owners[from] ?? {}))
    }
    return next
  }

  it("stands in the draft whatever becomes of saves, losses, conflicts with itself and hidden questions", () => {
    for (let seed = 1; seed <= 400; seed++) {
      let expected: Record<string, unknown> = {}
      let before: FillSession.State | null = null
      const { world, device } = play(
        seed,
        (_, { state }, message) => {
          const isOpen = before === null || session.isEditable(before)
          if (message !== null && isOpen) expected = type(expected, message)
          before = state
          assert.deepStrictEqual(meaning(session.draft(state)), meaning(expected), `seed ${seed}`)
        },
        // files are chosen, not typed
        ({ type }) => type !== "FilesChosen",
      )
      world.calm(() => "mine")
      if (device.state.submission?.state === "submitted") continue
      assert.deepStrictEqual(meaning(world.answers), meaning(expected), `seed ${seed}`)
    }
  })

  it("is not overwritten by another device before the customer has decided", () => {
    let conflicts = 0
    for (let seed = 1; seed <= 300; seed++) {
      const chance = seeded(seed)
      const world = new World(chance, 2, 2)
      world.watch = (state, message, after) => {
        if (!["SaveSucceeded", "SaveFailed", "SaveConflicted", "AnswersArrived"].includes(message.type)) return
        for (const id of ["kind", "name", "interests", "since", "agreed"]) {
          if (!Object.hasOwn(state.changes, id) || equal(state.changes[id], state.saved[id])) continue
          const [now, was] = [after, state].map((one) => meaning(session.answerAt(one, [id])))
          assert.deepStrictEqual(now, was, `seed ${seed}`)
        }
        conflicts += after.conflicts.length
      }
      for (let i = 0; i < length; i++) {
        const device = pick(chance, world.devices)
        if (chance(3) === 0) world.tell(device, typed(chance))
        else world.happen(device)
      }
    }
    assert.isAbove(conflicts, 100)
  })
})

describe("two devices and a server that fails, delays and conflicts", () => {
  it("come to the same answers, with nothing left to decide", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const chance = seeded(seed)
      const world = new World(chance, 2, 3)
      for (let i = 0; i < length; i++) {
        const device = pick(chance, world.devices)
        const message = chance(3) === 0 ? anything(chance, i) : null
        if (message === null) world.happen(device)
        else if (message.type !== "SubmitAsked") world.tell(device, message)
      }
      world.calm(() => pick(chance, ["mine", "theirs"]))
      for (const { state } of world.devices) {
        assert.deepStrictEqual(session.draft(state), world.answers, `seed ${seed}`)
        assert.deepStrictEqual(session.saving(state).state, "saved", `seed ${seed}`)
        assert.isEmpty(state.conflicts)
      }
    }
  })

  it("do not fight over different questions: nobody is asked to decide", () => {
    for (let seed = 1; seed <= 100; seed++) {
      const chance = seeded(seed)
      const world = new World(chance, 2, 3)
      const [one, other] = world.devices
      if (one === undefined || other === undefined) throw new Error("no devices")
      const mine: Array<FillSession.Message> = []
      for (let i = 0; i < length; i++) {
        world.happen(pick(chance, world.devices))
        const message = typed(chance)
        const id = message.place[0]
        if (id === "owners") continue
        const device = id === "kind" || id === "name" ? one : other
        world.tell(device, message)
        mine.push(message)
        assert.isEmpty(device.state.conflicts)
      }
      world.calm(() => {
        throw new Error("nothing to decide")
      })
      assert.deepStrictEqual(session.draft(one.state), session.draft(other.state))
    }
  })
})

describe("what a session lets through", () => {
  it("validates on the server, and is just what the customer saw", () => {
    let submitted = 0
    for (let seed = 1; seed <= 300; seed++) {
      const chance = seeded(seed)
      const world = new World(chance, 1 + (seed % 2), 2)
      world.watch = (_, __, after) => {
        if (after.submission?.state !== "submitting") return
        assert.deepStrictEqual(session.draft(after), after.saved)
      }
      const act = (device: Device, number: number) => {
        world.tell(
          device,
          pick(chance, [() => anything(chance, number), () => right(chance(9)), () => right(chance(9))])(),
        )
        if (chance(4) === 0)
          for (const effect of world.tell(device, { type: "SubmitAsked" }))
            if (effect.type === "Submit") assert.isEmpty(device.state.conflicts)
      }
      for (let i = 0; i < length && world.submitted === null; i++) {
        const device = pick(chance, world.devices)
        if (chance(2) === 0) act(device, i)
        else world.happen(device)
      }
      if (world.submitted === null) continue
      submitted++
      // of several devices each has its own idea of the request's data; it is one value in truth
      const contexts = world.devices.map(({ state }) => state.context)
      const issues = contexts.map((context) => {
        const given = Answers.given(questionnaire, world.submitted ?? {}, { context })
        return Answers.validate(questionnaire, given, { context })
      })
      assert.isTrue(
        issues.some((found) => found.length === 0),
        `seed ${seed}`,
      )
    }
    assert.isAbove(submitted, 50)
  })

  /** What a customer types who knows the answers. */
  const right = (number: number): FillSession.Message =>
    pick<FillSession.Message>(
      () => number,
      [
        { type: "AnswerChanged", place: ["kind"], answer: "company" },
        { type: "AnswerChanged", place: ["name"], answer: "Eva" },
        { type: "AnswerChanged", place: ["interests"], answer: ["tax"] },
        { type: "AnswerChanged", place: ["owners", 0, "owner"], answer: "Ann" },
        { type: "AnswerChanged", place: ["owners", 0, "share"], answer: 10 },
        { type: "InstanceRemoved", place: ["owners", 1] },
        { type: "AnswerChanged", place: ["since"], answer: "2020-01-01" },
        { type: "AnswerChanged", place: ["agreed"], answer: true },
        { type: "SaveDue" },
      ],
    )
})

describe("a state kept on the device", () => {
  it("keeps what was typed over what the server has meanwhile", () => {
    const kept = frozen(
      session.update(start({ answers: { kind: "person", name: "Eva" }, revision: 4 }), {
        type: "AnswerChanged",
        place: ["name"],
        answer: "Evi",
      })[0],
    )
    const [state, effects] = session.update(
      start({ answers: { kind: "company", name: "Eva", passport: [fileRef("f")] }, revision: 5, before: json(kept) }),
      { type: "SessionRestored" },
    )
    assert.deepStrictEqual(session.draft(state), { kind: "company", name: "Evi", passport: [fileRef("f")] })
    assert.deepStrictEqual(state.context, context)
    assert.deepStrictEqual(effects, [{ type: "WakeSaver", afterMillis: 1000 }])
  })

  it("can be filled in again after it was submitted and sent back (L44)", () => {
    const answers = { kind: "person", name: "Eva", passport: [fileRef("f")] }
    const messages: ReadonlyArray<FillSession.Message> = [
      { type: "SubmitAsked" },
      { type: "SubmitSucceeded", receipt: null },
    ]
    const kept = messages.reduce((state, message) => session.update(state, message)[0], start({ answers, revision: 4 }))
    assert.isFalse(session.isEditable(kept))
    assert.isTrue(session.isEditable(start({ answers, revision: 4, before: kept })))
  })

  it("is taken over into a later version of the questionnaire as far as it fits (L12)", () => {
    const [first, ...others] = questionnaire.sections
    if (first === undefined) throw new Error("no section")
    const later = FillSession.make({
      ...questionnaire,
      version: 4,
      sections: [{ ...first, items: first.items.filter(({ id }) => id !== "name") }, ...others],
    })
    let kept = start()
    for (const place of [["name"], ["street"]])
      kept = session.update(kept, { type: "AnswerChanged", place, answer: "typed" })[0]
    const state = later.start({ answers: {}, revision: 1, before: kept })
    assert.deepStrictEqual(later.draft(state), { street: "typed" })
    assert.deepStrictEqual(state.questionnaire, { id: "kyc", version: 4 })
  })
})
