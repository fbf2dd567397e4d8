/** Handlers of what firm and customer say to one another, for the groups `requests` and `customer`. */
import { Access, Failure, type Requests } from "@requite/api"
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../ClientRequests.ts"
import { type Comment, Conversations } from "../Conversations.ts"
import { tooOften } from "./entrance.ts"
import * as failures from "./failures.ts"

const iso = (at: number): string => new Date(at).toISOString()

const viewOf = ({ id, item, text, at, side, name, mine, isNew }: Comment): Requests.Comment => ({
  id,
  item,
  text,
  at: iso(at),
  by: { side, name },
  mine,
  new: isNew,
})

/** Of a member: what was said, and what waits for them. */
export const ofRequest = Effect.gen(function* () {
  const requests = yield* ClientRequests
  const conversations = yield* Conversations
  return Effect.fnUntraced(function* (workspaceId: string, id: string) {
    const { request } = yield* requests.read(workspaceId, id).pipe(Effect.catchTags(failures.noRequest))
    const { proposal = null, disowned = [] } = request
    const comments = yield* conversations.of(workspaceId, request, "firm")
    const view: Requests.Conversation = {
      comments: comments.map(viewOf),
      proposal:
        proposal === null
          ? null
          : {
              id: proposal.id,
              recipient: proposal.recipient,
              name: proposal.to.name,
              email: proposal.to.email,
              word: proposal.word,
              at: iso(proposal.at),
            },
      disowned: disowned.map(({ recipient, reason, at }) => ({ recipient, reason, at: iso(at) })),
    }
    return view
  })
})

/** Of a customer. */
export const ofCustomer = Effect.gen(function* () {
  const requests = yield* ClientRequests
  const conversations = yield* Conversations
  const crypto = yield* Crypto.Crypto
  const uuid = Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)

  const all = Effect.gen(function* () {
    const customer = yield* Access.CurrentCustomer
    const { request } = yield* requests.current(customer)
    const comments = yield* conversations.of(customer.workspace.id, request, { recipient: customer.recipient })
    return { comments: comments.map(viewOf) }
  }).pipe(Effect.catchTag("RequestNotFound", () => Effect.fail(new Failure.LinkDead())))

  return {
    comments: () => all,
    comment: Effect.fn(function* ({
      payload: { item = null, text },
    }: {
      readonly payload: { readonly item?: string | null; readonly text: string }
    }) {
      yield* conversations.say(yield* Access.CurrentCustomer, { item, text }, yield* uuid)
      return yield* all
    }, Effect.catchTags(failures.customerRefusal)),
    delegate: Effect.fn(
      function* ({
        payload: { name, email, word = "" },
      }: {
        readonly payload: { readonly name: string; readonly email: string; readonly word?: string }
      }) {
        const customer = yield* Access.CurrentCustomer
        const state = yield* conversations.delegate(customer, { name, email, word }, yield* uuid)
        return { done: (state.proposal ?? null) === null }
      },
      Effect.catchTags({
        ...failures.customerRefusal,
        RateLimited: ({ retryAfterSeconds }) => tooOften(retryAfterSeconds),
      }),
    ),
    disown: Effect.fn(function* ({ payload: { reason = "" } }: { readonly payload: { readonly reason?: string } }) {
      yield* conversations.disown(yield* Access.CurrentCustomer, reason, yield* uuid)
    }, Effect.catchTags(failures.customerRefusal)),
  }
})
