// The database at DATABASE_URL: a Postgres server. The driver understands the URL; this file reads it once more to say clearly
// what is wrong with it, or with the server behind it. Driver errors go no further than here, because their causes may hold
// the whole URL.

import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { SqlError } from "../platform/Sql.ts"
import { DatabaseUnavailable } from "./DatabaseUnavailable.ts"

/** What may be shown of a DATABASE_URL. */
export interface Address {
  readonly server: string
  readonly user: string
  readonly database: string
}

/** Reads `postgres://user:password@host:port/database?…`; fails with `malformed-url`. */
export const address = (url: Redacted.Redacted): Result.Result<Address, DatabaseUnavailable> => {
  const text = Redacted.value(url)
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) return Result.fail(malformed(""))
  const { hash, hostname, password, pathname, port, search, searchParams, username } = new URL(text)
  // A password with a raw / ? or # ends the host too early: what then looks like host, port or database is its pieces.
  if (hash !== "" || `${pathname}${search}`.includes("@")) return Result.fail(malformed(""))
  try {
    decodeURIComponent(password)
    const user = searchParams.get("user") ?? decodeURIComponent(username)
    return Result.succeed({
      server: `${searchParams.get("host") ?? (hostname || "localhost")}:${searchParams.get("port") ?? (port || "5432")}`,
      user,
      database: searchParams.get("dbname") ?? (decodeURIComponent(pathname.slice(1)) || user),
    })
  } catch {
    return Result.fail(malformed(""))
  }
}

/** Why the first connection to `at` failed, for the person who set DATABASE_URL. */
export const explain = (at: Address, error: SqlError.SqlError): DatabaseUnavailable => {
  const { cause } = error.reason
  const code = Predicate.hasProperty(cause, "code") && Predicate.isString(cause.code) ? cause.code : ""
  const said = Predicate.hasProperty(cause, "message") ? String(cause.message) : ""
  if (error.reason._tag === "AuthenticationError") {
    return unavailable(
      "authentication-failed",
      `Postgres at ${at.server} refuses the user "${at.user}" (${said}): check the user name and the password in DATABASE_URL.`,
    )
  }
  if (error.reason._tag === "AuthorizationError") {
    return unavailable(
      "not-permitted",
      `The user "${at.user}" may not use the database "${at.database}" at ${at.server} (${said}): grant it, or set another user in DATABASE_URL.`,
    )
  }
  switch (code) {
    case "3D000":
      return unavailable(
        "missing-database",
        `Postgres at ${at.server} has no database "${at.database}": create it (createdb "${at.database}"), or correct the name in DATABASE_URL.`,
      )
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return unavailable(
        "unreachable",
        `No server is known by the name in DATABASE_URL (${at.server}): correct the host, or check the name service.`,
      )
    case "ECONNREFUSED":
      return unavailable(
        "unreachable",
        `Nothing listens at ${at.server}: start Postgres there, or correct the host and port in DATABASE_URL.`,
      )
  }
  // The driver's own words for a part of the URL it does not take; what they quote is a parameter and never the password.
  const detail = error.message.replace(/^PgConnection: /, "")
  if (code === "" && /\bURL\b|username/.test(detail)) return malformed(` (${detail})`)
  return unavailable(
    "unreachable",
    `There is no connection to Postgres at ${at.server} (${code === "" ? detail : said}): check that it runs, that this machine may reach it, and sslmode in DATABASE_URL.`,
  )
}

const unavailable = (reason: DatabaseUnavailable["reason"], message: string): DatabaseUnavailable =>
  new DatabaseUnavailable({ reason, message })

const malformed = (detail: string): DatabaseUnavailable =>
  unavailable(
    "malformed-url",
    `DATABASE_URL cannot be read${detail}: it looks like postgres://user:password@host:5432/database, with / ? # @ : and % in the password written as %2F %3F %23 %40 %3A %25.`,
  )
