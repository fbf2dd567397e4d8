// What the customer's pages refuse, hide and hold back: security.md S37–S54 over HTTP.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { gzipSync } from "node:zlib"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { Uploads } from "../../reference-server/src/Uploads.ts"
import * as Stream from "effect/Stream"
import * as TestFirm from "../support/TestFirm.ts"
import type { Page } from "./CustomerPagesVisitor.ts"
import * as Visitor from "./CustomerPagesVisitor.ts"
import { hidden, pdf, words } from "./CustomerPagesVisitor.ts"

const day = 86_400_000

/** All of an answer but the hour it was given. */
const whole = ({ status, headers, text }: Page) =>
  JSON.stringify([status, [...headers].filter(([name]) => name !== "date"), text])

layer(Visitor.layer, { excludeTestServices: true, timeout: "180 seconds" })(
  "the safety of the customer's pages",
  (it) => {
    it.effect(
      "P22 P28 S47 S48 S49: eleven dead ends, one page, byte for byte, for every method; only the language moves it",
      () =>
        Effect.gen(function* () {
          const requests = yield* ClientRequests
          const visitor = yield* Visitor.visitor

          const expired = yield* Visitor.arrange()
          const expiredList = yield* visitor.start(expired.token)
          const kept = yield* Visitor.arrange()
          TestFirm.clock.pass(31 * day)

          const cancelled = yield* Visitor.arrange()
          const cancelledList = yield* visitor.start(cancelled.token)
          yield* requests.cancel(cancelled.member, cancelled.request.id, "", yield* Visitor.uuid)
          const replaced = yield* Visitor.arrange()
          yield* requests.resend(replaced.member, replaced.request.id, yield* Visitor.uuid)
          const alive = yield* Visitor.arrange()
          const aliveList = yield* visitor.start(alive.token)
          const stranger = yield* Visitor.visitor

          const dead: Record<string, string> = {
            unknown: `/r/${"A".repeat(43)}`,
            malformed: "/r/short",
            "not even an address": "/r/%zz",
            "far too long": `/r/${"A".repeat(5_000)}`,
            "more than a token": `/r/${alive.token}/more`,
            nothing: "/r/",
            expired: `/r/${expired.token}`,
            "expired and never opened": `/r/${kept.token}`,
            "a session of it": expiredList,
            cancelled: `/r/${cancelled.token}`,
            "a session of that": `${cancelledList}/sections/about`,
            replaced: `/r/${replaced.token}`,
            "another's session": `${aliveList}/review`,
            "no session": "/q/AAAAAAAAAAAAAAAA",
            "no page": `${aliveList}/nowhere/at/all`,
            "no file": `${aliveList}/files/AAAA`,
          }
          const one = whole(yield* stranger.get("/r/x"))
          assert.include(one, "This request has expired.")
          assert.include(one, `[410,`)
          assert.notInclude(one, "set-cookie")
          assert.notInclude(one, "Fresh Ltd")
          for (const [what, path] of Object.entries(dead)) {
            assert.strictEqual(whole(yield* stranger.get(path)), one, what)
            assert.strictEqual(whole(yield* stranger.post(path, new URLSearchParams({ a: "b" }))), one, `POST ${what}`)
            assert.strictEqual(whole(yield* stranger.request(path, { method: "DELETE" })), one, `DELETE ${what}`)
            assert.strictEqual((yield* stranger.request(path, { method: "HEAD" })).status, 410, `HEAD ${what}`)
          }
          for (const path of [expiredList, `${cancelledList}/review`, `${aliveList}/files/AAAA`]) {
            assert.strictEqual(whole(yield* visitor.get(path)), one, path)
          }
          visitor.speak("sv-SE,sv;q=0.9,en;q=0.8")
          const swedish = yield* visitor.get("/r/x")
          assert.include(words(swedish.text), "Den här förfrågan har gått ut.")
          assert.strictEqual(whole(yield* visitor.get(`/r/${cancelled.token}`)), whole(swedish))
        }),
    )

    it.effect("S39: a form from elsewhere, without the token or with another's is refused and changes nothing", () =>
      Effect.gen(function* () {
        const { token } = yield* Visitor.arrange()
        const other = yield* Visitor.arrange()
        const visitor = yield* Visitor.visitor
        const list = yield* visitor.start(token)
        const section = `${list}/sections/papers`
        const page = yield* visitor.get(section)
        const csrf = hidden(page.text, "csrf")
        const foreign = hidden((yield* visitor.get(`${yield* visitor.start(other.token)}/review`)).text, "csrf")
        assert.isAbove(csrf.length, 20)
        assert.notStrictEqual(foreign, csrf)
        const before = yield* Visitor.stored
        const form = (parts: ReadonlyArray<readonly [string, string | File]>) => {
          const body = new FormData()
          for (const [name, value] of parts) body.append(name, value)
          return body
        }
        const right = ["csrf", csrf] as const
        const revision = ["revision", "1"] as const
        const file = ["f.passport", pdf("passport.pdf")] as const
        const attempts: ReadonlyArray<readonly [string, Effect.Effect<Page>]> = [
          ["cross-site", visitor.post(section, form([right, revision, file]), { "sec-fetch-site": "cross-site" })],
          [
            "same site, another host",
            visitor.post(section, form([right, revision]), { "sec-fetch-site": "same-site" }),
          ],
          ["no token", visitor.post(section, form([revision, file]))],
          ["the token last", visitor.post(section, form([file, revision, right]))],
          ["a wrong token", visitor.post(section, form([["csrf", "x"], revision, file]))],
          ["another session's", visitor.post(section, form([["csrf", foreign], revision, file]))],
          ["no revision", visitor.post(section, form([right, ["a.name", "x"]]))],
          [
            "not a form",
            visitor.request(section, { method: "POST", body: "csrf=x", headers: { "content-type": "text/plain" } }),
          ],
          [
            "JSON",
            visitor.request(section, { method: "POST", body: "{}", headers: { "content-type": "application/json" } }),
          ],
          [
            "submit with a wrong token",
            visitor.post(`${list}/submit`, new URLSearchParams({ csrf: foreign, revision: "1" })),
          ],
          ["submit without token", visitor.post(`${list}/submit`, new URLSearchParams({ revision: "1" }))],
          [
            "submit from elsewhere",
            visitor.post(`${list}/submit`, new URLSearchParams({ csrf }), { "sec-fetch-site": "none" }),
          ],
          [
            "claim from elsewhere",
            visitor.post(`/r/${token}`, new URLSearchParams(), { "sec-fetch-site": "cross-site" }),
          ],
        ]
        for (const [what, attempt] of attempts) {
          const answer = yield* attempt
          assert.strictEqual(answer.status, 403, what)
          assert.include(words(answer.text), "go back, reload the page and try again", what)
        }
        assert.strictEqual(yield* Visitor.stored, before)
      }),
    )

    it.effect("S51 S59: good files are kept, the others named with what is allowed; nothing else is lost", () =>
      Effect.gen(function* () {
        const { token, member, request } = yield* Visitor.arrange()
        const visitor = yield* Visitor.visitor
        const list = yield* visitor.start(token)
        const path = `${list}/sections/papers`
        const files = (question: string) =>
          Effect.gen(function* () {
            const requests = yield* ClientRequests
            const { current } = yield* requests.overview(member.workspaceId, request.id)
            return current.request.files.filter((file) => file.question === question)
          })
        const answer = yield* visitor.fill(path, {
          files: {
            "f.passport": [
              pdf("good.pdf"),
              pdf("huge.pdf", 2_100_000),
              new File(["MZ\u0000"], "virus.pdf", { type: "application/pdf" }),
              new File([], "empty.pdf"),
              pdf("second.pdf"),
              pdf("third.pdf"),
            ],
            "f.nothing": [pdf("stray.pdf")],
          },
          press: ["action", "upload:passport"],
        })
        assert.strictEqual(answer.status, 422)
        for (const sentence of [
          "“huge.pdf” is too large: 2.1 MB. A file may be up to 100 kB.",
          "“virus.pdf” is of a type that cannot be taken here. You can add: PDF or picture.",
          "“empty.pdf” is empty.",
          "Only 2 files fit here.",
        ]) {
          assert.include(words(answer.text).replaceAll("\u00a0", " "), sentence)
        }
        assert.deepStrictEqual(
          (yield* files("passport")).map(({ name }) => name),
          ["good.pdf", "second.pdf"],
        )
        const full = yield* visitor.get(path)
        // what a template holds is there for a script that makes room
        assert.notInclude(full.text.replace(/<template[^]*?<\/template>/g, ""), `name="f.passport"`)
        const [good] = yield* files("passport")
        const removed = yield* visitor.fill(path, { press: ["remove", good?.id ?? ""] })
        assert.strictEqual(removed.location, `${path}#q-passport`)
        assert.deepStrictEqual(
          (yield* files("passport")).map(({ name }) => name),
          ["second.pdf"],
        )
        assert.strictEqual((yield* visitor.fill(path, { press: ["remove", good?.id ?? ""] })).status, 303)

        // larger than the server takes of any other body, and it arrives whole: it streams
        const book = pdf("book.pdf", 9_000_000)
        const taken = yield* visitor.fill(path, { files: { "f.book": [book] }, press: ["action", "upload:book"] })
        assert.strictEqual(taken.status, 303)
        const bytes = Buffer.from(yield* Effect.promise(() => book.arrayBuffer()))
        assert.deepStrictEqual(
          (yield* files("book")).map(({ bytes, sha256 }) => [bytes, sha256]),
          [[bytes.length, createHash("sha256").update(bytes).digest("hex")]],
        )
      }),
    )

    it.effect("S60: a form that breaks off or goes too far is told so, and leaves no file, not even a whole one", () =>
      Effect.gen(function* () {
        const requests = yield* ClientRequests
        const { member, request, token } = yield* Visitor.arrange()
        const visitor = yield* Visitor.visitor
        const path = `${yield* visitor.start(token)}/sections/papers`
        const csrf = hidden((yield* visitor.get(path)).text, "csrf")
        const part = (name: string, content: string, fileName?: string) =>
          `--edge\r\ncontent-disposition: form-data; name="${name}"${
            fileName === undefined ? "" : `; filename="${fileName}"`
          }\r\n\r\n${content}\r\n`
        const content = "%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
        const send = (end: string, ...parts: ReadonlyArray<string>) =>
          visitor.request(path, {
            method: "POST",
            headers: { "content-type": "multipart/form-data; boundary=edge" },
            body: [part("csrf", csrf), part("revision", "1"), ...parts].join("") + end,
          })
        const files = Effect.map(requests.overview(member.workspaceId, request.id), ({ current }) =>
          current.request.files.map(({ name }) => name),
        )
        const before = TestFirm.blobs.size
        const one = part("f.passport", content, "whole.pdf")

        for (const parts of [[part("f.passport", content, "half.pdf")], [one, part("f.book", content, "half.pdf")]]) {
          const broken = yield* send("", ...parts)
          assert.strictEqual(broken.status, 403)
          assert.include(words(broken.text), "What was saved before is still there.")
          assert.deepStrictEqual(yield* files, [])
        }
        const long = yield* send("--edge--\r\n", one, part("a.x", "x".repeat(600_000)))
        assert.strictEqual(long.status, 413)
        const many = yield* send("--edge--\r\n", one, ...Array.from({ length: 3_000 }, () => part("a.x", "x")))
        assert.strictEqual(many.status, 413)
        assert.include(words(many.text), "What was saved before is still there.")
        assert.deepStrictEqual(yield* files, [])
        assert.strictEqual(TestFirm.blobs.size, before)

        // what was there before such a form stays, and the same form with its end is taken
        assert.strictEqual((yield* send("--edge--\r\n", one, part("action", "upload:passport"))).status, 303)
        assert.strictEqual((yield* send("", one)).status, 403)
        assert.deepStrictEqual(yield* files, ["whole.pdf"])
      }),
    )

    it.effect("S60: the text of a form has a limit in all, whatever its fields are called", () =>
      Effect.gen(function* () {
        const { token } = yield* Visitor.arrange()
        const visitor = yield* Visitor.visitor
        const path = `${yield* visitor.start(token)}/sections/about`
        const values = (count: number) => Array.from({ length: count }, () => "x".repeat(450_000))
        for (const name of ["a.name", "a.nothing", "csrf"]) {
          const much = yield* visitor.fill(path, { fields: { [name]: values(5) } })
          assert.strictEqual(much.status, 413, name)
          assert.include(words(much.text), "That was too much at once")
        }
        const names = yield* visitor.fill(path, {
          fields: Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`${at}${"n".repeat(1_200)}`, ""])),
        })
        assert.strictEqual(names.status, 413)
        const fields = { "a.name": "Ann", "a.mail": "", "a.nothing": values(4) }
        assert.strictEqual((yield* visitor.fill(path, { fields })).status, 303)
      }),
    )

    it.effect("S53 S54 K1: a file is saved under its name whatever is in it, and runs nowhere", () =>
      Effect.gen(function* () {
        const uploads = yield* Uploads
        const { token, member, request } = yield* Visitor.arrange()
        const name = `../"Årsredovisning" 2027; x=1 – 100% €🙂.pdf`
        const content = Stream.fromReadableStream({
          evaluate: () => pdf("x").stream(),
          onError: (error) => new Error(String(error)),
        })
        const letter = yield* uploads.receiveAttachment(member, { name, content })
        yield* (yield* ClientRequests).edit(member, request.id, { attachments: [letter] }, yield* Visitor.uuid)
        const visitor = yield* Visitor.visitor
        const list = yield* visitor.start(token)
        assert.include((yield* visitor.get(list)).text, `href="${list}/files/${letter.id}"`)
        const answer = yield* visitor.get(`${list}/files/${letter.id}`)
        assert.strictEqual(answer.status, 200)
        assert.strictEqual(answer.headers.get("content-length"), String(letter.bytes))
        assert.strictEqual(answer.headers.get("content-type"), "application/pdf")
        assert.strictEqual(answer.headers.get("x-content-type-options"), "nosniff")
        assert.include(answer.headers.get("content-security-policy") ?? "", "sandbox")
        const disposition = answer.headers.get("content-disposition") ?? ""
        assert.match(disposition, /^attachment; filename="[\x20-\x7e]*"; filename\*=UTF-8''[\w.~!#$&+^`|%-]+$/)
        const decoded = decodeURIComponent(disposition.split("''")[1] ?? "")
        assert.strictEqual(decoded, letter.name)
        assert.include(decoded, "Årsredovisning")
        assert.include(decoded, "100% €🙂.pdf")
        const stranger = yield* Visitor.visitor
        assert.strictEqual((yield* stranger.get(`${list}/files/${letter.id}`)).status, 410)
        const other = yield* Visitor.arrange()
        const elsewhere = yield* visitor.start(other.token)
        assert.strictEqual((yield* visitor.get(`${elsewhere}/files/${letter.id}`)).status, 410)
      }),
    )

    it.effect(
      "S37 S38 S40 S42: every page carries the headers, names no other origin and escapes whatever people wrote",
      () =>
        Effect.gen(function* () {
          const evil = `<img src=x onerror=alert(1)>"'`
          const definition = structuredClone(Visitor.questionnaire)
          for (const section of definition.sections) {
            section.title = { en: evil, es: evil, sv: evil }
            for (const item of section.items)
              Object.assign(item, { label: evil, help: `${evil} [x](javascript:alert(1))` })
          }
          const { token } = yield* Visitor.arrange({ title: evil, description: evil }, definition)
          const visitor = yield* Visitor.visitor
          const pages: Array<Page> = [yield* visitor.get(`/r/${token}`)]
          const list = yield* visitor.start(token)
          pages.push(yield* visitor.fill(`${list}/sections/about`, { fields: { "a.name": evil, "a.mail": evil } }))
          yield* visitor.fill(`${list}/sections/choices`, { fields: { "a.one": "+other", "a.one.other": evil } })
          pages.push(yield* visitor.get(`${list}/sections/choices`))
          const papers = { files: { "f.passport": [pdf(`<b>"x'.pdf`)] } }
          yield* visitor.fill(`${list}/sections/about`, { fields: { "a.name": evil, "a.mail": "" } })
          yield* visitor.fill(`${list}/sections/papers`, papers)
          pages.push(yield* visitor.get(list), yield* visitor.get(`${list}/sections/papers`))
          pages.push(yield* visitor.get(`${list}/review`))
          const finished = yield* visitor.finish(list)
          pages.push(yield* visitor.get(finished.location), yield* visitor.get("/r/x"))
          for (const page of pages) {
            // data for the page's script does nothing by itself, and has no tag in it
            const [shown, data = ""] = page.text.split('<script type="application/json" id="given">')
            assert.notMatch(data.split("</script>", 1)[0] ?? "", /</)
            assert.notMatch(
              shown + data.slice(data.indexOf("</script>")),
              /<img|<script(?!\s+type="module"\s+src="\/assets\/)|<b>|href="javascript/i,
            )
            // attribute names, without what stands quoted in their values
            assert.notMatch(page.text.replace(/"[^"]*"/g, '""'), /<[^>]* (on\w+|style)=/i)
            for (const [, address = ""] of page.text.matchAll(/(?:href|src|action)="([^"]*)"/g)) {
              assert.match(address, /^[/#?](?!\/)/)
            }
            assert.include(page.headers.get("content-security-policy") ?? "", "default-src 'none'")
            assert.include(page.headers.get("content-security-policy") ?? "", "frame-ancestors 'none'")
            assert.strictEqual(page.headers.get("referrer-policy"), "no-referrer")
            assert.strictEqual(page.headers.get("cache-control"), "no-store")
            assert.strictEqual(page.headers.get("x-content-type-options"), "nosniff")
            assert.include(page.headers.get("x-robots-tag") ?? "", "noindex")
            assert.match(page.text, /^<!doctype html>\s*<html lang="en" dir="ltr"\s*>/)
            assert.strictEqual(page.text.match(/<h1/g)?.length, 1)
          }
        }),
    )

    it.effect("assets are kept for ever under a digest, the accent is readable, and a first view weighs little", () =>
      Effect.gen(function* () {
        const { token } = yield* Visitor.arrange()
        const visitor = yield* Visitor.visitor
        const page = yield* visitor.get(`/r/${token}`)
        const addresses = [...page.text.matchAll(/<link [^>]*href="([^"]*)"/g)].map(([, address = ""]) => address)
        assert.strictEqual(addresses.length, 3)
        let weight = gzipSync(page.text).length
        for (const address of addresses) {
          const asset = yield* visitor.get(address)
          assert.strictEqual(asset.status, 200)
          assert.match(asset.headers.get("cache-control") ?? "", /public, max-age=\d{5,}/)
          weight += gzipSync(asset.text).length
        }
        assert.isBelow(weight, 12_000)
        const pale = yield* visitor.get("/assets/accent-ffee88.css")
        assert.include(pale.text, "--brand:#ffee88")
        assert.notInclude(pale.text, "--accent:#ffee88;--on-accent:#ffffff")
        for (const name of ["accent-red.css", "accent-ffee88}.css", "customer.css", "..%2fConfig.ts", "%2e%2e"]) {
          assert.strictEqual((yield* visitor.get(`/assets/${name}`)).status, 404, name)
        }
        const robots = yield* visitor.get("/robots.txt")
        assert.include(robots.text, "Disallow: /r/\nDisallow: /q/\nDisallow: /u/")
      }),
    )
  },
)
