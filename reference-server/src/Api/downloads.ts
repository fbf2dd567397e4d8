/**
 * A file on its way to somebody's disk. It is never shown in place: whatever is in it, the browser saves it, under the
 * name its sender gave it, and would run nothing of it if it did show it (S53, S54).
 */
import type * as Stream from "effect/Stream"
import { HttpServerResponse } from "../platform/Http.ts"
import type { Download } from "../Uploads.ts"
import { attachment } from "../Uploads/FileName.ts"

/** The response that carries a file. */
export const response = ({ file, content }: Download): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.stream(content satisfies Stream.Stream<Uint8Array>, {
    contentType: "application/octet-stream",
    contentLength: file.bytes,
    headers: {
      "content-disposition": attachment(file.name),
      "content-security-policy": "default-src 'none'; sandbox",
    },
  })
