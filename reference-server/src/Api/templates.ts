/** Handlers of the group `templates`. */
import { Access, Api, Failure, type Templates as Contract } from "@requite/api"
import * as Effect from "effect/Effect"
import type { MessageRefused } from "../Invitation.ts"
import { ClientRequests } from "../ClientRequests.ts"
import { Config } from "../Config.ts"
import * as MailPreviews from "../MailPreviews.ts"
import { type Asked, declaration, type Kind, kinds, MailTemplates, type TemplateRefused } from "../MailTemplates.ts"
import { standardFor } from "../MailTemplates/wording.ts"
import { type Member, Members } from "../Members.ts"
import { HttpApiBuilder } from "../platform/HttpApi.ts"
import type { RateLimited } from "../RateLimits.ts"
import { Workspaces } from "../Workspaces.ts"
import { tooOften } from "./entrance.ts"
import * as failures from "./failures.ts"

const refused = {
  TemplateRefused: ({ findings }: TemplateRefused) => Effect.fail(new Failure.TemplateRefused({ findings })),
}
const unseen = {
  ...refused,
  ...failures.noRequest,
  MessageRefused: ({ sentences }: MessageRefused) => Effect.fail(new Failure.MessageRefused({ sentences })),
}
const limited = {
  RateLimited: ({ retryAfterSeconds }: RateLimited) => tooOften(retryAfterSeconds),
}

const tagsOf = (kind: Kind) =>
  Object.entries(declaration(kind).variables).map(([name, variable]) => ({
    name,
    description: variable.description,
    isRequired: variable.required === true,
    isRequiredInSubject: variable.requiredInSubject === true,
    inSubject: variable.inSubject !== false,
  }))

export const layer = HttpApiBuilder.group(
  Api,
  "templates",
  Effect.fn(function* (handlers) {
    const templates = yield* MailTemplates
    const members = yield* Members
    const workspaces = yield* Workspaces
    const requests = yield* ClientRequests
    const config = yield* Config

    const view = Effect.fnUntraced(function* (kind: Kind, language: string) {
      const { workspaceId } = yield* Access.CurrentMember
      const { language: firm } = yield* workspaces.get(workspaceId)
      const versions = yield* templates.versions(workspaceId, kind, language)
      const own = versions[0]?.wording ?? null
      const standard = standardFor(kind, [language, firm])
      const ids = new Set(versions.map(({ by }) => by))
      const found = yield* Effect.forEach(ids, (id) => members.find(workspaceId, id))
      const names = new Map(found.flatMap((member) => (member === null ? [] : [[member.id, member.name] as const])))
      const answer: Contract.Template = {
        kind,
        language,
        isStandard: own === null,
        wording: own ?? standard,
        standard,
        tags: tagsOf(kind),
        versions: versions.map(({ version, wording, at, by }) => ({
          version,
          wording,
          at: new Date(at).toISOString(),
          by: { id: by, name: names.get(by) ?? null },
        })),
      }
      return answer
    })

    const asked = Effect.fnUntraced(function* (draft: typeof Contract.Draft.Type) {
      const { workspaceId } = yield* Access.CurrentMember
      const { kind, wording = null, request = null, recipient = null } = draft
      const { language } = yield* workspaces.get(workspaceId)
      const given: Asked = { kind, language: draft.language ?? language, wording, request, recipient }
      return given
    })

    const shown = (member: Member, { kind, language, wording, request, recipient }: Asked) =>
      (request === null
        ? MailPreviews.ofTemplate(member, { kind, language, wording })
        : MailPreviews.ofRequest(member, request, { kind, wording, ...(recipient === null ? {} : { recipient }) })
      ).pipe(
        Effect.provideService(MailTemplates, templates),
        Effect.provideService(Workspaces, workspaces),
        Effect.provideService(ClientRequests, requests),
        Effect.provideService(Config, config),
      )

    return handlers.handleAll({
      list: Effect.fn(function* () {
        const { workspaceId } = yield* Access.CurrentMember
        return { kinds: [...kinds], own: yield* templates.list(workspaceId) }
      }),
      get: Effect.fn(function* ({ params }) {
        return yield* view(params.kind, params.language)
      }),
      save: Effect.fn(function* ({ params, payload }) {
        yield* templates.save(yield* Access.CurrentMember, params.kind, params.language, payload)
        return yield* view(params.kind, params.language)
      }, Effect.catchTags(refused)),
      reset: Effect.fn(function* ({ params }) {
        yield* templates.reset(yield* Access.CurrentMember, params.kind, params.language)
      }),
      preview: Effect.fn(function* ({ payload }) {
        const { subject, html, text } = yield* shown(yield* Access.CurrentMember, yield* asked(payload))
        return { subject, html, text }
      }, Effect.catchTags(unseen)),
      test: Effect.fn(
        function* ({ payload }) {
          const member = yield* Access.CurrentMember
          const given = yield* asked(payload)
          // what cannot be shown cannot be sent either, and is said here
          yield* shown(member, given)
          yield* templates.sendTest(member, given)
          return { to: member.email }
        },
        Effect.catchTags({ ...unseen, ...limited }),
      ),
    })
  }),
)
