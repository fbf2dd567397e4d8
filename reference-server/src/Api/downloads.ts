/** What the server itself writes, on its way to somebody's disk. What a stranger sent goes by `Downloads`. */
import * as Stream from "effect/Stream"
import * as Downloads from "../Downloads.ts"
import type { Exported } from "../Exports.ts"
import type { Download } from "../Files.ts"
import { HttpServerResponse } from "../platform/Http.ts"
import { attachment } from "../Uploads/FileName.ts"

/** The response that carries a text, line by line as it comes. */
export const lines = (content: Stream.Stream<string>, name: string): HttpServerResponse.HttpServerResponse =>
  bytes(Stream.encodeText(Stream.map(content, (line) => `${line}\n`)), name, "application/x-ndjson")

/** What goes with bytes that a stranger had a part in: wherever they are opened, nothing in them runs. */
export const harmless = {
  "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
}

/** A file as it is, of whose bytes no part is asked for. */
export const response = (download: Download): HttpServerResponse.HttpServerResponse => Downloads.response(download, {})

/** The response that carries an export. */
export const made = ({ name, contentType, content }: Exported): HttpServerResponse.HttpServerResponse => {
  const headers = { ...harmless, "content-disposition": attachment(name) }
  return typeof content === "string"
    ? HttpServerResponse.text(content, { contentType, headers })
    : HttpServerResponse.uint8Array(content, { contentType, headers })
}

/** The response that carries what comes, under a name of ours. */
export const bytes = (
  content: Stream.Stream<Uint8Array>,
  name: string,
  contentType: string,
): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.stream(content, { contentType, headers: { "content-disposition": attachment(name) } })
