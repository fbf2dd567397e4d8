import { Crypto, LocalText } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Config } from "../Config.ts"
import { Dns } from "../Dns.ts"
import { SqlClient, SqlSchema } from "../platform/Sql.ts"
import { NoSender, type Sender, SenderRefused, Senders } from "../Senders.ts"
import * as Tenancy from "../Tenancy.ts"
import { Vault } from "../Vault.ts"
import * as keys from "./keys.ts"
import * as lost from "./lost.ts"
import * as records from "./records.ts"
import * as standing from "./standing.ts"
import * as WarmUp from "./WarmUp.ts"

const Row = Schema.Struct({
  domain: Schema.String,
  localPart: Schema.String,
  ownAddresses: Schema.Boolean,
  token: Schema.String,
  records: Schema.Array(records.Record),
  misses: Schema.Int,
  createdAt: Schema.Date,
  checkedAt: Schema.NullOr(Schema.Date),
  verifiedAt: Schema.NullOr(Schema.Date),
  lostAt: Schema.NullOr(Schema.Date),
})
type Row = typeof Row.Type

const Key = Schema.Struct({
  domain: Schema.String,
  selector: Schema.String,
  publicKey: Schema.String,
  privateKey: Schema.String,
  foundAt: Schema.NullOr(Schema.Date),
})
type Key = typeof Key.Type

const millis = (date: Date | null) => date?.getTime() ?? null
const dateOf = (at: number | null) => (at === null ? null : new Date(at))

