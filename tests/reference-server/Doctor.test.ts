// The doctor, over DNS, mail servers and databases of ours, and as the operator's command.
import { execFile } from "node:child_process"
import { generateKeyPairSync } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import { Config } from "../../reference-server/src/Config.ts"
import { Dns, DnsUnavailable, type Resolver } from "../../reference-server/src/Dns.ts"
import * as Doctor from "../../reference-server/src/Doctor.ts"
import * as Smtp from "../../reference-server/src/Mailer/smtp.ts"
import { NodeServices } from "../../reference-server/src/platform/Node.ts"
import * as SmtpSink from "../support/SmtpSink.ts"
import * as TestFirm from "../support/TestFirm.ts"

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
const p = publicKey.export({ type: "spki", format: "der" }).toString("base64")

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "requite-doctor-"))),
  (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true })),
)

type Zone = Readonly<Record<string, ReadonlyArray<string>>>

const resolverOf = (zone: Zone, silent = false): Resolver => {
  const ask = (name: string) =>
    silent ? Effect.fail(new DnsUnavailable({ name, code: "ETIMEOUT" })) : Effect.succeed(zone[name] ?? [])
  return { txt: ask, mx: (name) => ask(`mx ${name}`) }
}

/** What the doctor says without a database, by code. */
const examined = Effect.fnUntraced(function* (
  environment: Record<string, string>,
  {
    zone = {},
    silent = false,
    smtp = "",
  }: { readonly zone?: Zone; readonly silent?: boolean; readonly smtp?: string } = {},
) {
  const DATA_DIR = yield* folder
  const key = join(DATA_DIR, "dkim.pem")
  writeFileSync(key, privateKey.export({ type: "pkcs8", format: "pem" }))
  const given = { DATA_DIR, ...environment, ...(environment["DKIM_KEY"] === undefined ? {} : { DKIM_KEY: key }) }
  const server =
    smtp === "" ? Layer.empty : Smtp.layer({ url: Redacted.make(smtp) }).pipe(Layer.provide(Logger.layer([])))
  const world = Doctor.layer.pipe(
    Layer.provide([
      Layer.succeed(Config, TestFirm.config({ ...given, ...(smtp === "" ? {} : { SMTP_URL: smtp }) })),
      Layer.succeed(Dns, resolverOf(zone, silent)),
      NodeServices.layer,
      server,
    ]),
  )
  const findings = yield* Effect.flatMap(Doctor.Doctor, ({ examine }) => examine).pipe(Effect.provide(world))
  return Object.fromEntries(findings.map(({ code, level }) => [code, level]))
})

const own = { MAIL_FROM: "requests@mail.example", DKIM_KEY: "here", DKIM_SELECTOR: "mail2027" }
const well: Zone = {
  "mail.example": ["v=spf1 mx -all"],
  "mail2027._domainkey.mail.example": [`v=DKIM1; k=rsa; p=${p}`],
  "_dmarc.mail.example": ["v=DMARC1; p=quarantine"],
  "mx mail.example": ["mx.mail.example"],
}

describe("the doctor", () => {
  it.live("M2: of a domain that is set up everything is right", () =>
    Effect.gen(function* () {
      const sink = yield* SmtpSink.scoped
      const found = yield* examined(own, { zone: well, smtp: sink.url })
      assert.deepInclude(found, {
        "smtp.ok": "ok",
        "spf.ok": "ok",
        "dkim.ok": "ok",
        "dmarc.ok": "ok",
        "mx.ok": "ok",
        "data.ok": "ok",
        "database.away": "error",
        "address.here": "warning",
        "sms.none": "warning",
      })
    }),
  )

  for (const [what, zone, code, level] of [
    ["no SPF", { "mail.example": [] }, "spf.missing", "warning"],
    ["SPF that refuses all", { "mail.example": ["v=spf1 -all"] }, "spf.wrong", "error"],
    ["another key", { "mail2027._domainkey.mail.example": ["v=DKIM1; p=MIIB"] }, "dkim.other", "error"],
    ["no key", { "mail2027._domainkey.mail.example": [] }, "dkim.missing", "error"],
    ["no DMARC", { "_dmarc.mail.example": [] }, "dmarc.missing", "warning"],
    ["two of DMARC", { "_dmarc.mail.example": ["v=DMARC1; p=none", "v=DMARC1; p=reject"] }, "dmarc.wrong", "error"],
    ["no MX", { "mx mail.example": [] }, "mx.missing", "warning"],
  ] as const) {
    it.live(`M2: ${what} is ${level}: ${code}`, () =>
      Effect.map(examined(own, { zone: { ...well, ...zone } }), (found) => assert.strictEqual(found[code], level)),
    )
  }

  it.live("M2: without a key of its own, and with name servers that are silent, it says what is not known", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* examined({ MAIL_FROM: own.MAIL_FROM }, { zone: well }))["dkim.server"], "warning")
      const silent = yield* examined(own, { silent: true })
      assert.strictEqual(silent["dns.away"], "warning")
      assert.notProperty(silent, "spf.missing")
      assert.strictEqual((yield* examined({}))["from.here"], "warning")
    }),
  )

  it.live("M2: a mail server that refuses the sign-in is an error with its reason", () =>
    Effect.gen(function* () {
      const sink = yield* SmtpSink.scoped
      sink.behave({ kind: "refuse", code: 535, at: "AUTH" })
      const found = yield* examined(own, { zone: well, smtp: sink.url.replace("//", "//a:b@") })
      assert.strictEqual(found["smtp.failed"], "error")
    }),
  )

  it.live(
    "M2: the command prints a line for each, and fails when something does not work",
    () =>
      Effect.gen(function* () {
        const DATA_DIR = yield* folder
        const run = (environment: Record<string, string>) =>
          Effect.promise(() =>
            promisify(execFile)(
              process.execPath,
              ["--conditions=requite-source", "reference-server/src/operate.ts", "doctor"],
              { env: { PATH: process.env["PATH"] ?? "", DATA_DIR, ...environment } },
            ).then(
              ({ stdout }) => ({ code: 0, text: stdout }),
              (error: { readonly code: number; readonly stderr: string }) => ({ code: error.code, text: error.stderr }),
            ),
          )
        const away = yield* run({ DATABASE_URL: "postgres://u@127.0.0.1:1/x", SMTP_URL: "smtp://127.0.0.1:1" })
        assert.strictEqual(away.code, 1)
        // the reason stands under what it is the reason of
        assert.match(away.text, /^error {4}The database does not answer.*\n {9}Nothing listens at 127\.0\.0\.1:1/m)
        assert.match(away.text, /^error {4}The mail server 127\.0\.0\.1:1 cannot be used/m)
        assert.match(away.text, /^ok {7}Files can be written/m)
      }),
    180_000,
  )
})
