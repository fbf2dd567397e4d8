/**
 * What customers gave lies sealed by a key of their firm's workspace (S77). The columns that held it in clear stay for rows
 * from before, which the server seals at its next start.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

const statements: ReadonlyArray<string> = [
  // `sealed`: by the vault, whose key is not in the database; null: destroyed. The newest that is not holds for what is
  // written. `erased_at`: what it had sealed is erased in the record too. The database's own clock: it says whether this
  // very transaction made the key
  `CREATE TABLE data_keys (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    sealed text,
    created_at timestamptz NOT NULL DEFAULT now(),
    destroyed_at timestamptz,
    erased_at timestamptz,
    CHECK ((sealed IS NULL) = (destroyed_at IS NOT NULL))
  )`,
  `CREATE INDEX data_keys_workspace ON data_keys (workspace_id)`,

  ...["answers", "submissions"].flatMap((table) => [
    `ALTER TABLE ${table} ALTER COLUMN answers DROP NOT NULL, ADD COLUMN sealed bytea`,
    `ALTER TABLE ${table} ADD CHECK ((answers IS NULL) <> (sealed IS NULL))`,
    `CREATE INDEX ${table}_clear ON ${table} (workspace_id) WHERE answers IS NOT NULL`,
  ]),
  `ALTER TABLE answer_changes ALTER COLUMN value DROP NOT NULL, ADD COLUMN sealed bytea`,
  `ALTER TABLE answer_changes ADD CHECK ((value IS NULL) <> (sealed IS NULL))`,
  `CREATE INDEX answer_changes_clear ON answer_changes (workspace_id) WHERE value IS NOT NULL`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
