/**
 * `npm run attack -- URL`: what bots, scanners and strangers try on a server, tried. URL is a server's address or, better,
 * a link that a request of yours was sent with (it will be claimed). Prints each attack, and ends with 1 when one worked.
 *
 *   --patience SECONDS   how long the waiting browser waits (30)
 *   --flood              also guess links until told to stop: shuts this address out for a while
 *   --json               the findings as JSON
 */
import { parseArgs } from "node:util"
import * as Browser from "../support/Browser.ts"
import * as claim from "./claim.ts"
import * as dead from "./dead.ts"
import * as prefetch from "./prefetch.ts"
import { type Attack, type Finding, parse, type Target } from "./Target.ts"
import * as uploads from "./uploads.ts"

/** In this order: first what needs a link that nobody has touched, at the end what spoils it. */
const attacks: ReadonlyArray<Attack> = [
  ...prefetch.attacks,
  ...dead.attacks,
  ...claim.attacks,
  ...uploads.attacks,
  ...prefetch.last,
  ...dead.last,
]

interface Outcome {
  readonly attack: string
  readonly skipped: string | null
  readonly findings: ReadonlyArray<Finding>
}

const attempt = async (attack: Attack, target: Target): Promise<Outcome> => {
  const skipped =
    attack.needsLink && target.link === null
      ? "needs a link: give one instead of the server's address"
      : attack.needsBrowser && Browser.missing !== undefined
        ? Browser.missing
        : null
  const findings =
    skipped === null
      ? await attack.run(target).catch((error: unknown) => [`it could not be tried: ${String(error)}`])
      : []
  return { attack: attack.name, skipped, findings }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    patience: { type: "string", default: "30" },
    flood: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
})
const parsed = parse(positionals[0] ?? "")
const seconds = Number(values.patience)
if (parsed === null || positionals.length !== 1 || !(seconds >= 0)) {
  process.stderr.write(
    "npm run attack -- URL [--patience SECONDS] [--flood] [--json]\n\nURL: a server's address, or a link that works.\n",
  )
  process.exit(2)
}
let launched: Promise<Browser.Browser> | undefined
const browser = () => (launched ??= Browser.launch())
const target: Target = { ...parsed, patience: seconds * 1_000, floods: values.flood, browser }
const outcomes: Array<Outcome> = []
for (const attack of attacks) {
  const outcome = await attempt(attack, target)
  outcomes.push(outcome)
  if (values.json) continue
  const mark = outcome.skipped !== null ? "skipped" : outcome.findings.length === 0 ? "held   " : "WORKED "
  process.stdout.write(`${mark}  ${outcome.attack}${outcome.skipped === null ? "" : ` (${outcome.skipped})`}\n`)
  for (const finding of outcome.findings) process.stdout.write(`           ${finding}\n`)
}
await (await launched)?.close()
if (values.json) process.stdout.write(`${JSON.stringify(outcomes, null, 2)}\n`)
const worked = outcomes.filter(({ findings }) => findings.length > 0).length
if (!values.json)
  process.stdout.write(`\n${worked === 0 ? "Nothing worked." : `${worked} of ${outcomes.length} worked.`}\n`)
process.exitCode = worked === 0 ? 0 : 1
