/**
 * What was asked of a contact, as their portal shows it: grouped by the work it was asked for (K24, K28); a request of no work
 * is a group of its own. A group is *open* while one of its requests waits for them; the others are *done*.
 *
 * A request is theirs when it was sent to them as a contact, or to their address without saying whom that is. What was not sent
 * to them yet, was cancelled, or is not for them, as they said, is nobody's here.
 */
import { ClientRequest, Questionnaire, QuestionKind } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { ClientRequests, type Current } from "../ClientRequests.ts"
import * as Mode from "../CustomerPages/Mode.ts"
import { SqlClient } from "../platform/Sql.ts"
import type { Account, Session } from "../Portal.ts"
import { Questionnaires } from "../Questionnaires.ts"
import { isUuid } from "../Database/Uuid.ts"

/** So many groups of each kind are listed (K28, L26). */
export const most = 100
/** So many requests of one work are shown. */
const mostOfWork = 50

const Row = Schema.Struct({
  /** Of the work; or of the request, where it is for none. */
  id: Schema.String,
  isWork: Schema.Boolean,
  title: Schema.String,
  /** Requests that wait for the contact, and all of them. */
  open: Schema.Int,
  total: Schema.Int,
  /** The latest day on which one that waits is due, `2027-03-27`; null: none has a day. */
  due: Schema.NullOr(Schema.String),
  /** When the latest was sent; when the last one ended. */
  sentAt: Schema.Date,
  endedAt: Schema.NullOr(Schema.Date),
  /** What is asked by those that wait; of a done group, by all. */
  asked: Schema.Array(Schema.Struct({ id: Schema.String, version: Schema.Int, hash: Schema.String })),
})
export interface Group extends Omit<typeof Row.Type, "asked"> {
  readonly kind: Kind
}

/** Whether documents are asked for, or questions asked, or both (T4). */
export type Kind = "documents" | "questions" | "both"

/** Of a request whose questionnaire is this one. */
export const kindOf = (questionnaire: Questionnaire.Questionnaire): Kind => {
  const all = Questionnaire.questions(questionnaire)
  const files = all.filter((question) => QuestionKind.isGivenAsFiles(question))
  return files.length === 0 ? "questions" : files.length === all.length ? "documents" : "both"
}

const together = (kinds: ReadonlyArray<Kind>): Kind => {
  const [first = "questions", ...others] = kinds
  return others.every((kind) => kind === first) ? first : "both"
}

/** How a request stands for the contact: only one that waits can be entered. */
export type Standing = "waiting" | "submitted" | "expired" | "closed"

/** A request of theirs. */
export interface Mine {
  readonly request: ClientRequest.State
  /** Which of its recipients they are. */
  readonly recipient: string
  readonly standing: Standing
}

/** The same, with what was given. */
export interface Found extends Mine {
  readonly current: Current
}

export const standingOf = (request: ClientRequest.State, now: number): Standing => {
  if (request.state === "Submitted") return "submitted"
  if (ClientRequest.isOpenAt(request, now)) return "waiting"
  return request.suspended !== null ? "closed" : "expired"
}

/**
 * May what was given be read in this session (X10)? `factor`: it may, in one that gave a second factor. It holds for answers and
 * for every file that came with them, wherever it lies.
 */
export const readable = (
  { factor }: Pick<Session, "factor">,
  { request, standing }: Pick<Mine, "request" | "standing">,
): "yes" | "factor" | "no" => {
  const { afterSubmit } = request.policy
  const isOver = standing === "submitted" || standing === "closed"
  const isShown = afterSubmit === "portal-read-only" || afterSubmit === "live-record"
  // of an upload page nobody sees what others brought (S67)
  if (!isOver || !isShown || Mode.of(request.policy).layout === "uploads") return "no"
  return ClientRequest.needsFactor(request) && factor === null ? "factor" : "yes"
}

