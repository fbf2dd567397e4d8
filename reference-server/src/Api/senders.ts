/** Handlers of the group `sender`. */
import { Access, Api, Failure, type Senders as Contract } from "@requite/api"
import * as Effect from "effect/Effect"
import { HttpApiBuilder } from "../platform/HttpApi.ts"
import { type Sender, type SenderRefused, Senders } from "../Senders.ts"
import * as failures from "./failures.ts"

const because: Readonly<Record<SenderRefused["reason"], string>> = {
  domain: "This is not a domain that mail can come from.",
  address: "This cannot stand before the @ of an address.",
  public: "Nobody but the provider can publish records for this domain: use one of the firm's own.",
}

const refused = {
  SenderRefused: ({ reason }: SenderRefused) =>
    Effect.fail(new Failure.SenderRefused({ reason, message: because[reason] })),
}
const missing = { NoSender: () => Effect.fail(failures.notFound("sender")) }

const isoOrNull = (at: number | null) => (at === null ? null : new Date(at).toISOString())

export const layer = HttpApiBuilder.group(
  Api,
  "sender",
  Effect.fn(function* (handlers) {
    const senders = yield* Senders
    const workspace = Effect.map(Access.CurrentMember, ({ workspaceId }) => workspaceId)

    const view = Effect.fnUntraced(function* (workspaceId: string, sender: Sender | null) {
      const { from } = yield* senders.from(workspaceId, { name: "" })
      const answer: Contract.SenderView = {
        address: from.address,
        domain:
          sender === null
            ? null
            : {
                name: sender.domain,
                localPart: sender.localPart,
                ownAddresses: sender.ownAddresses,
                state: sender.state,
                records: sender.records.map(
                  ({ kind, isRequired, type, name, value, judgement, code, seen = null }) => ({
                    kind,
                    isRequired,
                    type,
                    name,
                    value,
                    judgement,
                    code,
                    seen,
                  }),
                ),
                selector: sender.selector,
                nextSelector: sender.nextSelector,
                checkedAt: isoOrNull(sender.checkedAt),
                verifiedAt: isoOrNull(sender.verifiedAt),
                lostAt: isoOrNull(sender.lostAt),
                warmUp:
                  sender.warmUp === null
                    ? null
                    : {
                        day: sender.warmUp.step + 1,
                        perDay: sender.warmUp.perDay,
                        sent: sender.warmUp.sent,
                        waiting: sender.warmUp.waiting,
                        until: isoOrNull(sender.warmUp.until),
                      },
              },
      }
      return answer
    })

    return handlers.handleAll({
      get: Effect.fn(function* () {
        const workspaceId = yield* workspace
        return yield* view(workspaceId, yield* senders.find(workspaceId))
      }),
      choose: Effect.fn(function* ({ payload: { domain, localPart, ownAddresses = false } }) {
        const workspaceId = yield* workspace
        return yield* view(workspaceId, yield* senders.choose(workspaceId, { domain, localPart, ownAddresses }))
      }, Effect.catchTags(refused)),
      check: Effect.fn(function* () {
        const workspaceId = yield* workspace
        return yield* view(workspaceId, yield* senders.check(workspaceId))
      }, Effect.catchTags(missing)),
      rotate: Effect.fn(function* () {
        const workspaceId = yield* workspace
        return yield* view(workspaceId, yield* senders.rotate(workspaceId))
      }, Effect.catchTags(missing)),
      remove: Effect.fn(function* () {
        yield* senders.remove(yield* workspace)
      }),
    })
  }),
)
