/**
 * Which part of a file an HTTP request asks for (RFC 9110, 14). One range only: several at once are answered with the whole,
 * as the standard allows. The *tag* of a file is its digest, so that a download that was cut goes on with the same bytes.
 */
import type { BlobRange } from "../BlobStore.ts"

interface Measured {
  readonly bytes: number
  readonly sha256: string
}

type Headers = Readonly<Record<string, string | undefined>>

/** Strong, as a digest of every byte is. */
export const tagOf = ({ sha256 }: Measured): string => `"${sha256}"`

/** Does the caller have these bytes already? */
export const isKnown = (headers: Headers, file: Measured): boolean => {
  const tags = (headers["if-none-match"] ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""))
  return tags.includes(tagOf(file)) || tags.includes("*")
}

/** Undefined: all of it. */
export const wanted = (headers: Headers, file: Measured): BlobRange | "unsatisfiable" | undefined => {
  const { range } = headers
  if (range === undefined) return undefined
  const held = headers["if-range"]
  if (held !== undefined && held !== tagOf(file)) return undefined
  const [, first = "", last = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(range.replaceAll(/\s/g, "")) ?? []
  if (first === "" && last === "") return undefined
  const { bytes } = file
  if (first === "") {
    const length = Math.min(Number(last), bytes)
    return length === 0 ? "unsatisfiable" : { offset: bytes - length, length }
  }
  const offset = Number(first)
  const end = last === "" ? bytes - 1 : Math.min(Number(last), bytes - 1)
  // one that ends before it begins is none at all
  if (last !== "" && Number(last) < offset) return undefined
  return offset >= bytes ? "unsatisfiable" : { offset, length: end - offset + 1 }
}
