/**
 * A file on its way to somebody's disk. It is never shown in place: whatever is in it, the browser saves it, under the
 * name its sender gave it, and would run nothing of it if it did show it (S53, S54).
 */
import * as Stream from "effect/Stream"
import { HttpServerResponse } from "../platform/Http.ts"
import type { Download } from "../Uploads.ts"
import { attachment } from "../Uploads/FileName.ts"

/** The response that carries a text, line by line as it comes. */
export const lines = (content: Stream.Stream<string>, name: string): HttpServerResponse.HttpServerResponse =>
  bytes(Stream.encodeText(Stream.map(content, (line) => `${line}\n`)), name, "application/x-ndjson")

/** The response that carries what comes, under a name of ours. */
export const bytes = (
  content: Stream.Stream<Uint8Array>,
  name: string,
  contentType: string,
): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.stream(content, { contentType, headers: { "content-disposition": attachment(name) } })

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
