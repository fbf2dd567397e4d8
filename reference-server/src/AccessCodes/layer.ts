import { AccessCode, ClientRequest, Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Asked, AccessCodes, type Checked, type ReadOut, readOutChannel, type Started } from "../AccessCodes.ts"
import { ClientRequests } from "../ClientRequests.ts"
import { Config } from "../Config.ts"
import * as ServerKey from "../ServerKey.ts"
import type { Member } from "../Members.ts"
import { FileSystem, Path } from "../platform/Files.ts"
import { SqlClient } from "../platform/Sql.ts"
import * as Tenancy from "../Tenancy.ts"
import { Workspaces } from "../Workspaces.ts"
import * as Delivery from "./Delivery.ts"
import * as statements from "./sql.ts"

/** The layer of `AccessCodes` over the database. Codes on their way are given up when it closes. */
export const layer = Layer.effect(
  AccessCodes,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* statements.make
    const requests = yield* ClientRequests
    const workspaces = yield* Workspaces
    const delivery = yield* Delivery.make
    const config = yield* Config
    // these and no others: the clock, above all, is the caller's
    const platform = Context.pick(
      Crypto.Crypto,
      FileSystem.FileSystem,
      Path.Path,
    )(yield* Effect.context<Crypto.Crypto | FileSystem.FileSystem | Path.Path>())
    const scope = yield* Effect.scope
    /** Digests of codes are of no use without it, and a lost one costs no more than the codes on their way (S29). */
    const pepper = ServerKey.read(config, "code-pepper")

    /** Tells the request what happened, by the one door. What became of the request meanwhile is no concern of the code's. */
    const report = (
      { workspaceId, requestId, recipient }: statements.Family,
      what: ClientRequest.AccessFact,
      channel: string,
      by: ClientRequest.Actor = { kind: "system" },
    ) =>
      Effect.flatMap(Crypto.uuid, (id) =>
        requests.handle(workspaceId, requestId, { type: "RecordAccess", id, by, what, recipient, channel }),
      ).pipe(Effect.catchTags({ Refusal: () => Effect.void, RequestNotFound: () => Effect.void }), Effect.asVoid)

    /** The recipient as the request has them now, where a code of this channel goes to, and the address as it is kept. */
    const whereTo = Effect.fnUntraced(function* (family: statements.Family, channel: AccessCode.Channel, now: number) {
      const request = yield* rows.request(family)
      const open = request !== null && ClientRequest.isOpenAt(request, now) ? request : null
      const recipient = (open && ClientRequest.recipientOf(open, family.recipient)) ?? null
      const destination = recipient && delivery.destinationOf(recipient, channel)
      const sentTo = yield* AccessCode.addressDigest(yield* pepper, channel, destination?.address ?? "")
      return { isOpen: open !== null, recipient, destination, sentTo }
    })

    /** Counts a send and writes its challenge; gives what is to be sent. Both ledgers must agree. */
    const issue = Effect.fnUntraced(function* (asked: Asked) {
      const now = yield* Clock.currentTimeMillis
      const { workspaceId, requestId, recipient: id, preSession, channel } = asked
      const { isOpen, recipient, destination, sentTo } = yield* whereTo(asked, channel, now)
      if (!isOpen) return { outcome: "sent", parcel: null } as const
      const ofFamily = AccessCode.issue(yield* rows.lockedFamily(asked, now), channel, now)
      if (ofFamily.outcome !== "issued") return { ...ofFamily, now }
      if (destination !== null) {
        const ofAddress = AccessCode.issue(yield* rows.lockedAddress(sentTo, now), channel, now)
        if (ofAddress.outcome !== "issued") return { ...ofAddress, now }
        yield* rows.writeAddress(sentTo, ofAddress.ledger, now)
      }
      yield* rows.writeFamily(asked, ofFamily.ledger, now)
      // made also where it goes nowhere: whoever asks cannot tell
      const about = { requestId, recipient: id, preSession, channel, sentTo }
      const { challenge, code } = yield* AccessCode.challenge(about, yield* pepper, now)
      yield* rows.replaceChallenge(workspaceId, challenge)
      if (recipient === null || destination === null) {
        yield* report(asked, "code-no-number", channel)
        return { outcome: "sent", parcel: null } as const
      }
      const workspace = yield* workspaces.get(workspaceId)
      return { outcome: "sent", parcel: { challenge, code, destination, recipient, workspace } } as const
    }, sql.withTransaction)

    const start = Effect.fn("AccessCodes.start")(function* (asked: Asked) {
      const issued = yield* issue(asked)
      if (issued.outcome === "locked") return { outcome: "locked" } as const
      if (issued.outcome === "too-soon") {
        return { outcome: "too-soon", retryAfterSeconds: Math.ceil((issued.until - issued.now) / 1000) } as const
      }
      if (issued.parcel !== null) {
        // beside the caller: how long a hand-over takes would tell whether there is one (S35)
        yield* delivery.send(issued.parcel).pipe(
          Effect.flatMap((went) => (went ? report(asked, "code-sent", asked.channel) : Effect.void)),
          Effect.catchCause((cause) => Effect.logWarning("a code was not sent", cause)),
          Effect.forkIn(scope),
        )
      }
      return { outcome: "sent" } as const
    })

    /** Judges under the family's lock, and writes what comes of it. */
    const judge = Effect.fnUntraced(function* (
      id: string,
      family: statements.Family,
      preSession: string,
      code: string,
    ) {
      const now = yield* Clock.currentTimeMillis
      const ledger = yield* rows.lockedFamily(family, now)
      const challenge = yield* rows.challenge(id)
      const channel = challenge?.channel ?? "sms"
      const { sentTo } = yield* whereTo(family, channel, now)
      const digest = yield* AccessCode.digest(yield* pepper, id, code)
      const verified = AccessCode.verify(challenge, ledger, { preSession, digest, sentTo }, now)
      if (!verified.evaluated) return { outcome: verified.outcome, channel }
      if (verified.challenge === null) yield* rows.useChallenge(id)
      else yield* rows.writeTries(id, verified.challenge.triesLeft)
      yield* rows.writeFamily(family, verified.ledger, now)
      yield* report(family, verified.outcome === "right" ? "code-accepted" : "code-refused", channel)
      if (verified.outcome === "locked") yield* report(family, "codes-locked", channel)
      return { outcome: verified.outcome, channel }
    }, sql.withTransaction)

    const check = Effect.fn("AccessCodes.check")(function* (preSession: string, typed: string) {
      const code = AccessCode.normalise(typed)
      const found = yield* rows.visited(preSession)
      if (code === null || found === null) return { outcome: "refused" } as const
      const { id, ...family } = found
      const { outcome, channel } = yield* judge(id, family, preSession, code)
      return outcome === "right" ? ({ outcome, channel } as const) : ({ outcome } as const)
    })

    /** As `issue`, for the visit that waits. The address has no part in it: nothing goes there. */
    const readOut = Effect.fn("AccessCodes.readOut")(function* (member: Member, requestId: string, recipient: string) {
      const family = { workspaceId: member.workspaceId, requestId, recipient }
      const now = yield* Clock.currentTimeMillis
      const request = yield* rows.request(family)
      if (request === null || !ClientRequest.isOpenAt(request, now)) return { outcome: "not-open" } as const
      if (ClientRequest.recipientOf(request, recipient) === undefined) return { outcome: "nobody-waits" } as const
      // under the lock: a right code that comes in at the same time ends the waiting before or after, not meanwhile
      const ledger = yield* rows.lockedFamily(family, now)
      if (ledger.lockedAt !== null) return { outcome: "locked" } as const
      const waiting = yield* rows.waiting(family, now)
      if (waiting === null) return { outcome: "nobody-waits" } as const
      const { preSession, channel } = waiting
      const issued = AccessCode.issue(ledger, channel, now)
      if (issued.outcome === "locked") return { outcome: "locked" } as const
      if (issued.outcome === "too-soon") {
        return { outcome: "too-soon", retryAfterSeconds: Math.ceil((issued.until - now) / 1000) } as const
      }
      yield* rows.writeFamily(family, issued.ledger, now)
      const { sentTo } = yield* whereTo(family, channel, now)
      const about = { requestId, recipient, preSession, channel, sentTo }
      const { challenge, code } = yield* AccessCode.challenge(about, yield* pepper, now)
      yield* rows.replaceChallenge(member.workspaceId, challenge)
      yield* report(family, "code-sent", readOutChannel, { kind: "member", id: member.id })
      return { outcome: "made", code } as const
    }, sql.withTransaction)

    const unlock = Effect.fn("AccessCodes.unlock")(function* (member: Member, requestId: string, recipient: string) {
      const family = { workspaceId: member.workspaceId, requestId, recipient }
      const now = yield* Clock.currentTimeMillis
      const locked = yield* rows.lockedFamilies(member.workspaceId, requestId)
      if (!locked.some((one) => one.recipient === recipient)) return
      const ledger = yield* rows.lockedFamily(family, now)
      if (ledger.lockedAt === null) return
      yield* rows.writeFamily(family, AccessCode.unlock(ledger), now)
      yield* rows.voidChallenges(family)
      yield* report(family, "codes-unlocked", "", { kind: "member", id: member.id })
    }, sql.withTransaction)

    const run = <A, E>(
      effect: Effect.Effect<A, E, Crypto.Crypto | FileSystem.FileSystem | Path.Path>,
    ): Effect.Effect<A> => Effect.orDie(Effect.provideContext(effect, platform))

    return AccessCodes.of({
      start: (asked): Effect.Effect<Started> => unhurried(run(start(asked))),
      check: ({ preSession, presented }): Effect.Effect<Checked> => unhurried(run(check(preSession, presented))),
      readOut: (member, requestId, recipient): Effect.Effect<ReadOut> => run(readOut(member, requestId, recipient)),
      locked: (workspaceId, requestId) =>
        Effect.map(run(rows.lockedFamilies(workspaceId, requestId)), (found) =>
          found.map(({ recipient }) => recipient),
        ),
      unlock: (member, requestId, recipient) => run(unlock(member, requestId, recipient)),
      sweep: Effect.flatMap(Clock.currentTimeMillis, (now) => Tenancy.across(run(rows.sweep(now)))),
    })
  }),
)

/** Every answer takes so long at least: more than any of the ways to it, so that none can be told by the clock (S30, S35). */
const unhurried = <A>(answer: Effect.Effect<A>): Effect.Effect<A> =>
  Effect.map(Effect.all([answer, Effect.sleep("200 millis")], { concurrency: 2 }), ([made]) => made)
