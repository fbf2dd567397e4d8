/**
 * The logos of firms as everybody may fetch them: mail programs and customers' browsers bring no session (P19). What is
 * no firm's logo now is not there, whatever else the blob store has under that id.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { BlobKey } from "../BlobStore.ts"
import { Files } from "../Files.ts"
import { HttpRouter, HttpServerResponse } from "../platform/Http.ts"
import * as Tenancy from "../Tenancy.ts"
import { type Logo, Workspaces } from "../Workspaces.ts"

/** Where a logo lies on this server. */
export const path = ({ id }: Logo): string => `/logo/${id}`

const isKey = Schema.is(BlobKey)
const nothing = HttpServerResponse.text("Not found", { status: 404 })

const serve = Effect.gen(function* () {
  const { id = "" } = yield* HttpRouter.params
  if (!isKey(id)) return nothing
  const logo = yield* (yield* Workspaces).logo(id)
  if (logo === null) return nothing
  const { file, content } = yield* Tenancy.within(logo.workspaceId)((yield* Files).open(logo.workspaceId, id))
  return HttpServerResponse.stream(content, {
    contentType: logo.type,
    contentLength: file.bytes,
    headers: {
      // another logo has another address
      "cache-control": "public, max-age=31536000, immutable",
      "content-security-policy": "default-src 'none'; sandbox",
      "x-content-type-options": "nosniff",
    },
  })
}).pipe(
  Effect.catchTags({
    // replaced between the two looks
    FileMissing: () => Effect.succeed(nothing),
    FileWithheld: () => Effect.succeed(nothing),
  }),
  Tenancy.none,
)

/** `GET /logo/:id`. */
export const layer = HttpRouter.add("GET", "/logo/:id", serve)
