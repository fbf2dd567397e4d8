/**
 * The statements that the services really run, and how Postgres goes about them: each is noted while it runs, and then explained
 * once more by the same role, in the same workspace, with the same values.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { SqlClient, Statement } from "../../../reference-server/src/platform/Sql.ts"

export interface Explained {
  readonly statement: string
  /** The tables that were read row by row. */
  readonly sequential: ReadonlyArray<string>
  readonly milliseconds: number
  /** Pages of 8 KiB that were looked at. */
  readonly pages: number
  /** Rows that the steps of it handed on, or looked at and left, all together. */
  readonly rows: number
}

/** A step of a plan, and those that it takes its rows from. */
interface Node {
  readonly "Node Type": string
  readonly "Relation Name"?: string
  readonly "Shared Hit Blocks"?: number
  readonly "Shared Read Blocks"?: number
  readonly "Actual Rows"?: number
  readonly "Actual Loops"?: number
  readonly "Rows Removed by Filter"?: number
  readonly "Rows Removed by Join Filter"?: number
  readonly Plans?: ReadonlyArray<Node>
}

const Node: Schema.Codec<Node> = Schema.Struct({
  "Node Type": Schema.String,
  "Relation Name": Schema.optionalKey(Schema.String),
  "Shared Hit Blocks": Schema.optionalKey(Schema.Number),
  "Shared Read Blocks": Schema.optionalKey(Schema.Number),
  "Actual Rows": Schema.optionalKey(Schema.Number),
  "Actual Loops": Schema.optionalKey(Schema.Number),
  "Rows Removed by Filter": Schema.optionalKey(Schema.Number),
  "Rows Removed by Join Filter": Schema.optionalKey(Schema.Number),
  Plans: Schema.optionalKey(Schema.Array(Schema.suspend((): Schema.Codec<Node> => Node))),
})
const decode = Schema.decodeUnknownEffect(
  Schema.Tuple([Schema.Struct({ Plan: Node, "Execution Time": Schema.optionalKey(Schema.Number) })]),
)

const sequential = (node: Node): ReadonlyArray<string> => [
  ...(node["Node Type"] === "Seq Scan" ? [node["Relation Name"] ?? "?"] : []),
  ...(node.Plans ?? []).flatMap(sequential),
]

/** Postgres counts them for each time that a step was run. */
const rows = (node: Node): number => {
  const each =
    (node["Actual Rows"] ?? 0) + (node["Rows Removed by Filter"] ?? 0) + (node["Rows Removed by Join Filter"] ?? 0)
  return (node.Plans ?? []).reduce((sum, plan) => sum + rows(plan), each * (node["Actual Loops"] ?? 0))
}

const explained = (sql: SqlClient.SqlClient, text: string, parameters: ReadonlyArray<unknown>) =>
  Effect.gen(function* () {
    // what writes is only planned
    const isRead = /^\s*(SELECT|WITH)\b/i.test(text) && !/\b(INSERT INTO|UPDATE \S+\s+SET|DELETE FROM)\b/i.test(text)
    const how = isRead ? "ANALYZE, BUFFERS, FORMAT JSON" : "FORMAT JSON"
    const [answer = {}] = yield* sql.unsafe<Record<string, unknown>>(`EXPLAIN (${how}) ${text}`, parameters)
    const given = Object.values(answer)[0]
    const [{ Plan: plan, "Execution Time": milliseconds = 0 }] = yield* decode(
      typeof given === "string" ? JSON.parse(given) : given,
    )
    return {
      statement: text.replace(/\s+/g, " ").trim(),
      sequential: sequential(plan),
      milliseconds,
      pages: (plan["Shared Hit Blocks"] ?? 0) + (plan["Shared Read Blocks"] ?? 0),
      rows: rows(plan),
    }
  })

/** Runs it, and explains each statement that it ran, once. */
export const explain = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const noted = new Map<string, ReadonlyArray<unknown>>()
    yield* Effect.provideService(effect, Statement.CurrentTransformer, (statement) =>
      Effect.sync(() => {
        const [text, parameters] = statement.compile()
        if (/^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b/i.test(text)) noted.set(text, parameters)
        return statement
      }),
    )
    return yield* Effect.forEach([...noted], ([text, parameters]) => explained(sql, text, parameters))
  })
