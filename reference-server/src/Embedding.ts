/**
 * Where a firm's customers may answer inside its own pages: a list of *origins*, exact and by https, that may show the pages
 * of its requests in a frame (S38). Everybody else is refused, and there is no way to say "everybody" (S78).
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Config, isLoopback, type ServerConfig } from "./Config.ts"
import type { Member } from "./Members.ts"
import { SqlClient } from "./platform/Sql.ts"
import { WorkspaceEvents } from "./WorkspaceEvents.ts"
import { Workspaces } from "./Workspaces.ts"

/** How many origins a workspace may list. */
export const mostOrigins = 20

/**
 * What is wrong with an origin. `wildcard-embedding`: it stands for more than one site; `not-https`: it could be changed on its
 * way; `not-an-origin`: it is no address of a site, or more than that.
 */
export const Problem = Schema.Struct({
  origin: Schema.String,
  code: Schema.Literals(["wildcard-embedding", "not-https", "not-an-origin", "too-many"]),
})
export type Problem = typeof Problem.Type

/** The list was not taken, and nothing changed. */
export class EmbeddingRefused extends Schema.TaggedError<EmbeddingRefused>()("EmbeddingRefused", {
  problems: Schema.Array(Problem),
}) {}

/** An origin as a browser names it, of how somebody wrote it; or what is wrong with it. */
export const originOf = (
  { publicUrl }: Pick<ServerConfig, "publicUrl">,
  written: string,
): Result.Result<string, Problem["code"]> => {
  const text = written.trim()
  if (text.includes("*")) return Result.fail("wildcard-embedding")
  const url = URL.canParse(text) ? new URL(text) : undefined
  // a policy cannot name an address of IPv6
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname.startsWith("[")) {
    return Result.fail("not-an-origin")
  }
  if (url.href !== `${url.origin}/` || /[?#]/.test(text)) return Result.fail("not-an-origin")
  // a host may be written so that it reads otherwise, and may hold what ends a directive of a policy
  if (url.hostname.includes("*")) return Result.fail("wildcard-embedding")
  if (!/^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/.test(url.hostname)) return Result.fail("not-an-origin")
  // whoever tries it on their own machine
  const isHere = isLoopback(new URL(publicUrl).hostname) && /^(.+\.)?localhost$|^127\.\d+\.\d+\.\d+$/.test(url.hostname)
  return url.protocol === "https:" || isHere ? Result.succeed(url.origin) : Result.fail("not-https")
}

/** All of a list, each once, in its order; blank ones are nothing. */
export const read = (
  config: Pick<ServerConfig, "publicUrl">,
  written: ReadonlyArray<string>,
): { readonly origins: ReadonlyArray<string>; readonly problems: ReadonlyArray<Problem> } => {
  const origins = new Set<string>()
  const problems: Array<Problem> = []
  for (const line of written.filter((one) => one.trim() !== "")) {
    const read = originOf(config, line)
    if (Result.isSuccess(read)) origins.add(read.success)
    else problems.push({ origin: line.trim().slice(0, 200), code: read.failure })
  }
  if (origins.size > mostOrigins) problems.push({ origin: "", code: "too-many" })
  return { origins: [...origins], problems }
}

export class Embedding extends Context.Service<
  Embedding,
  {
    origins(workspaceId: string): Effect.Effect<ReadonlyArray<string>>
    /** Lists these and no others; gives them as they are kept. It is written among the events of the workspace. */
    list(member: Member, origins: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<string>, EmbeddingRefused>
  }
>()("@requite/reference-server/Embedding") {}

export const layer = Layer.effect(
  Embedding,
  Effect.gen(function* () {
    const config = yield* Config
    const sql = yield* SqlClient.SqlClient
    const events = yield* WorkspaceEvents
    const workspaces = yield* Workspaces
    const of = (workspaceId: string) => Effect.map(workspaces.get(workspaceId), ({ frameOrigins = [] }) => frameOrigins)

    return Embedding.of({
      origins: of,
      list: Effect.fn("Embedding.list")(function* ({ id: by, workspaceId }, written) {
        const { origins, problems } = read(config, written)
        if (problems.length > 0) return yield* new EmbeddingRefused({ problems })
        yield* Effect.gen(function* () {
          yield* sql`SELECT 1 FROM workspaces WHERE id = ${workspaceId} FOR UPDATE`
          const before = yield* of(workspaceId)
          if (before.join(" ") === origins.join(" ")) return
          yield* sql`UPDATE workspaces SET frame_origins = ${JSON.stringify(origins)} WHERE id = ${workspaceId}`
          const data = { before: before.join(" "), origins: origins.join(" ") }
          yield* events.add({ workspaceId, type: "EmbeddingChanged", by, about: null, data })
        }).pipe(sql.withTransaction, Effect.orDie)
        return origins
      }),
    })
  }),
)
