// Why there is no database to work with, said once at start, to whoever runs the server.

import * as Schema from "effect/Schema"

/**
 * The database cannot be used. `message` is one sentence or two for the person who runs the server: what is wrong and what to
 * do about it. It never holds a password, nor any piece of a DATABASE_URL that could be one by mistake. `reason` is for code.
 */
export class DatabaseUnavailable extends Schema.TaggedError<DatabaseUnavailable>()("DatabaseUnavailable", {
  reason: Schema.Literals([
    "malformed-url",
    "unreachable",
    "authentication-failed",
    "missing-database",
    "not-permitted",
    "foreign-database",
    "newer-database",
    "migration-failed",
    "directory-in-use",
    "directory-not-writable",
    "directory-unusable",
  ]),
  message: Schema.String,
}) {}
