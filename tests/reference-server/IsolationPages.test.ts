// The isolation matrix over the pages: every route of the firm's and of the customer's own tables, called by everybody who must
// not reach a firm's things there. A part of a path that is not known here fails the test.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as PageSecurity from "../../reference-server/src/PageSecurity.ts"
import * as CustomerPages from "../../reference-server/src/CustomerPages.ts"
import * as FirmPages from "../../reference-server/src/FirmPages.ts"
import * as Firms from "./IsolationFirm.ts"
import {
  addressOf,
  assertKnown,
  difference as differenceOf,
  namesOfThings,
  patience,
  takenBy,
} from "./IsolationMatrix.ts"
import * as World from "./SecurityWorld.ts"

interface Page {
  readonly method: string
  readonly path: string
}

const ofFirm: ReadonlyArray<Page> = FirmPages.routes.map(({ method, path }) => ({ method, path }))
const ofCustomer: ReadonlyArray<Page> = CustomerPages.routes.map(({ method, path }) => ({ method, path }))

/** What a stranger may open: the way in. Links are their own key. */
const open = new Set(["/", "/sign-in", "/setup", "/forgotten", "/join/:token", "/password/:token"])

/** Links of customers, which are their own key, and tried elsewhere (S47). */
const links = new Set(["/r/:token", "/r/:token/not-mine", "/u/:token", "/s/:token"])

/** What only administrators do; of the settings, every member may read the firm's texts. */
const isForAdministrators = ({ method, path }: Page): boolean =>
  path === "/requests/:id/erase" ||
  path === "/contacts/:id/erase" ||
  path === "/documents/:id/delete" ||
  (path.startsWith("/settings") && !(method === "GET" && path.startsWith("/settings/templates")))

/** Fields that forms of ours have, with this firm's ids in them; the ones that a form does not know it passes over. */
const fields = (things: Firms.Things, request: string): Readonly<Record<string, string>> => ({
  id: things.member,
  task: things.task,
  contact: things.contact,
  workItem: things.work,
  work: things.work,
  folder: things.folder,
  document: things.document,
  parent: things.folder,
  assignee: things.member,
  request,
  endpoint: things.webhook,
  delivery: things.delivery,
  attachment: things.attachment,
  questionnaire: `${things.questionnaire}@1`,
  recipient: things.recipient,
  role: "Applicant",
  reason: "taken",
  action: "deactivate",
})

/** A page, read or its form sent, in a session whose cookie this is. */
const ask = Effect.fnUntraced(function* (
  page: Page,
  headers: Readonly<Record<string, string>>,
  things: Firms.Things,
  request: string,
) {
  const { method } = page
  const path = addressOf(page.path, things, request)
  const what = `${method} ${path}`
  const secret = /=(.*)$/.exec(headers["cookie"] ?? "")?.[1] ?? ""
  const csrf = yield* PageSecurity.csrfToken(Redacted.make(secret))
  const sent = { csrf, ...fields(things, request) }
  if (method === "GET") {
    const query = new URLSearchParams(fields(things, request))
    return { what, sent: `${path} ${query}`, answer: yield* World.call(method, `${path}?${query}`, { headers }) }
  }
  const plain = yield* World.call(method, path, { headers, body: new URLSearchParams(sent) })
  if (plain.status !== 413 && plain.status !== 415)
    return { what, sent: `${path} ${JSON.stringify(sent)}`, answer: plain }
  // a form that takes files
  const form = new FormData()
  for (const [name, value] of Object.entries(sent)) form.append(name, value)
  return {
    what,
    sent: `${path} ${JSON.stringify(sent)}`,
    answer: yield* World.call(method, path, { headers, body: form }),
  }
})

