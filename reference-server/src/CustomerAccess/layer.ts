import { AccessLink, ClientRequest, Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import { AccessCodes } from "../AccessCodes.ts"
import { ClientRequests, RequestNotFound } from "../ClientRequests.ts"
import type { Customer } from "../Customer.ts"
import { CodeNotSent, CodeRefused, CustomerAccess, LinkNotCopied } from "../CustomerAccess.ts"
import { csrfToken } from "../PageSecurity.ts"
import * as asked from "../Portal/asked.ts"
import { Questionnaires } from "../Questionnaires.ts"
import { CustomerLimits } from "../RateLimits/Customers.ts"
import * as Tenancy from "../Tenancy.ts"
import { Workspaces } from "../Workspaces.ts"
import * as Device from "./Device.ts"
import * as Entering from "./Entering.ts"
import { Links } from "./Links.ts"
import * as Sessions from "./Sessions.ts"
import * as statements from "./sql.ts"

/** The layer of `CustomerAccess` over the database. */
export const layer = Layer.effect(
  CustomerAccess,
  Effect.gen(function* () {
    const rows = yield* statements.make
    const crypto = yield* Crypto.Crypto
    const codes = yield* AccessCodes
    const limits = yield* CustomerLimits
    const links = yield* Links
    const questionnaires = yield* Questionnaires
    const requests = yield* ClientRequests
    const workspaces = yield* Workspaces
    const sessions = Sessions.make(rows, workspaces, links)
    const { enterBy, startCode, waitFor } = Entering.make({ rows, codes, requests, sessions })
    const scope = yield* Effect.scope

    /** The link that a token opens now from this device, with its request. */
    const open = Effect.fnUntraced(function* (token: Redacted.Redacted, device: Redacted.Redacted | null) {
      const found = yield* rows.byDigest(yield* AccessLink.digest(token))
      const link = yield* AccessLink.verify(token, found)
      if (found === null || !sessions.isOfOurKey(found.keyEpoch)) return yield* new AccessLink.LinkDead()
      const { request, workspaceId } = found
      const family = { workspaceId, requestId: request.id, recipient: link.recipient }
      const isHere = AccessLink.admits(link, request, yield* Device.idIn(family, device))
      return { ...family, link, request, isHere }
    })

    /** What a link leads to, for its workspace from there on. */
    const opening = <A, E, R>(
      token: Redacted.Redacted,
      device: Redacted.Redacted | null,
      then: (opened: Effect.Success<ReturnType<typeof open>>) => Effect.Effect<A, E, R>,
    ) => Effect.flatMap(open(token, device), (opened) => Tenancy.within(opened.workspaceId)(then(opened)))

    /** What a session leads to, for its workspace from there on. */
    const inside = <S extends { readonly row: statements.Session }, E1, R1, A, E2, R2>(
      look: Effect.Effect<S, E1, R1>,
      then: (session: S) => Effect.Effect<A, E2, R2>,
    ) => Effect.flatMap(look, (session) => Tenancy.within(session.row.workspaceId)(then(session)))

    const customerOf = Effect.fnUntraced(function* (
      row: statements.Session,
      handle: string,
      secret: Redacted.Redacted,
    ) {
      const customer: Customer = {
        workspace: row.workspace,
        requestId: row.requestId,
        recipient: row.recipient,
        linkId: row.id,
        generation: row.generation,
        device: row.device,
        assurance: row.assurance,
        handle,
        csrf: yield* csrfToken(secret),
      }
      return customer
    })

    /** Which code is wanted of a (pre-)session: one that is over begins again with the first. */
    const stepOf = (row: statements.Session, standing: Sessions.Standing) => {
      const channels = Sessions.channelsOf(row.state)
      const passed = standing === "waiting" && row.assurance !== "link" ? 1 : 0
      return { channels, step: passed + 1, channel: channels[passed] ?? "sms" }
    }

    const accessLink = Effect.fn("CustomerAccess.sendAccessLink")(function* (
      by: { readonly token: Redacted.Redacted } | { readonly handle: string },
    ) {
      const family = yield* rows.familyOf(
        "token" in by ? { digest: yield* AccessLink.digest(by.token), handle: "" } : { digest: "", handle: by.handle },
      )
      if (family === null) return
      yield* limits.ofFamily("access-link", family)
      const { workspaceId, requestId, recipient } = family
      const asked = requests.requestAccessLink(workspaceId, requestId, recipient, yield* Crypto.uuid)
      yield* Tenancy.within(workspaceId)(asked)
    })

    const withCrypto = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provideService(effect, Crypto.Crypto, crypto)

    return CustomerAccess.of({
      arrive: (token, device) =>
        opening(token, device, ({ workspaceId, requestId, recipient, request, isHere }) =>
          Effect.gen(function* () {
            yield* limits.ofFamily("link", { workspaceId, requestId, recipient })
            yield* sessions.forLinks(workspaceId, request, recipient)
            if (!isHere) return yield* sessions.otherDevice(workspaceId, request, recipient)
            const { id, version, hash } = request.details.questionnaire
            const stored = yield* questionnaires.get(workspaceId, id, version, hash)
            return {
              workspace: yield* workspaces.get(workspaceId),
              recipient: ClientRequest.recipientOf(request, recipient) ?? ClientRequest.primary(request.details),
              current: { request, stored },
            }
          }),
        ).pipe(Effect.catchTag("QuestionnaireNotFound", Effect.die), withCrypto),

      hold: (token, device, action) =>
        opening(token, device, ({ workspaceId, requestId, recipient, request, link, isHere }) =>
          Effect.gen(function* () {
            yield* limits.ofFamily(action, { workspaceId, requestId, recipient })
            if (!isHere) return yield* sessions.otherDevice(workspaceId, request, recipient)
            const workspace = yield* workspaces.get(workspaceId)
            const family = { requestId, recipient, generation: link.generation }
            return {
              workspace,
              language: ClientRequest.recipientOf(request, recipient)?.language ?? "",
              request,
              customer: { workspace, ...family, linkId: link.id, device: yield* Device.idIn(family, device) },
            }
          }),
        ).pipe(withCrypto),

      claim: (token, device) =>
        opening(token, device, ({ workspaceId, requestId, recipient, request, link, isHere }) =>
          Effect.gen(function* () {
            yield* limits.ofFamily("claim", { workspaceId, requestId, recipient })
            yield* sessions.forLinks(workspaceId, request, recipient)
            if (!isHere) return yield* sessions.otherDevice(workspaceId, request, recipient)
            return ClientRequest.needsFactor(request)
              ? yield* waitFor({ workspaceId, request, link, enteredFrom: null }, device)
              : yield* enterBy({ workspaceId, request, link, waiting: null, enteredFrom: null }, device)
          }),
        ).pipe(withCrypto),

      claimFromPortal: ({ account, digest: enteredFrom }, { id: requestId, recipient }, device) =>
        Effect.gen(function* () {
          const { workspaceId, contact } = account
          yield* limits.ofFamily("claim", { workspaceId, requestId, recipient })
          const made: Array<AccessLink.AccessLink> = []
          const intent = {
            type: "RecordAccess",
            id: yield* Crypto.uuid,
            by: { kind: "customer", link: "" },
            what: "entered-from-portal",
            recipient,
            channel: "",
          } as const
          const request = yield* requests
            .handle(workspaceId, requestId, intent, (locked) =>
              Effect.gen(function* () {
                // it may have gone to somebody else since it was looked up
                if (!asked.isOf(account, locked, recipient)) return yield* new AccessLink.LinkDead()
                // who could have a link sent for another device may as well go on from this one
                const rebinds = locked.policy.selfService !== "none"
                const { link } = yield* links.issue(workspaceId, locked, { recipient, mailId: null, rebinds })
                // a derived one is everybody's who has it
                if (locked.policy.token !== "derived") {
                  yield* rows.enteredBy({ linkId: link.id, workspaceId, contactId: contact })
                }
                made.push(link)
              }),
            )
            .pipe(Effect.mapError(() => new AccessLink.LinkDead()))
          const [link] = made
          const now = yield* Clock.currentTimeMillis
          if (link === undefined || !AccessLink.isAliveAt(link, request, now)) return yield* new AccessLink.LinkDead()
          const isHere = AccessLink.admits(link, request, yield* Device.idIn({ requestId, recipient }, device))
          if (!isHere) return yield* sessions.otherDevice(workspaceId, request, recipient)
          return ClientRequest.needsFactor(request)
            ? yield* waitFor({ workspaceId, request, link, enteredFrom }, device)
            : yield* enterBy({ workspaceId, request, link, waiting: null, enteredFrom }, device)
        }).pipe(Tenancy.within(account.workspaceId), withCrypto),

      codeStep: (handle, secret) =>
        inside(sessions.awaiting(handle, secret), ({ row, standing }) =>
          Effect.gen(function* () {
            const { channels, step, channel } = stepOf(row, standing)
            const person = ClientRequest.recipientOf(row.state, row.recipient)
            return {
              workspace: row.workspace,
              language: person?.language ?? "",
              csrf: yield* csrfToken(secret),
              channel,
              to: channel === "email" ? Sessions.masked(person?.email ?? "") : (person?.mobile.slice(-2) ?? ""),
              step,
              steps: channels.length,
              lapsed: standing === "lapsed",
            }
          }),
        ).pipe(withCrypto),

      sendCode: (handle, secret) =>
        inside(sessions.awaiting(handle, secret), ({ row, now, standing }) =>
          Effect.gen(function* () {
            const { workspaceId, requestId, recipient } = row
            yield* limits.ofFamily("code", { workspaceId, requestId, recipient })
            if (standing === "lapsed") yield* rows.suspendSession(handle, now + Sessions.waitMillis, "link")
            const { channel } = stepOf(row, standing)
            const started = yield* startCode(handle, { workspaceId, requestId, recipient, channel })
            if (started.outcome !== "sent") {
              const retryAfterSeconds = started.outcome === "too-soon" ? started.retryAfterSeconds : 0
              return yield* new CodeNotSent({ locked: started.outcome === "locked", retryAfterSeconds })
            }
          }),
        ).pipe(withCrypto),

      enterCode: (handle, secret, { code, device }) =>
        inside(sessions.awaiting(handle, secret), ({ row, link, now, standing }) =>
          Effect.gen(function* () {
            const { workspaceId, requestId, recipient, enteredFrom, state: request } = row
            yield* limits.ofFamily("code", { workspaceId, requestId, recipient })
            const { channels, step, channel } = stepOf(row, standing)
            const checked =
              standing === "lapsed"
                ? ({ outcome: "refused" } as const)
                : yield* codes.check({ preSession: handle, presented: code })
            if (checked.outcome !== "right" || checked.channel !== channel) {
              return yield* new CodeRefused({ locked: checked.outcome === "locked" })
            }
            if (step === channels.length) {
              return yield* enterBy({ workspaceId, request, link, waiting: handle, enteredFrom }, device)
            }
            // the next code is asked of the same pre-session
            yield* rows.suspendSession(handle, now + Sessions.waitMillis, "single-channel")
            const next = channels[step] ?? channel
            const started = yield* startCode(handle, { workspaceId, requestId, recipient, channel: next })
            return {
              workspaceId,
              handle,
              secret,
              deviceSecret: yield* Device.secretOf(device),
              seconds: Sessions.waitMillis / 1000,
              needsCode: true,
              retryAfterSeconds: started.outcome === "too-soon" ? started.retryAfterSeconds : 0,
            }
          }),
        ).pipe(withCrypto),

      enter: (handle, secret) =>
        inside(sessions.verified(handle, secret), ({ row, now }) =>
          Effect.gen(function* () {
            const { idleMinutes } = row.state.policy.session
            // not at every call: a minute more or less does not matter, a write does
            const isWorthIt =
              idleMinutes !== null && now - row.lastUsedAt.getTime() > Math.min(60, idleMinutes * 6) * 1000
            if (isWorthIt) yield* rows.touch(handle, now)
            return yield* customerOf(row, handle, secret)
          }),
        ).pipe(withCrypto),

      receipt: (handle, secret) =>
        inside(sessions.known(handle, secret), ({ row, now }) =>
          Effect.gen(function* () {
            const isMine = row.submissionId !== null && row.submissionId === row.state.submission?.id
            const isOver = now >= row.endsAt.getTime() || row.verifiedAt === null
            const { afterSubmit } = row.state.policy
            const isPast = afterSubmit === "uniform" && now >= (row.state.submission?.at ?? 0) + Sessions.flashMillis
            if (row.state.state !== "Submitted" || !isMine || isOver || isPast) return yield* new AccessLink.LinkDead()
            const customer = yield* customerOf(row, handle, secret)
            const current = yield* requests.current(customer).pipe(Effect.mapError(() => new AccessLink.LinkDead()))
            return { workspace: customer.workspace, customer, request: row.state, current }
          }),
        ).pipe(withCrypto),

      sendAccessLink: (by) =>
        accessLink(by).pipe(
          // whatever comes of it is for the log only
          Effect.catchTags({
            RateLimited: () => Effect.logDebug("an access link was asked for too often"),
            Refusal: ({ message }) => Effect.logDebug("an access link was not sent", message),
            RequestNotFound: () => Effect.void,
          }),
          Effect.catchCause((cause) => Effect.logError("an access link could not be sent", cause)),
          withCrypto,
          Effect.forkIn(scope),
          Effect.asVoid,
        ),

      links: (workspaceId, requestId) =>
        Effect.gen(function* () {
          const request = yield* rows.stateOf(workspaceId, requestId)
          if (request === null) return yield* new RequestNotFound({ id: requestId })
          return yield* links.list(workspaceId, request)
        }),

      copyLink: (member, requestId, recipient) =>
        Effect.gen(function* () {
          const { workspaceId } = member
          const request = yield* rows.stateOf(workspaceId, requestId)
          if (request === null) return yield* new RequestNotFound({ id: requestId })
          const { audience, token } = request.policy
          const mayHandOut = token === "derived" || audience === "shared-record" || audience === "anyone-with-link"
          if (!mayHandOut) return yield* new LinkNotCopied({ reason: "not-allowed" })
          if (ClientRequest.recipientOf(request, recipient) === undefined) {
            return yield* new LinkNotCopied({ reason: "recipient-unknown" })
          }
          const now = yield* Clock.currentTimeMillis
          if (!ClientRequest.isOpenAt(request, now)) return yield* new LinkNotCopied({ reason: "not-open" })
          const made: Array<Redacted.Redacted> = []
          const intent = {
            type: "RecordAccess",
            id: yield* Crypto.uuid,
            by: { kind: "member", id: member.id },
            what: "link-copied",
            recipient,
            channel: "",
          } as const
          // under the request's lock, so that a link of the generation that lives now is made
          yield* requests
            .handle(workspaceId, requestId, intent, (locked) =>
              Effect.map(
                links.issue(workspaceId, locked, { recipient, mailId: null, rebinds: true }),
                ({ url }) => void made.push(url),
              ),
            )
            .pipe(
              Effect.catchTags({
                Refusal: () => Effect.fail(new LinkNotCopied({ reason: "not-open" })),
                SqlError: Effect.die,
              }),
            )
          const [url] = made
          return url ?? (yield* new LinkNotCopied({ reason: "not-open" }))
        }).pipe(withCrypto),
    })
  }),
)
