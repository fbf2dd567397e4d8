/** What is asked of a session or pre-session on every use: its secret, its link, its device, its time, its factor. */
import { AccessCode, AccessLink, ClientRequest, Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import { EnterAgain, OtherDevice } from "../CustomerAccess.ts"
import { pathOf } from "../Portal.ts"
import * as Secret from "../Secret.ts"
import * as Tenancy from "../Tenancy.ts"
import type { Workspaces } from "../Workspaces.ts"
import type { Links } from "./Links.ts"
import { linkOf, type make as makeStatements, type Session } from "./sql.ts"

/** How long a pre-session waits for its code. */
export const waitMillis = 3_600_000

/** How long the receipt is shown where the page after submission is the same for everybody (S50, P22). */
export const flashMillis = 60_000

/** `verified`: it may do what customers do; `waiting`: a pre-session; `lapsed`: it was verified, and its time is over. */
export type Standing = "verified" | "waiting" | "lapsed"

/** The codes that a claim has to pass, in this order. */
export const channelsOf = ({ policy }: ClientRequest.State): ReadonlyArray<AccessCode.Channel> => {
  switch (policy.secondFactor) {
    case "none":
      return []
    case "sms-code":
      return ["sms"]
    case "email-code":
      return ["email"]
    case "both":
      return ["sms", "email"]
  }
}

/** What a claim by this link is worth once it has passed what is asked of it (S31). */
export const assuranceOf = (request: ClientRequest.State, link: AccessLink.AccessLink): AccessCode.Assurance =>
  ClientRequest.needsFactor(request)
    ? AccessCode.assurance(request.policy.secondFactor, link.mailId === null ? "copied" : "email")
    : "link"

/** `a***@d***`: enough to know one's own mailbox by. */
export const masked = (email: string): string => {
  const [name = "", domain = ""] = email.split("@")
  return email === "" ? "" : `${[...name][0] ?? ""}***@${[...domain][0] ?? ""}***`
}

export const make = (
  rows: Effect.Success<typeof makeStatements>,
  workspaces: Workspaces["Service"],
  { epoch }: Links["Service"],
) => {
  /** The key that a derived link came from is in use; others need none. */
  const isOfOurKey = (keyEpoch: string | null) => keyEpoch === null || keyEpoch === epoch

  /** What the holder of a link that belongs elsewhere is told. */
  const otherDevice = Effect.fnUntraced(function* (
    workspaceId: string,
    request: ClientRequest.State,
    recipient: string,
  ) {
    const person = ClientRequest.recipientOf(request, recipient)
    return yield* new OtherDevice({
      workspace: yield* Tenancy.within(workspaceId)(workspaces.get(workspaceId)),
      language: person?.language ?? "",
      address: masked(person?.email ?? ""),
      canSend: request.policy.selfService !== "none",
    })
  })

  /** A link alone opens nothing of a request that is for who logs in to the portal (T8). */
  const forLinks = Effect.fnUntraced(function* (workspaceId: string, request: ClientRequest.State, recipient: string) {
    if (request.details.portalOnly !== true) return
    return yield* new OtherDevice({
      workspace: yield* Tenancy.within(workspaceId)(workspaces.get(workspaceId)),
      language: ClientRequest.recipientOf(request, recipient)?.language ?? "",
      address: "",
      canSend: false,
      portal: `${pathOf(workspaceId)}/requests/${request.id}`,
    })
  })

  /** The session that a handle and its secret name, whatever became of its link. */
  const known = Effect.fnUntraced(function* (handle: string, secret: Redacted.Redacted) {
    const now = yield* Clock.currentTimeMillis
    const presented = yield* Secret.digest(secret)
    const row = yield* rows.byHandle(handle)
    const same = Crypto.timingSafeEqual(presented, row?.sessionDigest ?? "")
    return row === null || !same ? yield* new AccessLink.LinkDead() : { row, now }
  })

  const standingOf = (row: Session, now: number): Standing => {
    const { policy } = row.state
    const { idleMinutes } = policy.session
    const isIdle = idleMinutes !== null && now >= row.lastUsedAt.getTime() + idleMinutes * 60_000
    const isOver = now >= row.endsAt.getTime()
    if (row.verifiedAt === null) return "waiting"
    // the firm may have asked for more since it was opened
    const isWeak = ClientRequest.needsFactor(row.state) && row.assurance === "link"
    return isOver || isIdle || isWeak ? "lapsed" : "verified"
  }

  /** A session or pre-session whose link is alive and whose device is the family's, with how it stands. */
  const alive = Effect.fnUntraced(function* (handle: string, secret: Redacted.Redacted) {
    const { row, now } = yield* known(handle, secret)
    const link = linkOf(row)
    if (!isOfOurKey(row.keyEpoch) || !AccessLink.isAliveAt(link, row.state, now))
      return yield* new AccessLink.LinkDead()
    const standing = standingOf(row, now)
    // a pre-session has claimed nothing yet: its device is asked when it does
    const isHere =
      standing === "waiting"
        ? AccessLink.admits(link, row.state, row.device)
        : AccessLink.isBoundTo(row.state, row.recipient, row.device)
    if (!isHere) return yield* otherDevice(row.workspaceId, row.state, row.recipient)
    return { row, link, now, standing }
  })

  /** The same, of one that may do what customers do. */
  const verified = Effect.fnUntraced(function* (handle: string, secret: Redacted.Redacted) {
    const session = yield* alive(handle, secret)
    if (session.standing === "verified") return session
    const by = ClientRequest.needsFactor(session.row.state) ? "code" : "link"
    return yield* new EnterAgain({ by, lapsed: session.standing === "lapsed" })
  })

  /** The same, of one that a code helps. */
  const awaiting = Effect.fnUntraced(function* (handle: string, secret: Redacted.Redacted) {
    const session = yield* alive(handle, secret)
    const isOver = session.standing === "waiting" && session.now >= session.row.endsAt.getTime()
    if (session.standing === "verified" || isOver || !ClientRequest.needsFactor(session.row.state)) {
      return yield* new EnterAgain({ by: "link", lapsed: session.standing !== "verified" })
    }
    return session
  })

  return { isOfOurKey, otherDevice, forLinks, known, verified, awaiting }
}
