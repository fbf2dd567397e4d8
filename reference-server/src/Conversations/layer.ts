/** The layer of `Conversations`: a few lines each over the requests' one door, and how far each side has read. */
import { ClientRequest, Crypto, LocalText } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { ClientRequests } from "../ClientRequests.ts"
import { Contacts } from "../Contacts.ts"
import { Conversations, type Reading } from "../Conversations.ts"
import type { LinkHolder } from "../Customer.ts"
import * as Given from "../DataKeys/Given.ts"
import { isAddress } from "../Mailer/MailAddress.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import { Questionnaires } from "../Questionnaires.ts"
import { RateLimits } from "../RateLimits.ts"
import * as Recipients from "../Recipients.ts"
import * as Suppressions from "../Suppressions.ts"
import { Entry, entryColumns } from "../ClientRequests/sql.ts"
import * as Asking from "./Asking.ts"
import type { Comment } from "./Comment.ts"
import * as reads from "./reads.ts"

const day = 86_400
/** How often within a day somebody is named out of one request, an address to a firm, and anybody by customers of one firm. */
const delegations = {
  request: { times: 6, seconds: day },
  address: { times: 3, seconds: day },
  workspace: { times: 300, seconds: day },
} as const

/** What nobody means to write, halves of letters, and what turns the lines around it: left out. */
const clean = (text: string): string =>
  text
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(/[^\P{Cc}\n\t]|\p{Cs}|[\u202a-\u202e\u2066-\u2069]/gu, "")
    .trim()

const line = (text: string): string => LocalText.oneLine(clean(text)).trim()

