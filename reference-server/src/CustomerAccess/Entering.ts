/**
 * The last step in: a link that was claimed opens a session, or first a pre-session that waits for a code. Who may come this far was
 * asked before.
 */
import { AccessLink, type ClientRequest, Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { AccessCodes } from "../AccessCodes.ts"
import type { ClientRequests } from "../ClientRequests.ts"
import type { Claimed } from "../CustomerAccess.ts"
import * as Secret from "../Secret.ts"
import * as Device from "./Device.ts"
import * as Sessions from "./Sessions.ts"
import type * as statements from "./sql.ts"

export interface Entering {
  readonly workspaceId: string
  readonly request: ClientRequest.State
  readonly link: AccessLink.AccessLink
  /** The pre-session that this claim comes from; null: it comes from the link itself. */
  readonly waiting: string | null
  /** The session of the portal that it is entered from; null: none. */
  readonly enteredFrom: string | null
}

interface Parts {
  readonly rows: Effect.Success<typeof statements.make>
  readonly codes: AccessCodes["Service"]
  readonly requests: ClientRequests["Service"]
  readonly sessions: ReturnType<typeof Sessions.make>
}

export const make = ({ rows, codes, requests, sessions }: Parts) => {
  /** Opens a session by a claim; the core decides once more, under the request's lock: a cancel in between wins. */
  const enterBy = Effect.fnUntraced(function* (
    { workspaceId, request, link, waiting, enteredFrom }: Entering,
    brought: Redacted.Redacted | null,
  ) {
    const { recipient, generation, rebinds, issuedAt } = link
    const deviceSecret = yield* Device.secretOf(brought)
    const device = yield* Device.idIn({ requestId: request.id, recipient }, deviceSecret)
    const { secret, digest } = yield* Secret.make
    const handle = (yield* Crypto.secret).slice(0, 16)
    const now = yield* Clock.currentTimeMillis
    const seconds = request.policy.session.hours * 3600
    const session: statements.NewSession = {
      handle,
      workspaceId,
      requestId: request.id,
      linkId: link.id,
      recipient,
      device,
      assurance: Sessions.assuranceOf(request, link),
      enteredFrom,
      digest,
      createdAt: new Date(now),
      lastUsedAt: new Date(now),
      verifiedAt: new Date(now),
      expiresAt: new Date(now + seconds * 1000),
    }
    const by = { kind: "customer", link: link.id } as const
    const { assurance } = session
    const proof = { device, rebinds, issuedAt, assurance }
    const intent = { type: "Claim", id: handle, by, recipient, generation, ...proof } as const
    yield* requests
      .handle(workspaceId, request.id, intent, () =>
        Effect.gen(function* () {
          // the portal's session is held before what came of it, as whoever ends it does: neither waits for the other
          if (!(yield* rows.openSession(session))) return yield* new AccessLink.LinkDead()
          if (waiting !== null) yield* rows.closeSession(waiting)
        }),
      )
      .pipe(
        Effect.catchTags({
          Refusal: ({ reasons }) =>
            reasons.every(({ code }) => code === "other-device")
              ? sessions.otherDevice(workspaceId, request, recipient)
              : Effect.fail(new AccessLink.LinkDead()),
          RequestNotFound: () => Effect.fail(new AccessLink.LinkDead()),
        }),
      )
    const done = { needsCode: false, retryAfterSeconds: 0 }
    const claimed: Claimed = { workspaceId, handle, secret, deviceSecret, seconds, ...done }
    return claimed
  })

  /** Sends the code that is wanted next of a (pre-)session. */
  const startCode = (handle: string, family: Omit<Parameters<typeof codes.start>[0], "preSession">) =>
    codes.start({ ...family, preSession: handle })

  /**
   * Opens a pre-session and sends its code. Who comes back from the same device while one is waiting gets that one,
   * under a new secret: the code that has gone out is for it.
   */
  const waitFor = Effect.fnUntraced(function* (
    { workspaceId, request, link, enteredFrom }: Omit<Entering, "waiting">,
    brought: Redacted.Redacted | null,
  ) {
    const { recipient } = link
    const deviceSecret = yield* Device.secretOf(brought)
    const device = yield* Device.idIn({ requestId: request.id, recipient }, deviceSecret)
    const { secret, digest } = yield* Secret.make
    const now = yield* Clock.currentTimeMillis
    const expiresAt = new Date(now + Sessions.waitMillis)
    const earlier = yield* rows.renewWaiting({ linkId: link.id, device, enteredFrom, now, digest, expiresAt })
    const handle = earlier?.handle ?? (yield* Crypto.secret).slice(0, 16)
    if (earlier === null) {
      const isOpen = yield* rows
        .openSession({
          handle,
          workspaceId,
          requestId: request.id,
          linkId: link.id,
          recipient,
          device,
          assurance: "link",
          enteredFrom,
          digest,
          createdAt: new Date(now),
          lastUsedAt: new Date(now),
          verifiedAt: null,
          expiresAt,
        })
        .pipe(Effect.orDie)
      if (!isOpen) return yield* new AccessLink.LinkDead()
    }
    const passed = earlier?.assurance === "single-channel" ? 1 : 0
    const channel = Sessions.channelsOf(request)[passed] ?? "sms"
    const started = yield* startCode(handle, { workspaceId, requestId: request.id, recipient, channel })
    const claimed: Claimed = {
      workspaceId,
      handle,
      secret,
      deviceSecret,
      seconds: Sessions.waitMillis / 1000,
      needsCode: true,
      retryAfterSeconds: started.outcome === "too-soon" && earlier === null ? started.retryAfterSeconds : 0,
    }
    return claimed
  })

  return { enterBy, startCode, waitFor }
}
