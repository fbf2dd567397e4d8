import { Crypto, LocalText, Questionnaire } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import type { Stored } from "../Questionnaires.ts"
import { QuestionnaireNotFound, QuestionnaireRefused, Questionnaires, VersionTaken } from "../Questionnaires.ts"
import * as Publishing from "./Publishing.ts"
import * as Unsupported from "./Unsupported.ts"

const Key = Schema.Struct({ workspaceId: Schema.String, id: Schema.String, version: Schema.Int })
const Row = Schema.Struct({ ...Key.fields, hash: Schema.String, source: Schema.String })

// What the format does not allow names nothing, and need not reach the database.
const isId = (id: string) => /^[a-z][a-z0-9-]{0,63}$/.test(id)
const isVersion = (version: number) => Number.isInteger(version) && version >= 1 && version <= 1_000_000

/** The layer of `Questionnaires` over the database. A stored version never changes, so it is read once and kept. */
export const layer = Layer.effect(
  Questionnaires,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const crypto = yield* Crypto.Crypto

    const byKey = SqlSchema.findOneOption({
      Request: Key,
      Result: Row,
      execute: ({ workspaceId, id, version }) => sql`
        SELECT workspace_id, id, version, hash, source FROM questionnaires
        WHERE workspace_id = ${workspaceId} AND id = ${id} AND version = ${version}`,
    })
    const newest = SqlSchema.findOneOption({
      Request: Key.mapFields(({ workspaceId, id }) => ({ workspaceId, id })),
      Result: Schema.Struct({ version: Schema.Int }),
      execute: ({ workspaceId, id }) => sql`
        SELECT version FROM questionnaires WHERE workspace_id = ${workspaceId} AND id = ${id} ORDER BY version DESC LIMIT 1`,
    })
    const listed = SqlSchema.findAll({
      Request: Schema.String,
      Result: Schema.Struct({
        id: Schema.String,
        version: Schema.Int,
        title: Schema.String,
        questions: Schema.Int,
        createdAt: Schema.Date,
      }),
      execute: (workspaceId) => sql`
        SELECT DISTINCT ON (id) id, version, title, questions, created_at FROM questionnaires
        WHERE workspace_id = ${workspaceId} AND listed ORDER BY id, version DESC`,
    })

    // a Pending request has no answers yet that could break, and may still be given another version (T11)
    const openVersions = SqlSchema.findAll({
      Request: Key,
      Result: Schema.Struct({ version: Schema.Int, requests: Schema.Int }),
      execute: ({ workspaceId, id, version }) => sql`
        SELECT (state->'details'->'questionnaire'->>'version')::int AS version, count(*)::int AS requests
        FROM client_requests
        WHERE workspace_id = ${workspaceId} AND lifecycle = 'WaitingForCustomer'
          AND state->'details'->'questionnaire'->>'id' = ${id}
          AND (state->'details'->'questionnaire'->>'version')::int < ${version}
        GROUP BY 1 ORDER BY 1`,
    })

    /** A stored source was checked before it was stored; that it fails now is a defect of ours. */
    const read = ({ hash, source }: typeof Row.Type): Effect.Effect<Stored> => {
      const questionnaire = Questionnaire.read(source)
      if (questionnaire === null) return Effect.die(new Error("a stored questionnaire is not readable any more"))
      const { id, version } = questionnaire
      return Effect.succeed({
        ref: {
          id,
          version,
          hash,
          questions: Questionnaire.questions(questionnaire).length,
          sections: questionnaire.sections.map((section) => section.id),
        },
        questionnaire,
        source,
      })
    }
    // Not a Cache of Effect's: whoever asks there for what somebody else is reading waits for that one's query, and in a
    // transaction that is a wait for a connection which one holds oneself. It keeps failures, too.
    const kept = new Map<string, Stored>()
    const keep = (key: string, stored: Stored): Stored => {
      if (kept.size >= 200) kept.delete(kept.keys().next().value ?? "")
      kept.set(key, stored)
      return stored
    }

    /** What of a version breaks the answers to earlier ones that people are giving now. */
    const breaking = Effect.fnUntraced(function* (
      key: typeof Key.Type,
      later: Questionnaire.Questionnaire,
      source: string,
    ) {
      if (Option.isSome(yield* byKey(key))) return []
      const found = yield* Effect.forEach(yield* openVersions(key), ({ version, requests }) =>
        Effect.map(byKey({ ...key, version }), (row) => {
          const earlier = Option.isSome(row) ? Questionnaire.read(row.value.source) : null
          return earlier === null ? [] : Publishing.find(earlier, later, source, requests)
        }),
      )
      return found.flat()
    }, Effect.orDie)

    return Questionnaires.of({
      add: Effect.fn("Questionnaires.add")(
        function* (workspaceId, source, options) {
          const { questionnaire, findings } = Questionnaire.check(source)
          if (questionnaire === null) return yield* new QuestionnaireRefused({ findings })
          const unsupported = Unsupported.find(questionnaire, source)
          if (unsupported.length > 0)
            return yield* new QuestionnaireRefused({ findings: [...unsupported, ...findings] })
          const ref = yield* Questionnaire.reference(questionnaire)
          // one written for one request alone has no other requests
          const isListed = options?.listed ?? true
          const breaks = isListed ? yield* breaking({ workspaceId, ...ref }, questionnaire, source) : []
          if (breaks.length > 0) return yield* new QuestionnaireRefused({ findings: [...breaks, ...findings] })
          const row = {
            workspaceId,
            id: ref.id,
            version: ref.version,
            hash: ref.hash,
            title: LocalText.resolve(questionnaire.title, [questionnaire.language]).replace(/\p{Cc}+/gu, " "),
            questions: ref.questions,
            source,
            listed: isListed,
            createdAt: new Date(yield* Clock.currentTimeMillis),
          }
          // there with the same content, it stays as it is, and is listed from now on if either says so
          const [there] = yield* sql<{ source: string }>`
            INSERT INTO questionnaires AS there ${sql.insert(row)} ON CONFLICT (workspace_id, id, version)
            DO UPDATE SET listed = there.listed OR excluded.listed WHERE there.hash = excluded.hash RETURNING source`
          if (there === undefined) return yield* new VersionTaken({ id: ref.id, version: ref.version })
          return { stored: { ref, questionnaire, source: there.source }, warnings: findings }
        },
        Effect.catchTag("SqlError", Effect.die),
        Effect.provideService(Crypto.Crypto, crypto),
      ),
      list: (workspaceId) =>
        Effect.map(Effect.orDie(listed(workspaceId)), (rows) =>
          rows
            .map(({ createdAt, ...row }) => ({ ...row, createdAt: createdAt.getTime() }))
            .sort((a, b) => a.title.localeCompare(b.title)),
        ),
      get: (workspaceId, id, version) =>
        Effect.gen(function* () {
          if (!isId(id) || !isVersion(version ?? 1)) return yield* new QuestionnaireNotFound({ id })
          const latest = version ?? Option.getOrNull(yield* Effect.orDie(newest({ workspaceId, id })))?.version
          if (latest === undefined) return yield* new QuestionnaireNotFound({ id })
          const key = `${workspaceId} ${latest} ${id}`
          const known = kept.get(key)
          if (known !== undefined) return known
          const row = Option.getOrNull(yield* Effect.orDie(byKey({ workspaceId, id, version: latest })))
          if (row === null) return yield* new QuestionnaireNotFound({ id })
          return keep(key, yield* read(row))
        }),
    })
  }),
)