export const layer = Layer.effect(
  Conversations,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const crypto = yield* Crypto.Crypto
    const requests = yield* ClientRequests
    const contacts = yield* Contacts
    const questionnaires = yield* Questionnaires
    const suppressions = yield* Suppressions.Suppressions
    const limits = yield* RateLimits
    const given = yield* Given.make
    const marks = yield* reads.make
    const uuid = Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)

    const entries = SqlSchema.findAll({
      Request: Schema.Struct({ workspaceId: Schema.String, id: Schema.String }),
      Result: Entry,
      execute: ({ workspaceId, id }) => sql`
        SELECT ${sql.literal(entryColumns)} FROM audit_entries
        WHERE workspace_id = ${workspaceId} AND request_id = ${id} AND type = 'CommentAdded' ORDER BY index`,
    })
    const names = (workspaceId: string) =>
      Effect.map(
        sql<{ id: string; name: string }>`SELECT id, name FROM members WHERE workspace_id = ${workspaceId}`,
        (rows) => new Map(rows.map(({ id, name }) => [id, name])),
      )

    const readerOf = (reading: Reading): string => (reading === "firm" ? reads.firm : reading.recipient)

    const of = Effect.fn("Conversations.of")(function* (
      workspaceId: string,
      request: ClientRequest.State,
      reading: Reading,
    ) {
      if (request.comments === undefined) return []
      const reader = readerOf(reading)
      const known = yield* names(workspaceId)
      const seen = yield* marks.seen(workspaceId, request.id, reader)
      const comments: Array<Comment> = []
      for (const sealed of yield* entries({ workspaceId, id: request.id })) {
        const { event, index } = yield* given.openEntry(workspaceId, sealed)
        if (event?.type !== "CommentAdded") continue
        if (reading !== "firm" && !ClientRequest.isReadBy(event, reading.recipient)) continue
        const { comment: id, item, text, at, by, author } = event
        const isFirm = by.kind === "member"
        const mine = reading === "firm" ? isFirm : author === reading.recipient
        comments.push({
          id,
          item,
          text,
          at,
          side: isFirm ? "firm" : "customer",
          name: isFirm ? (known.get(by.id) ?? "") : personOf(request, author ?? ""),
          mine,
          isNew: !mine && index > seen,
        })
      }
      return comments
    }, Effect.orDie)

    const byMember = (member: { readonly id: string }, id: string) => ({
      id,
      by: { kind: "member", id: member.id } as const,
    })
    const byCustomer = ({ linkId, recipient, generation, device }: LinkHolder, id: string) => ({
      id,
      by: { kind: "customer", link: linkId } as const,
      recipient,
      generation,
      device,
    })
    const isSuppressed = (workspaceId: string, email: string) =>
      Effect.map(suppressions.among(workspaceId, [email]), (dead) => dead.has(Suppressions.normal(email)))

    return Conversations.of({
      of,
      read: (workspaceId, requestId, reading) => Effect.orDie(marks.read(workspaceId, requestId, readerOf(reading))),
      unread: (workspaceId, states) =>
        marks
          .unread(
            workspaceId,
            states.flatMap(({ id, comments }) => ((comments?.customer ?? 0) > 0 ? [id] : [])),
          )
          .pipe(
            Effect.map((rows) => new Map(rows.map(({ requestId, n }) => [requestId, n]))),
            Effect.orDie,
          ),
      say: (customer, { item, text }, commandId) =>
        Effect.gen(function* () {
          return yield* requests.handle(customer.workspace.id, customer.requestId, {
            type: "Comment",
            ...byCustomer(customer, commandId),
            comment: yield* uuid,
            item,
            text: clean(text),
          })
        }),
      reply: (member, requestId, { item, text }, commandId) =>
        Effect.gen(function* () {
          return yield* requests.handle(member.workspaceId, requestId, {
            type: "Reply",
            ...byMember(member, commandId),
            comment: yield* uuid,
            item,
            text: clean(text),
          })
        }),
      ask: Effect.fn("Conversations.ask")(function* (member, requestId, { label, text }, commandId) {
        const { stored } = yield* requests.read(member.workspaceId, requestId)
        const { source, section } = Asking.withDocument(stored, line(label), commandId)
        // what is there as a version of the firm's stays as it is: this is asked of one customer alone
        const added = yield* Effect.orDie(
          questionnaires.add(member.workspaceId, source, { listed: false, alone: true }),
        )
        yield* requests.edit(member, requestId, { questionnaire: added.stored.ref }, `${commandId}:asked`)
        return yield* requests.handle(member.workspaceId, requestId, {
          type: "Reply",
          ...byMember(member, `${commandId}:said`),
          comment: yield* uuid,
          item: section,
          text: clean(text) === "" ? line(label) : clean(text),
        })
      }),
      delegate: Effect.fn("Conversations.delegate")(function* (customer, named, commandId) {
        const workspaceId = customer.workspace.id
        const email = line(named.email)
        const normal = Suppressions.normal(email)
        yield* limits.takeAll([
          // first of all its own: nobody uses up what belongs to others
          { key: `delegations:${customer.requestId}`, limit: delegations.request },
          { key: `delegations:${workspaceId}:${normal}`, limit: delegations.address },
          { key: `delegations:${workspaceId}`, limit: delegations.workspace },
        ])
        const { request } = yield* requests.current(customer)
        const from = ClientRequest.recipientOf(request, customer.recipient)
        const blank: ClientRequest.Recipient = {
          id: yield* uuid,
          name: line(named.name),
          // what is no address the core refuses, as it does one that is empty
          email: isAddress(email) ? email : "",
          language: from?.language ?? customer.workspace.language,
          mobile: "",
          role: "",
          contact: null,
        }
        const [to = blank] = yield* Effect.provideService(
          Recipients.recognised(workspaceId, [blank], null),
          Contacts,
          contacts,
        )
        return yield* requests.handle(workspaceId, request.id, {
          type: "Delegate",
          ...byCustomer(customer, commandId),
          proposal: yield* uuid,
          to,
          word: clean(named.word),
          suppressed: yield* isSuppressed(workspaceId, email),
        })
      }),
      accept: Effect.fn("Conversations.accept")(function* (member, requestId, proposal, commandId) {
        const { workspaceId } = member
        const { request } = yield* requests.read(workspaceId, requestId)
        const email = request.proposal?.to.email ?? ""
        const contact = email === "" ? null : yield* contacts.withEmail(workspaceId, email)
        return yield* requests.handle(workspaceId, requestId, {
          type: "AcceptDelegation",
          ...byMember(member, commandId),
          proposal,
          contact: contact?.id ?? null,
          suppressed: yield* isSuppressed(workspaceId, email),
        })
      }),
      refuse: (member, requestId, proposal, reason, commandId) =>
        Effect.gen(function* () {
          return yield* requests.handle(member.workspaceId, requestId, {
            type: "RefuseDelegation",
            ...byMember(member, commandId),
            proposal,
            reason: clean(reason),
            comment: yield* uuid,
          })
        }),
      disown: (customer, reason, commandId) =>
        requests.handle(customer.workspace.id, customer.requestId, {
          type: "Disown",
          ...byCustomer(customer, commandId),
          // the rest of what is too long was not read by anybody, and is no reason to keep them
          reason: clean(clean(reason).slice(0, ClientRequest.longestComment)),
        }),
    })
  }),
)

/** What a recipient is called, now or before they passed it on; empty: nobody remembers. */
const personOf = ({ details, delegated = [] }: ClientRequest.State, id: string): string => {
  const found = [...details.recipients, ...delegated.map(({ from }) => from)].find((one) => one.id === id)
  return found === undefined ? "" : found.name === "" ? found.email : found.name
}
