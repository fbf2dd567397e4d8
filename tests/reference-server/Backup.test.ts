/** The backup of docs/running.md, as it is written there: taken from a server at work, and started again elsewhere. */
import { assert, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe } from "vitest"
import * as OwnPostgres from "../support/OwnPostgres.ts"
import * as Person from "../support/Person.ts"
import * as ServerProcess from "../support/ServerProcess.ts"
import * as SmtpSink from "../support/SmtpSink.ts"

const pdf = `%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n${"x".repeat(50_000)}\n%%EOF\n`
const questionnaire = readFileSync(new URL("../../examples/questionnaires/first-look.json", import.meta.url), "utf8")
const page = readFileSync(new URL("../../docs/running.md", import.meta.url), "utf8")

/** The arguments of a program as the page gives them, with its names replaced by ours. */
const told = (program: string, names: Readonly<Record<string, string>>): ReadonlyArray<string> => {
  const line = new RegExp(`^${program} (.*)$`, "m").exec(page)?.[1]
  assert.isDefined(line, `${program} stands in docs/running.md`)
  return (line ?? "")
    .split(" ")
    .map((word) =>
      Object.entries(names).reduce((text, [name, value]) => text.replaceAll(name, value), word.replaceAll('"', "")),
    )
}

describe.skipIf(OwnPostgres.missing !== undefined)("backup and restore", () => {
  const home = mkdtempSync(join(tmpdir(), "requite-backup-"))
  const undo: Array<() => unknown> = [() => rmSync(home, { recursive: true, force: true })]
  afterAll(async () => {
    for (const one of undo.toReversed()) await one()
  })

  it("a dump of a server at work, and its files, start elsewhere: what was answered before is there, links work, the record holds", async () => {
    const postgres = await OwnPostgres.start()
    undo.push(() => postgres.close())
    const sink = await SmtpSink.start()
    undo.push(() => sink.close())
    const [data, restored] = [join(home, "data"), join(home, "restored")]
    const SECRET_KEY = "a secret key of the backup test, long enough"
    postgres.psql("CREATE DATABASE requite")
    const server = await ServerProcess.start({
      DATABASE_URL: postgres.url("requite"),
      DATA_DIR: data,
      SMTP_URL: sink.url,
      SECRET_KEY,
    })
    undo.push(() => server.stop())
    const member = await Person.setUp(server.url)
    await member.json("/api/questionnaires", { source: questionnaire })
    const ask = async (title: string) =>
      String(
        (
          await member.json("/api/requests", {
            questionnaire: { id: "first-look" },
            title,
            recipient: {
              name: "Carl",
              email: `${title.toLowerCase().replaceAll(" ", "-")}@customer.example`,
              language: "en",
            },
            send: true,
          })
        )["id"],
      )
    const tokenOf = async (title: string) => {
      const mail = await sink.waitFor(
        ({ envelope }) => envelope.to.includes(`${title.toLowerCase().replaceAll(" ", "-")}@customer.example`),
        180_000,
      )
      return /\/r\/([\w-]{43})/.exec(mail.parsed.text ?? "")?.[1] ?? ""
    }
    const first = await ask("First")
    const customer = Person.make(server.url)
    const handle = String((await customer.json("/api/customer/claim", { token: await tokenOf("First") }))["handle"])
    const fill = await customer.json(`/api/customer/${handle}`)
    const headers = { "x-csrf-token": String(fill["csrf"]) }
    const revision = Number(fill["revision"])
    await customer.json(
      `/api/customer/${handle}/answers`,
      { revision, answers: { name: "Before the dump" } },
      { method: "PUT", headers },
    )
    const form = new FormData()
    form.append("file", new Blob([pdf], { type: "application/pdf" }), "note.pdf")
    const uploaded = await customer.fetch(`/api/customer/${handle}/files/picture?revision=${revision}`, {
      method: "POST",
      headers,
      body: form,
    })
    assert.strictEqual(uploaded.status, 201, await uploaded.clone().text())
    await ask("Not opened yet")
    const unopened = await tokenOf("Not opened yet")

    // others go on writing while the backup is taken
    const answered: Array<string> = []
    const writing = { goesOn: true }
    const writer = (async () => {
      for (let n = 0; writing.goesOn; n++) {
        await ask(`Written ${n}`)
        answered.push(`Written ${n}`)
      }
    })()
    while (answered.length < 3) await new Promise((go) => setTimeout(go, 50))
    const before = [...answered]
    const dump = join(home, "requite.dump")
    await OwnPostgres.running(
      "pg_dump",
      told("pg_dump", { $DATABASE_URL: postgres.url("requite"), "requite.dump": dump }),
    )
    cpSync(data, restored, { recursive: true })
    while (answered.length < before.length + 2) await new Promise((go) => setTimeout(go, 50))
    writing.goesOn = false
    await writer
    await server.stop()

    postgres.psql("CREATE DATABASE restored")
    await OwnPostgres.running(
      "pg_restore",
      told("pg_restore", { $DATABASE_URL: postgres.url("restored"), "requite.dump": dump }),
    )
    const environment = { DATABASE_URL: postgres.url("restored"), DATA_DIR: restored, SECRET_KEY }
    const operate = "--conditions=requite-source reference-server/src/operate.ts"
    const command = [...operate.split(" "), ...told(`node ${operate}`, {})]
    execFileSync(process.execPath, command, { env: { ...process.env, ...environment } })
    const again = await ServerProcess.start({
      DATABASE_URL: postgres.url("restored"),
      DATA_DIR: restored,
      SMTP_URL: sink.url,
      SECRET_KEY,
    })
    undo.push(() => again.stop())
    assert.strictEqual((await fetch(`${again.url}/ready`)).status, 200)
    const returning = await Person.signIn(again.url)
    const titles = JSON.stringify(await returning.json("/api/requests?limit=100"))
    for (const title of ["First", "Not opened yet", ...before]) assert.include(titles, `"${title}"`)

    // the session that was open goes on, with what was typed and the file; the link in a mail from before opens
    const cookies = Person.make(again.url)
    const claimed = await cookies.fetch("/api/customer/claim", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token: unopened }),
    })
    assert.strictEqual(claimed.status, 200, await claimed.clone().text())
    const record = await returning.json(`/api/requests/${first}`)
    assert.include(JSON.stringify(record), "note.pdf")
    const fileId = /"id":"([0-9a-f-]{36})","name":"note\.pdf"/.exec(JSON.stringify(record))?.[1] ?? ""
    const file = await returning.fetch(`/api/requests/${first}/files/${fileId}`)
    assert.strictEqual(file.status, 200)
    assert.strictEqual(await file.text(), pdf)
    assert.deepInclude(await returning.json("/api/record/verify"), { holds: true, faultCount: 0 })
  }, 300_000)
})
