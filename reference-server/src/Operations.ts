/**
 * How delivery is doing, for administrators: what waits, what failed and why, and trying again; each of their own workspace.
 * Whether the process can do its work at all is `Operations/Readiness.ts`; whether its loops turn, `Operations/Heartbeats.ts`.
 *
 * Words: a mail *waits* while it is queued, is *held* while it is gathered into a batch, *failed* when it could not be handed over,
 * and was *dropped* when it was no longer wanted. A request is *stuck* when it could not be woken.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

export interface Waiting {
  readonly kind: string
  readonly count: number
  /** When the one that waits longest was written, in milliseconds since 1970, as all instants here. */
  readonly oldest: number
}

export type Status = "failed" | "dropped"

export interface Failed {
  readonly status: Status
  readonly reason: string
  readonly count: number
  readonly latest: number
}

export interface FailedMail {
  readonly id: string
  readonly request: string
  readonly title: string
  readonly kind: string
  readonly recipient: string
  readonly status: Status
  readonly reason: string
  readonly createdAt: number
}

export interface Day {
  /** `2027-03-27`, in the workspace's time zone. */
  readonly day: string
  readonly sent: number
  readonly failed: number
  readonly dropped: number
}

export interface Stuck {
  readonly request: string
  readonly title: string
  readonly reason: string
  readonly times: number
  readonly failedAt: number
}

export interface Overview {
  readonly at: number
  readonly waiting: ReadonlyArray<Waiting>
  readonly held: number
  /** The last seven days, oldest first. */
  readonly days: ReadonlyArray<Day>
  readonly failures: ReadonlyArray<Failed>
  /** The latest fifty of them. */
  readonly mails: ReadonlyArray<FailedMail>
  readonly due: { readonly count: number; readonly oldest: number | null }
  readonly stuck: ReadonlyArray<Stuck>
  readonly webhooks: { readonly queued: number; readonly dead: number }
  readonly lastSweep: number | null
  readonly lastCheckpoint: number | null
  readonly server: {
    readonly requite: string
    readonly node: string
    readonly postgres: string
    readonly tables: string
  }
}

/** Which mails to try again: those named, or all that failed for one reason. */
export type Retried = { readonly mails: ReadonlyArray<string> } | { readonly status: Status; readonly reason: string }

/** How many mails are put back at once, at most. */
export const retryLimit = 1000

/** How long a failure is shown, and can be tried again. */
export const memoryMillis = 7 * 86_400_000

export class Operations extends Context.Service<
  Operations,
  {
    overview(workspace: { readonly id: string; readonly timeZone: string }): Effect.Effect<Overview>
    /**
     * Puts mails back into the queue, with the Message-ID that they had; the worker asks again whether each is still wanted. Of
     * mails that are not of this workspace, went out meanwhile or wait already nothing happens. Gives how many were put back.
     */
    retry(workspaceId: string, what: Retried): Effect.Effect<number>
  }
>()("@requite/reference-server/Operations") {}