/** The layer of `Senders` over the database. */
export const layer = Layer.effect(
  Senders,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const vault = yield* Vault
    const resolver = yield* Dns
    const tell = yield* lost.make
    const warming = yield* WarmUp.make
    const crypto = Context.pick(Crypto.Crypto)(yield* Effect.context<Crypto.Crypto>())
    const { mailFrom } = yield* Config
    const serverDomain = mailFrom.slice(mailFrom.indexOf("@") + 1).toLowerCase()

    const own: Senders["Service"]["own"] = (name) => ({
      from: { name: LocalText.oneLine(name), address: mailFrom },
    })

    const byWorkspace = SqlSchema.findAll({
      Request: Schema.String,
      Result: Row,
      execute: (workspaceId) => sql`
        SELECT domain, local_part, own_addresses, token, records, misses, created_at, checked_at, verified_at, lost_at
        FROM senders WHERE workspace_id = ${workspaceId}`,
    })
    /** Of the domain that is set up now, the newest first. */
    const keysOf = SqlSchema.findAll({
      Request: Schema.String,
      Result: Key,
      execute: (workspaceId) => sql`
        SELECT k.domain, k.selector, k.public_key, k.private_key, k.found_at
        FROM sender_keys k JOIN senders s ON s.workspace_id = k.workspace_id AND s.domain = k.domain
        WHERE k.workspace_id = ${workspaceId} ORDER BY k.created_at DESC, k.selector`,
    })
    const rowOf = (workspaceId: string) => Effect.map(Effect.orDie(byWorkspace(workspaceId)), ([row]) => row ?? null)
    const known = (workspaceId: string) => Effect.orDie(keysOf(workspaceId))

    const placeOf = (workspaceId: string, { domain, selector }: Pick<Key, "domain" | "selector">) =>
      `sender-key:${workspaceId}:${domain}:${selector}`

    const addKey = Effect.fnUntraced(function* (workspaceId: string, domain: string) {
      const { publicKey, privateKey } = yield* keys.make
      const selector = `rq-${(yield* Effect.provideContext(Crypto.uuid, crypto)).slice(0, 8)}`
      const sealed = yield* vault.seal(privateKey, placeOf(workspaceId, { domain, selector }))
      const createdAt = new Date(yield* Clock.currentTimeMillis)
      yield* sql`INSERT INTO sender_keys ${sql.insert({ workspaceId, domain, selector, publicKey, privateKey: sealed, createdAt })}`
    })

    const wanted = ({ domain, token }: Row, all: ReadonlyArray<Key>) =>
      records.wanted({ domain, token, keys: all.toReversed(), serverDomain })

    /** The records as they are to be now, each with what was found when they were last looked at. */
    const seen = (row: Row, all: ReadonlyArray<Key>): ReadonlyArray<records.Record> =>
      wanted(row, all).map(
        (one) => row.records.find(({ name, value }) => name === one.name && value === one.value) ?? one,
      )

    const view = (row: Row, all: ReadonlyArray<Key>, warmUp: Sender["warmUp"]): Sender => {
      const { domain, localPart, ownAddresses } = row
      const used = all.find(({ foundAt }) => foundAt !== null)
      const [newest] = all
      const dates = { verifiedAt: millis(row.verifiedAt), lostAt: millis(row.lostAt) }
      return {
        domain,
        localPart,
        ownAddresses,
        state: standing.stateOf(dates),
        records: seen(row, all),
        selector: used?.selector ?? null,
        nextSelector: used !== undefined && newest !== used ? (newest?.selector ?? null) : null,
        checkedAt: millis(row.checkedAt),
        ...dates,
        warmUp,
      }
    }

    const warmUpOf = Effect.fnUntraced(function* (workspaceId: string) {
      const found = yield* warming.of(workspaceId, yield* Clock.currentTimeMillis)
      return found === null ? null : { ...found, waiting: yield* warming.waiting(workspaceId) }
    })

    const find: Senders["Service"]["find"] = Effect.fnUntraced(function* (workspaceId) {
      const row = yield* rowOf(workspaceId)
      return row === null ? null : view(row, yield* known(workspaceId), yield* Effect.orDie(warmUpOf(workspaceId)))
    })

    const there = Effect.fnUntraced(function* (workspaceId: string) {
      return (yield* find(workspaceId)) ?? (yield* new NoSender())
    })

    const from: Senders["Service"]["from"] = Effect.fnUntraced(function* (workspaceId, { name, email }) {
      const row = yield* rowOf(workspaceId)
      const isVerified =
        row !== null &&
        standing.stateOf({ verifiedAt: millis(row.verifiedAt), lostAt: millis(row.lostAt) }) === "verified"
      const key = isVerified ? (yield* known(workspaceId)).find(({ foundAt }) => foundAt !== null) : undefined
      if (row === null || key === undefined) return own(name)
      const { domain, selector } = key
      const isOwn = row.ownAddresses && email?.toLowerCase().endsWith(`@${domain}`) === true
      const address = isOwn && email !== undefined ? email : `${row.localPart}@${domain}`
      return yield* vault.open(key.privateKey, placeOf(workspaceId, key)).pipe(
        Effect.map((privateKey) => ({
          from: { name: LocalText.oneLine(name), address },
          dkim: { domain, selector, privateKey },
        })),
        // unsigned, it would be what nobody should believe
        Effect.catchCause(() =>
          Effect.as(
            Effect.logWarning("the key of a sender's domain cannot be opened: mail comes from the server", { domain }),
            own(name),
          ),
        ),
      )
    })

    const choose: Senders["Service"]["choose"] = Effect.fnUntraced(function* (workspaceId, choice) {
      const read = standing.read(choice)
      if (typeof read === "string") return yield* new SenderRefused({ reason: read })
      yield* Effect.gen(function* () {
        yield* sql`SELECT 1 FROM workspaces WHERE id = ${workspaceId} FOR UPDATE`
        const before = yield* rowOf(workspaceId)
        if (before?.domain === read.domain) {
          const { localPart, ownAddresses } = read
          yield* sql`UPDATE senders SET ${sql.update({ localPart, ownAddresses })} WHERE workspace_id = ${workspaceId}`
          return
        }
        yield* forget(workspaceId)
        const now = new Date(yield* Clock.currentTimeMillis)
        const token = (yield* Effect.provideContext(Crypto.secret, crypto)).slice(0, 32)
        yield* sql`INSERT INTO senders ${sql.insert({ workspaceId, ...read, token, createdAt: now, checkAt: now })}`
        yield* addKey(workspaceId, read.domain)
      }).pipe(sql.withTransaction, Effect.orDie)
      return (yield* find(workspaceId)) ?? (yield* Effect.die(new Error("the sender was removed meanwhile")))
    })

    const forget = Effect.fnUntraced(function* (workspaceId: string) {
      yield* sql`DELETE FROM sender_keys WHERE workspace_id = ${workspaceId}`
      yield* sql`DELETE FROM senders WHERE workspace_id = ${workspaceId}`
    })

    /** Looks, outside of any transaction, and then keeps what was found, if it is still about the same records. */
    const check = Effect.fn("Senders.check")(function* (workspaceId: string) {
      const asked = yield* rowOf(workspaceId)
      if (asked === null) return yield* new NoSender()
      const found = yield* records.look(resolver, wanted(asked, yield* known(workspaceId)))
      yield* Effect.orDie(sql.withTransaction(keep(workspaceId, found)))
      return yield* there(workspaceId)
    })

    const keep = Effect.fnUntraced(function* (workspaceId: string, found: ReadonlyArray<records.Record>) {
      yield* sql`SELECT 1 FROM workspaces WHERE id = ${workspaceId} FOR UPDATE`
      const row = yield* rowOf(workspaceId)
      if (row === null || !found.some(({ name }) => name === `_requite.${row.domain}`)) return
      const now = yield* Clock.currentTimeMillis
      const came = records.verdict(found)
      const before = {
        verifiedAt: millis(row.verifiedAt),
        lostAt: millis(row.lostAt),
        misses: row.misses,
        createdAt: row.createdAt.getTime(),
      }
      const { verifiedAt, lostAt, misses, checkAt } = standing.after(before, came, now)
      const isNewlyWell = standing.stateOf(before) !== "verified" && lostAt === null
      yield* sql`UPDATE senders SET ${sql.update({
        records: JSON.stringify(found),
        misses,
        checkedAt: new Date(now),
        checkAt: new Date(checkAt),
        verifiedAt: dateOf(verifiedAt),
        lostAt: dateOf(lostAt),
        ...(isNewlyWell ? { toldAt: null } : {}),
      })} WHERE workspace_id = ${workspaceId}`
      yield* mark(workspaceId, row.domain, came?.selectors ?? [], lostAt !== null)
      yield* dropOlder(workspaceId)
    })

    /** Which keys are published. As long as the domain is not lost, one look that finds none changes nothing. */
    const mark = Effect.fnUntraced(function* (
      workspaceId: string,
      domain: string,
      published: ReadonlyArray<string>,
      isLost: boolean,
    ) {
      if (published.length === 0 && !isLost) return
      const now = new Date(yield* Clock.currentTimeMillis)
      for (const { selector } of yield* known(workspaceId)) {
        yield* sql`UPDATE sender_keys SET found_at = ${published.includes(selector) ? now : null}
          WHERE workspace_id = ${workspaceId} AND domain = ${domain} AND selector = ${selector}`
      }
    })

    /** Once the newest key signs, those before it never will again; their records stay in the DNS for mails on their way. */
    const dropOlder = Effect.fnUntraced(function* (workspaceId: string) {
      const [newest, ...older] = yield* known(workspaceId)
      if (newest === undefined || newest.foundAt === null) return
      for (const { domain, selector } of older) {
        yield* sql`DELETE FROM sender_keys
          WHERE workspace_id = ${workspaceId} AND domain = ${domain} AND selector = ${selector}`
      }
    })

    const rotate: Senders["Service"]["rotate"] = Effect.fnUntraced(function* (workspaceId) {
      const { domain, selector, nextSelector } = yield* there(workspaceId)
      // one that waits already is the next one
      if (selector !== null && nextSelector === null) yield* Effect.orDie(addKey(workspaceId, domain))
      return yield* there(workspaceId)
    })

    /** Taken by pushing the next look away, so that of several processes one looks. */
    const due = (now: number) => sql<{ workspaceId: string }>`
      UPDATE senders SET check_at = ${new Date(now + 600_000)} WHERE workspace_id IN (
        SELECT workspace_id FROM senders WHERE check_at <= ${new Date(now)} ORDER BY check_at LIMIT 20 FOR UPDATE SKIP LOCKED
      ) RETURNING workspace_id`

    const untold = sql<{ workspaceId: string }>`
      SELECT workspace_id FROM senders WHERE lost_at IS NOT NULL AND told_at IS NULL LIMIT 20`

    const sweep = Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      for (const { workspaceId } of yield* Tenancy.across(due(now))) {
        yield* check(workspaceId).pipe(Effect.ignore, Tenancy.within(workspaceId))
      }
      for (const { workspaceId } of yield* Tenancy.across(untold)) {
        yield* Effect.gen(function* () {
          // of several processes one tells
          const mine = yield* sql`UPDATE senders SET told_at = ${new Date(now)}
            WHERE workspace_id = ${workspaceId} AND lost_at IS NOT NULL AND told_at IS NULL RETURNING 1`
          if (mine.length > 0) yield* tell(workspaceId)
        }).pipe(sql.withTransaction, Tenancy.within(workspaceId))
      }
    }).pipe(Effect.orDie)

    return Senders.of({
      from,
      own,
      find,
      choose,
      check,
      rotate,
      remove: (workspaceId) => Effect.orDie(sql.withTransaction(forget(workspaceId))),
      sweep,
    })
  }),
)
