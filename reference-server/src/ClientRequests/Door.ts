/**
 * The door: one way down for every command. It locks the state row, lets the core decide, writes the row, appends the
 * events to the audit chain, tells the work item and the folders, and puts what must be delivered into the outbox, in one
 * transaction. A failing database is a defect here: no caller can do anything about it, and the transaction has left nothing behind.
 */
import { AuditEntry, ClientRequest, Crypto, JsonText } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Schema from "effect/Schema"
import { CurrentCaller } from "../Caller.ts"
import { RequestNotFound } from "../ClientRequests.ts"
import { Documents } from "../Documents.ts"
import { Files } from "../Files.ts"
import * as Metrics from "../Observability/Metrics.ts"
import * as Tracing from "../Observability/Tracing.ts"
import { Outbox, type Step } from "../Outbox.ts"
import * as asked from "../Portal/asked.ts"
import { SqlClient } from "../platform/Sql.ts"
import * as Seals from "../Record/Seals.ts"
import * as Suppressions from "../Suppressions.ts"
import type { SqlError } from "../platform/Sql.ts"
import { Webhooks } from "../Webhooks.ts"
import { WorkItems } from "../WorkItems.ts"
import * as statements from "./sql.ts"

type Broken = SqlError.SqlError | Schema.SchemaError
/** What to ask for, once the request is locked and known. */
export type IntentFor<E> = (
  request: ClientRequest.State,
) => Effect.Effect<ClientRequest.Intent, E | Broken, Crypto.Crypto>
/** What else to write in the same transaction; not called for a command that was carried out before. */
export type Write<W = never> = (state: ClientRequest.State) => Effect.Effect<unknown, W | SqlError.SqlError>

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* statements.make
  const outbox = yield* Outbox
  const work = yield* WorkItems
  const documents = yield* Documents
  const people = yield* asked.make
  const webhooks = yield* Webhooks
  const suppressions = yield* Suppressions.Suppressions
  const crypto = yield* Crypto.Crypto
  const seal = yield* Seals.make
  const { attached } = yield* Files

  /** Writes a decision's state and events, and what follows from them. */
  const commit = Effect.fnUntraced(function* (
    workspaceId: string,
    commandId: string,
    before: ClientRequest.State | null,
    { state, events }: ClientRequest.Handled,
  ) {
    if (events.length === 0) return true
    const { id } = state
    const now = yield* Clock.currentTimeMillis
    // that a member looked changes nothing, and must not bring the request to the top of the list
    if (!events.every(isLook)) {
      const written = yield* (before === null ? rows.insertState : rows.updateState)(workspaceId, state, now)
      if (!written) return false
    }
    const steps = stepsOf(before, events)
    const contents = yield* Effect.forEach(steps, contentOf)
    const entries = yield* AuditEntry.append(id, yield* rows.lastEntry(id), commandId, contents)
    yield* rows.appendEntries(workspaceId, entries, seal)
    yield* work.follow(workspaceId, before, state, events)
    yield* documents.follow(workspaceId, state, events)
    yield* people.follow(workspaceId, before, state)
    yield* outbox.add(workspaceId, steps)
    yield* webhooks.add(workspaceId, id, commandId)
    return true
  })

  /** `command` is asked once it is over: what is to be done may become known only inside. */
  const inTransaction = <A, E>(
    id: string,
    command: () => string,
    effect: Effect.Effect<A, E | Broken, Crypto.Crypto>,
  ) => counted(id, command, sql.withTransaction(effect))

  const counted = <A, E>(id: string, command: () => string, effect: Effect.Effect<A, E | Broken, Crypto.Crypto>) =>
    effect.pipe(
      Effect.provideService(Crypto.Crypto, crypto),
      Effect.catch((error) => (isBroken(error) ? Effect.die(error) : Effect.fail(error))),
      Effect.onExit((exit) =>
        Effect.andThen(
          Effect.annotateCurrentSpan("requite.command", command()),
          Metrics.command(command(), Exit.isSuccess(exit) ? "done" : Exit.hasFails(exit) ? "refused" : "failed"),
        ),
      ),
      Tracing.span("ClientRequests.handle", () => ({ attributes: { requestId: id } })),
    )

  /** Asks something of a request that is there. `isDone`: has it been carried out before? Looked up, unless somebody knows. */
  const transact = <E, W = never>(
    workspaceId: string,
    id: string,
    intentFor: IntentFor<E>,
    write?: Write<W>,
    isDone = (commandId: string): Effect.Effect<boolean, Broken> => rows.isDone(id, commandId),
  ) => {
    let type = "none"
    return inTransaction<ClientRequest.State, E | W | ClientRequest.Refusal | RequestNotFound>(
      id,
      () => type,
      Effect.gen(function* () {
        const before = yield* rows.lockedState(workspaceId, id)
        if (before === null) return yield* new RequestNotFound({ id })
        const intent = yield* intentFor(before)
        type = intent.type
        if (yield* isDone(intent.id)) return before
        const handled = yield* ClientRequest.handle(intent, before)
        yield* commit(workspaceId, intent.id, before, handled)
        if (write !== undefined) yield* write(handled.state)
        return handled.state
      }),
    )
  }

  /**
   * Carries a command out that leaves the request as it is, as most saves do, without holding it in between; null where that did
   * not come about: then it is to be asked of the door. `attempt` decides on what it read, and writes only where that still holds.
   */
  const unheld = <A>(
    id: string,
    type: ClientRequest.Intent["type"],
    attempt: Effect.Effect<A | null, Broken, Crypto.Crypto>,
  ) =>
    attempt.pipe(
      Effect.provideService(Crypto.Crypto, crypto),
      Effect.catch(Effect.die),
      Effect.tap((done) => (done === null ? Effect.void : Metrics.command(type, "done"))),
      Tracing.span("ClientRequests.unheld", () => ({ attributes: { requestId: id, "requite.command": type } })),
    )

  /** Asks something, by a command of a new id, of a request that the caller's transaction has locked and read. */
  const carryOut = (workspaceId: string, before: ClientRequest.State, intent: ClientRequest.Intent) =>
    counted<ClientRequest.State, ClientRequest.Refusal>(
      before.id,
      () => intent.type,
      Effect.gen(function* () {
        const handled = yield* ClientRequest.handle(intent, before)
        yield* commit(workspaceId, intent.id, before, handled)
        return handled.state
      }),
    )

  const create = <W = never>(
    workspaceId: string,
    intent: Extract<ClientRequest.Intent, { type: "Create" }>,
    write?: Write<W>,
  ) =>
    inTransaction<ClientRequest.State, W | ClientRequest.Refusal | RequestNotFound>(
      intent.requestId,
      () => intent.type,
      Effect.gen(function* () {
        const id = intent.requestId
        const before = yield* rows.lockedState(workspaceId, id)
        if (before !== null) return before
        const handled = yield* ClientRequest.handle(intent, null)
        // the id is taken: by the same command at the same moment, or in a workspace that is not shown
        if (!(yield* commit(workspaceId, intent.id, null, handled))) {
          return (yield* rows.state(workspaceId, id)) ?? (yield* new RequestNotFound({ id }))
        }
        if (write !== undefined) yield* write(handled.state)
        return handled.state
      }),
    )

  const handle = <W = never>(workspaceId: string, id: string, intent: ClientRequest.Intent, write?: Write<W>) =>
    intent.type === "Create"
      ? create(workspaceId, intent, write)
      : transact<never, W>(workspaceId, id, () => Effect.succeed(intent), write)

  /** What else is out, for a command that may send; unknown to others, and to policies that do not limit it. */
  const outstanding = Effect.fnUntraced(function* (workspaceId: string, request: ClientRequest.State) {
    const { perSubject, perTask } = request.policy.outstanding
    const others =
      perSubject === null && perTask === null
        ? { subject: [], tasks: {} }
        : yield* rows.outstanding(workspaceId, request, yield* Clock.currentTimeMillis)
    const { recipients } = request.details
    const dead = yield* suppressions.among(
      workspaceId,
      recipients.map(({ email }) => email),
    )
    return {
      ...others,
      workIsDone: yield* rows.isWorkDone(workspaceId, request.details.workItem),
      suppressed: recipients.filter(({ email }) => dead.has(Suppressions.normal(email))).map(({ id }) => id),
    }
  })

  return { rows, crypto, attached, transact, unheld, carryOut, handle, outstanding }
})

export type Door = Effect.Success<typeof make>

const isLook = (event: ClientRequest.Event): boolean =>
  event.type === "RequestViewed" || (event.type === "AccessRecorded" && event.what === "viewed-as-customer")

const isBroken = (error: unknown): error is Broken =>
  typeof error === "object" && error !== null && "_tag" in error && /^(SqlError|SchemaError)$/.test(String(error._tag))

/** What is recorded of a step: the event, and what it happened in. */
const contentOf = Effect.fnUntraced(function* ({ event, before, after }: Step) {
  const { ip, userAgent } = yield* CurrentCaller
  const policy = yield* Crypto.sha256Hex(JsonText.canonical(after.policy))
  return { event, context: { ip, userAgent, before: before?.state ?? null, after: after.state, policy } }
})

/** Each event with the request before and after it. */
const stepsOf = (
  before: ClientRequest.State | null,
  events: ReadonlyArray<ClientRequest.Event>,
): ReadonlyArray<Step> => {
  const steps: Array<Step> = []
  let state = before
  for (const event of events) {
    const after = state === null ? ClientRequest.replay([event]) : ClientRequest.evolve(state, event)
    if (after !== null) steps.push({ event, before: state, after })
    state = after
  }
  return steps
}
