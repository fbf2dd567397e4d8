/** A multipart upload of S3: begun with its first part, and an object only once it is complete. */
import * as Effect from "effect/Effect"
import type { BlobStoreUnavailable } from "../BlobStore.ts"
import * as S3Client from "./S3Client.ts"

export interface Multipart {
  /** One part, after those before: 8 MiB, or less if it is the last. */
  readonly send: (part: Uint8Array<ArrayBuffer>) => Effect.Effect<void, BlobStoreUnavailable>
  readonly complete: Effect.Effect<void, BlobStoreUnavailable>
  /** Forgets the parts, if any were sent. Fails never: what is left is swept later. */
  readonly abort: Effect.Effect<void>
}

export const make = (client: S3Client.S3Client, name: string): Multipart => {
  let id: string | undefined
  const etags: Array<string> = []

  const begin = Effect.gen(function* () {
    const xml = yield* client.text({ method: "POST", name, query: { uploads: "" } })
    const begun = S3Client.element(xml, "UploadId")
    if (begun === undefined) return yield* client.unavailable("began no multipart upload")
    id = begun
    return begun
    // an answer that is lost would be an upload that nobody knows of
  }).pipe(Effect.uninterruptible)

  return {
    send: Effect.fnUntraced(function* (body) {
      const query = { partNumber: String(etags.length + 1), uploadId: id ?? (yield* begin) }
      const { headers } = yield* client.done({ method: "PUT", name, query, body })
      const { etag } = headers
      if (etag === undefined) return yield* client.unavailable("gave no ETag for a part")
      etags.push(etag)
    }),
    complete: Effect.gen(function* () {
      const parts = etags.map(
        (etag, n) => `<Part><PartNumber>${n + 1}</PartNumber><ETag>${etag.replaceAll('"', "&quot;")}</ETag></Part>`,
      )
      const xml = yield* client.text({
        method: "POST",
        name,
        query: { uploadId: id ?? "" },
        headers: { "content-type": "application/xml" },
        body: new TextEncoder().encode(`<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`),
        patience: "5 minutes",
      })
      // it may have failed although its answer began with 200
      const code = S3Client.element(xml, "Code")
      if (code !== undefined) return yield* client.unavailable(`could not put an object together (${code})`)
      id = undefined
    }).pipe(Effect.uninterruptible),
    abort: Effect.suspend(() => (id === undefined ? Effect.void : abort(client, name, id))),
  }
}

/** Done already is done. */
export const abort = (client: S3Client.S3Client, name: string, uploadId: string): Effect.Effect<void> =>
  Effect.ignore(client.done({ method: "DELETE", name, query: { uploadId }, accepts: [404] }))
