// What the firm's pages let nobody do: act from another site, without a session or with an old form, look into the
// development mailbox from elsewhere, or run anything that a page shows.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as World from "./FirmPagesWorld.ts"

const id = "11111111-1111-4111-8111-111111111111"
const pages = ["/requests", "/requests/new", `/requests/${id}`, `/requests/${id}/edit`, "/questionnaires", "/keys"]
const actions = [
  "/requests/new",
  `/requests/${id}/edit`,
  `/requests/${id}/send`,
  `/requests/${id}/resend`,
  `/requests/${id}/cancel`,
  ...["schedule", "unschedule", "suspend", "resume", "reopen", "close", "window"].map(
    (name) => `/requests/${id}/${name}`,
  ),
  ...["accept", "return", "waive", "complete", "reopen"].map((name) => `/requests/${id}/items/about/${name}`),
  ...["change", "resend", "revoke", "link", "unlock", "code"].map((name) => `/requests/${id}/recipients/r1/${name}`),
  "/questionnaires",
  "/questionnaires/samples",
  "/keys",
  "/sign-out",
]

const signedIn = Effect.gen(function* () {
  const world = World.withAnna()
  const address = yield* World.serve(world)
  const browser = World.browser(address)
  browser.jar.set("rq-member", "anna")
  return { world, browser, address }
})

describe("the firm's pages", () => {
  it.live("need a session: pages lead to the sign-in, forms do nothing", () =>
    Effect.gen(function* () {
      const world = World.withAnna()
      const browser = World.browser(yield* World.serve(world))
      for (const path of [...pages, "/welcome", `/requests/${id}/files/${id}`]) {
        assert.strictEqual((yield* browser.get(path)).location, `/sign-in?next=${encodeURIComponent(path)}`, path)
      }
      for (const path of actions) {
        const reply = yield* browser.post(path, { csrf: "x" })
        assert.strictEqual(reply.status, 401, path)
        assert.include(World.text(reply), "You have been signed out")
      }
    }),
  )

  it.live("S39: a form sent from another site, or from nowhere, is refused with a session and its token", () =>
    Effect.gen(function* () {
      const { world, browser } = yield* signedIn
      const fields = { ...World.hidden(yield* browser.get("/keys"), "/keys"), name: "stolen" }
      for (const headers of [
        { "sec-fetch-site": "cross-site" },
        { "sec-fetch-site": "same-site" },
        { origin: "https://evil.example" },
        {},
      ]) {
        for (const path of [...actions, "/sign-in", "/setup"]) {
          const reply = yield* browser.post(path, fields, headers)
          assert.strictEqual(reply.status, 403, `${path} ${JSON.stringify(headers)}`)
        }
      }
      assert.strictEqual(world.keys.length, 0)
      assert.isTrue(world.sessions.has("anna"))
    }),
  )

  it.live("S39: a form without the token of its session is refused; sign-in and set-up have one too", () =>
    Effect.gen(function* () {
      const { world, browser } = yield* signedIn
      for (const path of [...actions, "/sign-in", "/setup"]) {
        const isForm = path === "/requests/new" || path === "/questionnaires"
        const reply = yield* browser.post(path, isForm ? new FormData() : { csrf: "0".repeat(64), name: "stolen" })
        assert.isAtLeast(reply.status, 400, path)
      }
      assert.strictEqual(world.keys.length, 0)
      assert.strictEqual(world.requests.size, 0)
      assert.strictEqual(world.questionnaires.length, 0)
      assert.isTrue(world.sessions.has("anna"))
    }),
  )

  it.live("S39: nobody is signed in, or set up, by a form of another site, or one without the visitor's token", () =>
    Effect.gen(function* () {
      const world = World.withAnna()
      const browser = World.browser(yield* World.serve(world))
      const right = { email: "anna@north.example", password: "correct horse battery" }
      const { csrf = "" } = World.hidden(yield* browser.get("/sign-in"), "/sign-in")
      const before = world.sessions.size
      for (const path of ["/sign-in", "/setup"]) {
        const elsewhere = yield* browser.post(path, { ...right, csrf }, { "sec-fetch-site": "cross-site" })
        assert.strictEqual(elsewhere.status, 403, path)
        for (const wrong of ["", "0".repeat(64), csrf.slice(1)]) {
          const reply = yield* browser.post(path, { ...right, csrf: wrong })
          assert.strictEqual(reply.status, 403, path)
        }
      }
      assert.strictEqual(world.sessions.size, before)
      assert.strictEqual((yield* browser.post("/sign-in", { ...right, csrf })).status, 303, "with both it is right")
    }),
  )

  it.live("S38, S40: carry the strict headers, and no inline style or script", () =>
    Effect.gen(function* () {
      const { browser } = yield* signedIn
      for (const path of [
        "/requests",
        "/requests/new",
        "/questionnaires",
        "/keys",
        "/welcome",
        "/dev/mail",
        "/sign-in",
      ]) {
        const page = yield* browser.get(path)
        assert.match(
          page.headers.get("content-security-policy") ?? "",
          /default-src 'none'.*frame-ancestors 'none'/,
          path,
        )
        assert.notMatch(page.headers.get("content-security-policy") ?? "", /unsafe-inline|unsafe-eval/, path)
        assert.strictEqual(page.headers.get("cache-control"), "no-store")
        const own = page.body.replace(/srcdoc="[^"]*"/g, "")
        assert.notMatch(own, /<script|<style|\sstyle=|\son\w+=/, path)
      }
    }),
  )

  it.live("S42: names and titles are text, wherever they stand", () =>
    Effect.gen(function* () {
      const { world, browser } = yield* signedIn
      const [workspace] = world.workspaces
      if (workspace !== undefined) world.workspaces[0] = { ...workspace, name: `<img src=x onerror=alert(1)>"'` }
      for (const path of ["/requests", "/requests/new", "/keys"]) {
        const { body } = yield* browser.get(path)
        assert.notInclude(body, "<img src=x", path)
        assert.include(body, "&lt;img src=x")
      }
    }),
  )

  it.live("an id that is none, or of another workspace, leads to nothing", () =>
    Effect.gen(function* () {
      const { browser } = yield* signedIn
      for (const path of [
        `/requests/${id}`,
        "/requests/1%27",
        `/requests/${id}/files/..%2F..`,
        "/questionnaires/none",
      ]) {
        assert.strictEqual((yield* browser.get(path)).status, 404, path)
      }
    }),
  )
})

