/**
 * A machine that dies when it is told to: the whole server, `Server.layer`, with a layer beneath it that stands between it and
 * everything that it talks to (`Relay.ts`). Dead, it says nothing any more and hears nothing, at once and for ever, as after
 * `kill -9`: what its transactions had not committed is rolled back, what its mails had not said was not said.
 *
 * A new life starts over the same database and data directory, at the same address, and knows nothing of the one before.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import * as Config from "../../reference-server/src/Config.ts"
import * as Server from "../../reference-server/src/Server.ts"
import * as Tenancy from "../../reference-server/src/Tenancy.ts"
import * as ServerProcess from "../support/ServerProcess.ts"
import * as Relay from "./Relay.ts"

export interface Machine {
  /** Where it answers, in every life. */
  readonly url: string
  /** The address at which it reaches the receiver of webhooks, in every life. */
  readonly hooks: string
  /** Begins a life. */
  readonly start: () => Promise<void>
  /** Does what is due, as the sweeper would; never ends when the machine dies at it. */
  readonly sweep: () => Promise<void>
  /** From now on: die before the nth word, counted from 1. */
  readonly dieBefore: (word: number) => void
  /** How many words were said since `dieBefore`, and whether it died of one. */
  readonly said: () => { readonly words: number; readonly isDead: boolean }
  /** Resolves when it dies. */
  readonly death: () => Promise<void>
  /** It lives as long as it wants from now on. */
  readonly spare: () => void
  readonly close: () => Promise<void>
}

/** Makes a machine whose first life has begun. Its neighbours are on loopback; `receiver`: the port that webhooks go to. */
export const make = async ({
  receiver,
  ...environment
}: {
  readonly DATABASE_URL: string
  readonly DATA_DIR: string
  readonly SMTP_URL: string
  readonly receiver?: number
}): Promise<Machine> => {
  let words = 0
  let last = Infinity
  let isDead = false
  let life: { readonly services: Context.Context<ClientRequests>; readonly end: () => Promise<void> } | null = null
  let mourn = () => {}
  let death = new Promise<void>(() => {})

  /** The layer beneath: the same server, led through relays. */
  const through = async (url: string) => {
    const relay = await Relay.start("caller", word)
    relay.lead(Number(new URL(url).port))
    const led = new URL(url)
    led.port = String(relay.port)
    return { relay, url: led.href }
  }
  let lines: ReadonlyArray<Relay.Relay> = []
  const word = () => {
    if (isDead) return false
    words++
    if (words < last) return true
    isDead = true
    for (const line of [...lines, door, hooks]) line.cut()
    mourn()
    return false
  }
  const door = await Relay.start("called", word)
  const url = `http://localhost:${door.port}`
  const hooks = await Relay.start("caller", word)

  const start = async () => {
    await life?.end()
    words = 0
    last = Infinity
    isDead = false
    death = new Promise((resolve) => (mourn = resolve))
    const [database, smtp] = [await through(environment.DATABASE_URL), await through(environment.SMTP_URL)]
    lines = [database.relay, smtp.relay]
    const port = await ServerProcess.freePort()
    const { config, mistakes } = Config.parse({
      ...environment,
      DATABASE_URL: database.url,
      SMTP_URL: smtp.url,
      PORT: String(port),
      PUBLIC_URL: url,
      MAIL_FROM: "requests@firm.example",
      RATE_LIMIT_FACTOR: "0",
      WEBHOOK_ALLOWED_NETWORKS: "127.0.0.1",
    })
    if (config === null) throw new Error(mistakes.join(" "))
    const scope = Scope.makeUnsafe()
    const relays = lines
    const services = await Effect.runPromise(
      Server.layer(config).pipe(Layer.provideMerge(Logger.layer([])), Layer.build, Scope.provide(scope)),
    )
    door.lead(port)
    if (receiver !== undefined) hooks.lead(receiver)
    life = {
      services,
      end: async () => {
        for (const relay of [...relays, door, hooks]) relay.cut()
        // it tidies up in a world of its own, where nobody hears it
        Effect.runFork(Effect.ignoreCause(Scope.close(scope, Exit.void)))
        await Promise.all(relays.map((relay) => relay.close()))
        life = null
      },
    }
  }
  await start()
  return {
    url,
    hooks: `http://127.0.0.1:${hooks.port}/hook`,
    start,
    sweep: async () => {
      if (life === null) throw new Error("the machine has not been started")
      const requests = Context.get(life.services, ClientRequests)
      await Effect.runPromise(Effect.provideContext(Tenancy.across(requests.sweep), life.services))
    },
    dieBefore: (nth) => {
      words = 0
      last = nth
    },
    said: () => ({ words, isDead }),
    death: () => death,
    spare: () => {
      last = Infinity
    },
    close: async () => {
      await life?.end()
      await door.close()
      await hooks.close()
    },
  }
}
