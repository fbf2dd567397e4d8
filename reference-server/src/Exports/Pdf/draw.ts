/**
 * Draws one PDF, in a process of its own: a large one would keep the server's loop from everybody else. What to draw comes as JSON on
 * standard input, the file goes to standard output. It is *tagged*: it says which of it is a heading, a question, an answer, so that a
 * screen reader reads it as a page of ours. The letters are DejaVu's: Latin, Greek, Cyrillic, Hebrew, Arabic and more, but not Chinese,
 * Japanese or Korean.
 */
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { text as textOf } from "node:stream/consumers"
import Pdfkit from "pdfkit"
import * as Lines from "../Lines.ts"
import type { Look, Pair, Paper } from "../Pdf.ts"

const fonts = join(dirname(createRequire(import.meta.url).resolve("dejavu-fonts-ttf/package.json")), "ttf")
const regular = join(fonts, "DejaVuSans.ttf")
const bold = join(fonts, "DejaVuSans-Bold.ttf")
const mono = join(fonts, "DejaVuSansMono.ttf")

interface Style {
  readonly font: string
  readonly size: number
  readonly color: string
  /** Above it, in points. */
  readonly above: number
}

const styles = {
  title: { font: bold, size: 20, color: "#111111", above: 0 },
  lead: { font: regular, size: 10, color: "#444444", above: 4 },
  section: { font: bold, size: 14, color: "#111111", above: 20 },
  group: { font: bold, size: 11, color: "#111111", above: 12 },
  question: { font: regular, size: 9, color: "#555555", above: 9 },
  answer: { font: regular, size: 11, color: "#111111", above: 1 },
  nothing: { font: regular, size: 11, color: "#666666", above: 1 },
  digest: { font: mono, size: 8, color: "#444444", above: 1 },
} satisfies Readonly<Record<Look | "title" | "lead" | "section" | "group" | "question", Style>>

/** Characters that are no letters on paper, and those that would turn what follows around. */
const printable = (text: string): string =>
  text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (one) => (one === "\n" ? one : " "))

const draw = (paper: Paper): void => {
  const doc = new Pdfkit({
    size: "A4",
    margins: { top: 56, bottom: 64, left: 56, right: 56 },
    pdfVersion: "1.7",
    tagged: true,
    lang: paper.language,
    displayTitle: true,
    bufferPages: true,
    font: regular,
    info: {
      Title: printable(paper.title),
      Author: printable(paper.firm),
      Creator: "requite",
      Producer: "requite",
      CreationDate: new Date(paper.madeAt),
    },
  })
  doc.pipe(process.stdout)
  const width = doc.page.width - doc.page.margins.left - doc.page.margins.right

  const put = (given: string, { font, size, color, above }: Style) => {
    const text = printable(given)
    doc.font(font).fontSize(size).fillColor(color)
    doc.y += above
    if (!Lines.isRightToLeft(text)) return void doc.text(text, { width })
    const left = doc.page.margins.left
    const space = doc.widthOfString(" ")
    for (const line of Lines.fromTheRight(text, width, (one) => doc.widthOfString(one))) {
      // an empty line makes the room, on the next page if need be; its words are put one by one
      doc.text(" ", left, doc.y, { width })
      const below = doc.y
      const widths = line.map((word) => doc.widthOfString(word))
      let x = left + width - widths.reduce((sum, one) => sum + one + space, -space)
      for (const [index, word] of line.entries()) {
        doc.text(word, x, below - doc.currentLineHeight(true), { lineBreak: false })
        x += (widths[index] ?? 0) + space
      }
      doc.x = left
      doc.y = below
    }
  }

  const root = doc.struct("Document", { title: printable(paper.title) })
  doc.addStructure(root)
  const element = (parent: PDFKit.PDFStructureElement, tag: string) => {
    const made = doc.struct(tag)
    parent.add(made)
    return made
  }
  const words = (parent: PDFKit.PDFStructureElement, tag: string, text: string, style: Style) => {
    // a reader that takes the text out gets it in the order in which it was written, whatever its lines look like
    const options = Lines.isRightToLeft(text) ? { actual: printable(text) } : {}
    parent.add(doc.struct(tag, options, () => put(text, style)))
  }
  /** A heading does not stay behind alone at the foot of a page. */
  const room = (points: number) => {
    if (doc.y + points > doc.page.maxY()) doc.addPage()
  }

  words(root, "H1", paper.title, styles.title)
  words(root, "P", paper.firm, styles.lead)
  const list = (parent: PDFKit.PDFStructureElement) => element(parent, "L")
  const pair = (parent: PDFKit.PDFStructureElement, { label, lines }: Pair) => {
    room(36)
    const item = element(parent, "LI")
    words(item, "Lbl", label, styles.question)
    const answer = element(item, "LBody")
    for (const [text, look] of lines) words(answer, "P", text, styles[look])
    answer.end()
    item.end()
  }

  const given = list(root)
  for (const fact of paper.facts) pair(given, fact)
  given.end()

  for (const section of paper.sections) {
    room(110)
    const part = element(root, "Sect")
    words(part, "H2", section.title, styles.section)
    for (const { heading, pairs } of section.blocks) {
      if (heading !== "") {
        room(70)
        words(part, "H3", heading, styles.group)
      }
      const answers = list(part)
      for (const one of pairs) pair(answers, one)
      answers.end()
    }
    part.end()
  }
  root.end()

  const { start, count } = doc.bufferedPageRange()
  for (let index = start; index < start + count; index++) {
    doc.switchToPage(index)
    doc.page.margins.bottom = 0
    doc.markContent("Artifact", { type: "Pagination" })
    doc
      .font(regular)
      .fontSize(8)
      .fillColor("#666666")
      .text(
        paper.footer.replace("{page}", String(index - start + 1)).replace("{pages}", String(count)),
        56,
        doc.page.height - 40,
        {
          width,
          align: "right",
        },
      )
    doc.endMarkedContent()
  }
  doc.end()
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by ../Pdf.ts, of the same version
draw(JSON.parse(await textOf(process.stdin)) as Paper)
