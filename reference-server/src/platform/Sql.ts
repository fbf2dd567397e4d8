// SQL as the server speaks it: statements and transactions of `effect/sql`, and the one driver, `@effect/sql-pg`. Both are
// unstable, and therefore named here only.

export * as PgClient from "@effect/sql-pg/PgClient"
export * as PgConnection from "@effect/sql-pg/PgConnection"
export * as PgPool from "@effect/sql-pg/PgPool"
export * as Reactivity from "effect/reactivity/Reactivity"
export * as Migrator from "effect/sql/Migrator"
export * as SqlClient from "effect/sql/SqlClient"
export * as SqlConnection from "effect/sql/SqlConnection"
export * as SqlError from "effect/sql/SqlError"
export * as SqlSchema from "effect/sql/SqlSchema"
export * as Statement from "effect/sql/Statement"
