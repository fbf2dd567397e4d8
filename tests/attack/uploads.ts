/**
 * What a stranger with a living link tries to send: programs and pages that are called documents, lengths that lie, more than
 * there is room for, another one's upload (S51-S54, S59-S63). Skipped in effect where the request asks for no file, or the link
 * does not let a second visitor in.
 */
import { ask, type Answer, type Attack, link, ownForm, type Target, unless } from "./Target.ts"

/** A session of the link's own, at a question that takes files. */
interface Visit {
  readonly at: string
  readonly question: string
  readonly maxBytes: number
  readonly revision: string
  readonly headers: Readonly<Record<string, string>>
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

const parsed = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}

/** Everything in it, however deep. */
const within = (value: unknown): ReadonlyArray<Readonly<Record<string, unknown>>> =>
  isRecord(value) ? [value, ...Object.values(value).flatMap(within)] : []

const visit = async (target: Target): Promise<Visit | null> => {
  const claimed = await ask(target, link(target), ownForm(target))
  const handle = /\/q\/([^/?]+)/.exec(claimed.headers.get("location") ?? "")?.[1]
  if (handle === undefined) return null
  const cookie = claimed.headers
    .getSetCookie()
    .map((line) => line.split(";")[0] ?? "")
    .join("; ")
  const at = `/api/customer/${handle}`
  const fill = parsed((await ask(target, at, { headers: { cookie } })).body)
  const question = within(fill).find(({ type, accept }) => type === "upload" && Array.isArray(accept))
  if (question === undefined) return null
  return {
    at,
    question: String(question["id"]),
    maxBytes: Number(question["maxBytes"]),
    revision: typeof fill["revision"] === "number" ? String(fill["revision"]) : "1",
    headers: { cookie, origin: target.origin, "x-csrf-token": String(fill["csrf"]) },
  }
}

const fileIds = ({ body }: Answer): ReadonlyArray<string> =>
  within(parsed(body))
    .filter(({ sha256 }) => typeof sha256 === "string")
    .map(({ id }) => String(id))

const sendForm = ({ at, question, revision, headers }: Visit, target: Target, name: string, content: string) => {
  const body = new FormData()
  body.append("file", new File([content], name))
  return ask(target, `${at}/files/${question}?revision=${revision}`, { method: "POST", headers, body })
}

const base64 = (text: string) => Buffer.from(text).toString("base64")
const version = { "tus-resumable": "1.0.0" }

const begin = (visited: Visit, target: Target, bytes: string) =>
  ask(target, `${visited.at}/uploads`, {
    method: "POST",
    headers: {
      ...visited.headers,
      ...version,
      "upload-length": bytes,
      "upload-metadata": `question ${base64(visited.question)},filename ${base64("a.pdf")},revision ${base64(visited.revision)}`,
    },
  })

const giveUp = (visited: Visit, target: Target, at: string) =>
  ask(target, at, { method: "DELETE", headers: { ...visited.headers, ...version } })

const piece = (visited: Visit, target: Target, at: string, offset: string, body: string, headers = visited.headers) =>
  ask(target, at, {
    method: "PATCH",
    headers: { ...headers, ...version, "content-type": "application/offset+octet-stream", "upload-offset": offset },
    body,
  })

const attack = (name: string, run: (target: Target, visited: Visit) => Promise<ReadonlyArray<string>>): Attack => ({
  name,
  needsLink: true,
  needsBrowser: false,
  run: async (target) => {
    const visited = await visit(target)
    return visited === null ? [] : run(target, visited)
  },
})

