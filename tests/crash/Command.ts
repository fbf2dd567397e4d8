/**
 * The commands that a machine dies at: how a request gets ready for one, how it is asked for (and asked again by whoever got
 * no answer), and what must be there in the end.
 */
import * as Person from "../support/Person.ts"
import type { World } from "./World.ts"

/** One asking, ready to be made. */
export interface Asking {
  readonly id: string
  /** Resolves once it was accepted; rejects where nobody knows whether it was. The same command each time it is called. */
  readonly ask: () => Promise<void>
  /** Events that must be there in the end, and how often. */
  readonly events: Readonly<Record<string, number>>
  /** What else is wrong in the end. */
  readonly faults?: () => Promise<ReadonlyArray<string>>
}

/** What a command needs of the machine that it is asked of. */
export interface Asked {
  readonly url: string
  /** Where webhooks get to the receiver. */
  readonly hooks: string
  readonly sweep: () => Promise<void>
}

export type Command = (world: World, machine: Asked) => Promise<Asking>

const anyTime = { sendTime: "00:00", quietHours: null, businessDays: null } as const

/** Due, and left alone until it is asked for. */
const held = async (world: World, id: string) => {
  await world.sql(`UPDATE client_requests SET next_due_at = NULL WHERE id = $1`, [id])
  return () => world.sql(`UPDATE client_requests SET next_due_at = now() - interval '1 minute' WHERE id = $1`, [id])
}

const isDue = async (world: World, id: string) =>
  (await world.sql(`SELECT 1 FROM client_requests WHERE id = $1 AND next_due_at <= now()`, [id])).length > 0

const bySweep =
  (options: Parameters<World["request"]>[0], events: Asking["events"]): Command =>
  async (world, { sweep }) => {
    const id = await world.request(options)
    const release = await held(world, id)
    let isReleased = false
    return {
      id,
      events,
      ask: async () => {
        if (!isReleased) await release()
        isReleased = true
        // one sweeper passes by what another is at, and the lock of one that died is there for a moment longer
        do await sweep()
        while (await isDue(world, id))
      },
    }
  }

const byMember =
  (path: string, body: object, send: boolean, events: Asking["events"]): Command =>
  async (world) => {
    const id = await world.request({ send })
    const headers = { "idempotency-key": crypto.randomUUID() }
    return {
      id,
      events,
      ask: async () => void (await world.desk.json(`/api/requests/${id}/${path}`, body, { headers })),
    }
  }

/** A customer who has got in: where their answers are saved, and what a page of theirs sends with a change. */
export const enter = async (world: World, url: string, id: string) => {
  const person = Person.make(url)
  const handle = String((await person.json("/api/customer/claim", { token: await world.token(id) }))["handle"])
  const at = `/api/customer/${handle}`
  const fill = await person.json(at)
  return { person, at, revision: Number(fill["revision"]), headers: { "x-csrf-token": String(fill["csrf"]) } }
}

const save: Command = async (world, { url }) => {
  const id = await world.request()
  const { person, at, headers, revision } = await enter(world, url, id)
  const answers = { name: `Carl ${id}` }
  return {
    id,
    events: { RequestStarted: 1 },
    ask: async () => void (await person.json(`${at}/answers`, { revision, answers }, { method: "PUT", headers })),
    faults: async () => {
      const kept = JSON.stringify(await world.answers(id))
      return kept.includes(JSON.stringify(answers.name)) ? [] : [`kept is ${kept}`]
    },
  }
}

const submit: Command = async (world, { url }) => {
  const id = await world.request()
  const { person, at, headers, revision } = await enter(world, url, id)
  const answers = { name: `Carl ${id}` }
  await person.json(`${at}/answers`, { revision, answers }, { method: "PUT", headers })
  return {
    id,
    events: { RequestSubmitted: 1 },
    ask: async () => void (await person.json(`${at}/submit`, { revision }, { headers })),
  }
}

/** A webhook of an event that no other command leads to, so that the words of those stay their own. */
const webhook: Command = async (world, { hooks }) => {
  await world.endpoint(hooks, "request.suspended")
  const id = await world.request()
  const headers = { "idempotency-key": crypto.randomUUID() }
  return {
    id,
    events: { RequestSuspended: 1 },
    ask: async () => void (await world.desk.json(`/api/requests/${id}/suspend`, { reason: "Must wait" }, { headers })),
    faults: () => world.webhookFaults(id),
  }
}

export const commands = {
  send: byMember("send", {}, false, { RequestSent: 1 }),
  remind: bySweep(
    {
      daysAgo: 2,
      rule: { kind: "custom", everyDays: 1 },
      policy: { reminders: { rule: { kind: "custom", everyDays: 1 }, cap: 5, timing: anyTime } },
    },
    { ReminderSent: 1 },
  ),
  expire: bySweep({ daysAgo: 6, policy: { windowDays: 5, linkDays: 5 } }, { RequestExpired: 1 }),
  submit,
  save,
  webhook,
  cancel: byMember("cancel", { reason: "Asked the wrong person" }, true, { RequestCancelled: 1 }),
} satisfies Record<string, Command>
