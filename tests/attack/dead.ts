/** Links that do not work: all alike, whoever asks and however (S47, S49, S21), under the headers that keep them quiet. */
import { type Answer, ask, type Attack, bytes, once, ownForm, type Target, unknownToken, unless } from "./Target.ts"

const alike: Attack = {
  name: "S47 S49: links that nobody was given look alike, byte for byte, for every method",
  needsLink: false,
  needsBrowser: false,
  run: async (target) => {
    const paths = ["/r/short", `/r/${unknownToken()}`, "/r/%zz", `/r/${"A".repeat(3_000)}`, "/q/AAAAAAAAAAAAAAAA"]
    const first = await ask(target, `/r/${unknownToken()}`)
    const findings = [
      ...unless(first.status === 410, `an unknown link answers ${first.status}, not 410`),
      ...unless(first.body.includes("This request has expired."), "the page does not say: This request has expired."),
      ...unless(first.headers.getSetCookie().length === 0, "an unknown link sets a cookie"),
    ]
    for (const path of paths) {
      for (const init of [{}, ownForm(target), { method: "PUT" }, { method: "DELETE" }]) {
        const answer = await ask(target, path, init)
        const what = `${"method" in init ? init.method : "GET"} ${path.slice(0, 40)}`
        findings.push(...unless(bytes(answer) === bytes(first), `${what} differs from an unknown link's page`))
      }
    }
    return findings
  },
}

const accessLink: Attack = {
  name: "S21: “Send access link” says the same to everybody, and no address",
  needsLink: false,
  needsBrowser: false,
  run: async (target) => {
    const page = await ask(target, `/r/${unknownToken()}`)
    const form = /<form[^>]*>[\s\S]*?<\/form>/.exec(page.body)?.[0]
    if (form === undefined) return []
    const action = /action="([^"]*)"/.exec(form)?.[1] ?? ""
    const fields = new URLSearchParams(
      [...form.matchAll(/<(?:input|button)[^>]*name="([^"]*)"[^>]*value="([^"]*)"/g)].map(
        ([, name = "", value = ""]): [string, string] => [name, value],
      ),
    ).toString()
    const press = (path: string) => {
      const to = new URL(action, target.origin + path)
      return ask(target, to.pathname + to.search, { ...ownForm(target), body: fields })
    }
    const answers: Array<Answer> = [await press(`/r/${unknownToken()}`), await press(`/r/${unknownToken()}`)]
    if (target.link !== null) answers.push(await press(target.link))
    const [first] = answers
    if (first === undefined) return []
    return [
      ...answers
        .slice(1)
        .flatMap((answer, i) =>
          unless(bytes(answer) === bytes(first), `asking for an access link by link ${i + 2} is answered differently`),
        ),
      ...unless(!/[\w.+-]+@[\w-]+\.\w+/.test(first.body), "the answer shows an e-mail address"),
      ...unless(first.headers.getSetCookie().length === 0, "asking for an access link sets a cookie"),
    ]
  },
}

/** The headers that S37, S38 and S40 ask for. */
export const quiet = (what: string, { headers, body }: Answer, target: Target): ReadonlyArray<string> => {
  const csp = headers.get("content-security-policy") ?? ""
  const has = (name: string, pattern: RegExp) =>
    unless(pattern.test(headers.get(name) ?? ""), `${what}: ${name} is “${headers.get(name) ?? ""}”`)
  const foreign = [...body.matchAll(/(?:src|href|action)="(https?:\/\/[^"/]+)/g)]
    .map(([, origin = ""]) => origin)
    .filter((origin) => origin !== target.origin)
  return [
    ...has("referrer-policy", /^no-referrer$/),
    ...has("cache-control", /no-store/),
    ...has("x-robots-tag", /noindex/),
    ...has("x-content-type-options", /^nosniff$/),
    ...has("cross-origin-opener-policy", /^same-origin$/),
    ...unless(/default-src 'none'/.test(csp), `${what}: the policy does not begin with default-src 'none'`),
    ...unless(/frame-ancestors 'none'/.test(csp), `${what}: the page can be framed`),
    ...unless(!/unsafe-inline|unsafe-eval|\*/.test(csp), `${what}: the policy lets in too much: ${csp}`),
    ...unless(headers.get("access-control-allow-origin") === null, `${what}: other origins may read it`),
    ...(target.origin.startsWith("https:") ? has("strict-transport-security", /max-age=(3[1-9]|[4-9]\d)\d{6}/) : []),
    ...unless(foreign.length === 0, `${what}: names other origins: ${foreign.join(", ")}`),
  ]
}

const headers: Attack = {
  name: "S37 S38 S40: the headers of pages that secrets lead to",
  needsLink: false,
  needsBrowser: false,
  run: async (target) => {
    const dead = await ask(target, `/r/${unknownToken()}`)
    const live = target.link === null ? [] : quiet("the link's page", await ask(target, target.link), target)
    const robots = await ask(target, "/robots.txt")
    return [
      ...quiet("a dead link's page", dead, target),
      ...live,
      ...unless(/Disallow:\s*\/(r|$)/m.test(robots.body), "robots.txt lets link pages be crawled"),
    ]
  },
}

const host: Attack = {
  name: "S13: an invented host appears in no page",
  needsLink: false,
  needsBrowser: false,
  run: async (target) => {
    const answer = await ask(target, target.link ?? `/r/${unknownToken()}`, {
      headers: { "x-forwarded-host": "evil.example", "x-forwarded-proto": "http", forwarded: "host=evil.example" },
    })
    const said = answer.body.includes("evil.example") || [...answer.headers].some(([, value]) => value.includes("evil"))
    return unless(!said, "the invented host stands in the answer")
  },
}

const flood: Attack = {
  name: "S41: who guesses links is told to wait",
  needsLink: false,
  needsBrowser: false,
  run: async (target) => {
    if (!target.floods) return []
    for (let i = 0; i < 5_000; i++) {
      const { status, headers: said } = await once(target, `/r/${unknownToken()}`)
      if (status === 429) return unless(Number(said.get("retry-after")) > 0, "429 comes without Retry-After")
    }
    return ["5,000 guesses from one address, and no 429"]
  },
}

export const attacks: ReadonlyArray<Attack> = [alike, accessLink, headers, host]
/** The last one: it shuts this address out. */
export const last: ReadonlyArray<Attack> = [flood]
