/** Handlers of the group `requests` for many at once: each row on its own, so that a wrong one stops no other. */
import { Access, Requests } from "@requite/api"
import { ClientRequest, Crypto, JsonText } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Batches, soon } from "../Batches.ts"
import { ClientRequests, type NewRequest } from "../ClientRequests.ts"
import type { Member } from "../Members.ts"
import * as Suppressions from "../Suppressions.ts"
import * as failures from "./failures.ts"
import { idFor } from "./ids.ts"

interface Tools<E> {
  readonly fresh: Effect.Effect<string>
  readonly withCrypto: <A, E1, R>(effect: Effect.Effect<A, E1, R | Crypto.Crypto>) => Effect.Effect<A, E1, R>
  readonly newRequest: (
    payload: Requests.NewRequest,
  ) => Effect.Effect<ReadonlyArray<NewRequest>, E, Access.CurrentMember>
  readonly schedule: (
    at: number,
  ) => (member: Member, id: string, commandId: string) => ReturnType<ClientRequests["Service"]["send"]>
}

type Problem = Requests.RowResult["problems"][number]

const decode = Schema.decodeUnknownEffect(Requests.NewRequest, { errors: "all", onExcessProperty: "error" })

/** What may be wrong with one row: each refusal of the API has a tag and a sentence. */
const problemsOf = (error: { readonly _tag: string; readonly message: string }): ReadonlyArray<Problem> =>
  error instanceof ClientRequest.Refusal
    ? error.reasons.map(({ code, message }) => ({ code, message }))
    : [{ code: error._tag, message: error.message }]

/** `tools` are those that single requests are made with. */
export const make = Effect.fnUntraced(function* <E extends { readonly _tag: string; readonly message: string }>(
  tools: Tools<E>,
) {
  const requests = yield* ClientRequests
  const batches = yield* Batches
  const suppressions = yield* Suppressions.Suppressions

  const read = Effect.fnUntraced(function* (given: unknown) {
    const payload = yield* decode(given).pipe(
      Effect.mapError((error) => [{ code: "BadRequest", message: error.message }]),
    )
    const inputs = yield* Effect.mapError(tools.newRequest(payload), problemsOf)
    const [input, ...others] = inputs
    if (input === undefined || others.length > 0) {
      return yield* Effect.fail([
        { code: "recipients-too-many", message: "A row has one recipient: give one for each." },
      ])
    }
    return input
  })

  /** What sending it now would be refused for. Others that are out are not asked: they may be over by then. */
  const unsendable = Effect.fnUntraced(function* (member: Member, id: string, { details, policy }: NewRequest) {
    const at = yield* Clock.currentTimeMillis
    const by = { kind: "member", id: member.id } as const
    const created = ClientRequest.replay([{ type: "RequestCreated", at, by, requestId: id, details, policy }])
    const dead = yield* suppressions.among(
      member.workspaceId,
      details.recipients.map(({ email }) => email),
    )
    const suppressed = details.recipients
      .filter(({ email }) => dead.has(Suppressions.normal(email)))
      .map((one) => one.id)
    const decision = ClientRequest.decide(
      { type: "Send", id, at, by, outstanding: { subject: [], tasks: {}, suppressed } },
      created,
    )
    return Result.isFailure(decision) ? decision.failure.reasons.map(({ code, message }) => ({ code, message })) : []
  })

  const idOf = (workspaceId: string, externalId: string) =>
    tools.withCrypto(idFor("bulk", workspaceId, { "idempotency-key": externalId }))

  return {
    bulk: Effect.fn(function* ({ payload }: { readonly payload: typeof Requests.NewBatch.Type }) {
      const member = yield* Access.CurrentMember
      const { workspaceId } = member
      const dryRun = payload.dryRun === true
      const batch = dryRun ? null : (payload.batch ?? (yield* tools.fresh))
      const status = batch === null ? "running" : yield* batches.open(member, batch)
      const wanted = payload.sendAt === undefined ? 0 : Date.parse(payload.sendAt)

      const known = yield* batches.known(workspaceId, [...new Set(payload.rows.map((row) => row.externalId))])

      const carryOut = Effect.fnUntraced(function* ({ externalId, request: given }: (typeof payload.rows)[number]) {
        const id = yield* idOf(workspaceId, externalId)
        const fingerprint = yield* tools.withCrypto(Crypto.sha256Hex(JsonText.canonical(given)))
        const result = (
          outcome: Requests.RowResult["outcome"],
          problems: ReadonlyArray<Problem> = [],
        ): Requests.RowResult => ({
          externalId,
          outcome,
          request: outcome === "made" || outcome === "known" ? id : null,
          problems,
        })
        const before = known.get(externalId)
        if (before !== undefined && before.fingerprint !== fingerprint) {
          return result("refused", [
            { code: "KeyReused", message: "This externalId was used before, for a request with other content." },
          ])
        }
        if (before?.done === true) return result("known")
        if (status === "cancelled") {
          return result("refused", [{ code: "batch-cancelled", message: "The batch was cancelled." }])
        }
        return yield* Effect.gen(function* () {
          const input = yield* read(given)
          const problems = yield* unsendable(member, id, input)
          if (problems.length > 0) return result("refused", problems)
          if (batch === null) return result("fine")
          yield* batches.add(workspaceId, batch, { externalId, requestId: id, fingerprint })
          yield* Effect.mapError(requests.create(member, input, id), problemsOf)
          if (status === "running") {
            const sendAt = Math.max(wanted, (yield* Clock.currentTimeMillis) + soon)
            yield* Effect.mapError(tools.schedule(sendAt)(member, id, `${id}:bulk`), problemsOf)
          }
          yield* batches.done(workspaceId, externalId)
          return result("made")
        }).pipe(Effect.catch((refused) => Effect.succeed(result("refused", refused))))
      })

      // a name that comes twice in one call is one request: its row is locked like any other's
      const rows = yield* Effect.forEach(payload.rows, carryOut, { concurrency: 4 })
      const count = (...outcomes: ReadonlyArray<Requests.RowResult["outcome"]>) =>
        rows.filter(({ outcome }) => outcomes.includes(outcome)).length
      return { batch, made: count("made"), known: count("known"), refused: count("refused"), rows }
    }),
    batch: ({ params }: Called) => view(params.batch),
    pauseBatch: ({ params }: Called) => changed(batches.pause, params.batch),
    resumeBatch: ({ params }: Called) => changed(batches.resume, params.batch),
    cancelBatch: ({ params }: Called) => changed(batches.cancel, params.batch),
  }

  function view(id: string) {
    return Effect.flatMap(Access.CurrentMember, ({ workspaceId }) => batches.view(workspaceId, id)).pipe(
      Effect.map(({ heldUntil, ...batch }) => ({
        ...batch,
        heldUntil: heldUntil === null ? null : new Date(heldUntil).toISOString(),
      })),
      Effect.mapError(() => failures.notFound("batch")),
    )
  }
  function changed(run: Batches["Service"]["pause"], id: string) {
    return Effect.flatMap(Access.CurrentMember, (member) => run(member, id)).pipe(
      Effect.mapError(() => failures.notFound("batch")),
      Effect.andThen(view(id)),
    )
  }
})

interface Called {
  readonly params: { readonly batch: string }
}