describe("a form of the firm with files", () => {
  const part = (name: string, content: string, fileName?: string) =>
    `--edge\r\ncontent-disposition: form-data; name="${name}"${
      fileName === undefined ? "" : `; filename="${fileName}"`
    }\r\n\r\n${content}\r\n`

  it.live("S60: that breaks off leaves nothing of its file", () =>
    Effect.gen(function* () {
      const { world, browser, address } = yield* signedIn
      const send = (path: string, file: string, end: string) =>
        Effect.gen(function* () {
          const { csrf = "" } = World.hidden(yield* browser.get("/questionnaires"), "/questionnaires")
          const headers = {
            "sec-fetch-site": "same-origin",
            "content-type": "multipart/form-data; boundary=edge",
            cookie: "rq-member=anna",
          }
          const body = part("csrf", csrf) + file + end
          return yield* Effect.promise(() =>
            fetch(`${address}${path}`, { method: "POST", redirect: "manual", headers, body }),
          )
        })
      const source = JSON.stringify({
        format: 1,
        id: "half",
        version: 1,
        language: "en",
        title: "Half",
        sections: [{ id: "one", title: "One", items: [{ id: "name", type: "text", label: "Name" }] }],
      })
      const definition = part("file", source, "half.json")
      assert.strictEqual((yield* send("/questionnaires", definition, "")).status, 413)
      assert.strictEqual(world.questionnaires.length, 0)
      const letter = part("attachments", "%PDF-1.7", "letter.pdf")
      assert.isAtLeast((yield* send("/requests/new", letter, "")).status, 400)
      assert.strictEqual(world.files.size, 0)
      // with their ends both are taken
      assert.strictEqual((yield* send("/questionnaires", definition, "--edge--\r\n")).status, 303)
      yield* send("/requests/new", letter, "--edge--\r\n")
      assert.strictEqual(world.files.size, 1)
    }),
  )

  it.live("S60: a form with files that is sent as another type is 415, and says what to do", () =>
    Effect.gen(function* () {
      const { browser } = yield* signedIn
      const { csrf = "" } = World.hidden(yield* browser.get("/questionnaires"), "/questionnaires")
      const answer = yield* browser.post("/questionnaires", { csrf })
      assert.strictEqual(answer.status, 415)
      assert.include(answer.body, "multipart/form-data")
      assert.include(answer.body, "Nothing has been changed")
    }),
  )

  it.live(
    "S60: has a limit in all, for its text and for files that nobody wants",
    () =>
      Effect.gen(function* () {
        const { browser } = yield* signedIn
        const form = (name: string, count: number, value: string | File) =>
          Effect.gen(function* () {
            const { csrf = "" } = World.hidden(yield* browser.get("/questionnaires"), "/questionnaires")
            const body = new FormData()
            body.append("csrf", name === "file" ? "wrong" : csrf)
            for (let at = 0; at < count; at += 1) body.append(name, value)
            return (yield* browser.post("/questionnaires", body)).status
          })
        const megabyte = "x".repeat(1_000_000)
        assert.strictEqual(yield* form("nothing", 9, megabyte), 413)
        assert.strictEqual(yield* form("nothing", 8, megabyte), 422)
        const unwanted = new File([new Uint8Array(10_000_000)], "a.json")
        assert.strictEqual(yield* form("file", 26, unwanted), 413)
        assert.strictEqual(yield* form("file", 1, unwanted), 422)
      }),
    180_000,
  )
})

