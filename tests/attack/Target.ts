import type * as Browser from "../support/Browser.ts"

/**
 * What is attacked: a server by its address, and where there is one, a living link of it. Bots are plain HTTP clients with
 * the manners of mail scanners; they keep no cookies unless told to, and follow no redirects.
 */
export interface Target {
  /** Where the server is: `https://requests.example.com`. */
  readonly origin: string
  /** The path of a link that works, `/r/…`; null: only what needs none is tried. */
  readonly link: string | null
  /** How long a scanner's browser waits on the page, in milliseconds. */
  readonly patience: number
  /** Whether to knock until the server says that it is enough (this address is shut out for a while then). */
  readonly floods: boolean
  /** A browser, started when it is first needed; whoever opens a page in it closes that page's context. */
  readonly browser: () => Promise<Browser.Browser>
}

/** One thing that an attack could do and should not have been able to. */
export type Finding = string

export interface Attack {
  /** The requirements of security.md that it tests. */
  readonly name: string
  readonly needsLink: boolean
  readonly needsBrowser: boolean
  readonly run: (target: Target) => Promise<ReadonlyArray<Finding>>
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** What an address says: the server it names, and the link if it is one. */
export const parse = (address: string): Pick<Target, "origin" | "link"> | null => {
  if (!URL.canParse(address)) return null
  const { origin, protocol, pathname } = new URL(address)
  if (protocol !== "http:" && protocol !== "https:") return null
  return { origin, link: /^\/r\/[^/]+$/.test(pathname) ? pathname : null }
}

export const link = (target: Target): string => {
  if (target.link === null) throw new Error("this attack needs a link")
  return target.link
}

/** Asks once; told that this is too often, waits as long as the server says and asks again. */
export const ask = async (target: Target, path: string, init: RequestInit = {}): Promise<Answer> => {
  const answer = await once(target, path, init)
  const seconds = Number(answer.headers.get("retry-after"))
  if (answer.status !== 429 || !(seconds > 0 && seconds <= 120)) return answer
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
  return once(target, path, init)
}

/** Asks once, whatever the answer is. */
export const once = async (target: Target, path: string, init: RequestInit = {}): Promise<Answer> => {
  const answer = await fetch(target.origin + path, { redirect: "manual", ...init })
  return { status: answer.status, headers: answer.headers, body: await answer.text() }
}

/** How those go by who open every link in every mail. */
export const scanners = [
  "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Win64; x64; Trident/5.0) Microsoft-SafeLinks",
  "BarracudaCentral/1.0",
  "Mozilla/5.0 (compatible; Proofpoint-URL-Defense)",
  "Mimecast-URL-Protect",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0 Safari/537.36",
  "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
  "WhatsApp/2.23.20.0",
  "facebookexternalhit/1.1",
  "curl/8.0",
  "",
] as const

/** A form as a page of the server itself would send it. */
export const ownForm = (target: Target, cookie = ""): RequestInit => ({
  method: "POST",
  headers: {
    origin: target.origin,
    "sec-fetch-site": "same-origin",
    "sec-fetch-mode": "navigate",
    "content-type": "application/x-www-form-urlencoded",
    ...(cookie === "" ? {} : { cookie }),
  },
  body: "",
})

/** All of an answer but the hour it was given, and what a proxy adds of its own. */
export const bytes = ({ status, headers, body }: Answer): string =>
  JSON.stringify([status, [...headers].filter(([name]) => !/^(date|age|via|cf-.*|x-request-id)$/.test(name)), body])

/** A sentence when something does not hold. */
export const unless = (holds: boolean, finding: Finding): ReadonlyArray<Finding> => (holds ? [] : [finding])

/** A token that nobody was given. */
export const unknownToken = (): string => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url")
