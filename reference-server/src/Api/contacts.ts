/** Handlers of the group `contacts`. */
import { Access, Api, type Contacts as Contract } from "@requite/api"
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import { type Contact, Contacts } from "../Contacts.ts"
import { HttpApiBuilder } from "../platform/HttpApi.ts"
import { type Login, Portal } from "../Portal.ts"
import { Timelines } from "../Timelines.ts"
import { Workspaces } from "../Workspaces.ts"
import * as failures from "./failures.ts"
import { idFor } from "./ids.ts"
import * as views from "./views.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "contacts",
  Effect.fn(function* (handlers) {
    const contacts = yield* Contacts
    const workspaces = yield* Workspaces
    const portal = yield* Portal
    const timelines = yield* Timelines
    const crypto = yield* Crypto.Crypto

    return handlers.handleAll({
      list: Effect.fn(function* ({ query: { search = "", deleted } }) {
        const { workspaceId } = yield* Access.CurrentMember
        const found = yield* contacts.list(workspaceId, { search, deleted: deleted === "true" })
        return { contacts: found.map(view) }
      }),
      create: Effect.fn(function* ({ headers, payload }) {
        const { workspaceId } = yield* Access.CurrentMember
        const id = yield* Effect.provideService(idFor("contact", workspaceId, headers), Crypto.Crypto, crypto)
        const { language } = yield* workspaces.get(workspaceId)
        const details = { email: "", mobile: "", language, timeZone: null, ...payload }
        return view(yield* contacts.create(workspaceId, id, details))
      }, Effect.catchTags(noContact)),
      get: Effect.fn(function* ({ params }) {
        const { workspaceId } = yield* Access.CurrentMember
        return view(yield* contacts.get(workspaceId, params.id))
      }, Effect.catchTags(noContact)),
      edit: Effect.fn(function* ({ params, payload }) {
        const { workspaceId } = yield* Access.CurrentMember
        return view(yield* contacts.edit(workspaceId, params.id, payload))
      }, Effect.catchTags(noContact)),
      remove: Effect.fn(function* ({ params }) {
        const { workspaceId } = yield* Access.CurrentMember
        return view(yield* contacts.remove(workspaceId, params.id))
      }, Effect.catchTags(noContact)),
      mails: Effect.fn(function* ({ params: { id }, query: { limit = 50, offset = 0 } }) {
        const { workspaceId } = yield* Access.CurrentMember
        yield* contacts.get(workspaceId, id)
        return views.timeline(yield* timelines.mails(workspaceId, { kind: "contact", id }, { limit, offset }))
      }, Effect.catchTags(noContact)),
      login: Effect.fn(function* ({ params }) {
        const { workspaceId } = yield* Access.CurrentMember
        yield* contacts.get(workspaceId, params.id)
        return loginView(yield* portal.loginOf(workspaceId, params.id))
      }, Effect.catchTags(noContact)),
      turnOffLogin: Effect.fn(function* ({ params }) {
        const member = yield* Access.CurrentMember
        yield* contacts.get(member.workspaceId, params.id)
        yield* portal.turnOff(member, params.id)
        return loginView(yield* portal.loginOf(member.workspaceId, params.id))
      }, Effect.catchTags(noContact)),
      turnOnLogin: Effect.fn(function* ({ params }) {
        const member = yield* Access.CurrentMember
        yield* contacts.get(member.workspaceId, params.id)
        yield* portal.turnOn(member, params.id)
        return loginView(yield* portal.loginOf(member.workspaceId, params.id))
      }, Effect.catchTags(noContact)),
      restore: Effect.fn(function* ({ params }) {
        const { workspaceId } = yield* Access.CurrentMember
        return view(yield* contacts.restore(workspaceId, params.id))
      }, Effect.catchTags(noContact)),
    })
  }),
)

const noContact = { ContactNotFound: () => Effect.fail(failures.notFound("contact")) }

const instant = (at: number | null) => (at === null ? null : new Date(at).toISOString())

const loginView = ({ madeAt, lastLoginAt, turnedOffAt, ...login }: Login): Contract.LoginView => ({
  ...login,
  madeAt: instant(madeAt),
  lastLoginAt: instant(lastLoginAt),
  turnedOffAt: instant(turnedOffAt),
})

export const view = ({ deletedAt, ...contact }: Contact): Contract.ContactView => ({
  ...contact,
  deletedAt: deletedAt === null ? null : new Date(deletedAt).toISOString(),
})
