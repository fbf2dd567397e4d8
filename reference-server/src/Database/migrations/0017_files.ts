/** Every file that the server holds, with what the scanner said of it. */
import * as Effect from "effect/Effect"
import { SqlClient } from "../../platform/Sql.ts"

const statements: ReadonlyArray<string> = [
  `CREATE TABLE files (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    request_id uuid REFERENCES client_requests,
    question text,
    origin text NOT NULL CHECK (origin IN ('customer', 'firm', 'document')),
    name text NOT NULL,
    bytes bigint NOT NULL,
    type text NOT NULL,
    sha256 text NOT NULL,
    scan text NOT NULL CHECK (scan IN ('pending', 'clean', 'infected', 'unscannable', 'unscanned')),
    scan_detail text NOT NULL DEFAULT '',
    scan_attempts int NOT NULL DEFAULT 0,
    next_scan_at timestamptz,
    scanned_at timestamptz,
    noted text,
    is_untold boolean NOT NULL GENERATED ALWAYS AS (noted IS NOT NULL AND noted <> scan) STORED,
    gone_at timestamptz,
    created_at timestamptz NOT NULL
  )`,
  // what the scanner is to look at, what a record does not say yet, and infected bytes that are still there
  `CREATE INDEX files_due ON files (next_scan_at) WHERE next_scan_at IS NOT NULL`,
  `CREATE INDEX files_untold ON files (id) WHERE is_untold`,
  `CREATE INDEX files_infected ON files (id) WHERE scan = 'infected' AND gone_at IS NULL`,
  `CREATE INDEX files_withheld ON files (workspace_id, created_at) WHERE scan IN ('pending', 'unscannable')`,
  `CREATE INDEX files_request ON files (request_id)`,
  // those that came before there was a scanner
  `INSERT INTO files (id, workspace_id, request_id, question, origin, name, bytes, type, sha256, scan, next_scan_at, noted, created_at)
    SELECT DISTINCT ON (f.file->>'id') (f.file->>'id')::uuid, f.workspace_id, f.request_id, f.question, f.origin, f.file->>'name',
      (f.file->>'bytes')::bigint, f.file->>'type', f.file->>'sha256', 'pending', f.at, f.noted, f.at
    FROM (
      SELECT workspace_id, id AS request_id, file->>'question' AS question, 'customer' AS origin, file, created_at AS at,
        'pending' AS noted
      FROM client_requests, jsonb_array_elements(state->'files') AS file
      UNION ALL SELECT workspace_id, request_id, question, 'customer', file, created_at, NULL FROM session_files
      UNION ALL SELECT workspace_id, NULL, NULL, 'firm', file, created_at, NULL FROM attachments
    ) f ORDER BY f.file->>'id', f.noted NULLS LAST`,
  // of a logo no digest was kept: it is chosen anew
  `UPDATE workspaces SET logo = NULL WHERE logo IS NOT NULL`,
  `UPDATE client_requests SET state = state || '{"quarantined": [], "checks": []}' || jsonb_build_object('files', (
      SELECT coalesce(jsonb_agg(file || '{"scan": "pending"}' ORDER BY n), '[]')
      FROM jsonb_array_elements(state->'files') WITH ORDINALITY AS f (file, n)))`,
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  for (const statement of statements) yield* sql.unsafe(statement)
})