describe("/dev/mail", () => {
  it.live("shows the mails to this machine only, and says that nothing is sent", () =>
    Effect.gen(function* () {
      const { world, browser } = yield* signedIn
      browser.jar.clear()
      world.mailbox.push(
        World.devMail(`<html><head></head><body><a href="http://localhost:3000/r/x">Open</a></body></html>`),
      )
      const one = `/dev/mail/${"0".repeat(32)}`
      const list = yield* browser.get("/dev/mail")
      assert.include(World.text(list), "Development mailbox: nothing is sent.")
      assert.include(list.body, `href="${one}"`)
      const mail = yield* browser.get(one)
      assert.match(mail.body, /sandbox="allow-popups allow-popups-to-escape-sandbox"/)
      assert.include(mail.body, "&lt;base target=&quot;_blank&quot;&gt;")
      for (const path of ["/dev/mail", one]) {
        for (const peer of ["192.0.2.7", "::ffff:192.0.2.7", "fe80::1", "10.0.0.1"]) {
          const seen = yield* browser.get(path, { "x-test-peer": peer })
          assert.strictEqual(seen.status, 404, peer)
          assert.notInclude(seen.body, "asks you for")
        }
        // through a proxy on this machine, or by a name that somebody else points here
        assert.strictEqual((yield* browser.get(path, { "x-forwarded-for": "192.0.2.7" })).status, 404)
        assert.strictEqual((yield* browser.get(path, { "x-test-host": "evil.example" })).status, 404)
        assert.strictEqual((yield* browser.get(path, { "x-test-peer": "::ffff:127.0.0.1" })).status, 200)
      }
      assert.strictEqual((yield* browser.get("/dev/mail/nope")).status, 404)
    }),
  )

  it.live("is not there at all where mail is really sent", () =>
    Effect.gen(function* () {
      const world = World.make({ smtpUrl: Redacted.make("smtp://localhost:25") })
      const browser = World.browser(yield* World.serve(world))
      const reply = yield* browser.get("/dev/mail")
      assert.strictEqual(reply.status, 404)
      assert.strictEqual(reply.body, "")
    }),
  )
})
