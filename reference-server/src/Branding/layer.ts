import { Crypto } from "@requite/core"
import * as JsonText from "@requite/core/JsonText"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Brandings, BrandingRefused, type Draft, DraftChanged, kept, NotPublished } from "../Branding.ts"
import { Files } from "../Files.ts"
import { SqlClient, SqlSchema, type Statement } from "../platform/Sql.ts"
import * as Tenancy from "../Tenancy.ts"
import { WorkspaceEvents } from "../WorkspaceEvents.ts"
import { Branding, Logo, Look, standard } from "./Look.ts"
import * as Palette from "./Palette.ts"
import * as Sheet from "./Sheet.ts"

const Row = Schema.Struct({
  id: Schema.String,
  isDraft: Schema.Boolean,
  branding: Branding,
  createdAt: Schema.Date,
  createdBy: Schema.NullOr(Schema.String),
  byName: Schema.NullOr(Schema.String),
})

const Live = Schema.Struct({
  accent: Schema.String,
  logo: Schema.NullOr(Logo),
  look: Schema.NullOr(Look),
  createdAt: Schema.Date,
})

/** The logos that one shows. */
const shownIn = ({ logo, logoDark }: Branding) => [logo, logoDark].filter((one) => one !== null)

/** What changed, for the record. */
const changes = (before: Branding, after: Branding): string => {
  const parts = ["accent", "logo", "logoDark", "scheme", "variables", "texts"] as const
  return parts.filter((part) => JsonText.canonical(before[part]) !== JsonText.canonical(after[part])).join(", ")
}

