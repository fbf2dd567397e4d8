/**
 * A server, devices and the network between them, played by chance: requests and answers are delayed, reordered and lost;
 * nothing here waits. `calm` ends the bad weather: everything is delivered until nobody has anything more to say.
 */
import type * as Answers from "@requite/core/Answers"
import type * as FillSession from "@requite/core/FillSession"
import { type Chance, fileRef, frozen, session, start } from "./Forms.ts"

export interface Device {
  state: FillSession.State
  /** Effects that are still under way. */
  readonly inbox: Array<FillSession.Message>
  readonly outbox: Array<FillSession.Effect>
  timer: boolean
}

export class World {
  revision = 0
  answers: Answers.Answers = {}
  submitted: Answers.Answers | null = null
  at = 0
  readonly devices: ReadonlyArray<Device>
  readonly chance: Chance
  /** Of ten messages, so many are lost on either way. */
  readonly losses: number
  /** Called for every message that a device takes in. */
  watch: (before: FillSession.State, message: FillSession.Message, after: FillSession.State) => void = () => {}

  constructor(chance: Chance, devices: number, losses: number) {
    this.chance = chance
    this.losses = losses
    this.devices = Array.from({ length: devices }, () => ({
      state: frozen(start()),
      inbox: [],
      outbox: [],
      timer: false,
    }))
  }

  tell(device: Device, message: FillSession.Message): ReadonlyArray<FillSession.Effect> {
    const before = device.state
    const [state, effects] = session.update(before, frozen(message))
    device.state = frozen(state)
    for (const effect of effects) {
      if (effect.type === "WakeSaver") device.timer = true
      else device.outbox.push(effect)
    }
    this.watch(before, message, state)
    return effects
  }

  /** One thing happens at a device: its timer, a message that arrives, a request that reaches the server or is lost. */
  happen(device: Device): void {
    const { chance, losses } = this
    if (device.timer && chance(3) === 0) {
      device.timer = false
      this.tell(device, { type: "SaveDue" })
    } else if (device.inbox.length > 0 && chance(2) === 0) {
      const [message] = device.inbox.splice(chance(device.inbox.length), 1)
      if (message !== undefined) this.tell(device, message)
    } else if (device.outbox.length > 0) {
      const [effect] = device.outbox.splice(chance(device.outbox.length), 1)
      if (effect !== undefined) this.carryOut(device, effect, chance(10) < losses, chance(10) < losses)
    }
  }

  /** `thereLost`: it never reaches the server; `backLost`: the server does it, but nobody hears of it. */
  carryOut(device: Device, effect: FillSession.Effect, thereLost: boolean, backLost: boolean): void {
    this.at++
    const answer = (message: FillSession.Message) => device.inbox.push(message)
    switch (effect.type) {
      case "SaveAnswers": {
        const failed = { type: "SaveFailed", save: effect.save, at: this.at } as const
        if (thereLost) return void answer(failed)
        const outcome = this.save(effect)
        return void answer(backLost ? failed : outcome)
      }
      case "Submit": {
        if (thereLost) return void answer({ type: "SubmitFailed" })
        if (effect.revision !== this.revision)
          return void answer({ type: "SubmitConflicted", revision: this.revision, theirs: this.answers })
        this.submitted = this.answers
        return void answer(backLost ? { type: "SubmitFailed" } : { type: "SubmitSucceeded", receipt: this.revision })
      }
      case "StartUpload": {
        if (thereLost) return void answer({ type: "UploadFailed", upload: effect.upload })
        answer({ type: "UploadProgressed", upload: effect.upload, sent: 5 })
        return void answer(
          backLost
            ? { type: "UploadRefused", upload: effect.upload, problems: [{ code: "upload-infected" }] }
            : { type: "UploadFinished", upload: effect.upload, file: fileRef(effect.upload) },
        )
      }
      case "PauseUpload":
      case "CancelUpload":
        // nothing more is said about it
        for (let i = device.inbox.length - 1; i >= 0; i--) {
          const message = device.inbox[i]
          if (message !== undefined && "upload" in message && message.upload === effect.upload)
            device.inbox.splice(i, 1)
        }
        return
      case "WakeSaver":
      case "RemoveFile":
      case "MoveFocus":
    }
  }

  save({ save, revision, answers }: Extract<FillSession.Effect, { type: "SaveAnswers" }>): FillSession.Message {
    if (revision !== this.revision)
      return { type: "SaveConflicted", save, revision: this.revision, theirs: this.answers }
    const merged = { ...this.answers, ...answers }
    this.answers = frozen(Object.fromEntries(Object.entries(merged).filter(([, answer]) => answer !== null)))
    this.revision++
    return { type: "SaveSucceeded", save, revision: this.revision, at: this.at }
  }

  /** The network works again, conflicts are decided, and all that is under way comes to its end. */
  calm(keep: () => "mine" | "theirs"): void {
    for (const device of this.devices) this.tell(device, { type: "CameOnline" })
    for (let round = 0; round < 200; round++) {
      for (const device of this.devices) {
        for (const message of device.inbox.splice(0)) this.tell(device, message)
        for (const effect of device.outbox.splice(0)) this.carryOut(device, effect, false, false)
        for (const { id, state } of device.state.uploads)
          if (state === "paused" || state === "failed") this.tell(device, { type: "UploadResumed", upload: id })
        const [conflict] = device.state.conflicts
        if (conflict !== undefined) this.tell(device, { type: "ConflictResolved", place: conflict.place, keep: keep() })
        if (device.timer) {
          device.timer = false
          this.tell(device, { type: "SaveDue" })
        }
        if (device.state.revision < this.revision)
          this.tell(device, { type: "AnswersArrived", revision: this.revision, answers: this.answers })
      }
    }
  }
}
