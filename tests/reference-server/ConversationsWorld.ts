/** What the tests of conversations share: a request that a customer has opened, and what both sides may say beside it. */
import type { ClientRequest } from "@requite/core"
import { RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { Conversations } from "../../reference-server/src/Conversations.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import { hidden } from "./CustomerPagesVisitor.ts"

/** Sent, and opened by its customer. */
export const begin = Effect.fnUntraced(function* (
  policy: RequestPolicy.RequestPolicy = RequestPolicy.standard,
  changes: Partial<ClientRequest.Details> = {},
) {
  const arranged = yield* Visitor.arrange({ title: "Year end", ...changes }, undefined, policy)
  const visitor = yield* Visitor.visitor
  const list = yield* visitor.start(arranged.token)
  const requests = yield* ClientRequests
  const conversations = yield* Conversations
  const { member, request } = arranged
  const { workspaceId } = member
  const post = Effect.fnUntraced(function* (path: string, fields: Record<string, string>) {
    const page = yield* visitor.get(path)
    return yield* visitor.post(path, new URLSearchParams({ csrf: hidden(page.text, "csrf"), ...fields }))
  })
  const overview = requests.overview(workspaceId, request.id)
  const now = Effect.map(requests.read(workspaceId, request.id), (current) => current.request)
  return {
    ...arranged,
    visitor,
    list,
    requests,
    conversations,
    overview,
    /** As it stands. */
    now,
    say: (text: string, item = "") => post(`${list}/messages`, { text, item }),
    reply: (text: string, item: string | null = null) =>
      Effect.flatMap(Visitor.uuid, (id) => conversations.reply(member, request.id, { item, text }, id)),
    pass: (email: string, name = "Cy Lund", word = "") => post(`${list}/pass-on`, { email, name, word }),
    disown: (word: string) => post(`${list}/not-mine`, { word }),
    /** How many comments nobody of the firm has read. */
    unread: Effect.flatMap(now, (state) =>
      Effect.map(conversations.unread(workspaceId, [state]), (found) => found.get(request.id) ?? 0),
    ),
    mailsOf: (kind: string) => Effect.map(overview, ({ mails }) => mails.filter((mail) => mail.kind === kind)),
    /** Of every mail, what it was. */
    kinds: Effect.map(overview, ({ mails }) => mails.map(({ kind }) => kind)),
  }
})
