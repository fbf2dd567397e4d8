// How files leave the server: as bytes to save, in parts, from an origin of their own where there is one; and what of a picture is
// shown. Each over HTTP, as browsers and programs ask.
import { assert, layer } from "@effect/vitest"
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import sharp from "sharp"
import { BlobKey, BlobStore } from "../../reference-server/src/BlobStore.ts"
import { Documents } from "../../reference-server/src/Documents.ts"
import { Shares } from "../../reference-server/src/Documents/Shares.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import { Uploads } from "../../reference-server/src/Uploads.ts"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Browser from "../support/Browser.ts"
import * as Samples from "../support/FileSamples.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./DownloadsWorld.ts"

const bytes = (length: number) => Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8)) % 256)

/** The three doors to a file of a request: the firm's page, its API, and the customer's page. */
const doors = ({ id, handle, key, cookie, theirs }: World.Firm, file: string) => [
  { path: `/requests/${id}/files/${file}`, headers: cookie },
  { path: `/api/requests/${id}/files/${file}`, headers: key },
  { path: `/q/${handle}/files/${file}`, headers: theirs },
  { path: `/api/customer/${handle}/files/${file}`, headers: theirs },
]

const patience = { excludeTestServices: true, timeout: "300 seconds" } as const

layer(World.layerOf(), patience)("files, saved", (it) => {
  it.effect("S54: whatever a file is, it goes as bytes to save, under headers in which nothing runs", () =>
    Effect.gen(function* () {
      const firm = yield* World.firm
      const files = [
        yield* World.given(firm, "a.svg", Samples.svg, { type: "image/svg+xml" }),
        yield* World.given(firm, "b.html", Samples.html, { type: "text/html" }),
        yield* World.given(firm, "c.xml", Samples.text('<?xml version="1.0"?><a/>'), { type: "text/xml" }),
      ]
      for (const file of files) {
        for (const { path, headers } of doors(firm, file.id)) {
          const { status, headers: got, body } = yield* World.call(path, headers)
          assert.strictEqual(status, 200, path)
          assert.strictEqual(World.sha256(body), file.sha256)
          assert.deepInclude(got, {
            "content-type": "application/octet-stream",
            "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
            "x-content-type-options": "nosniff",
            "cross-origin-resource-policy": "same-origin",
            "cache-control": "private, no-store",
            "accept-ranges": "bytes",
            "content-length": String(file.bytes),
            etag: `"${file.sha256}"`,
          })
          assert.match(got["content-disposition"] ?? "", new RegExp(`^attachment; filename="${file.name}";`))
        }
        // and there is no picture of any of it
        const preview = yield* World.call(`/api/requests/${firm.id}/files/${file.id}/preview`, firm.key)
        assert.strictEqual(preview.status, 404)
      }
    }),
  )

  it.effect("S54 S68: parts of a file are those bytes exactly, and what is no part of it is refused", () =>
    Effect.gen(function* () {
      const firm = yield* World.firm
      const content = bytes(200_000)
      const file = yield* World.given(firm, "large.bin", content)
      const tag = `"${file.sha256}"`
      const parts: ReadonlyArray<readonly [string, number, number]> = [
        ["bytes=0-0", 0, 1],
        ["bytes=0-99", 0, 100],
        ["bytes=65530-65545", 65_530, 65_546],
        ["bytes=199999-", 199_999, 200_000],
        ["bytes=-5", 199_995, 200_000],
        ["bytes=-999999", 0, 200_000],
        ["bytes=150000-999999", 150_000, 200_000],
      ]
      for (const { path, headers } of doors(firm, file.id)) {
        for (const [range, from, to] of parts) {
          const part = yield* World.call(path, { ...headers, range, "if-range": tag })
          assert.strictEqual(part.status, 206, range)
          assert.strictEqual(part.headers["content-range"], `bytes ${from}-${to - 1}/200000`)
          assert.strictEqual(part.headers["content-length"], String(to - from))
          assert.isTrue(part.body.equals(content.subarray(from, to)), range)
        }
        const none = yield* World.call(path, { ...headers, range: "bytes=200000-" })
        assert.deepStrictEqual([none.status, none.headers["content-range"]], [416, "bytes */200000"])
        // several, none, of other bytes: the whole
        for (const more of [
          { range: "bytes=0-1,5-6" },
          { range: "bytes=9-1" },
          { range: "pages=1-2" },
          { range: "bytes=0-1", "if-range": '"other"' },
        ]) {
          const all = yield* World.call(path, { ...headers, ...more })
          assert.deepStrictEqual([all.status, all.body.length], [200, 200_000], JSON.stringify(more))
        }
        const known = yield* World.call(path, { ...headers, "if-none-match": `W/"x", ${tag}` })
        assert.deepStrictEqual([known.status, known.body.length], [304, 0])
      }
    }),
  )

  it.effect("S68: a byte that was turned over in the store breaks the download off, whole or in part", () =>
    Effect.gen(function* () {
      const firm = yield* World.firm
      const content = bytes(100_000)
      const [whole, part] = [yield* World.given(firm, "whole", content), yield* World.given(firm, "part", content)]
      const turned = Uint8Array.from(content)
      turned[50_000] = (turned[50_000] ?? 0) ^ 1
      const blobs = yield* BlobStore
      for (const { id } of [whole, part]) {
        yield* blobs.put(BlobKey.make(id), Stream.make(turned), { maxBytes: content.length })
      }
      const cut = yield* Effect.exit(
        Effect.timeout(World.call(`/requests/${firm.id}/files/${whole.id}`, firm.cookie), 5000),
      )
      assert.isTrue(cut._tag === "Failure" || cut.value.body.length < content.length)
      const refused = yield* World.call(`/requests/${firm.id}/files/${part.id}`, { ...firm.cookie, range: "bytes=0-9" })
      assert.strictEqual(refused.status, 500)
    }),
  )

  it.effect("S55: withheld there is neither file nor preview nor part", () =>
    Effect.gen(function* () {
      const firm = yield* World.firm
      for (const verdict of ["pending", "unscannable"] as const) {
        const file = yield* World.given(firm, "photo.png", Samples.png, { verdict, type: "image/png" })
        for (const { path, headers } of doors(firm, file.id)) {
          const { status } = yield* World.call(path, { ...headers, range: "bytes=0-1" })
          assert.strictEqual(status, path.startsWith("/api/") ? 409 : path.startsWith("/q/") ? 410 : 404, path)
        }
        const preview = yield* World.call(`/api/requests/${firm.id}/files/${file.id}/preview`, firm.key)
        assert.strictEqual(preview.status, 409)
      }
    }),
  )

  it.effect("S58: a preview is a small picture drawn anew, without the place where it was taken", () =>
    Effect.gen(function* () {
      const firm = yield* World.firm
      const photo = yield* World.photograph
      assert.include(photo.toString("latin1"), "Winifred Quill")
      const file = yield* World.given(firm, "photo.jpg", photo, { type: "image/jpeg" })
      const at = `/api/requests/${firm.id}/files/${file.id}/preview`
      for (const [query, width, height] of [
        ["", 1200, 675],
        ["?size=small", 160, 90],
      ] as const) {
        const { status, headers, body } = yield* World.call(at + query, firm.cookie)
        assert.strictEqual(status, 200, body.toString())
        assert.deepInclude(headers, {
          "content-type": "image/webp",
          "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        })
        const seen = yield* Effect.promise(() => sharp(body).metadata())
        assert.deepInclude(seen, { format: "webp", width, height })
        assert.isUndefined(seen.exif)
        assert.notInclude(body.toString("latin1"), "Winifred")
      }
      // the original stays what was sent: its digest is in the record
      const original = yield* World.call(`/requests/${firm.id}/files/${file.id}`, firm.cookie)
      assert.strictEqual(World.sha256(original.body), file.sha256)
      const page = yield* World.call(`/requests/${firm.id}`, firm.cookie)
      assert.include(page.body.toString(), `src="${at}?size=small"`)
      assert.include(page.body.toString(), 'alt="Preview of photo.jpg"')
    }),
  )

  it.effect("S58: a picture of 50 000 by 50 000 points, half a picture and none get no preview, and soon", () =>
    Effect.gen(function* () {
      const firm = yield* World.firm
      const huge = World.pngOf(50_000, 50_000)
      const half = (yield* World.photograph).subarray(0, 3000)
      const began = Date.now()
      for (const [name, content, type] of [
        ["huge.png", huge, "image/png"],
        ["half.jpg", half, "image/jpeg"],
        ["drawing.png", Samples.svg, "image/png"],
      ] as const) {
        const file = yield* World.given(firm, name, content, { type })
        const preview = yield* World.call(`/api/requests/${firm.id}/files/${file.id}/preview`, firm.key)
        assert.strictEqual(preview.status, 404, name)
        assert.include(preview.body.toString(), "There is no preview of this file.")
      }
      assert.isBelow(Date.now() - began, 12_000)
    }),
  )

  it.effect.skipIf(Browser.missing !== undefined)(
    "S54: in a real browser the address of a drawing or a page saves it, and no script in it runs",
    () =>
      Effect.gen(function* () {
        const firm = yield* World.firm
        const base = yield* World.baseUrl
        const svg = yield* World.given(firm, "a.svg", Samples.svg, { type: "image/svg+xml" })
        const html = yield* World.given(firm, "b.html", Samples.html, { type: "text/html" })
        yield* Effect.acquireUseRelease(
          Effect.promise(Browser.launch),
          (browser) =>
            Effect.promise(async () => {
              const page = await browser.page({ javaScript: true, width: 800, height: 600 })
              const dialogs: Array<string> = []
              page.on("dialog", (dialog) => {
                dialogs.push(dialog.message())
                void dialog.dismiss()
              })
              const [name = "", value = ""] = firm.cookie.cookie.split("=")
              await page.context().addCookies([{ name, value, url: base }])
              await page.goto(`${base}/requests/${firm.id}`)
              for (const file of [svg, html]) {
                const saved = page.waitForEvent("download")
                await page.goto(`${base}/requests/${firm.id}/files/${file.id}`).catch(() => null)
                assert.strictEqual((await saved).suggestedFilename(), file.name)
                // and inside a page of ours, as an attacker would have it shown
                await page.evaluate((src) => {
                  const frame = document.createElement("iframe")
                  frame.src = src
                  document.body.append(frame)
                }, `/requests/${firm.id}/files/${file.id}`)
              }
              await page.waitForTimeout(300)
              assert.deepStrictEqual(dialogs, [])
              assert.strictEqual(page.url(), `${base}/requests/${firm.id}`)
            }),
          (browser) => Effect.promise(() => browser.close()),
        )
      }),
  )
})

const apart = "http://files.localhost:3000"
const there = { host: "files.localhost:3000" }

layer(World.layerOf({ FILES_URL: apart }), patience)("files on an origin of their own", (it) => {
  it.effect(
    "S54: pages lead there by an address that is signed, for one file, for five minutes, without a cookie",
    () =>
      Effect.gen(function* () {
        const firm = yield* World.firm
        const content = bytes(1000)
        const file = yield* World.given(firm, "å.bin", content)
        for (const { path, headers } of doors(firm, file.id)) {
          const led = yield* World.call(path, headers)
          // programs have no cookie that a page could take
          if ("authorization" in headers) {
            assert.strictEqual(led.status, 200)
            continue
          }
          assert.strictEqual(led.status, 303, path)
          assert.strictEqual(led.body.length, 0)
          const { location = "" } = led.headers
          assert.isTrue(location.startsWith(`${apart}/files/`), location)
          const at = location.slice(apart.length)
          const saved = yield* World.call(at, there)
          assert.deepStrictEqual([saved.status, World.sha256(saved.body)], [200, file.sha256])
          assert.include(saved.headers["content-disposition"], "attachment")
          assert.include(saved.headers["content-security-policy"], "sandbox")
          const part = yield* World.call(at, { ...there, range: "bytes=10-19" })
          assert.isTrue(part.status === 206 && part.body.equals(content.subarray(10, 20)))
          // not on the origin of the pages, not with another letter, not later
          assert.strictEqual((yield* World.call(at, { host: "localhost:3000" })).status, 404)
          assert.strictEqual(
            (yield* World.call(
              at.replace(/.$/, (end) => (end === "A" ? "B" : "A")),
              there,
            )).status,
            404,
          )
          assert.strictEqual((yield* World.call("/files/e30.x", there)).status, 404)
          TestFirm.clock.pass(301_000)
          assert.strictEqual((yield* World.call(at, there)).status, 404)
        }
      }),
  )

  it.effect(
    "F11 S54: a shared document is led there too, and only from the button, which its page lets lead there",
    () =>
      Effect.gen(function* () {
        const { key, member } = yield* World.firm
        const documents = yield* Documents
        const folder = yield* documents.addFolder(member, yield* Crypto.uuid, {
          name: "For the bank",
          visibility: "private",
          in: { kind: "guest" },
        })
        const content = Samples.pdf
        const arriving = { name: "deed.pdf", content: Stream.make(content) }
        const file = yield* (yield* Uploads).receiveDocument(member, arriving)
        const brought = yield* documents.add(member, folder.id, file)
        yield* documents.edit(member, brought.id, { name: "For the bank.pdf" })
        const shares = yield* Shares
        const { url, share } = yield* shares.make(member, brought.id, { note: "The bank", days: 2 })
        const path = new URL(Redacted.value(url)).pathname
        const page = yield* World.call(path)
        assert.strictEqual(page.status, 200)
        assert.include(page.headers["content-security-policy"], `form-action 'self' ${apart};`)
        const led = yield* World.call(path, {}, "POST")
        const { location = "" } = led.headers
        assert.deepStrictEqual([led.status, led.body.length, location.startsWith(`${apart}/files/`)], [303, 0, true])
        const at = location.slice(apart.length)
        const saved = yield* World.call(at, there)
        assert.deepStrictEqual([saved.status, World.sha256(saved.body)], [200, World.sha256(content)])
        // what the file was called by its sender stays the firm's
        assert.include(saved.headers["content-disposition"], 'filename="For the bank.pdf"')
        // neither the link itself is there, nor the file where the pages are, nor either of them later
        assert.strictEqual((yield* World.call(path, there)).status, 404)
        assert.strictEqual((yield* World.call(at, { host: "localhost:3000" })).status, 404)
        assert.strictEqual((yield* World.call(path, { ...there, ...key }, "POST")).status, 404)
        yield* shares.revoke(member, brought.id, share.id)
        assert.strictEqual((yield* World.call(path, {}, "POST")).status, 410)
        TestFirm.clock.pass(301_000)
        assert.strictEqual((yield* World.call(at, there)).status, 404)
      }),
  )

  it.effect("S54 S55: there is nothing there but files, and one that is withheld meanwhile is not there either", () =>
    Effect.gen(function* () {
      const firm = yield* World.firm
      const file = yield* World.given(firm, "a.bin", bytes(10))
      for (const path of ["/", "/sign-in", `/requests/${firm.id}`, `/q/${firm.handle}`, "/api/requests", "/health"]) {
        const { status, body } = yield* World.call(path, { ...firm.cookie, ...there })
        assert.deepStrictEqual([status, body.includes("papers")], [404, false], path)
      }
      const { headers } = yield* World.call(`/requests/${firm.id}/files/${file.id}`, firm.cookie)
      const sql = yield* SqlClient.SqlClient
      yield* sql`UPDATE files SET scan = 'infected' WHERE id = ${file.id}`
      assert.strictEqual((yield* World.call((headers.location ?? "").slice(apart.length), there)).status, 404)
    }),
  )
})
