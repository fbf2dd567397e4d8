// Who may look at every firm at once. `Tenancy.across` takes the database's wall between firms away for a moment: each file
// that says it is named here, with what it looks for, and a new one has to be put here by somebody who has thought about it.

import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"

const sources = join(import.meta.dirname, "../../reference-server/src")

const allowed: Readonly<Record<string, string>> = {
  "AccessCodes/layer.ts": "forgets codes that are over",
  "Branding/layer.ts": "finds what a style sheet is made from by its digest",
  "ClientRequests/Sweep.ts": "finds the request that is due next",
  "CustomerAccess/sql.ts": "finds a link, a session or a family by its secret",
  "DataKeys/starting.ts": "seals anew what an older SECRET_KEY sealed, and what was kept before there were keys",
  "Database.ts": "migrates, and grants",
  "Documents/Shares.ts": "finds a link to a document by its secret",
  "Files/commands.ts": "compares what lies in the store with the files of all firms, for who runs the server",
  "Files/sql.ts": "finds files that are to be scanned, and counts those that wait",
  "FolderMail/layer.ts": "finds a folder by the secret in its e-mail address",
  "IdempotencyKeys.ts": "forgets keys that are old",
  "Members/LetterWorker.ts": "finds the letter that is to go out",
  "Members/Links.ts": "finds a member's link by its secret",
  "Members/Passwords.ts": "finds a member by the address that somebody typed",
  "Members/keys.ts": "finds an API key by its id",
  "Members/layer.ts": "finds a member by address, and a session by its secret",
  "Operations/Queues.ts": "counts what waits, of all firms together",
  "Operations/Readiness.ts": "asks whether the database answers, and at which step its tables are",
  "Outbox/Release.ts": "releases the mails whose time has come",
  "Record/commands.ts": "lists the firms to who runs the server",
  "Record/checkpoints.ts": "finds the firms whose record is to be signed",
  "Record/erasing.ts": "finds what is due to be erased",
  "Returns.ts": "finds the mail that came back",
  "Senders/layer.ts": "finds the senders that are to be checked",
  "UnsubscribeLinks.ts": "finds a link by its secret",
  "Uploads/SessionFiles.ts": "forgets files that nobody took in",
  "Uploads/rows.ts": "forgets files that nobody finished",
  "Webhooks/layer.ts": "finds deliveries that are over",
  "Webhooks/worker.ts": "finds the endpoints that have something to be sent",
  "Workspaces/layer.ts": "asks whether anybody is there, and finds a logo by its id",
}

it("S73: only these files look at every firm at once", () => {
  const saying = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter(
    (file) =>
      file.endsWith(".ts") &&
      file !== "Tenancy.ts" &&
      /\bTenancy\.across\b|CurrentWorkspace, "\*"/.test(readFileSync(join(sources, file), "utf8")),
  )
  assert.deepStrictEqual(saying.toSorted(), Object.keys(allowed).toSorted())
})