const masked = (answer: World.Answer): string =>
  JSON.stringify(Firms.masked(answer))
    // "next" of the sign-in, and times that pass while a test runs
    .replace(/(?<=next=)[^"\\]*/g, "<next>")
    .replace(/(just now|\d+ (second|minute)s? ago|now)/g, "<ago>")

const difference = (one: World.Answer, other: World.Answer) => differenceOf(one, other, masked)

const statesFor = ({ path }: Page, things: Firms.Things) => {
  const all = Object.entries(things.requests)
  return path.startsWith("/requests/:id") ? all : all.slice(0, 1)
}

layer(Firms.layer, { excludeTestServices: true, timeout: "300 seconds" })("the isolation matrix of the pages", (it) => {
  it.effect(
    "S43: every page is in the matrix, with each part of its path",
    () =>
      Effect.gen(function* () {
        const { nobodys } = yield* Firms.Firms
        assert.isAbove(ofFirm.length, 60)
        assert.isAbove(ofCustomer.length, 10)
        for (const { path } of [...ofFirm, ...ofCustomer]) {
          if (open.has(path) || links.has(path)) continue
          assertKnown(path, nobodys)
        }
      }),
    patience,
  )

  it.effect(
    "S43: to a member of another firm, what is not theirs is like what is not there",
    () =>
      Effect.gen(function* () {
        const { ours, theirs, nobodys } = yield* Firms.Firms
        const before = yield* Firms.rowsOf(ours)
        const secrets = yield* Firms.secretsOf(ours)
        const callers = { admin: theirs.as.adminSession, member: theirs.as.memberSession }
        const problems: Array<string> = []
        let tried = 0
        for (const page of ofFirm) {
          if (open.has(page.path) || page.path === "/sign-out") continue
          const isOf = namesOfThings(page.path).length > 0
          const states = statesFor(page, ours.things)
          for (const [caller, headers] of Object.entries(callers)) {
            const none = yield* ask(page, headers, nobodys, nobodys.requests["draft"] ?? "")
            for (const [state, request] of caller === "admin" ? states : states.slice(-1)) {
              const { answer, sent, what } = yield* ask(page, headers, ours.things, request)
              tried += 1
              const problem = (sentence: string) =>
                void problems.push(`${caller} of another firm: ${what}, ${state}: ${answer.status} ${sentence}`)
              if ([401, 500, 503].includes(answer.status)) problem(answer.body.slice(0, 200))
              const isRefused = caller === "member" && isForAdministrators(page)
              if (isRefused && answer.status !== 403) problem("is not 403")
              if (isOf && !isRefused && answer.status !== 404) problem("is not 404")
              const leaked = Firms.leakIn(answer, secrets, sent)
              if (leaked !== undefined) problem(`tells of ${leaked}`)
              const differs = difference(answer, none.answer)
              if (differs !== undefined) problem(`is not as for nobody's: ${differs}`)
            }
          }
        }
        assert.deepStrictEqual(problems, [])
        assert.isAbove(tried, 150)
        assert.deepStrictEqual(Firms.changed(before, yield* Firms.rowsOf(ours)), [])
        assert.deepStrictEqual(yield* takenBy(theirs, ours.things), [])
      }),
    patience,
  )

  it.effect(
    "S8 S9 S10 P2: nobody, who is gone and a customer are led to the sign-in; a member is no administrator",
    () =>
      Effect.gen(function* () {
        const { ours } = yield* Firms.Firms
        const before = yield* Firms.rowsOf(ours)
        const secrets = yield* Firms.secretsOf(ours)
        const outsiders = {
          nobody: { "sec-fetch-site": "same-origin" },
          "a key, which is for scripts": { ...ours.as.admin, "sec-fetch-site": "same-origin" },
          "who is gone": ours.over.goneSession,
          customer: { cookie: ours.customer.cookie, "sec-fetch-site": "same-origin" },
          guise: {
            cookie: `rq-member=${ours.customer.cookie.split("=")[1] ?? ""}`,
            "sec-fetch-site": "same-origin",
          },
        }
        const request = ours.things.requests["started"] ?? ""
        const problems: Array<string> = []
        for (const page of ofFirm) {
          if (open.has(page.path)) continue
          for (const [caller, headers] of Object.entries(outsiders)) {
            const { answer, sent, what } = yield* ask(page, headers, ours.things, request)
            const isAway =
              page.method === "GET"
                ? answer.status === 303 && (answer.headers["location"] ?? "").startsWith("/sign-in?next=")
                : answer.status === 401
            if (!isAway) problems.push(`${caller}: ${what}: ${answer.status}`)
            // the way back after the sign-in is what was asked for
            const leaked = Firms.leakIn({ ...answer, headers: {} }, secrets, sent)
            if (leaked !== undefined) problems.push(`${caller}: ${what}: tells of ${leaked}`)
          }
          if (!isForAdministrators(page)) continue
          const { answer, what } = yield* ask(page, ours.as.memberSession, ours.things, request)
          if (answer.status !== 403) problems.push(`a member: ${what}: ${answer.status}`)
        }
        // a form that another site sent, in a session that holds
        for (const page of ofFirm.filter(({ method }) => method === "POST")) {
          const headers = { ...ours.as.adminSession, "sec-fetch-site": "cross-site" }
          const { answer, what } = yield* ask(page, headers, ours.things, request)
          if (answer.status !== 403) problems.push(`another site: ${what}: ${answer.status}`)
        }
        assert.deepStrictEqual(problems, [])
        assert.deepStrictEqual(Firms.changed(before, yield* Firms.rowsOf(ours)), [])
      }),
    patience,
  )

  it.effect(
    "S43 S47 L15: a customer's page is of one session: to everybody else it has expired, in the same bytes",
    () =>
      Effect.gen(function* () {
        const { ours, theirs, nobodys } = yield* Firms.Firms
        const before = yield* Firms.rowsOf(ours)
        const secrets = yield* Firms.secretsOf(ours)
        const from = { "sec-fetch-site": "same-origin" }
        const attempts = [
          ["another request", ours.customer.handle, { ...from, cookie: ours.finisher.cookie }],
          ["another recipient", ours.ana.handle, { ...from, cookie: ours.bo.cookie }],
          ["another firm's customer", ours.customer.handle, { ...from, cookie: theirs.customer.cookie }],
          ["the firm", ours.customer.handle, ours.as.adminSession],
          ["another firm", ours.customer.handle, theirs.as.adminSession],
          ["nobody", ours.customer.handle, from],
        ] as const
        const problems: Array<string> = []
        for (const page of ofCustomer.filter(({ path }) => !links.has(path))) {
          for (const [who, handle, headers] of attempts) {
            const { answer, sent, what } = yield* ask(page, headers, { ...ours.things, handle }, "")
            const none = yield* ask(page, headers, nobodys, "")
            if (answer.status !== 410) problems.push(`${who}: ${what}: ${answer.status}`)
            const leaked = Firms.leakIn(answer, secrets, sent)
            if (leaked !== undefined) problems.push(`${who}: ${what}: tells of ${leaked}`)
            const differs = difference(answer, none.answer)
            if (differs !== undefined) problems.push(`${who}: ${what}: ${differs}`)
          }
        }
        assert.deepStrictEqual(problems, [])
        assert.deepStrictEqual(Firms.changed(before, yield* Firms.rowsOf(ours)), [])
      }),
    patience,
  )
})
