/**
 * The group `uploads`: files that come in pieces, by tus 1.0 (core, creation, creation-with-upload, termination, expiration,
 * checksum), or, where a request does not name a version of tus, by draft-ietf-httpbis-resumable-upload. An upload belongs to the session that began it: to every other one, and once it is over, it is `LinkDead`. What the
 * protocol itself refuses (409 for a wrong offset, 412 for a wrong version, 413 for too much, 460 for a wrong checksum) is
 * answered as `UploadProtocol`, with the protocol's own status; the draft has problems (RFC 9457) for it. Bodies and headers are
 * the protocols', so this contract can only name them.
 */
import * as Schema from "effect/Schema"
import { CustomerAccess } from "./Access.ts"
import * as Failure from "./Failure.ts"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "./HttpApi.ts"
import * as Wire from "./Wire.ts"

/** What has become of an upload. */
export const UploadResult = Schema.Struct({
  state: Schema.Literals(["arriving", "checking", "attached", "refused"]).annotate({
    description:
      "`arriving`: not all of it is there. `checking`: it is in the request, and nobody may read it before a scanner called it clean. `attached`: it is in the request. `refused`: it is not, and nothing of it was kept.",
  }),
  offset: Schema.optionalKey(Schema.Int).annotateKey({ description: "While it arrives: bytes that are there." }),
  length: Schema.optionalKey(Schema.Int).annotateKey({ description: "While it arrives: bytes that it will have." }),
  file: Schema.optionalKey(Wire.FileRef),
  duplicateOf: Schema.optionalKey(Schema.String).annotateKey({
    description: "The id of a file of this request that has the same content.",
  }),
  problem: Schema.optionalKey(
    Schema.Struct({
      codes: Schema.Array(Schema.String).annotate({ examples: [["upload-too-large"]] }),
      message: Schema.String.annotate({ description: "One sentence for the customer, in their language." }),
    }),
  ).annotateKey({ description: "Why it was refused." }),
}).annotate({ identifier: "UploadResult", description: "What has become of an upload." })
export type UploadResult = typeof UploadResult.Type

const params = { handle: Schema.String.annotate({ description: "From claiming the link." }) }
const one = { ...params, upload: Schema.String.annotate({ description: "From the `Location` of its creation." }) }
const refusals = [Failure.Refusal, Failure.UploadRefused] as const

const options = HttpApiEndpoint.options("options", "/:handle/uploads", {
  params,
  success: HttpApiSchema.NoContent,
  error: refusals,
}).annotateMerge(
  OpenApi.annotations({
    summary: "What uploads can do",
    description: "Tus-Version, Tus-Extension, Tus-Max-Size and Tus-Checksum-Algorithm.",
  }),
)

const create = HttpApiEndpoint.post("create", "/:handle/uploads", {
  params,
  query: {
    question: Schema.optionalKey(Schema.String).annotateKey({
      description: "The id of a question of kind upload; tus says it in `Upload-Metadata`.",
    }),
    revision: Schema.optionalKey(Schema.String).annotateKey({
      description: "The revision that the customer saw; tus says it in `Upload-Metadata`.",
    }),
  },
  success: HttpApiSchema.Empty(201),
  error: refusals,
}).annotateMerge(
  OpenApi.annotations({
    summary: "Begin an upload",
    description:
      "tus creation: `Upload-Length`, and `Upload-Metadata` with `question`, `filename` and `revision`. Keeps room for the whole file, or refuses it before a byte is sent. `Location` is the upload's address. With a body of type `application/offset+octet-stream` the first piece comes along. With `Upload-Complete` instead of `Tus-Resumable`: upload creation of draft-ietf-httpbis-resumable-upload, with `question` and `revision` in the address, the name in `Content-Disposition`, and the file or the first of it as the body; a complete one is answered with 200 and what `result` says.",
  }),
)

const head = HttpApiEndpoint.head("head", "/:handle/uploads/:upload", {
  params: one,
  success: HttpApiSchema.Empty(200),
  error: refusals,
}).annotateMerge(
  OpenApi.annotations({
    summary: "How much has arrived",
    description:
      "`Upload-Offset`: bytes that the storage has. A request that still writes gives way first. Without `Tus-Resumable` it is 204 with `Upload-Complete`, `Upload-Length` and `Upload-Limit`.",
  }),
)

const patch = HttpApiEndpoint.patch("patch", "/:handle/uploads/:upload", {
  params: one,
  success: HttpApiSchema.NoContent,
  error: refusals,
}).annotateMerge(
  OpenApi.annotations({
    summary: "Send a piece",
    description:
      "From exactly `Upload-Offset`, as `application/offset+octet-stream`; with `Upload-Checksum` it counts only if that is right. What came before a connection broke is kept. The last piece is answered once the file is judged: 204 when it was taken in, else what it is refused for. `result` says it again. As `application/partial-upload`, with `Upload-Complete`, it is an append of draft-ietf-httpbis-resumable-upload, whose last piece says `?1`.",
  }),
)

const remove = HttpApiEndpoint.delete("remove", "/:handle/uploads/:upload", {
  params: one,
  success: HttpApiSchema.NoContent,
  error: refusals,
}).annotateMerge(
  OpenApi.annotations({
    summary: "Give an upload up",
    description: "Deletes what has arrived, and frees its room. A file that was taken in is removed as a file.",
  }),
)

const result = HttpApiEndpoint.get("result", "/:handle/uploads/:upload/result", {
  params: one,
  success: UploadResult,
}).annotateMerge(
  OpenApi.annotations({
    summary: "What has become of an upload",
    description: "For a day after it was begun. Takes in a file that is all there and that nobody has looked at yet.",
  }),
)

export class Uploads extends HttpApiGroup.make("uploads")
  .add(options, create, head, patch, remove, result)
  .middleware(CustomerAccess)
  .prefix("/customer")
  .annotateMerge(
    OpenApi.annotations({
      title: "Uploads",
      description:
        "Large files of customers, in pieces that survive a broken connection: tus 1.0, or draft-ietf-httpbis-resumable-upload.",
    }),
  ) {}
