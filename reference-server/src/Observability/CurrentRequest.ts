/**
 * What is known of the HTTP request that is being answered: its number, which every line of the log, every answer and every
 * page about a fault carries, and what is found out on the way: its route and who is calling. A *number* is what somebody
 * reads out on the telephone; nobody can do anything with it but find lines in the log.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import { type HttpServerRequest, IpNetwork, NetAddress } from "../platform/Http.ts"

export interface Facts {
  /** The request's number. */
  readonly id: string
  /** The template that its address fits, `/q/:handle`; null as long as, or because, it fits none. */
  route: string | null
  workspaceId: string | null
  memberId: string | null
  /** The fields of the form that came with it, as they were read: kept only to be given back when they could not be saved. */
  readonly typed: Array<readonly [name: string, value: string]>
}

/** The facts of the request that this fiber answers; null for the worker, the sweeper and others that answer nobody. */
export const CurrentRequest = Context.Reference<Facts | null>(
  "@requite/reference-server/Observability/CurrentRequest",
  { defaultValue: () => null },
)

/** Notes what was found out; of no effect where no request is being answered. */
export const know = (found: Partial<Pick<Facts, "route" | "workspaceId" | "memberId">>): Effect.Effect<void> =>
  Effect.map(CurrentRequest, (facts) => {
    if (facts !== null) Object.assign(facts, found)
  })

/** Keeps a field of a form that can be read only once. */
export const typed = (name: string, value: string): Effect.Effect<void> =>
  Effect.map(CurrentRequest, (facts) => void facts?.typed.push([name, value]))

/** The number, to be told on a page; null where there is none. */
export const number: Effect.Effect<string | null> = Effect.map(CurrentRequest, (facts) => facts?.id ?? null)

/** Shorter than any token, so that none can be slipped into the log as a number. */
const wellFormed = /^[A-Za-z0-9][A-Za-z0-9._-]{7,35}$/

/** Without letters that are taken for one another on the telephone, and without vowels. */
const letters = "23456789bcdfghjkmnpqrstvwxz"

const fresh = Effect.map(Random.Random, (random) => {
  const four = () =>
    Array.from({ length: 4 }, () => letters[Math.floor(random.nextDoubleUnsafe() * letters.length)] ?? "").join("")
  return `${four()}-${four()}-${four()}`
})

/** Does this request come straight from one of these proxies? */
export const isFrom = (
  request: HttpServerRequest.HttpServerRequest,
  proxies: ReadonlyArray<IpNetwork.IpNetwork>,
): boolean => {
  const peer = NetAddress.ipFromString(Option.getOrElse(request.peerAddress, () => ""))
  if (Result.isFailure(peer)) return false
  const address = NetAddress.toCanonical(peer.success)
  return proxies.some((network) => IpNetwork.contains(network, address))
}

/** The facts of a request that has just come in: with the number that a trusted proxy gave it, or a fresh one. */
export const begin = Effect.fnUntraced(function* (
  request: HttpServerRequest.HttpServerRequest,
  proxies: ReadonlyArray<IpNetwork.IpNetwork>,
): Effect.fn.Return<Facts> {
  const given = request.headers["x-request-id"]
  const isGiven = given !== undefined && wellFormed.test(given) && isFrom(request, proxies)
  return { id: isGiven ? given : yield* fresh, route: null, workspaceId: null, memberId: null, typed: [] }
})
