/**
 * Due work: 10,000 reminders that are due at once, two processes, a mail server that can take it. None may be lost, none may come
 * twice; bar: 500 a second from the moment that they are due to the last mail.
 */
import * as Schema from "effect/Schema"
import PostalMime from "postal-mime"
import * as World from "../../crash/World.ts"
import * as ServerProcess from "../../support/ServerProcess.ts"
import * as SmtpSink from "../../support/SmtpSink.ts"
import * as Ground from "./Ground.ts"
import { row } from "./Table.ts"

/** What the sink says. */
const said = Schema.decodeUnknownSync(
  Schema.Struct({ mails: Schema.Number, different: Schema.Number, millis: Schema.Number, latest: Schema.String }),
)
const daily = { kind: "custom", everyDays: 1 } as const
export const dueNow = {
  daysAgo: 2,
  rule: daily,
  policy: { reminders: { rule: daily, cap: 5, timing: { sendTime: "00:00", quietHours: null, businessDays: null } } },
} as const

/** PROFILE: a folder that CPU profiles are written to. COUNT: how many reminders. */
const profile =
  process.env["PROFILE"] === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${process.env["PROFILE"]}` }
const count = Number(process.env["COUNT"] ?? 10_000)

export const run = async (): Promise<void> => {
  const ground = await Ground.make()
  const [port, sinkPort] = [await ServerProcess.freePort(), await ServerProcess.freePort()].map(String)
  const sink = await Ground.child("Sink.ts", { PORT: sinkPort ?? "" })
  const environment = {
    ...ground.environment,
    SMTP_URL: `smtp://127.0.0.1:${sinkPort}`,
    PUBLIC_URL: `http://localhost:${port}`,
    ...profile,
  }
  const first = await ServerProcess.start({ ...environment, PORT: port ?? "" })
  const nobody = await SmtpSink.start()
  const world = await World.make(ground.environment, nobody, environment.PUBLIC_URL)
  // while nobody looks for what is due: reminded before it was put aside, there would be nothing to remind its copies of
  await first.stop()
  const id = await world.request(dueNow)
  await ground.sql(`UPDATE client_requests SET next_due_at = NULL WHERE id = $1`, [id])
  await first.start()
  const servers = [first, await ServerProcess.start(environment)]
  await world.settled([id])
  await Ground.multiply(ground, id, count, undefined, ["audit_entries", "mails"])
  await ground.sql(`ANALYZE`)
  await sink.ask("forget")

  const processor = () => servers.reduce((sum, server) => sum + Ground.processor(server.pid()), 0)
  const spent = processor()
  const began = performance.now()
  await ground.sql(`UPDATE client_requests SET next_due_at = now() WHERE id <> $1`, [id])
  const woken = async () =>
    (await ground.sql(`SELECT 1 FROM client_requests WHERE next_due_at <= now() LIMIT 1`)).length === 0
  const left = async () =>
    Number((await ground.sql(`SELECT count(*)::int AS n FROM mails WHERE status = 'queued'`))[0]?.["n"])
  let awake = 0
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 250))
    if (awake === 0 && (await woken())) awake = performance.now() - began
    if (awake > 0 && (await left()) === 0) break
    if (performance.now() - began > 900_000) break
  }
  const whole = performance.now() - began
  const { mails, different, millis, latest } = said(await sink.ask("say"))
  row(
    `due work, ${count} reminders, 2 processes`,
    `${((different / whole) * 1000).toFixed(0)}/s`,
    `bar 500; ${count - different} lost, ${mails - different} twice; woken ${((count / awake) * 1000).toFixed(0)}/s, mailed ${((mails / millis) * 1000).toFixed(0)}/s; ${((processor() - spent) / mails).toFixed(2)} ms of processor each`,
  )
  await Promise.all(servers.map((server) => server.stop()))
  await ceiling(ground, sink, environment, latest, (different / whole) * 1000)
  await sink.stop()
  await nobody.close()
  await world.close()
  await ground.close()
}

/** The same bytes through the same mailer from two bare processes: as much as the mail server, the driver and the machine give. */
const ceiling = async (
  ground: Ground.Ground,
  sink: Awaited<ReturnType<typeof Ground.child>>,
  environment: Readonly<Record<string, string>>,
  like: string,
  ours: number,
): Promise<void> => {
  const { subject = "", html = "", text = "", headers } = await PostalMime.parse(like)
  const list = headers.flatMap(({ key, originalKey, value }): ReadonlyArray<readonly [name: string, value: string]> =>
    key.startsWith("list-") ? [[originalKey, value]] : [],
  )
  const mail = {
    from: { name: "Bare", address: "bare@firm.example" },
    to: { name: "Carl Customer", address: "carl@customer.example" },
    replyTo: { name: "Anna", address: "anna@firm.example" },
    subject,
    html,
    text,
    headers: Object.fromEntries<string>(list),
  }
  await ground.sql(`CREATE TABLE proof.bare (id serial PRIMARY KEY, state text NOT NULL, mail jsonb NOT NULL)`)
  await ground.sql(`INSERT INTO proof.bare (state, mail) SELECT 'due', $1::jsonb FROM generate_series(1, ${count})`, [
    JSON.stringify(mail),
  ])
  await ground.sql(`CREATE INDEX ON proof.bare (id) WHERE state = 'due'`)
  await sink.ask("forget")
  const bare = await Promise.all([1, 2].map(() => Ground.child("BareMails.ts", environment)))
  const processor = () => bare.reduce((sum, { pid }) => sum + Ground.processor(pid), 0)
  const spent = processor()
  const began = performance.now()
  await Promise.all(bare.map((process_) => process_.ask("go")))
  const reached = (count / (performance.now() - began)) * 1000
  row(
    "  due work, 2 bare processes",
    `${reached.toFixed(0)}/s`,
    `one claim, one mail, one update; ${((processor() - spent) / count).toFixed(2)} ms of processor each`,
  )
  row("  of the ceiling", (ours / reached).toFixed(2))
  await Promise.all(bare.map((process_) => process_.stop()))
}