export class PortalRequests extends Context.Service<
  PortalRequests,
  {
    /** Open ones, those due last first; done ones, the last one that ended first; a hundred of each. */
    groups(account: Account): Effect.Effect<{
      readonly open: ReadonlyArray<Group>
      readonly done: ReadonlyArray<Group>
    }>
    /** How many requests wait. */
    waiting(account: Account): Effect.Effect<number>
    /** The requests of one work, those that wait first; null: none of that work is theirs. */
    ofWork(
      account: Account,
      workItem: string,
    ): Effect.Effect<{ readonly title: string; readonly requests: ReadonlyArray<Found> } | null>
    /** One request of theirs, with what was given; null: there is none of that id. */
    find(account: Account, id: string): Effect.Effect<Found | null>
    /** Those of these requests that are theirs, and of which what was given may be read in this session. */
    readableAmong(session: Session, ids: ReadonlyArray<string>): Effect.Effect<ReadonlySet<string>>
    /** Ids of the work that they see: they were asked for it. */
    works(account: Account): Effect.Effect<ReadonlyArray<{ readonly id: string; readonly title: string }>>
  }
>()("@requite/reference-server/Portal/Requests") {}

const decodeGroups = Schema.decodeUnknownEffect(Schema.Array(Row))
const decodeFound = Schema.decodeUnknownEffect(
  Schema.Array(Schema.Struct({ id: Schema.String, recipient: Schema.String, title: Schema.NullOr(Schema.String) })),
)

