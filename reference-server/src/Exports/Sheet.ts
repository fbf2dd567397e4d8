/**
 * What came back with a request, as somebody reads it: the *sheet*, section by section, each question in words with its answer in
 * lines, and the files with their digests. PDF, CSV and the names in a ZIP are all made of it. What is not asked is not in it.
 */
import { Answers, type ClientRequest, type Questionnaire, QuestionKind } from "@requite/core"
import { isFiles } from "@requite/core/AnswerKind/upload"
import type { Current } from "../ClientRequests.ts"
import type { Reader } from "../CustomerPages/Reader.ts"
import * as Filling from "../Filling.ts"

export interface SheetFile {
  readonly id: string
  readonly name: string
  readonly bytes: number
  readonly type: string
  readonly sha256: string
  readonly scan: ClientRequest.FileScan
}

export interface Row {
  /** Its id, or inside a group its place: `/owners/0/name`. */
  readonly question: string
  readonly label: string
  /** None: it was not answered. */
  readonly lines: ReadonlyArray<string>
  readonly files: ReadonlyArray<SheetFile>
}

export interface Block {
  /** The groups around it: "Owners 2". Empty outside of groups. */
  readonly heading: string
  readonly rows: ReadonlyArray<Row>
}

export interface Section {
  readonly id: string
  readonly title: string
  readonly blocks: ReadonlyArray<Block>
}

export interface Sheet {
  readonly title: string
  readonly firm: string
  readonly language: string
  readonly questionnaire: Questionnaire.QuestionnaireRef
  readonly submission: ClientRequest.State["submission"]
  readonly sections: ReadonlyArray<Section>
}

export const of = (
  current: Pick<Current, "request">,
  filling: Filling.Filling,
  reader: Reader,
  firm: string,
): Sheet => {
  const { request } = current
  const answers = filling.session.answers(filling.state)
  const scans = new Map(request.files.map(({ id, scan }) => [id, scan]))

  const row = (asked: Filling.Asked): Row => {
    const { place, question } = asked
    const answer = Filling.answerAt(filling, place)
    const files = QuestionKind.isGivenAsFiles(question) && isFiles(answer) ? answer : []
    const isAnswered = files.length === 0 && Filling.isAnswered(filling, asked)
    return {
      question: Filling.pointer(place).replace(/^\//, ""),
      label: reader.at(place).text(question.label),
      lines: isAnswered ? Answers.describe(filling.questionnaire, answers, place, reader.languages) : [],
      files: files.map(({ id, name, bytes, type, sha256 }) => ({
        id,
        name,
        bytes,
        type,
        sha256,
        scan: scans.get(id) ?? "pending",
      })),
    }
  }

  return {
    title: request.details.title,
    firm,
    language: reader.language,
    questionnaire: request.details.questionnaire,
    submission: request.submission,
    sections: Filling.sections(filling).map((section) => ({
      id: section.id,
      title: reader.text(section.title),
      blocks: Filling.blocks(Filling.asked(filling, section.items)).map(({ under, rows }) => ({
        heading: under
          .map(({ question, number }) => `${reader.text(question.label)}${number === null ? "" : ` ${number}`}`)
          .join(", "),
        rows: rows.map(row),
      })),
    })),
  }
}

/** All rows, in reading order, with where they stand. */
export const rows = ({ sections }: Sheet) =>
  sections.flatMap((section) =>
    section.blocks.flatMap(({ heading, rows: inside }) => inside.map((row) => ({ section, heading, row }))),
  )
