/** Those who open links without being asked: prefetchers, scanners, previews, other sites (S15, S16, S22, S39). */
import { type Answer, ask, type Attack, link, ownForm, scanners, type Target, unless } from "./Target.ts"

const isArrival = ({ status, body }: Answer): boolean => status === 200 && /<form[^>]*method="post"/i.test(body)

/** Afterwards the link has to be as it was. */
const untouched = async (target: Target, before: Answer): Promise<ReadonlyArray<string>> => {
  const after = await ask(target, link(target))
  return [
    ...unless(isArrival(after), `afterwards the link answers ${after.status} and has no button`),
    ...unless(after.body === before.body, "afterwards the link's page is another one"),
  ]
}

const fetched: Attack = {
  name: "S15 S24: fifty GETs and HEADs by scanners change nothing",
  needsLink: true,
  needsBrowser: false,
  run: async (target) => {
    const before = await ask(target, link(target))
    if (!isArrival(before)) return [`the link does not work to begin with: ${before.status}`]
    const findings: Array<string> = []
    for (let i = 0; i < 50; i++) {
      const agent = scanners[i % scanners.length] ?? ""
      const answer = await ask(target, link(target), {
        method: i % 3 === 2 ? "HEAD" : "GET",
        headers: { "user-agent": agent },
      })
      findings.push(...unless(answer.headers.getSetCookie().length === 0, `a cookie for ${agent}`))
      findings.push(...unless(answer.status === 200, `${answer.status} for ${agent}`))
    }
    return [...new Set(findings), ...(await untouched(target, before))]
  },
}

const prefetched: Attack = {
  name: "S22: a prefetch gets nothing to show",
  needsLink: true,
  needsBrowser: false,
  run: async (target) => {
    const before = await ask(target, link(target))
    const findings: Array<string> = []
    for (const headers of [
      { "sec-purpose": "prefetch" },
      { "sec-purpose": "prefetch;prerender" },
      { purpose: "prefetch" },
    ]) {
      const { status, body } = await ask(target, link(target), { headers })
      findings.push(...unless(body === "", `${JSON.stringify(headers)} is answered ${status} with a page`))
    }
    return [...findings, ...(await untouched(target, before))]
  },
}

const strangers: Attack = {
  name: "S39: forms of other sites, and bodies that only look like forms, claim nothing",
  needsLink: true,
  needsBrowser: false,
  run: async (target) => {
    const before = await ask(target, link(target))
    const form = "application/x-www-form-urlencoded"
    const kinds: ReadonlyArray<readonly [string, Record<string, string>]> = [
      ["another site", { origin: "https://evil.example", "sec-fetch-site": "cross-site", "content-type": form }],
      [
        "a site beside",
        { origin: `${target.origin}.evil.example`, "sec-fetch-site": "cross-site", "content-type": form },
      ],
      ["nowhere", { origin: "null", "content-type": form }],
      ["another site, in text", { origin: "https://evil.example", "content-type": "text/plain" }],
      ["another site, quietly", { "sec-fetch-site": "cross-site", "content-type": form }],
    ]
    const findings: Array<string> = []
    for (const [who, headers] of kinds) {
      const { status, headers: said } = await ask(target, link(target), { method: "POST", headers, body: "" })
      const isIn = said.getSetCookie().length > 0 || status === 303 || status === 302
      findings.push(...unless(!isIn, `a form of ${who} claims the link (${status})`))
    }
    return [...findings, ...(await untouched(target, before))]
  },
}

const watching: Attack = {
  name: "S16 S37: a scanner's browser, scripts running, that only waits, claims nothing and calls nobody",
  needsLink: true,
  needsBrowser: true,
  run: async (target) => {
    const before = await ask(target, link(target))
    const page = await (await target.browser()).page({ javaScript: true, width: 1280, height: 800 })
    try {
      const calls: Array<string> = []
      page.on("request", (request) => void calls.push(`${request.method()} ${request.url()}`))
      await page.goto(target.origin + link(target))
      await page.mouse.move(200, 200)
      await page.waitForTimeout(target.patience)
      const cookies = await page.context().cookies()
      return [
        ...unless(new URL(page.url()).pathname === link(target), `the page went on by itself, to ${page.url()}`),
        ...unless(cookies.length === 0, `it has cookies: ${cookies.map(({ name }) => name).join(", ")}`),
        ...calls.filter((call) => !call.startsWith("GET ")).map((call) => `it sent by itself: ${call}`),
        ...calls
          .map((call) => call.slice(call.indexOf(" ") + 1))
          .filter((url) => new URL(url).origin !== target.origin)
          .map((url) => `it called a stranger: ${url}`),
        ...(await untouched(target, before)),
      ]
    } finally {
      await page.context().close()
    }
  },
}

const clicked: Attack = {
  name: "S17 S18: a scanner that presses the button itself does not lock the customer out",
  needsLink: true,
  needsBrowser: false,
  run: async (target) => {
    const robot = await ask(target, link(target), ownForm(target))
    // the customer has another device: what matters is that there is a way in for whoever has the mailbox
    const customer = await ask(target, link(target))
    const way = isArrival(customer) || /access link/i.test(customer.body)
    return [
      ...unless(
        // 403: another device holds it already, and the page says how to go on
        [200, 303, 403].includes(robot.status),
        `a claim from the page itself is answered ${robot.status}`,
      ),
      ...unless(way, `afterwards the customer sees ${customer.status}, and no way in`),
    ]
  },
}

export const attacks: ReadonlyArray<Attack> = [fetched, prefetched, strangers, watching]
/** It claims: what needs an unclaimed link comes before. */
export const last: ReadonlyArray<Attack> = [clicked]
