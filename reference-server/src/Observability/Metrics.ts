/**
 * What is counted and measured while the server works. Labels are few and small: routes as templates, kinds, outcomes; never an
 * address, an id or a name. What is only looked up when somebody asks is in `Gauges.ts`.
 */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"

type Labels = Readonly<Record<string, string>>

const requestSeconds = (attributes: Labels) =>
  Metric.histogram("requite_http_request_duration_seconds", {
    description: "How long requests took, by route (a template), method and status.",
    boundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, Number.POSITIVE_INFINITY],
    attributes,
  })

/** A counter, each of whose series is made once: making one costs more than adding to it. */
const counter = (name: string, description: string) => {
  const series = new Map<string, Metric.Counter<number>>()
  return (attributes: Labels): Metric.Counter<number> => {
    const key = Object.values(attributes).join(" ")
    const made = series.get(key) ?? Metric.counter(name, { description, incremental: true, attributes })
    series.set(key, made)
    return made
  }
}

const refusals = counter("requite_http_refused_total", "Requests that were answered 503, by reason.")
const commands = counter("requite_commands_total", "Commands on requests, by type and outcome.")
const mails = counter("requite_mails_total", "Attempts to deliver a mail, by kind and outcome.")
const webhooks = counter("requite_webhooks_total", "Attempts to deliver a webhook, by outcome.")
const limited = counter("requite_rate_limited_total", "Tries that a rate limit refused, by what was tried.")
const turns = counter(
  "requite_loop_turns_total",
  "Turns of the loops that work in the background, by loop and outcome.",
)
const woken = counter("requite_requests_woken_total", "Requests that the sweeper woke because they were due.")

/** Adds to the series with these labels. */
const add = (metric: ReturnType<typeof counter>, labels: Labels, by = 1): Effect.Effect<void> =>
  Metric.update(metric(labels), by)

const durations = new Map<string, Metric.Histogram<number>>()

/** A request was answered. `route` is null where the address fits none: those are one series, whatever was asked for. */
export const request = (
  { route, method, status }: { readonly route: string | null; readonly method: string; readonly status: number },
  seconds: number,
): Effect.Effect<void> => {
  const labels = { method: known.has(method) ? method : "other", route: route ?? "none", status: String(status) }
  const key = Object.values(labels).join(" ")
  const made = durations.get(key) ?? requestSeconds(labels)
  durations.set(key, made)
  return Metric.update(made, seconds)
}

const known = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])

/** A request was sent away with 503. */
export const refused = (reason: string): Effect.Effect<void> => add(refusals, { reason })

/** `refused`: by the core, with reasons. `failed`: by a fault of ours. */
export type CommandOutcome = "done" | "refused" | "failed"
export const command = (type: string, outcome: CommandOutcome): Effect.Effect<void> => add(commands, { type, outcome })

/** An attempt to deliver a mail; the outcome is its status afterwards. */
export const mail = (kind: string, outcome: string): Effect.Effect<void> => add(mails, { kind, outcome })

export const webhook = (outcome: string): Effect.Effect<void> => add(webhooks, { outcome })

/** Takes the key that was counted, and tells only what kind of thing was tried. */
export const rateLimited = (key: string): Effect.Effect<void> =>
  add(limited, {
    what:
      /^customer (link|claim|access-link|code|save|upload) /.exec(key)?.[1] ??
      /^[a-z-]{2,20}(?=[ :])/.exec(key)?.[0] ??
      "other",
  })

export const turn = (loop: string, outcome: "done" | "failed"): Effect.Effect<void> => add(turns, { loop, outcome })
export const requestsWoken = (count: number): Effect.Effect<void> => (count === 0 ? Effect.void : add(woken, {}, count))
