/**
 * Hands letters to members over: asks once more whether each is still wanted, makes its link, words it, sends it, and says
 * in its row what came of it. The link is made here, so that no secret waits anywhere. Killed anywhere, it starts over with
 * the same Message-ID.
 */
import { LocalText } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Config } from "../Config.ts"
import { Mailer, MailFailed } from "../Mailer.ts"
import * as Heartbeats from "../Operations/Heartbeats.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import * as Tenancy from "../Tenancy.ts"
import { Workspaces } from "../Workspaces.ts"
import * as Letter from "./Letter.ts"
import * as Letters from "./Letters.ts"
import * as Links from "./Links.ts"

const Row = Schema.Struct({
  id: Schema.String,
  workspaceId: Schema.String,
  kind: Schema.Literals(["invitation", "password", "webhook-disabled", "sender-lost", "folder-mail"]),
  invitationId: Schema.NullOr(Schema.String),
  memberId: Schema.NullOr(Schema.String),
  status: Schema.String,
  createdAt: Schema.Date,
  /** Whom it goes to; null: nobody any more. */
  name: Schema.NullOr(Schema.String),
  recipient: Schema.NullOr(Schema.String),
  expiresAt: Schema.NullOr(Schema.Date),
  inviter: Schema.NullOr(Schema.String),
  /** The endpoint that is disabled; null: it is no such letter, or it was enabled again. */
  endpointId: Schema.NullOr(Schema.String),
  url: Schema.NullOr(Schema.String),
  because: Schema.NullOr(Schema.Literals(["gone", "failing"])),
  /** The firm's domain that is lost; null: it is no such letter, or the domain is back. */
  lostDomain: Schema.NullOr(Schema.String),
  lostAt: Schema.NullOr(Schema.Date),
  /** The mail that a folder got; null: it is no such letter. */
  folderMail: Schema.NullOr(Letter.FolderMail),
})
type Row = typeof Row.Type

interface Outcome {
  /** `queued`: to be tried again. */
  readonly status: "handed-over" | "failed" | "dropped" | "queued"
  readonly reason: string | null
}

const unexpected: Outcome = { status: "queued", reason: "Something went wrong on this server; its log says what." }

