// A message that nodemailer has put together, written at once. By itself it runs each part through half a dozen streams, turns of
// the event loop and writes to the socket; ours are two short texts. What it writes is the same.

import { Readable } from "node:stream"
import * as base64 from "nodemailer/lib/base64"
import type MimeNode from "nodemailer/lib/mime-node"
import * as qp from "nodemailer/lib/qp"

/** Characters of a line of an encoded body (RFC 2045 §6.7, §6.8). */
const width = 76

/** The whole text of a message, or of a part of one; null where something in it is not in memory, as an attachment may be. */
const text = (node: MimeNode): string | null => {
  // first, because it decides how the content is encoded and what stands between the parts
  const head = `${node.buildHeaders()}\r\n\r\n`
  if (typeof node.multipart === "string") {
    const parts = node.childNodes.map(text)
    if (node.content !== undefined || typeof node.boundary !== "string" || parts.includes(null)) return null
    const { boundary } = node
    return `${head}${parts.map((part) => `--${boundary}\r\n${part ?? ""}`).join("\r\n")}\r\n--${boundary}--\r\n`
  }
  if (typeof node.content !== "string" || node.childNodes.length > 0) return null
  const encoding = node.getTransferEncoding()
  if (encoding === "quoted-printable") return head + qp.wrap(qp.encode(node.content), width)
  return head + (encoding === "base64" ? base64.wrap(base64.encode(node.content), width) : node.content)
}

/** Has this message written at once, where it can be. What signs it reads a stream that nodemailer made. */
export const atOnce = (message: MimeNode, isSigned = false): void => {
  const streamed = message.stream.bind(message)
  message.stream = (output, options, done) => {
    const whole = text(message)
    if (whole === null) return streamed(output, options, done)
    output.write(whole)
    done()
  }
  if (isSigned) return
  const read = message.createReadStream.bind(message)
  message.createReadStream = (options) => {
    const whole = text(message)
    return whole?.endsWith("\r\n") === true ? Readable.from(whole, { objectMode: false }) : read(options)
  }
}
