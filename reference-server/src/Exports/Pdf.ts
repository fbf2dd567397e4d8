/**
 * A sheet as a PDF to read, print and keep: first the receipt, then every question with its answer, then the digests. Words: a *paper*
 * is what stands on it, in order, in the reader's language; a process of its own draws it (`Pdf/draw.ts`).
 */
import { extname } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import * as Child from "../Child.ts"
import type { Reader } from "../CustomerPages/Reader.ts"
import type { Row, Sheet, SheetFile } from "./Sheet.ts"

/** What stands at the top, as name and value. */
export type Facts = ReadonlyArray<readonly [name: string, value: string]>

export type Look = "answer" | "nothing" | "digest"

/** A question, or the name of a fact, with what is said of it. */
export interface Pair {
  readonly label: string
  readonly lines: ReadonlyArray<readonly [text: string, look: Look]>
}

/** As JSON it goes to the process that draws it. */
export interface Paper {
  readonly title: string
  readonly firm: string
  readonly language: string
  readonly madeAt: number
  readonly facts: ReadonlyArray<Pair>
  readonly sections: ReadonlyArray<{
    readonly title: string
    readonly blocks: ReadonlyArray<{ readonly heading: string; readonly pairs: ReadonlyArray<Pair> }>
  }>
  /** At the foot of each page, with `{page}` and `{pages}` in it. */
  readonly footer: string
}

const paperOf = (sheet: Sheet, facts: Facts, { t, bytes: size }: Reader, madeAt: number): Paper => {
  const ofFile = ({ name, bytes, sha256, scan }: SheetFile) => [
    [
      `${name} (${size(bytes)})${scan === "clean" || scan === "unscanned" ? "" : `: ${t("upload.checking")}`}`,
      "answer",
    ] as const,
    [`SHA-256 ${sha256}`, "digest"] as const,
  ]
  const linesOf = ({ lines, files }: Row): Pair["lines"] =>
    lines.length === 0 && files.length === 0
      ? [[t("review.nothing"), "nothing"]]
      : [...lines.map((line) => [line, "answer"] as const), ...files.flatMap(ofFile)]
  return {
    title: sheet.title,
    firm: sheet.firm,
    language: sheet.language,
    madeAt,
    facts: facts.map(([label, value]) => ({
      label,
      lines: [[value, /^[0-9a-f-]{32,}$/.test(value) ? "digest" : "answer"]],
    })),
    sections: sheet.sections.map(({ title, blocks }) => ({
      title,
      blocks: blocks.map(({ heading, rows }) => ({
        heading,
        pairs: rows.map((row) => ({ label: row.label, lines: linesOf(row) })),
      })),
    })),
    footer: t("pdf.page", { page: "{page}", pages: "{pages}" }),
  }
}

const script = fileURLToPath(new URL(`./Pdf/draw${extname(import.meta.url)}`, import.meta.url))
/** How many are drawn at once; the others wait for their turn. */
const hands = Semaphore.makeUnsafe(2)

/** The bytes of the PDF. */
export const of = (
  sheet: Sheet,
  facts: Facts,
  reader: Reader,
  madeAt: number,
): Effect.Effect<Uint8Array<ArrayBuffer>> => {
  const paper = JSON.stringify(paperOf(sheet, facts, reader, madeAt))
  return Child.through(
    { script, args: [], heap: 512, patience: "1 minute" },
    Stream.make(new TextEncoder().encode(paper)),
  ).pipe(
    Stream.runCollect,
    Effect.map((chunks) => Uint8Array.from(Buffer.concat(chunks))),
    // of our own making, so that it never should
    Effect.orDie,
    hands.withPermit,
  )
}