/** The worker, running as long as its layer. */
export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const mailer = yield* Mailer
    const workspaces = yield* Workspaces
    const links = yield* Links.make
    const queue = yield* Letters.queue
    const { publicUrl, mailFrom } = yield* Config
    const domain = mailFrom.slice(mailFrom.indexOf("@") + 1)

    const byId = SqlSchema.findOneOption({
      Request: Schema.Struct({ workspaceId: Schema.String, id: Schema.String }),
      Result: Row,
      execute: ({ workspaceId, id }) => sql`
        SELECT l.id, l.workspace_id, l.kind, l.invitation_id, l.member_id, l.status, l.created_at,
          coalesce(i.name, m.name) AS name, coalesce(i.email, m.email) AS recipient, i.expires_at, b.name AS inviter,
          w.id AS endpoint_id, w.url, w.disabled_because AS because,
          s.domain AS lost_domain, s.lost_at,
          CASE WHEN o.id IS NOT NULL THEN jsonb_build_object('folder', o.id, 'name', o.name,
            'sender', coalesce(fc.name, fm.name), 'taken', f.taken, 'refused', f.refused) END AS folder_mail
        FROM member_letters l
          LEFT JOIN member_invitations i ON i.id = l.invitation_id AND i.ended_at IS NULL
          LEFT JOIN members b ON b.id = i.invited_by
          LEFT JOIN members m ON m.id = l.member_id AND m.deactivated_at IS NULL
          LEFT JOIN webhook_endpoints w ON w.id = l.endpoint_id AND w.disabled_because IS NOT NULL
          LEFT JOIN senders s ON l.kind = 'sender-lost' AND s.workspace_id = l.workspace_id AND s.lost_at IS NOT NULL
          LEFT JOIN folder_mails f ON f.id = l.folder_mail_id
          LEFT JOIN folders o ON o.id = f.folder_id
          LEFT JOIN contacts fc ON fc.id = f.contact_id
          LEFT JOIN members fm ON fm.id = f.member_id
        WHERE l.workspace_id = ${workspaceId} AND l.id = ${id}`,
    })

    /** The letter for who forgot a password, if anybody has that address. Its id is that of the element: one of each. */
    const written = Effect.fnUntraced(function* (email: string, id: string) {
      const [member] = yield* Tenancy.across(sql<{ id: string; workspaceId: string; email: string }>`
        SELECT id, workspace_id, email FROM members WHERE email_key = lower(${email}) AND deactivated_at IS NULL`)
      if (member === undefined) return null
      const { workspaceId } = member
      const createdAt = new Date(yield* Clock.currentTimeMillis)
      yield* sql`INSERT INTO member_letters ${sql.insert({ id, workspaceId, kind: "password", memberId: member.id, recipient: member.email, status: "queued", attempts: 0, createdAt })}
        ON CONFLICT (id) DO NOTHING`.pipe(Tenancy.within(workspaceId))
      return workspaceId
    })

    const worded = Effect.fnUntraced(function* (row: Row, expiresAt: number) {
      const workspace = yield* workspaces.get(row.workspaceId)
      const { kind, url, because, endpointId } = row
      const name = row.name ?? ""
      if (kind === "webhook-disabled") {
        if (url === null || because === null || endpointId === null) return null
        return Letter.disabled({ workspace, name, url, because, link: `${publicUrl}/settings/webhooks/${endpointId}` })
      }
      if (kind === "sender-lost") {
        const { lostDomain: domain, lostAt } = row
        if (domain === null || lostAt === null) return null
        const link = `${publicUrl}/settings/sending`
        return Letter.senderLost({ workspace, name, domain, lostAt: lostAt.getTime(), link })
      }
      if (kind === "folder-mail") {
        const { folderMail } = row
        if (folderMail === null) return null
        return Letter.folderMail({
          workspace,
          name,
          mail: folderMail,
          link: `${publicUrl}/folders/${folderMail.folder}`,
        })
      }
      const purpose = row.invitationId === null ? { memberId: row.memberId ?? "" } : { invitationId: row.invitationId }
      const secret = yield* links.issue(row.workspaceId, purpose, expiresAt)
      const link = `${publicUrl}${Links.paths[kind]}/${Redacted.value(secret)}`
      return Letter.compose({ workspace, kind, name, inviter: row.inviter ?? "", link, until: expiresAt })
    })

    /** One attempt, and what came of it. */
    const deliver = (row: Row): Effect.Effect<Outcome> =>
      Effect.gen(function* () {
        const { recipient } = row
        const lasts = row.kind === "password" ? row.createdAt.getTime() + Links.passwordMillis : Infinity
        const ends = row.expiresAt?.getTime() ?? lasts
        const isWanted = recipient !== null && ends > (yield* Clock.currentTimeMillis)
        const words = isWanted ? yield* worded(row, ends) : null
        if (recipient === null || words === null) return { status: "dropped", reason: "not wanted any more" } as const
        const mail = {
          messageId: `<${row.id}@${domain}>`,
          from: { name: "requite", address: mailFrom },
          to: { name: LocalText.oneLine(row.name ?? ""), address: recipient },
          ...words,
        }
        return yield* Effect.match(mailer.send(mail), {
          onSuccess: (): Outcome => ({ status: "handed-over", reason: null }),
          onFailure: ({ reason, retryable }): Outcome => ({ status: retryable ? "queued" : "failed", reason }),
        })
      }).pipe(
        Effect.catchCause((cause) =>
          Effect.as(
            Effect.logWarning("a letter to a member could not be made or handed over", { letter: row.id }, cause),
            unexpected,
          ),
        ),
      )

    const record = ({ id, workspaceId }: Row, { status, reason }: Outcome) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) => sql`UPDATE member_letters SET status = ${status}, reason = ${reason}, attempts = attempts + 1,
          handed_over_at = CASE WHEN ${status} = 'handed-over' THEN ${new Date(now)}::timestamptz ELSE handed_over_at END
        WHERE workspace_id = ${workspaceId} AND id = ${id}`,
      )

    /** Fails only when it is to be tried again. */
    const handle = Effect.fnUntraced(function* (
      element: typeof Letters.Element.Type,
      { id, attempts }: { readonly id: string; readonly attempts: number },
    ) {
      const workspaceId = "workspaceId" in element ? element.workspaceId : yield* written(element.forgottenBy, id)
      if (workspaceId === null) return
      yield* Effect.gen(function* () {
        const row = Option.getOrNull(yield* byId({ workspaceId, id }))
        if (row === null || row.status !== "queued") return
        const made = yield* deliver(row)
        const isOver = made.status === "queued" && attempts >= Letters.maxAttempts
        const outcome: Outcome = isOver ? { ...made, status: "failed" } : made
        yield* record(row, outcome)
        if (outcome.status === "handed-over" || outcome.status === "dropped") return
        const { status, reason } = outcome
        yield* Effect.logWarning("a letter to a member was not handed over", { letter: id, status, reason })
        if (status === "queued") return yield* new MailFailed({ retryable: true, reason: reason ?? "" })
      }).pipe(Tenancy.within(workspaceId))
    })

    const { turn, life } = yield* Heartbeats.watch("letter worker", { turn: 300_000, rest: null })
    yield* queue
      .take((element, take) => Effect.uninterruptible(turn(handle(element, take))))
      .pipe(
        // the queue knows what to try again; a lost database connection must not spin
        Effect.catchCause((cause) =>
          Effect.delay(Effect.logDebug("a letter will be tried again", cause), "200 millis"),
        ),
        Effect.forever,
        life,
        Effect.forkScoped,
      )
  }),
)
