/**
 * A member's visit to one page: who they are, and what every page of theirs needs to know. `enter` opens it from the
 * session's cookie.
 */
import { Crypto } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Config, type ServerConfig } from "../Config.ts"
import { type Member, Members, NotSignedIn, sessionCookie } from "../Members.ts"
import * as CurrentRequest from "../Observability/CurrentRequest.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { HttpRouter, HttpServerRequest } from "../platform/Http.ts"
import * as Tenancy from "../Tenancy.ts"
import { type Workspace, Workspaces } from "../Workspaces.ts"
import type { Form } from "./Form.ts"
import * as Words from "./Words.ts"

export interface Visit {
  readonly config: ServerConfig
  readonly request: HttpServerRequest.HttpServerRequest
  readonly member: Member
  readonly workspace: Workspace
  readonly session: Redacted.Redacted
  /** The token of the session's forms. */
  readonly csrf: string
  /** A fresh id for the command of each form on the page, so that a form sent twice counts once. */
  readonly command: string
  readonly words: Words.Words
  /** A part of the path; empty when the route has none of that name. */
  readonly part: (name: string) => string
  /** A parameter of the query; empty when it is not there. */
  readonly query: (name: string) => string
}

/** There is no such thing, in this workspace. */
export class NotHere extends Schema.TaggedError<NotHere>()("NotHere", {}) {}

type Services = Config | Members | Workspaces | Crypto.Crypto

/** Opens the visit; fails when there is no session, or one that does not hold. */
export const enter: Effect.Effect<
  Visit,
  NotSignedIn,
  Services | HttpServerRequest.HttpServerRequest | HttpServerRequest.ParsedSearchParams | HttpRouter.RouteContext
> = Effect.gen(function* () {
  const config = yield* Config
  const request = yield* HttpServerRequest.HttpServerRequest
  const session = PageSecurity.readCookie(config, request, sessionCookie.name)
  if (session === null) return yield* new NotSignedIn()
  const member = yield* (yield* Members).bySession(session)
  yield* CurrentRequest.know({ workspaceId: member.workspaceId, memberId: member.id })
  const workspace = yield* Tenancy.within(member.workspaceId)((yield* Workspaces).get(member.workspaceId))
  const parts = yield* HttpRouter.params
  const query = yield* HttpServerRequest.ParsedSearchParams
  return {
    config,
    request,
    member,
    workspace,
    session,
    csrf: yield* PageSecurity.csrfToken(session),
    command: yield* Crypto.uuid,
    words: Words.make([workspace.language], workspace.timeZone, yield* Clock.currentTimeMillis),
    part: (name) => parts[name] ?? "",
    query: (name) => [query[name] ?? ""].flat()[0] ?? "",
  }
})

/** Is this an id as we make them? Nothing else is looked up. */
export const isId = (text: string): boolean => uuid.test(text)

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** A part of the path that must be an id of ours: what is none leads to nothing. */
export const idPart = (visit: Visit, name: string): Effect.Effect<string, NotHere> =>
  isId(visit.part(name)) ? Effect.succeed(visit.part(name)) : Effect.fail(new NotHere())

/** The id of the command that a form gives: the one it was rendered with, so that it counts once. */
export const commandOf = (visit: Visit, form: Form): string => {
  const command = form.text("command")
  return isId(command) ? command : visit.command
}
