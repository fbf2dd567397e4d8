// The disk of the database is full: a tablespace on a small file system of its own, filled to the last byte. (Where none can be
// mounted, a trigger refuses every new row with what Postgres says then, SQLSTATE 53100.) Nothing that was accepted is lost,
// what cannot be kept is refused calmly, and everything goes on by itself once there is room.
import { assert, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe } from "vitest"
import * as OwnPostgres from "../support/OwnPostgres.ts"
import * as Person from "../support/Person.ts"
import * as ServerProcess from "../support/ServerProcess.ts"
import * as SmtpSink from "../support/SmtpSink.ts"

const questionnaire = readFileSync(new URL("../../examples/questionnaires/first-look.json", import.meta.url), "utf8")

/** A file system of a few megabytes; undefined: none can be mounted here. */
const smallDisk = (
  folder: string,
  megabytes: number,
): { readonly fill: () => void; readonly free: () => void } | undefined => {
  mkdirSync(folder)
  if (spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=0777`, "tmpfs", folder]).status !== 0)
    return undefined
  const filler = join(folder, "filler")
  return {
    fill: () => {
      writeFileSync(filler, "")
      for (let size = 1 << 20; size >= 1; size >>= 1) {
        for (let goesOn = true; goesOn;) {
          try {
            appendFileSync(filler, Buffer.alloc(size))
          } catch {
            goesOn = false
          }
        }
      }
    },
    free: () => rmSync(filler, { force: true }),
  }
}

const isUnmountable = (() => {
  const folder = join(mkdtempSync(join(tmpdir(), "requite-disk-")), "space")
  const is = smallDisk(folder, 1) === undefined
  spawnSync("umount", ["-l", folder])
  rmSync(join(folder, ".."), { recursive: true, force: true })
  return is
})()

describe.skipIf(OwnPostgres.missing !== undefined)("when the disk of the database is full", () => {
  const home = mkdtempSync(join(tmpdir(), "requite-disk-"))
  const folder = join(home, "space")
  let postgres: OwnPostgres.OwnPostgres
  let server: ServerProcess.ServerProcess
  let sink: SmtpSink.SmtpSink
  let member: Person.Person
  let customer: Person.Person
  let section: string
  let disk: { readonly fill: () => void; readonly free: () => void }

  const ask = (n: number) =>
    member.fetch("/api/requests", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "idempotency-key": `01890a5d-ac96-774b-bcce-b302099b${String(n + 1000)}`,
      },
      body: JSON.stringify({
        questionnaire: { id: "first-look" },
        title: `Full ${n}`,
        // what is long has no room on a page that is there already
        message: `Please. ${"Words that take up room. ".repeat(60)}`,
        recipient: { name: "Carl", email: `full${n}@customer.example`, language: "en" },
        send: true,
      }),
    })
  const databaseCheck = async () => {
    const answer = await fetch(`${server.url}/ready`)
    const { checks } = (await answer.json()) as { checks: Record<string, { ok: boolean; reason: string | null }> }
    return { status: answer.status, reason: checks["database"]?.reason ?? null }
  }
  const eventually = async (look: () => Promise<boolean>, seconds = 40): Promise<void> => {
    const end = performance.now() + seconds * 1000
    while (!(await look().catch(() => false))) {
      if (performance.now() > end) throw new Error(`in vain: ${server.log().slice(-3000)}`)
      await new Promise((go) => setTimeout(go, 200))
    }
  }

  beforeAll(async () => {
    // Postgres runs as somebody else
    chmodSync(home, 0o755)
    postgres = await OwnPostgres.start()
    const small = smallDisk(folder, 64)
    if (small === undefined) {
      process.stderr.write("No file system can be mounted here: a trigger says that the disk is full\n")
      postgres.psql("CREATE DATABASE requite")
    } else {
      const space = join(folder, "data")
      mkdirSync(space)
      if (process.getuid?.() === 0) chownSync(space, 65_534, 65_534)
      postgres.psql(`CREATE TABLESPACE small LOCATION '${space}'`)
      postgres.psql("CREATE DATABASE requite TABLESPACE small")
    }
    const tables = "audit_entries client_requests mails queue answers submissions".split(" ")
    const onAll = (statement: (table: string) => string) =>
      postgres.psql(
        tables
          .filter((table) => postgres.psql(`SELECT to_regclass('${table}') IS NOT NULL`, "requite") === "t")
          .map(statement)
          .join("; "),
        "requite",
      )
    disk = small ?? {
      fill: () => {
        postgres.psql(
          "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE disk_full USING MESSAGE = 'could not extend file: No space left on device'; END $$",
          "requite",
        )
        onAll((table) => `CREATE TRIGGER no_room BEFORE INSERT ON ${table} EXECUTE FUNCTION no_room()`)
      },
      free: () => void postgres.psql("DROP FUNCTION no_room CASCADE", "requite"),
    }
    sink = await SmtpSink.start()
    server = await ServerProcess.start({
      DATABASE_URL: postgres.url("requite"),
      DATA_DIR: join(home, "data"),
      SMTP_URL: sink.url,
      LOG_JSON: "true",
    })
    member = await Person.setUp(server.url)
    await member.json("/api/questionnaires", { source: questionnaire })
    assert.strictEqual((await ask(0)).status, 201)
    const mail = await sink.waitFor(() => true)
    const token = /\/r\/([\w-]{43})/.exec(mail.parsed.text ?? "")?.[1] ?? ""
    customer = Person.make(server.url, { "accept-language": "sv" })
    const claimed = await customer.form(`/r/${token}`, {})
    const list = await (await customer.fetch(claimed.headers.get("location") ?? "/")).text()
    section = /href="(\/q\/[^"]+\/sections\/[^"]+)"/.exec(list)?.[1] ?? ""
    assert.notStrictEqual(section, "")
  }, 240_000)
  afterAll(async () => {
    await server.stop()
    await sink.close()
    postgres.close()
    spawnSync("umount", ["-l", folder])
    rmSync(home, { recursive: true, force: true })
  })

  it("M1: it is said calmly, with 503 and when to come back; /ready says it; nothing accepted is lost, nothing is sent twice", async () => {
    const form = await (await customer.fetch(section)).text()
    const fields = [...form.matchAll(/<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"/g)]
    const control = /<(?:input|textarea)[^>]*name="(a\.[^"]+)"/.exec(form)?.[1] ?? ""
    assert.notStrictEqual(control, "")
    assert.strictEqual((await databaseCheck()).reason, null)

    disk.fill()
    const statuses: Array<number> = []
    let refusal: Response | undefined
    // there may be room left on pages that are there: it ends soon
    for (let n = 1; n <= 60 && statuses.filter((status) => status === 503).length < 5; n++) {
      const answer = await ask(n)
      statuses.push(answer.status)
      if (answer.status === 503) refusal ??= answer
    }
    for (const status of statuses) assert.include([201, 503], status)
    assert.isDefined(refusal)
    assert.isAtLeast(Number(refusal?.headers.get("retry-after")), 1)
    assert.include(refusal?.headers.get("content-type") ?? "", "application/problem+json")
    assert.include(await refusal?.text(), "disk is full")

    // a customer's page says it in their language, and keeps what they typed
    const typed = `Åsa ${"och en lång berättelse ".repeat(400)}`
    const body = new FormData()
    for (const [, name = "", value = ""] of fields) body.append(name, value)
    body.append(control, typed)
    const page = await customer.fetch(section, { method: "POST", body })
    assert.strictEqual(page.status, 503)
    assert.isAtLeast(Number(page.headers.get("retry-after")), 1)
    const text = await page.text()
    assert.include(text, '<html lang="sv"')
    assert.include(text, typed.slice(0, 200))

    // what only reads goes on, and the process lives
    assert.strictEqual((await member.fetch("/api/requests")).status, 200)
    assert.strictEqual((await fetch(`${server.url}/health`)).status, 200)
    if (spawnSync("mountpoint", ["-q", folder]).status === 0) {
      await eventually(async () => {
        const { status, reason } = await databaseCheck()
        return status === 503 && reason === "disk-full"
      })
    }

    disk.free()
    await eventually(async () => (await databaseCheck()).status === 200)
    // whoever sends it again is taken; what was accepted counts once
    for (const [at] of statuses.entries()) assert.include([200, 201], (await ask(at + 1)).status)
    const again = await customer.fetch(section, { method: "POST", body })
    assert.include([200, 303, 422], again.status)
    const count = (sql: string) => Number(postgres.psql(sql, "requite"))
    assert.strictEqual(
      count("SELECT count(*) FROM client_requests WHERE state #>> '{details,title}' LIKE 'Full %'"),
      statuses.length + 1,
    )
    const wanted = Array.from({ length: statuses.length + 1 }, (_, n) => `full${n}@customer.example`)
    await eventually(async () => {
      const arrived = new Set(sink.mails.flatMap(({ envelope }) => envelope.to))
      return wanted.every((address) => arrived.has(address))
    }, 90)
    assert.strictEqual(sink.mails.length, new Set(sink.mails.map(({ parsed }) => parsed.messageId)).size)
    const report = (await member.json("/api/record/verify")) as { readonly holds: boolean }
    assert.isTrue(report.holds)
    assert.strictEqual(server.log().match(/Listening on/g)?.length, 1)
  }, 240_000)
})

describe.skipIf(isUnmountable)("when the disk of the embedded database is full", () => {
  it("M1: it is said with 503, /ready says it, what is there can be read, and it goes on by itself with room", async () => {
    const home = mkdtempSync(join(tmpdir(), "requite-disk-"))
    const folder = join(home, "space")
    const disk = smallDisk(folder, 160) ?? assert.fail("it could be mounted a moment ago")
    const server = await ServerProcess.start({ DATA_DIR: join(folder, "data"), LOG_JSON: "true" })
    try {
      const member = await Person.setUp(server.url)
      await member.json("/api/questionnaires", { source: questionnaire })
      const ask = (n: number) =>
        member.fetch("/api/requests", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({
            questionnaire: { id: "first-look" },
            title: `Full ${n}`,
            message: "Words that take up room. ".repeat(100),
            recipient: { name: "Carl", email: `full${n}@customer.example`, language: "en" },
          }),
        })
      assert.strictEqual((await ask(0)).status, 201)
      disk.fill()
      let [taken, refused] = [1, 0]
      for (let n = 1; n <= 60 && refused < 3; n++) {
        const answer = await ask(n)
        assert.include([201, 503], answer.status)
        if (answer.status === 201) taken++
        else {
          refused++
          assert.isAtLeast(Number(answer.headers.get("retry-after")), 1)
          assert.include(await answer.text(), "disk is full")
        }
      }
      assert.strictEqual(refused, 3)
      const ready = await fetch(`${server.url}/ready`)
      const { checks } = (await ready.json()) as { checks: Record<string, { reason: string | null }> }
      assert.deepStrictEqual([ready.status, checks["database"]?.reason], [503, "disk-full"])
      assert.strictEqual((await member.fetch("/api/requests")).status, 200)

      disk.free()
      assert.strictEqual((await ask(100)).status, 201)
      const { total } = await member.json("/api/requests")
      assert.strictEqual(total, taken + 1)
    } finally {
      await server.kill()
      spawnSync("umount", ["-l", folder])
      rmSync(home, { recursive: true, force: true })
    }
  }, 300_000)
})
