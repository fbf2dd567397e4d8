/** Load from outside: so many callers at once over kept connections, each asking again as soon as it is answered. */
import { Agent, request } from "node:http"

export interface Call {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  /** What the nth call sends. */
  readonly body: (nth: number) => string
}

export interface Measured {
  readonly answers: number
  /** Answers that were not 2xx, or none at all. */
  readonly failures: number
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

const ask = (agent: Agent, { url, method, headers }: Call, body: string) =>
  new Promise<boolean>((resolve) => {
    const asked = request(url, { method, agent, headers: { ...headers, "content-length": Buffer.byteLength(body) } })
    asked.on("error", () => resolve(false))
    asked.on("response", (answer) => {
      answer.resume()
      answer.on("end", () => resolve((answer.statusCode ?? 500) < 300))
      answer.on("error", () => resolve(false))
    })
    asked.end(body)
  })

/** Each caller has a call of its own, and repeats it for `millis`. */
export const run = async (calls: ReadonlyArray<Call>, millis: number): Promise<Measured> => {
  const agent = new Agent({ keepAlive: true, maxSockets: calls.length })
  const times: Array<number> = []
  let failures = 0
  const began = performance.now()
  await Promise.all(
    calls.map(async (call) => {
      for (let nth = 0; performance.now() - began < millis; nth++) {
        const asked = performance.now()
        if (!(await ask(agent, call, call.body(nth)))) failures++
        times.push(performance.now() - asked)
      }
    }),
  )
  const took = performance.now() - began
  agent.destroy()
  times.sort((a, b) => a - b)
  const at = (part: number) => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? NaN
  return { answers: times.length, failures, perSecond: (times.length / took) * 1000, p50: at(0.5), p99: at(0.99) }
}