export const layer = Layer.effect(
  PortalRequests,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const requests = yield* ClientRequests
    const questionnaires = yield* Questionnaires

    /** Rows of requests `r` that are the account's, with which recipient of each they are. */
    const mine = ({ workspaceId, contact, email }: Account) => sql`
      SELECT DISTINCT ON (r.id) r.*, p.recipient
      FROM portal_requests p JOIN client_requests r ON r.id = p.request_id
      WHERE p.workspace_id = ${workspaceId}
        AND (p.contact_id = ${contact} OR (p.contact_id IS NULL AND p.email_key = ${email.toLowerCase()}))
        AND r.lifecycle <> 'Cancelled' AND r.erased_at IS NULL
        AND coalesce((r.state->'families'->p.recipient->>'sendNo')::int, 0) > 0
        AND NOT coalesce(jsonb_path_exists(r.state, '$.disowned[*] ? (@.recipient == $who)',
          jsonb_build_object('who', p.recipient)), false)
      ORDER BY r.id, p.contact_id NULLS LAST`

    /** The kinds of questionnaires, by hash: each is read once. */
    const kindsOf = Effect.fnUntraced(function* (workspaceId: string, refs: (typeof Row.Type)["asked"]) {
      const each = new Map(refs.map((ref) => [ref.hash, ref]))
      const found = yield* Effect.forEach(each.values(), ({ id, version, hash }) =>
        questionnaires.get(workspaceId, id, version, hash).pipe(
          Effect.map(({ questionnaire }) => [hash, kindOf(questionnaire)] as const),
          Effect.catchTag("QuestionnaireNotFound", () => Effect.succeed([hash, "questions"] as const)),
        ),
      )
      return new Map<string, Kind>(found)
    })

    const groups = Effect.fn("Portal.groups")(function* (account: Account) {
      const now = new Date(yield* Clock.currentTimeMillis)
      const counted = (isOpen: boolean) => sql`
        WITH mine AS (${mine(account)}), one AS (
          SELECT m.id, m.work_item_id, m.state, m.updated_at, m.ended_at,
            (m.is_out AND (m.expires_at IS NULL OR m.expires_at > ${now})
              AND coalesce(m.state->'suspended', 'null') = 'null') AS is_open,
            coalesce(m.state->'details'->>'due',
              (SELECT min(d.value) FROM jsonb_each_text(m.state->'details'->'dues') d)) AS due
          FROM mine m)
        SELECT coalesce(o.work_item_id, o.id)::text AS id, bool_or(o.work_item_id IS NOT NULL) AS is_work,
          coalesce(nullif(max(w.external_name), ''), max(w.title), max(o.state->'details'->>'title')) AS title,
          count(*) FILTER (WHERE o.is_open)::int AS open, count(*)::int AS total,
          max(o.due) FILTER (WHERE o.is_open) AS due,
          max(to_timestamp((o.state->>'sentAt')::float8 / 1000)) AS sent_at,
          max(coalesce(o.ended_at, o.updated_at)) AS ended_at,
          jsonb_agg(DISTINCT o.state->'details'->'questionnaire') FILTER (WHERE ${isOpen} = o.is_open) AS asked
        FROM one o LEFT JOIN work_items w ON w.id = o.work_item_id
        GROUP BY coalesce(o.work_item_id, o.id)
        HAVING bool_or(o.is_open) = ${isOpen}
        ORDER BY ${
          isOpen
            ? sql`max(o.due) FILTER (WHERE o.is_open) DESC NULLS LAST, max(o.state->>'sentAt') DESC`
            : sql`max(coalesce(o.ended_at, o.updated_at)) DESC`
        }, 1`
      const [open, done] = [
        yield* Effect.flatMap(sql`${counted(true)} LIMIT ${most}`, decodeGroups),
        yield* Effect.flatMap(sql`${counted(false)} LIMIT ${most}`, decodeGroups),
      ]
      const kinds = yield* kindsOf(
        account.workspaceId,
        [...open, ...done].flatMap(({ asked }) => asked),
      )
      const told = ({ asked, ...row }: typeof Row.Type): Group => ({
        ...row,
        kind: together(asked.map(({ hash }) => kinds.get(hash) ?? "questions")),
      })
      return { open: open.map(told), done: done.map(told) }
    }, Effect.orDie)

    const waiting = Effect.fn("Portal.waiting")(function* (account: Account) {
      const now = new Date(yield* Clock.currentTimeMillis)
      const [row] = yield* sql<{ n: number }>`SELECT count(*)::int AS n FROM (${mine(account)}) m
        WHERE m.is_out AND (m.expires_at IS NULL OR m.expires_at > ${now})
          AND coalesce(m.state->'suspended', 'null') = 'null'`
      return row?.n ?? 0
    }, Effect.orDie)

    const readOne = Effect.fnUntraced(function* (account: Account, found: { id: string; recipient: string }) {
      const now = yield* Clock.currentTimeMillis
      const current = yield* requests.read(account.workspaceId, found.id)
      const { request } = current
      return { request, current, recipient: found.recipient, standing: standingOf(request, now) }
    })

    return PortalRequests.of({
      groups,
      waiting,
      ofWork: Effect.fn("Portal.ofWork")(function* (account, workItem) {
        if (!isUuid(workItem)) return null
        const rows = yield* Effect.flatMap(
          sql`SELECT m.id, m.recipient, coalesce(nullif(w.external_name, ''), w.title) AS title
            FROM (${mine(account)}) m JOIN work_items w ON w.id = m.work_item_id
            WHERE m.work_item_id = ${workItem} ORDER BY m.updated_at DESC, m.id LIMIT ${mostOfWork}`,
          decodeFound,
        )
        const [first] = rows
        if (first === undefined) return null
        const all = yield* Effect.forEach(rows, (row) => readOne(account, row))
        const waits = ({ standing }: Mine) => standing === "waiting"
        return {
          title: first.title ?? "",
          requests: [...all.filter(waits), ...all.filter((one) => !waits(one))],
        }
      }, Effect.orDie),
      find: Effect.fn("Portal.find")(function* (account, id) {
        if (!isUuid(id)) return null
        const [row] = yield* Effect.flatMap(
          sql`SELECT m.id, m.recipient, NULL AS title FROM (${mine(account)}) m WHERE m.id = ${id}`,
          decodeFound,
        )
        return row === undefined ? null : yield* readOne(account, row)
      }, Effect.orDie),
      readableAmong: Effect.fn("Portal.readableAmong")(function* (session, ids) {
        const { account } = session
        if (ids.length === 0) return new Set<string>()
        const rows = yield* sql<{ id: string; recipient: string }>`
          SELECT m.id, m.recipient FROM (${mine(account)}) m WHERE ${sql.in("m.id", [...new Set(ids)])}`
        const all = yield* Effect.forEach(rows, (row) => readOne(account, row))
        return new Set(all.filter((one) => readable(session, one) === "yes").map(({ request }) => request.id))
      }, Effect.orDie),
      works: Effect.fn("Portal.works")(function* (account) {
        return yield* sql<{ id: string; title: string }>`
          SELECT w.id, coalesce(nullif(w.external_name, ''), w.title) AS title FROM work_items w
          WHERE w.workspace_id = ${account.workspaceId}
            AND w.id IN (SELECT m.work_item_id FROM (${mine(account)}) m)
          ORDER BY w.created_at DESC, w.id LIMIT ${most}`
      }, Effect.orDie),
    })
  }),
)
