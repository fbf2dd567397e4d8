/**
 * The crash matrix: for each command, a machine dies before its first word, before its second, and so on until it lives
 * through the whole of it; each time it starts again, whoever had no answer asks again, everything settles, and nothing may be
 * lost, doubled or left half.
 */
import type { Asking, Command } from "./Command.ts"
import type { Machine } from "./Machine.ts"
import type { World } from "./World.ts"

export interface Outcome {
  /** How many words the whole of it takes; each was died before. */
  readonly words: number
  readonly deaths: number
  /** Mails that arrived twice: handed over, and died before that could be noted. */
  readonly faults: ReadonlyArray<string>
}

/** How many askings are made ready at a time: mails on the way must be gone before one may count words. */
const lot = 20

/** `step`: dies before every so manieth word only. */
export const exhaust = async (world: World, machine: Machine, command: Command, step = 1): Promise<Outcome> => {
  const faults: Array<string> = []
  let ready: Array<Asking> = []
  let deaths = 0
  for (let nth = 1; ; nth += step) {
    if (ready.length === 0) {
      for (let n = 0; n < lot; n++) ready.push(await command(world, machine))
      await world.settled(ready.map(({ id }) => id))
    }
    const asking = ready.shift()
    if (asking === undefined) throw new Error("nothing was made ready")
    const { id, ask, events } = asking
    machine.dieBefore(nth)
    const accepted = await Promise.race([
      ask().then(
        () => true,
        () => false,
      ),
      machine.death().then(() => false),
    ])
    await world.settled([id], () => machine.said().isDead)
    const { isDead, words } = machine.said()
    machine.spare()
    if (isDead) {
      deaths++
      await machine.start()
      await world.forgetLeases()
      if (!accepted) await ask()
      await world.settled([id])
    }
    const found = [...(await world.faults({ id, events, again: isDead ? 1 : 0 })), ...((await asking.faults?.()) ?? [])]
    faults.push(...found.map((fault) => `dead before word ${nth}: ${fault}`))
    if (!isDead) return { words, deaths, faults }
  }
}
