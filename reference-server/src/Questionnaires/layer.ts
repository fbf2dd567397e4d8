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
const Exact = Schema.Struct({ ...Key.fields, hash: Schema.String })
const Row = Schema.Struct({ ...Exact.fields, source: Schema.String, alone: Schema.Boolean })

// What the format does not allow names nothing, and need not reach the database.
const isId = (id: string) => /^[a-z][a-z0-9-]{0,63}$/.test(id)
const isVersion = (version: number) => Number.isInteger(version) && version >= 1 && version <= 1_000_000

/** The layer of `Questionnaires` over the database. A stored version never changes, so it is read once and kept. */
export const layer = Layer.effect(
  Questionnaires,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const crypto = yield* Crypto.Crypto

    const byHash = SqlSchema.findOneOption({
      Request: Exact,
      Result: Row,
      execute: ({ workspaceId, id, version, hash }) => sql`
        SELECT workspace_id, id, version, hash, source, alone FROM questionnaires
        WHERE workspace_id = ${workspaceId} AND id = ${id} AND version = ${version} AND hash = ${hash}`,
    })
    // what the firm offers comes before what it does not, and that before what somebody wrote for one request
    const named = SqlSchema.findOneOption({
      Request: Schema.Struct({ ...Key.fields, version: Schema.NullOr(Schema.Int) }),
      Result: Exact,
      execute: ({ workspaceId, id, version }) => sql`
        SELECT workspace_id, id, version, hash FROM questionnaires q
        WHERE workspace_id = ${workspaceId} AND id = ${id} AND (version = ${version}::int OR ${version}::int IS NULL)
          AND (NOT alone OR EXISTS (
            SELECT 1 FROM client_requests r
            WHERE r.workspace_id = q.workspace_id AND r.definition = q.hash))
        ORDER BY listed DESC, alone, version DESC, created_at DESC LIMIT 1`,
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

    // a Pending request has no answers yet that could break, and may still be given another version (T11); one that asks
    // what was written for it alone is on no version of the firm's
    const openVersions = SqlSchema.findAll({
      Request: Key,
      Result: Schema.Struct({ version: Schema.Int, hash: Schema.String, requests: Schema.Int }),
      execute: ({ workspaceId, id, version }) => sql`
        SELECT q.version, q.hash, count(*)::int AS requests
        FROM questionnaires q JOIN client_requests r
          ON r.workspace_id = q.workspace_id AND r.definition = q.hash
        WHERE q.workspace_id = ${workspaceId} AND q.id = ${id} AND q.version < ${version} AND NOT q.alone
          AND r.lifecycle = 'WaitingForCustomer'
        GROUP BY 1, 2 ORDER BY 1, 2`,
    })

    /** A stored source was checked before it was stored; that it fails now is a defect of ours. */
    const read = ({ hash, source }: Pick<typeof Row.Type, "hash" | "source">): Effect.Effect<Stored> => {
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
      key: typeof Exact.Type,
      later: Questionnaire.Questionnaire,
      source: string,
    ) {
      const there = yield* byHash(key)
      if (Option.isSome(there) && !there.value.alone) return []
      const found = yield* Effect.forEach(yield* openVersions(key), ({ version, hash, requests }) =>
        Effect.map(byHash({ ...key, version, hash }), (row) => {
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
          const alone = options?.alone ?? false
          const isListed = !alone && (options?.listed ?? true)
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
            alone,
            createdAt: new Date(yield* Clock.currentTimeMillis),
          }
          const taken = new VersionTaken({ id: ref.id, version: ref.version })
          // what is listed is never replaced; what is not gives way to it
          const mayBeOther = isListed || alone ? sql`NOT listed` : sql`alone`
          const others = yield* sql`
            SELECT 1 FROM questionnaires
            WHERE workspace_id = ${workspaceId} AND id = ${ref.id} AND version = ${ref.version}
              AND hash <> ${ref.hash} AND NOT (${mayBeOther})`
          if (others.length > 0) return yield* taken
          // there with the same content, it stays as it is, and is listed from now on if either says so
          const [there] = yield* sql<{ source: string }>`
            INSERT INTO questionnaires AS there ${sql.insert(row)} ON CONFLICT (workspace_id, id, version, hash)
            DO UPDATE SET listed = there.listed OR excluded.listed, alone = there.alone AND excluded.alone
            RETURNING source`.pipe(
            // another content was listed at the same moment
            Effect.catchReason("SqlError", "UniqueViolation", () => Effect.fail(taken)),
          )
          return { stored: { ref, questionnaire, source: there?.source ?? source }, warnings: findings }
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
      get: (workspaceId, id, version, hash) =>
        Effect.gen(function* () {
          if (!isId(id) || !isVersion(version ?? 1)) return yield* new QuestionnaireNotFound({ id })
          const exact =
            version === undefined || hash === undefined
              ? Option.getOrNull(yield* Effect.orDie(named({ workspaceId, id, version: version ?? null })))
              : { workspaceId, id, version, hash }
          if (exact === null) return yield* new QuestionnaireNotFound({ id })
          const key = `${workspaceId} ${exact.version} ${exact.hash} ${id}`
          const known = kept.get(key)
          if (known !== undefined) return known
          const row = Option.getOrNull(yield* Effect.orDie(byHash(exact)))
          if (row === null) return yield* new QuestionnaireNotFound({ id })
          return keep(key, yield* read(row))
        }),
    })
  }),
)
