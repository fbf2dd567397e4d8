// Runs once around all tests. Before: the template database of TestDatabase.ts must exist before the files ask for copies of it.
// After: what was left out for want of a Postgres is said where everybody looks, below the results.
import { execFileSync } from "node:child_process"
import { join } from "node:path"

export default (): (() => void) => {
  const program = join(import.meta.dirname, "prepareDatabase.ts")
  execFileSync(process.execPath, ["--conditions=requite-source", program], { stdio: "inherit" })
  return () => {
    if (process.env["TEST_DATABASE_URL"] === undefined) process.stderr.write(`${withoutServer}\n`)
  }
}

const withoutServer =
  "SKIPPED: the tests that need a Postgres server (several processes at once, its outages and backups, query plans, its users): set TEST_DATABASE_URL to one on which databases may be made, such as postgres://postgres@127.0.0.1:5432/postgres"
