import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { MailTemplates, TemplateRefused } from "../MailTemplates.ts"
import { languages } from "../Messages.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import { Workspaces } from "../Workspaces.ts"
import { type Kind, kinds } from "./kinds.ts"
import * as testMails from "./testMails.ts"
import type { Wording } from "./kinds.ts"
import { chain, check } from "./wording.ts"

const Row = Schema.Struct({
  kind: Schema.Literals(kinds),
  language: Schema.String,
  version: Schema.Int,
  subject: Schema.NullOr(Schema.String),
  lead: Schema.NullOr(Schema.String),
  body: Schema.NullOr(Schema.String),
  createdAt: Schema.Date,
  createdBy: Schema.String,
})

const wordingOf = ({ subject, lead, body }: typeof Row.Type): Wording | null =>
  subject === null || lead === null || body === null ? null : { subject, lead, body }

const isSame = (one: Wording | null, other: Wording | null): boolean =>
  one?.subject === other?.subject && one?.lead === other?.lead && one?.body === other?.body

/** The layer of `MailTemplates` over the database. */
export const layer = Layer.effect(
  MailTemplates,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const workspaces = yield* Workspaces
    const sendTest = yield* testMails.make

    /** The newest version of each template of the workspace. */
    const newest = SqlSchema.findAll({
      Request: Schema.String,
      Result: Row,
      execute: (workspaceId) => sql`
        SELECT DISTINCT ON (kind, language) kind, language, version, subject, lead, body, created_at, created_by
        FROM mail_templates WHERE workspace_id = ${workspaceId} ORDER BY kind, language, version DESC`,
    })
    const versionsOf = SqlSchema.findAll({
      Request: Schema.Struct({ workspaceId: Schema.String, kind: Schema.String, language: Schema.String }),
      Result: Row,
      execute: ({ workspaceId, kind, language }) => sql`
        SELECT kind, language, version, subject, lead, body, created_at, created_by FROM mail_templates
        WHERE workspace_id = ${workspaceId} AND kind = ${kind} AND language = ${language} ORDER BY version DESC`,
    })
    const own = (workspaceId: string) =>
      Effect.map(Effect.orDie(newest(workspaceId)), (rows) =>
        rows.flatMap((row) => {
          const wording = wordingOf(row)
          return wording === null ? [] : [{ kind: row.kind, language: row.language, wording }]
        }),
      )

    const find: MailTemplates["Service"]["find"] = Effect.fnUntraced(function* (workspaceId, kind, language) {
      const all = (yield* own(workspaceId)).filter((one) => one.kind === kind)
      if (all.length === 0) return undefined
      const { language: firm } = yield* workspaces.get(workspaceId)
      for (const tag of chain(language, firm)) {
        const found = all.find((one) => one.language.toLowerCase() === tag.toLowerCase())
        if (found !== undefined) return { language: found.language, wording: found.wording }
        // our own words in the reader's language come before the firm's words in another
        if (languages.some((one) => one === tag)) return undefined
      }
      return undefined
    })

    const put = (
      member: { readonly id: string; readonly workspaceId: string },
      kind: Kind,
      language: string,
      wording: Wording | null,
    ) =>
      Effect.gen(function* () {
        const { workspaceId } = member
        yield* sql`SELECT 1 FROM workspaces WHERE id = ${workspaceId} FOR UPDATE`
        const [last] = yield* versionsOf({ workspaceId, kind, language })
        if (isSame(last === undefined ? null : wordingOf(last), wording)) return
        yield* sql`INSERT INTO mail_templates ${sql.insert({
          workspaceId,
          kind,
          language,
          version: (last?.version ?? 0) + 1,
          subject: wording?.subject ?? null,
          lead: wording?.lead ?? null,
          body: wording?.body ?? null,
          createdAt: new Date(yield* Clock.currentTimeMillis),
          createdBy: member.id,
        })}`
      }).pipe(sql.withTransaction, Effect.orDie)

    return MailTemplates.of({
      find,
      list: (workspaceId) =>
        Effect.map(own(workspaceId), (all) => all.map(({ kind, language }) => ({ kind, language }))),
      versions: (workspaceId, kind, language) =>
        Effect.map(Effect.orDie(versionsOf({ workspaceId, kind, language })), (rows) =>
          rows.map((row) => ({
            version: row.version,
            wording: wordingOf(row),
            at: row.createdAt.getTime(),
            by: row.createdBy,
          })),
        ),
      save: Effect.fnUntraced(function* (member, kind, language, wording) {
        const findings = check(kind, wording)
        if (findings.length > 0) return yield* new TemplateRefused({ findings })
        yield* put(member, kind, language, wording)
      }),
      reset: (member, kind, language) => put(member, kind, language, null),
      sendTest,
    })
  }),
)
