/**
 * Customers who type without a pause while servers come and go: each saves one value after another, at whichever server
 * answers, and remembers what was accepted. In the end the answer that is kept is the last one accepted, or one sent after it.
 */
import { enter } from "./Command.ts"
import type { World } from "./World.ts"

export interface Typing {
  /** Answers that were accepted so far, by all. */
  readonly accepted: () => number
  /** Answers that said that something is wrong (5xx and others), by what they said. */
  readonly refused: () => ReadonlyMap<string, number>
  /** Connections that broke or were not taken. */
  readonly broken: () => number
  /** Stops after the save at hand, and says who lost what. */
  readonly end: () => Promise<ReadonlyArray<string>>
}

/** `url`: where the customers get in; `urls`: where they save, those that are up at the time. */
export const start = async (
  world: World,
  count: number,
  url: string,
  urls: () => ReadonlyArray<string>,
): Promise<Typing> => {
  let accepted = 0
  let broken = 0
  const stop = new AbortController()
  const refused = new Map<string, number>()

  const type = async () => {
    const id = await world.request()
    const { person, at, headers, revision } = await enter(world, url, id)
    let last = -1
    let nth = 0
    const save = async () => {
      const body = JSON.stringify({ revision, answers: { name: `answer ${nth}` } })
      const all = urls()
      const to = all[nth % all.length] ?? url
      const answer = await person.fetch(`${to}${at}/answers`, {
        method: "PUT",
        headers: { ...headers, "content-type": "application/json" },
        body,
      })
      const said = await answer.text()
      if (answer.ok) {
        last = nth
        accepted++
        return
      }
      const what = `${answer.status} ${said.slice(0, 80)}`
      refused.set(what, (refused.get(what) ?? 0) + 1)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const run = async () => {
      for (; !stop.signal.aborted; nth++) {
        await save().catch(async () => {
          broken++
          await new Promise((resolve) => setTimeout(resolve, 20))
        })
      }
      const kept = Number(/answer (\d+)/.exec(JSON.stringify(await world.answers(id)))?.[1] ?? -1)
      return kept >= last ? [] : [`answer ${last} was accepted, and answer ${kept} is kept`]
    }
    return { run }
  }
  const typists = []
  for (let n = 0; n < count; n++) typists.push(await type())
  const runs = typists.map(({ run }) => run())
  return {
    accepted: () => accepted,
    refused: () => refused,
    broken: () => broken,
    end: async () => {
      stop.abort()
      return (await Promise.all(runs)).flat()
    },
  }
}
