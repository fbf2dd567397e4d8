// What a camera writes into a picture, taken out where the firm's question wants none of it: real pictures with a real place in
// them, by both ways in, and what is kept, shown and recorded of them.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import sharp from "sharp"
import { ClientRequests } from "../../reference-server/src/ClientRequests.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as Tenancy from "../../reference-server/src/Tenancy.ts"
import * as Location from "../../reference-server/src/Uploads/Location.ts"
import { call, layer as testApi } from "../api/TestApi.ts"
import * as Samples from "../support/FileSamples.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./UploadsWorld.ts"

type Bytes = Uint8Array<ArrayBuffer>
const formats = ["jpeg", "png", "webp"] as const
type Format = (typeof formats)[number]

/** Stands in every note that has a place for words. */
const secret = "Kungsgatan 4, Stockholm"
const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="59,20.0N">${secret}</rdf:Description></rdf:RDF></x:xmpmeta>`

/** Taken in Stockholm, with the camera on its side (6). */
const taken = async (format: Format, frames = 1): Promise<Bytes> => {
  const raw = Uint8Array.from({ length: 40 * 30 * 3 * frames }, (_, n) => (n * 7 + (n >> 5)) % 256)
  const picture = sharp(raw, { raw: { width: 40, height: 30 * frames, channels: 3, pageHeight: 30 } })
  const made = await picture
    .withMetadata({ orientation: 6 })
    .withIccProfile("p3")
    .withXmp(xmp)
    .withExifMerge({
      IFD0: { Copyright: secret, Make: "Requite" },
      IFD3: { GPSLatitudeRef: "N", GPSLatitude: "59/1 20/1 0/1", GPSLongitudeRef: "E", GPSLongitude: "18/1 4/1 0/1" },
    })
    .toFormat(format, format === "webp" ? { lossless: true } : {})
    .toBuffer()
  return Uint8Array.from(made)
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1")
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")
const points = (bytes: Uint8Array) => sharp(bytes, { animated: true }).raw().toBuffer()
/** The tag by which Exif leads to the place, in either order of bytes. */
const leadsToPlace = (exif: Buffer | undefined) => /\x25\x88\x04\0|\x88\x25\0\x04/.test(text(exif ?? Buffer.alloc(0)))
const stripped = (type: string, bytes: Uint8Array) => {
  const pieces = Location.removed(type, Buffer.from(bytes))
  return pieces === null ? null : Uint8Array.from(Buffer.concat(pieces))
}

layer(testApi, { excludeTestServices: true, timeout: "300 seconds" })("where a picture was taken", (it) => {
  for (const format of formats) {
    it.effect(`S58: of a ${format} the place goes, and nothing else that is seen`, () =>
      Effect.promise(async () => {
        const before = await taken(format)
        const place = await sharp(before).metadata()
        assert.isTrue(leadsToPlace(place.exif), "it has a place in it")
        const after = stripped(`image/${format}`, before)
        if (after === null) throw new Error("not read")
        const { exif, icc, xmp: notes, iptc, orientation } = await sharp(after).metadata()
        assert.isFalse(leadsToPlace(exif))
        assert.deepStrictEqual([orientation, notes, iptc], [6, undefined, undefined])
        assert.isTrue(place.icc?.equals(icc ?? Buffer.alloc(0)), "its colours")
        assert.isTrue((await points(before)).equals(await points(after)), "its points")
        assert.notMatch(text(after), /Kungsgatan|Requite|GPSLatitude/)
        assert.deepStrictEqual(stripped(`image/${format}`, after), after, "again: the same")
      }),
    )
  }

  it.effect("S58: what comes behind the picture, a film or a second picture with its own notes, is no part of it", () =>
    Effect.promise(async () => {
      const one = await taken("jpeg")
      const after = stripped("image/jpeg", Buffer.concat([one, one, Buffer.from(`ftypmp4 ${secret}`)]))
      assert.deepStrictEqual(after, stripped("image/jpeg", one))
      const film = await taken("webp", 3)
      const still = stripped("image/webp", film)
      assert.isTrue((await points(film)).equals(await points(still ?? film)))
      assert.strictEqual((await sharp(still ?? film, { animated: true }).metadata()).pages, 3)
      assert.notMatch(text(still ?? film), /Kungsgatan/)
    }),
  )

  it.effect("S58: a picture that breaks off, lies about its lengths or is none, is no reason to read on", () =>
    Effect.promise(async () => {
      for (const format of formats) {
        const whole = await taken(format)
        for (let cut = 0; cut < 600; cut += 7) {
          const found = stripped(`image/${format}`, whole.subarray(0, cut))
          assert.notMatch(text(found ?? new Uint8Array()), /Kungsgatan|GPSLatitude/, `${format} cut at ${cut}`)
        }
        for (let at = 0; at < 600; at++) {
          const lying = Uint8Array.from(whole)
          lying[at] = 0xff
          const found = stripped(`image/${format}`, lying)
          // an unknown part is left out: at most what another name now claims for the picture could stay
          assert.isAtMost(found?.length ?? 0, whole.length + Location.mostAdded)
        }
      }
    }),
  )

  it.effect("S58 S68: over HTTP by both ways: kept, digested and recorded is the picture without the place", () =>
    Effect.gen(function* () {
      yield* World.prepared
      const carl = yield* World.asked("Photos")
      const requests = yield* ClientRequests
      const sql = yield* SqlClient.SqlClient
      const [row] = yield* sql<{ workspaceId: string }>`
        SELECT workspace_id FROM client_requests WHERE id = ${carl.id}`.pipe(Tenancy.across)
      const kept = (type: "tus" | "form", format: Format, content: Bytes, question: string) =>
        Effect.gen(function* () {
          if (type === "tus") {
            const { answer } = yield* World.send(carl, `a.${format}`, content, question)
            assert.strictEqual(answer.status, 204, answer.body)
          } else {
            const form = new FormData()
            form.append("file", new File([content], `a.${format}`))
            const at = `${carl.at}/files/${question}?revision=1`
            const answer = yield* call("POST", at, { headers: carl.headers, body: form })
            assert.strictEqual(answer.status, 201, answer.body)
          }
          const { current, history } = yield* requests.overview(row?.workspaceId ?? "", carl.id)
          const file = current.request.files.at(-1)
          const event = history
            .flatMap(({ event }) => (event?.type === "FileAttached" ? [event] : []))
            .find((one) => one.file.id === file?.id)
          return { file, event }
        })
      for (const format of formats) {
        const content = yield* Effect.promise(() => taken(format))
        const expected = stripped(`image/${format}`, content) ?? new Uint8Array()
        for (const way of format === "jpeg" ? (["tus", "form"] as const) : (["tus"] as const)) {
          const { file, event } = yield* kept(way, format, content, "photos")
          assert.deepInclude(file, { sha256: sha256(expected), bytes: expected.length })
          assert.deepInclude(event, { withoutLocation: true })
          const original = yield* kept(way, format, content, "papers")
          assert.deepInclude(original.file, { sha256: sha256(content), bytes: content.length })
          assert.notProperty(original.event, "withoutLocation")
        }
      }
    }),
  )

  it.effect(
    "S58: a picture of a sort from which the place cannot be taken is refused; what is no picture is taken as it is",
    () =>
      Effect.gen(function* () {
        yield* World.prepared
        const carl = yield* World.asked("Others")
        const blobs = [...TestFirm.blobs.keys()]
        const tiff = Uint8Array.from(
          yield* Effect.promise(() =>
            sharp({ create: { width: 9, height: 9, channels: 3, background: "red" } })
              .tiff()
              .toBuffer(),
          ),
        )
        for (const [name, content, code] of [
          ["a.heic", Samples.heic, "upload-location"],
          ["a.tiff", tiff, "upload-location"],
          ["a.jpg", Samples.jpeg, "upload-damaged"],
        ] as const) {
          const { answer } = yield* World.send(carl, name, content, "photos")
          assert.deepStrictEqual(World.codesOf(answer), [code], name)
        }
        assert.deepStrictEqual([...TestFirm.blobs.keys()], blobs)
        const { answer } = yield* World.send(carl, "a.pdf", Samples.pdf, "photos")
        assert.strictEqual(answer.status, 204)
      }),
  )
})
