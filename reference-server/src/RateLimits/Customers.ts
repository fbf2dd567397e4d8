/**
 * How often customers may try things (security.md S41): per place (IP address, /64), per link family, per workspace, and
 * all together. Generous enough for an office behind one address and for a scanner that fetches a link a hundred times;
 * `RATE_LIMIT_FACTOR` moves all of them. A link or session that turns out dead counts ten times, whatever the cause:
 * guessing is what the limits are for.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Config } from "../Config.ts"
import { type Limit, type RateLimited, RateLimits, type Try } from "../RateLimits.ts"
import * as Place from "./Place.ts"

/** What is counted. `link`: opening one (GET); `save`: any change through a session, uploads aside; `piece`: of an upload. */
export type Action = "link" | "claim" | "access-link" | "code" | "save" | "upload" | "piece"

interface Limits {
  readonly place: ReadonlyArray<Limit>
  readonly family: ReadonlyArray<Limit>
  readonly workspace: ReadonlyArray<Limit>
  readonly all: ReadonlyArray<Limit>
}

const minute = 60
const quarter = 900
const day = 86_400

/** The limits at factor 1; docs/configuration.md prints them. */
export const table: Readonly<Record<Action, Limits>> = {
  link: {
    place: [{ times: 600, seconds: minute }],
    family: [{ times: 120, seconds: minute }],
    workspace: [{ times: 6_000, seconds: minute }],
    all: [{ times: 30_000, seconds: minute }],
  },
  claim: {
    place: [{ times: 200, seconds: minute }],
    family: [{ times: 30, seconds: minute }],
    workspace: [{ times: 3_000, seconds: minute }],
    all: [{ times: 15_000, seconds: minute }],
  },
  "access-link": {
    place: [{ times: 30, seconds: quarter }],
    // S21
    family: [
      { times: 3, seconds: quarter },
      { times: 10, seconds: day },
    ],
    workspace: [{ times: 1_000, seconds: quarter }],
    all: [{ times: 5_000, seconds: quarter }],
  },
  code: {
    place: [{ times: 100, seconds: quarter }],
    family: [{ times: 40, seconds: quarter }],
    workspace: [{ times: 2_000, seconds: quarter }],
    all: [{ times: 10_000, seconds: quarter }],
  },
  save: {
    place: [{ times: 3_000, seconds: minute }],
    family: [{ times: 300, seconds: minute }],
    workspace: [{ times: 20_000, seconds: minute }],
    all: [{ times: 100_000, seconds: minute }],
  },
  upload: {
    place: [{ times: 600, seconds: minute }],
    family: [{ times: 120, seconds: minute }],
    workspace: [{ times: 3_000, seconds: minute }],
    all: [{ times: 15_000, seconds: minute }],
  },
  // of 8 MiB each, faster than any line
  piece: {
    place: [{ times: 6_000, seconds: minute }],
    family: [{ times: 1_500, seconds: minute }],
    workspace: [{ times: 20_000, seconds: minute }],
    all: [{ times: 100_000, seconds: minute }],
  },
}

/** What strangers try at the door of a portal. */
export type Door = "password" | "link" | "passkey"

/** How many tries a dead link or session counts as, against the place's `link` limit. */
export const costOfDead = 10

/** Whose link it is. */
export interface Family {
  readonly workspaceId: string
  readonly requestId: string
  readonly recipient: string
}

export class CustomerLimits extends Context.Service<
  CustomerLimits,
  {
    /** Before anything is looked up: the place alone, so that every link is answered alike. `from`: an IP address. */
    ofPlace(action: Action, from: string): Effect.Effect<void, RateLimited>
    /** Once it is known whose link it is. */
    ofFamily(action: Action, family: Family): Effect.Effect<void, RateLimited>
    /**
     * What is tried at the door of a firm's portal, whoever tries it and wherever they are: of the firm, and of all firms. As often as
     * codes, and counted apart from them. Places and addresses come before; the portal counts those itself.
     */
    atDoor(what: Door, workspaceId: string): ReadonlyArray<Try>
    /** It was dead: that counts for more. Says nothing: the answer is the same until the place has used up its tries. */
    wasDead(from: string): Effect.Effect<void>
  }
>()("@requite/reference-server/RateLimits/Customers") {}

export const layer = Layer.effect(
  CustomerLimits,
  Effect.gen(function* () {
    const limits = yield* RateLimits
    const { rateLimitFactor } = yield* Config

    const counted = (allowed: ReadonlyArray<Limit>, key: string, of: string, cost = 1): ReadonlyArray<Try> =>
      rateLimitFactor === 0
        ? []
        : allowed.map(({ times, seconds }) => ({
            key: `${key} ${seconds} ${of}`,
            limit: { times: Math.ceil(times * rateLimitFactor), seconds },
            cost,
          }))
    const tries = (action: Action, scope: keyof Limits, of: string, cost = 1) =>
      counted(table[action][scope], `customer ${action} ${scope}`, of, cost)

    return CustomerLimits.of({
      ofPlace: (action, from) => limits.takeAll(tries(action, "place", Place.ofAddress(from))),
      ofFamily: (action, { workspaceId, requestId, recipient }) =>
        limits.takeAll([
          ...tries(action, "family", `${requestId} ${recipient}`),
          ...tries(action, "workspace", workspaceId),
          ...tries(action, "all", ""),
        ]),
      atDoor: (what, workspaceId) => [
        ...counted(table.code.workspace, `portal ${what} workspace`, workspaceId),
        ...counted(table.code.all, `portal ${what} all`, ""),
      ],
      wasDead: (from) => Effect.ignore(limits.takeAll(tries("link", "place", Place.ofAddress(from), costOfDead - 1))),
    })
  }),
)