const page = "<!doctype html><html><script>alert(1)</script></html>"
const program = "MZ\u0000\u0003".padEnd(600, "\0")
const disguised: ReadonlyArray<readonly [string, string]> = [
  ["passport.pdf", program],
  ["passport.pdf.exe", program],
  ["passport.exe\u0000.pdf", program],
  ["\u202efdp.exe", program],
  ["passport.pdf", page],
  ["passport.html", page],
  ["photo.svg", '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
  ["photo.gif", `GIF89a\u0001\u0000\u0001\u0000${page}`],
  ["passport.pdf", ""],
]

const traps = attack(
  "S51 S52 S53: programs and pages are not taken for documents, whatever they are called",
  async (target, visited) => {
    const findings: Array<string> = []
    for (const [name, content] of disguised) {
      const answer = await sendForm(visited, target, name, content)
      const what = JSON.stringify(name)
      findings.push(
        ...unless(answer.status !== 201, `${what} that is none was taken`),
        ...unless(answer.status < 500, `${what} is answered ${answer.status}`),
        ...unless(!/at .*\.[jt]s:\d+|node_modules/.test(answer.body), `${what}: the answer tells of the program`),
      )
    }
    return findings
  },
)

const lengths = attack(
  "S60 S61: no upload is longer than it may be, or goes on but where it ends",
  async (target, visited) => {
    const findings: Array<string> = []
    for (const bytes of [String(visited.maxBytes + 1), "10000000000000", "-1", "1e3", "0", ""]) {
      const { status } = await begin(visited, target, bytes)
      findings.push(
        ...unless(status >= 400 && status < 500, `an upload of ${JSON.stringify(bytes)} bytes is answered ${status}`),
      )
    }
    const begun = await begin(visited, target, "1000")
    const at = begun.headers.get("location")
    if (at === null) return [...findings, `an upload of 1000 bytes is answered ${begun.status}`]
    for (const [offset, body] of [
      ["5", "x"],
      ["0", "x".repeat(1_001)],
      ["-1", "x"],
    ] as const) {
      const { status } = await piece(visited, target, at, offset, body)
      findings.push(
        ...unless(status >= 400 && status < 500, `${body.length} bytes at ${offset} are answered ${status}`),
      )
    }
    const read = await ask(target, at, { headers: visited.headers })
    findings.push(...unless(read.status >= 400, `an unfinished upload can be read: ${read.status}`))
    await giveUp(visited, target, at)
    return findings
  },
)

const stolen = attack(
  "S39 S63: an upload's address is no use without its session, or from another site",
  async (target, visited) => {
    const at = (await begin(visited, target, "1000")).headers.get("location")
    if (at === null) return ["an upload of 1000 bytes is not begun"]
    const { cookie = "", origin = "", "x-csrf-token": csrf = "" } = visited.headers
    const invented = cookie.replaceAll(/=[^;]+/g, `=${"A".repeat(43)}`)
    const findings: Array<string> = []
    for (const [who, headers] of [
      ["nobody", { origin, "x-csrf-token": csrf }],
      ["an invented session", { origin, "x-csrf-token": csrf, cookie: invented }],
      ["another site", { origin: "https://evil.example", "x-csrf-token": csrf, cookie }],
      ["a page without the token", { origin, cookie }],
    ] as const) {
      const sent = await piece(visited, target, at, "0", "x", headers)
      findings.push(...unless(sent.status >= 400 && sent.status < 500, `${who} writes to it: ${sent.status}`))
      if (headers.origin === origin && "cookie" in headers && headers.cookie === cookie) continue
      if (who === "another site") continue
      const seen = await ask(target, `${at}/result`, { headers })
      findings.push(...unless(seen.status >= 400, `${who} sees it: ${seen.status}`))
    }
    await giveUp(visited, target, at)
    return findings
  },
)

const crowd = attack("S59: whoever begins a hundred uploads at once is stopped", async (target, visited) => {
  const begun = await Promise.all(
    Array.from({ length: 100 }, () => begin(visited, target, String(Math.min(visited.maxBytes, 1_000_000)))),
  )
  const places = begun.flatMap(({ headers }) => headers.get("location") ?? [])
  await Promise.all(places.map((at) => giveUp(visited, target, at)))
  const broken = begun.filter(({ status }) => status >= 500).map(({ status }) => status)
  return [
    ...unless(places.length < 100, "a hundred uploads of one visitor were begun at once"),
    ...unless(broken.length === 0, `${broken.length} of a hundred at once are answered ${broken[0]}`),
  ]
})

const served = attack("S53 S54: what was sent comes back as a download and nothing else", async (target, visited) => {
  const content = "%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
  const answer = await sendForm(visited, target, 'a";x=".pdf', content)
  const [id] = fileIds(answer)
  if (answer.status !== 201 || id === undefined) return [] // no PDF is asked for, or no more of them
  const at = `${visited.at}/files/${id}`
  const { status, headers } = await ask(target, at, { headers: { cookie: visited.headers["cookie"] ?? "" } })
  const remove = { method: "DELETE", headers: visited.headers }
  await ask(target, `${at}?revision=${visited.revision}`, remove)
  const gone = await ask(target, at, { headers: visited.headers })
  const has = (name: string, pattern: RegExp) =>
    unless(pattern.test(headers.get(name) ?? ""), `a file comes with ${name} “${headers.get(name) ?? ""}”`)
  const dressed =
    status === 200
      ? [
          ...has("content-disposition", /^attachment/),
          ...has("content-type", /^application\/octet-stream/),
          ...has("x-content-type-options", /^nosniff$/),
          ...has("content-security-policy", /sandbox/),
          ...has("cache-control", /no-store/),
        ]
      : unless(status >= 400 && status < 500, `a file that was just sent is answered ${status}`)
  return [...dressed, ...unless(gone.status >= 400, `a file that was removed is still there: ${gone.status}`)]
})

export const attacks: ReadonlyArray<Attack> = [traps, lengths, stolen, crowd, served]