/** The layer of `Brandings` over the database. */
export const layer = Layer.effect(
  Brandings,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const files = yield* Files
    const events = yield* WorkspaceEvents
    const crypto = yield* Crypto.Crypto

    const rowsOf = SqlSchema.findAll({
      Request: Schema.String,
      Result: Row,
      execute: (workspaceId) => sql`
        SELECT b.id, b.is_draft, b.branding, b.created_at, b.created_by, m.name AS by_name
        FROM brandings b LEFT JOIN members m ON m.id = b.created_by
        WHERE b.workspace_id = ${workspaceId} ORDER BY b.position DESC`,
    })
    const liveOf = SqlSchema.findOne({
      Request: Schema.String,
      Result: Live,
      execute: (id) => sql`SELECT accent, logo, look, created_at FROM workspaces WHERE id = ${id}`,
    })
    const logosOf = SqlSchema.findAll({
      Request: Schema.String,
      Result: Logo,
      execute: (workspaceId) => sql`SELECT id, type FROM logos WHERE workspace_id = ${workspaceId}`,
    })
    const bySheet = SqlSchema.findOneOption({
      Request: Schema.String,
      Result: Schema.Struct({ branding: Branding }),
      execute: (sheet) => sql`SELECT branding FROM brandings WHERE sheet = ${sheet} AND NOT is_draft LIMIT 1`,
    })

    const read = (workspaceId: string) =>
      Effect.gen(function* () {
        const { accent, logo, look, createdAt } = yield* liveOf(workspaceId)
        const rows = yield* rowsOf(workspaceId)
        const live: Branding = { accent, logo, ...(look ?? standard) }
        return { live, madeAt: createdAt, rows }
      }).pipe(Effect.orDie)

    const done = (statement: Statement.Statement<unknown>): Effect.Effect<void> =>
      Effect.asVoid(Effect.orDie(statement))
    const forgetDraft = (workspaceId: string) =>
      done(sql`DELETE FROM brandings WHERE workspace_id = ${workspaceId} AND is_draft`)
    const draftRow = (workspaceId: string) =>
      Effect.map(Effect.orDie(rowsOf(workspaceId)), (rows) => rows.find(({ isDraft }) => isDraft) ?? null)

    const draftOf = (row: typeof Row.Type): Effect.Effect<Draft> =>
      Effect.map(
        // ids are made anew with each save, so that two equal drafts are two
        Crypto.sha256Hex(JsonText.canonical({ id: row.id, branding: row.branding })),
        (digest) => ({ branding: row.branding, digest, at: row.createdAt.getTime(), byName: row.byName }),
      ).pipe(Effect.provideService(Crypto.Crypto, crypto))

    const insert = Effect.fnUntraced(
      function* (
        workspaceId: string,
        branding: Branding,
        given: { readonly isDraft: boolean; readonly at: Date; readonly by: string | null },
      ) {
        const id = yield* Crypto.uuid
        const row = { id, isDraft: given.isDraft, branding: JSON.stringify(branding), sheet: Sheet.digestOf(branding) }
        yield* done(
          sql`INSERT INTO brandings ${sql.insert({ ...row, workspaceId, createdAt: given.at, createdBy: given.by })}`,
        )
      },
      Effect.provideService(Crypto.Crypto, crypto),
    )

    /** Takes away what goes beyond the last ten, and the logos that nothing shows any more: these are given back. */
    const tidy = Effect.fnUntraced(function* (workspaceId: string) {
      const { live, rows } = yield* read(workspaceId)
      const old = rows.filter(({ isDraft }) => !isDraft).slice(kept)
      for (const { id } of old) yield* sql`DELETE FROM brandings WHERE workspace_id = ${workspaceId} AND id = ${id}`
      const shown = new Set(
        [live, ...rows.filter((row) => !old.includes(row)).map(({ branding }) => branding)]
          .flatMap(shownIn)
          .map(({ id }) => id),
      )
      const unused = (yield* logosOf(workspaceId)).filter(({ id }) => !shown.has(id))
      for (const { id } of unused) yield* sql`DELETE FROM logos WHERE workspace_id = ${workspaceId} AND id = ${id}`
      return unused.map(({ id }) => id)
    })

    /** A change of one workspace at a time; what is refused changes nothing. Files go only once it is committed. */
    const change = <A, E>(workspaceId: string, carryOut: Effect.Effect<A, E>): Effect.Effect<A, E> =>
      Effect.gen(function* () {
        yield* sql`SELECT 1 FROM workspaces WHERE id = ${workspaceId} FOR UPDATE`
        const result = yield* Effect.result(carryOut)
        return { result, unused: yield* tidy(workspaceId) }
      }).pipe(
        sql.withTransaction,
        Effect.orDie,
        Effect.tap(({ unused }) => files.remove(workspaceId, unused)),
        Effect.flatMap(({ result }) => Effect.fromResult(result)),
      )

    const show = Effect.fnUntraced(function* (
      by: { readonly id: string; readonly workspaceId: string },
      branding: Branding,
      type: "BrandingPublished" | "BrandingRestored",
    ) {
      const { workspaceId } = by
      const { live, madeAt, rows } = yield* read(workspaceId)
      // what was there before anything was published can be gone back to, too
      if (rows.every(({ isDraft }) => isDraft))
        yield* insert(workspaceId, live, { isDraft: false, at: madeAt, by: null })
      const at = new Date(yield* Clock.currentTimeMillis)
      yield* insert(workspaceId, branding, { isDraft: false, at, by: by.id })
      const { accent, logo, ...look } = branding
      const columns = { accent, logo: logo === null ? null : JSON.stringify(logo), look: JSON.stringify(look) }
      yield* done(sql`UPDATE workspaces SET ${sql.update(columns)} WHERE id = ${workspaceId}`)
      const data = { changed: changes(live, branding), accent, sheet: Sheet.digestOf(branding) }
      yield* events.add({ workspaceId, type, by: by.id, about: null, data })
    })

    return Brandings.of({
      standing: (workspaceId) =>
        Effect.gen(function* () {
          const { live, rows } = yield* read(workspaceId)
          const draft = rows.find(({ isDraft }) => isDraft)
          return {
            live,
            draft: draft === undefined ? null : yield* draftOf(draft),
            published: rows
              .filter(({ isDraft }) => !isDraft)
              .map(({ id, branding, createdAt, createdBy, byName }) => ({
                id,
                branding,
                at: createdAt.getTime(),
                by: createdBy,
                byName,
              })),
          }
        }).pipe(Effect.orDie),
      save: (by, branding) =>
        change(
          by.workspaceId,
          Effect.gen(function* () {
            const { workspaceId } = by
            const known = new Set((yield* Effect.orDie(logosOf(workspaceId))).map(({ id, type }) => `${id} ${type}`))
            const findings = [
              ...Palette.check(branding).map((found) => ({ ...found, code: "unreadable" as const })),
              ...(["logo", "logoDark"] as const)
                .filter((field) => {
                  const logo = branding[field]
                  return logo !== null && !known.has(`${logo.id} ${logo.type}`)
                })
                .map((field) => ({ field, code: "unknown-logo" as const, nearest: null })),
            ]
            if (findings.length > 0) return yield* new BrandingRefused({ findings })
            yield* forgetDraft(workspaceId)
            const at = new Date(yield* Clock.currentTimeMillis)
            yield* insert(workspaceId, branding, { isDraft: true, at, by: by.id })
            const made = yield* draftRow(workspaceId)
            return made === null ? yield* Effect.die(new Error("the draft is not there")) : yield* draftOf(made)
          }),
        ),
      keepLogo: (workspaceId, { id, type }) =>
        Clock.currentTimeMillis.pipe(
          Effect.flatMap(
            (now) => sql`INSERT INTO logos ${sql.insert({ id, workspaceId, type, createdAt: new Date(now) })}`,
          ),
          Effect.orDie,
        ),
      publish: (by, digest) =>
        change(
          by.workspaceId,
          Effect.gen(function* () {
            const row = yield* draftRow(by.workspaceId)
            const draft = row === null ? null : yield* draftOf(row)
            if (draft === null || draft.digest !== digest) return yield* new DraftChanged()
            yield* forgetDraft(by.workspaceId)
            yield* show(by, draft.branding, "BrandingPublished")
          }),
        ),
      discard: ({ workspaceId }) => change(workspaceId, forgetDraft(workspaceId)),
      restore: (by, id) =>
        change(
          by.workspaceId,
          Effect.gen(function* () {
            const found = (yield* read(by.workspaceId)).rows.find((row) => row.id === id && !row.isDraft)
            if (found === undefined) return yield* new NotPublished()
            yield* show(by, found.branding, "BrandingRestored")
          }),
        ),
      sheet: (digest) =>
        Effect.map(Effect.orDie(Tenancy.across(bySheet(digest))), (found) =>
          Option.getOrNull(Option.map(found, ({ branding }) => branding)),
        ),
    })
  }),
)
