/**
 * What is looked up when somebody asks for the metrics: queues, what is due, connections, memory, the event loop. Looked up once
 * in five seconds at most, however many ask.
 */
import { monitorEventLoopDelay } from "node:perf_hooks"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as PoolGate from "../Database/PoolGate.ts"
import { Files } from "../Files.ts"
import * as Heartbeats from "../Operations/Heartbeats.ts"
import * as Queues from "../Operations/Queues.ts"
import * as Stopping from "../Operations/Stopping.ts"
import * as Version from "../Operations/Version.ts"
import type { Load } from "../Pressure.ts"
import { SqlClient } from "../platform/Sql.ts"

const gauge = (name: string, description: string) => Metric.gauge(name, { description })

const gauges = {
  depth: gauge("requite_queue_depth", "Deliveries that wait in a queue."),
  late: gauge("requite_queue_oldest_seconds", "How long the oldest delivery has been ready without being taken."),
  failed: gauge("requite_queue_failed", "Deliveries that were given up."),
  due: gauge("requite_due_requests", "Requests that are due to be looked at."),
  dueLate: gauge("requite_due_oldest_seconds", "How long the oldest of these has been due."),
  size: gauge("requite_database_bytes", "The size of the database, of all firms together."),
  up: gauge("requite_database_up", "1 while the database answers."),
  answer: gauge(
    "requite_database_answer_seconds",
    "How long the smallest statement took, waiting for a connection included.",
  ),
  connections: gauge(
    "requite_database_connections",
    "Connections of this process, by what they do; and those who wait for one.",
  ),
  loopDelay: gauge("requite_event_loop_delay_seconds", "How late the event loop was, since the last look."),
  memory: gauge("requite_memory_bytes", "Memory of this process, by what for."),
  inFlight: gauge("requite_http_in_flight", "Requests that are worked on at this moment."),
  alive: gauge("requite_loop_alive", "1 while a loop in the background turns; 0 when it is stuck, silent or ended."),
  stopping: gauge("requite_stopping", "1 once the process was told to stop."),
  filesPending: gauge("requite_files_pending", "Files that nobody can open, because they wait for the virus scanner."),
  filesOldest: gauge("requite_files_pending_oldest_seconds", "How long the oldest of these has waited."),
  filesUnscannable: gauge("requite_files_unscannable", "Files that nobody can open, because they cannot be scanned."),
  scanning: gauge("requite_files_scanned", "1 where files are scanned for viruses, 0 where there is no scanner."),
  info: gauge("requite_info", "Always 1; the version is a label."),
}

const set = (metric: Metric.Gauge<number>, value: number, labels: Readonly<Record<string, string>> = {}) =>
  Metric.update(Metric.withAttributes(metric, labels), value)

/** Looks everything up, and puts it into the metrics; what cannot be looked up stands as `requite_database_up 0`. */
export const make = Effect.fnUntraced(function* (load: Load) {
  const sql = yield* SqlClient.SqlClient
  const { queues, due } = yield* Queues.make
  const files = yield* Files
  const delay = yield* Effect.acquireRelease(
    Effect.sync(() => {
      const histogram = monitorEventLoopDelay({ resolution: 20 })
      histogram.enable()
      return histogram
    }),
    (histogram) => Effect.sync(() => histogram.disable()),
  )
  const seen = new Set(["mail", "webhook"])

  const ofDatabase = Effect.gen(function* () {
    const began = yield* Clock.currentTimeMillis
    yield* sql`SELECT 1`
    yield* set(gauges.answer, ((yield* Clock.currentTimeMillis) - began) / 1000)
    const found = new Map((yield* queues).map((queue) => [queue.name, queue]))
    for (const name of found.keys()) seen.add(name)
    for (const name of seen) {
      const queue = found.get(name)
      yield* set(gauges.depth, queue?.depth ?? 0, { queue: name })
      yield* set(gauges.late, (queue?.lateMillis ?? 0) / 1000, { queue: name })
      yield* set(gauges.failed, queue?.failed ?? 0, { queue: name })
    }
    const [database] = yield* sql<{ bytes: number }>`SELECT pg_database_size(current_database())::float8 AS bytes`
    yield* set(gauges.size, database?.bytes ?? 0)
    const { count, lateMillis } = yield* due
    yield* set(gauges.due, count)
    yield* set(gauges.dueLate, lateMillis / 1000)
    const { scanner, pending, pendingSince, unscannable } = yield* files.standing
    const now = yield* Clock.currentTimeMillis
    yield* set(gauges.filesPending, pending)
    yield* set(gauges.filesOldest, Math.max(0, now - (pendingSince ?? now)) / 1000)
    yield* set(gauges.filesUnscannable, unscannable)
    yield* set(gauges.scanning, scanner === "none" ? 0 : 1)
    yield* set(gauges.up, 1)
  }).pipe(
    Effect.timeout("5 seconds"),
    Effect.catchCause(() => set(gauges.up, 0)),
  )

  const ofProcess = Effect.gen(function* () {
    for (const { max, inUse, waiting } of yield* PoolGate.Usages) {
      yield* set(gauges.connections, inUse, { state: "in-use" })
      yield* set(gauges.connections, waiting, { state: "waited-for" })
      yield* set(gauges.connections, max, { state: "most" })
    }
    for (const [quantile, at] of [
      ["0.5", 50],
      ["0.99", 99],
      ["1", 100],
    ] as const) {
      // the resolution itself is no delay; nothing measured yet is NaN
      const late = Math.max(0, delay.percentile(at) / 1e9 - 0.02)
      yield* set(gauges.loopDelay, Number.isFinite(late) ? late : 0, { quantile })
    }
    delay.reset()
    const { rss, heapUsed, external } = process.memoryUsage()
    yield* set(gauges.memory, rss, { of: "process" })
    yield* set(gauges.memory, heapUsed, { of: "heap" })
    yield* set(gauges.memory, external, { of: "buffers" })
    yield* set(gauges.inFlight, load.inFlight)
    const alive = new Map<string, boolean>()
    for (const pulse of yield* Heartbeats.pulses) {
      alive.set(pulse.name, (alive.get(pulse.name) ?? true) && Heartbeats.isAlive(pulse))
    }
    for (const [loop, is] of alive) yield* set(gauges.alive, is ? 1 : 0, { loop })
    yield* set(gauges.stopping, (yield* Stopping.isStopping) ? 1 : 0)
    yield* set(gauges.info, 1, { version: Version.ours })
  })

  return yield* Effect.cachedWithTTL(Effect.andThen(ofProcess, ofDatabase), Duration.seconds(5))
})
