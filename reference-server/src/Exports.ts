/**
 * Taking out what came back: the answers of a request as PDF, CSV or JSON, and files as a ZIP, of one request, of a work item, or of
 * whatever somebody lists. Reads only; whether the caller may is asked before. Words: a *sheet* is a request as it is read
 * (`Exports/Sheet.ts`).
 */
import { Answers, type ClientRequest } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Current } from "./ClientRequests.ts"
import { ClientRequests } from "./ClientRequests.ts"
import * as Reader from "./CustomerPages/Reader.ts"
import * as Csv from "./Exports/Csv.ts"
import * as Names from "./Exports/Names.ts"
import * as Packing from "./Exports/Packing.ts"
import * as Pdf from "./Exports/Pdf.ts"
import * as Sheet from "./Exports/Sheet.ts"
import type { Files } from "./Files.ts"
import * as Filling from "./Filling.ts"
import { type Overview, WorkItems, type WorkNotFound } from "./WorkItems.ts"
import { type Workspace, Workspaces } from "./Workspaces.ts"

export { zip } from "./Exports/Packing.ts"

export type Format = "pdf" | "csv" | "json"

export interface Exported {
  readonly name: string
  readonly contentType: string
  readonly content: Uint8Array | string
}

export interface Zipped<R> {
  readonly name: string
  readonly content: Stream.Stream<Uint8Array, never, R>
}

/** As a member of the firm reads it: in the firm's language. */
const seen = (workspace: Workspace, current: Current) => {
  const filling = Filling.of(current)
  const reader = Reader.make({ workspace, recipient: workspace.language, accepted: undefined, filling })
  return { sheet: Sheet.of(current, filling, reader, workspace.name), reader }
}

const factsOf = ({ request }: Current, sheet: Sheet.Sheet, reader: Reader.Reader, now: number): Pdf.Facts => {
  const { t } = reader
  const people = request.details.recipients.map(({ name, email }) => name || email).filter((name) => name !== "")
  const { submission } = sheet
  return [
    ...(people.length === 0 ? [] : [[t("pdf.from"), people.join(", ")] as const]),
    ...(submission === null
      ? [[t("pdf.state"), t("pdf.open", { when: reader.dateTime(now) })] as const]
      : receiptOf(submission, reader)),
  ]
}

const receiptOf = (
  { id, at, digest }: NonNullable<ClientRequest.State["submission"]>,
  { t, dateTime }: Reader.Reader,
): Pdf.Facts => [
  [t("done.time"), dateTime(at)],
  [t("done.reference"), id],
  [t("done.digest"), digest],
]

/** The receipt that the customer keeps: what they sent, to whom, and the digests that prove it. */
export const receipt = Effect.fnUntraced(function* (
  current: Pick<Current, "request">,
  filling: Filling.Filling,
  reader: Reader.Reader,
  firm: string,
  entry: string | null,
) {
  const sheet = Sheet.of(current, filling, reader, firm)
  const facts: Pdf.Facts = [
    [reader.t("done.to"), firm],
    ...(sheet.submission === null ? [] : receiptOf(sheet.submission, reader)),
    ...(entry === null ? [] : [[reader.t("done.entry"), entry] as const]),
  ]
  return yield* Pdf.of(sheet, facts, reader, sheet.submission?.at ?? (yield* Clock.currentTimeMillis))
})

const pdfOf = (workspace: Workspace, current: Current) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const { sheet, reader } = seen(workspace, current)
    return Pdf.of(sheet, factsOf(current, sheet, reader, now), reader, sheet.submission?.at ?? now)
  })

const jsonOf = ({ request, answers, stored, context }: Current, sheet: Sheet.Sheet): string =>
  `${JSON.stringify(
    {
      request: request.id,
      title: sheet.title,
      questionnaire: sheet.questionnaire,
      submission:
        sheet.submission === null ? null : { ...sheet.submission, at: new Date(sheet.submission.at).toISOString() },
      // as they are, and as the digest is over them; a draft holds also what is no longer asked, which stays the customer's
      answers: sheet.submission === null ? Answers.given(stored.questionnaire, answers, { context }) : answers,
      sheet: sheet.sections,
    },
    null,
    2,
  )}\n`

/** The answers of a request in a format. `bom`: a CSV that Excel opens as it is. */
export const answers = Effect.fnUntraced(function* (
  workspaceId: string,
  current: Current,
  format: Format,
  options: { readonly bom?: boolean } = {},
) {
  const workspace = yield* (yield* Workspaces).get(workspaceId)
  const { sheet } = seen(workspace, current)
  const name = `${Names.folder(sheet.title)}.${format}`
  switch (format) {
    case "pdf":
      return { name, contentType: "application/pdf", content: yield* pdfOf(workspace, current) } satisfies Exported
    case "csv":
      return {
        name,
        contentType: "text/csv; charset=utf-8",
        content: Csv.of(sheet, { bom: options.bom ?? false }),
      } satisfies Exported
    case "json":
      return { name, contentType: "application/json", content: jsonOf(current, sheet) } satisfies Exported
  }
})

/** What of a request goes into a ZIP, under these folders. */
const packed = (
  workspace: Workspace,
  current: Current,
  under: ReadonlyArray<string>,
): ReadonlyArray<Packing.Packed> => {
  const { sheet } = seen(workspace, current)
  const files = Sheet.rows(sheet).flatMap(({ section, heading, row }) =>
    row.files.map((file) => ({
      folders: [...under, section.title, ...(heading === "" ? [] : [heading])],
      name: Names.ofAnswer(row.label, file.name),
      file,
    })),
  )
  return [{ folders: under, name: `${Names.folder(sheet.title)}.pdf`, content: pdfOf(workspace, current) }, ...files]
}

/** A request's files and its answers as a ZIP. */
export const ofRequest = Effect.fnUntraced(function* (workspaceId: string, current: Current) {
  const workspace = yield* (yield* Workspaces).get(workspaceId)
  const { id, details, submission } = current.request
  const about = { request: id, title: details.title, digest: submission?.digest ?? null }
  return {
    name: `${Names.folder(details.title)}.zip`,
    content: Packing.zip(workspaceId, about, Stream.fromIterable(packed(workspace, current, []))),
  }
})

/** The same of everything that was asked for a work item, a folder for each request. */
export const ofWorkItem = Effect.fnUntraced(function* (
  workspaceId: string,
  id: string,
): Effect.fn.Return<
  Zipped<Files> & { readonly requests: Overview["requests"] },
  WorkNotFound,
  WorkItems | ClientRequests | Workspaces
> {
  const { workItem, requests } = yield* (yield* WorkItems).overview(workspaceId, id)
  const workspace = yield* (yield* Workspaces).get(workspaceId)
  const all = yield* ClientRequests
  const folders = Names.make()
  const items = Stream.fromIterable(requests).pipe(
    // one after the other: a work item may have many
    Stream.mapEffect((request) =>
      all.overview(workspaceId, request.id).pipe(
        Effect.map(({ current }) =>
          packed(workspace, current, [folders([], Names.folder(current.request.details.title))]),
        ),
        Effect.catchTag("RequestNotFound", () => Effect.succeed([])),
      ),
    ),
    Stream.flattenIterable,
  )
  return {
    name: `${Names.folder(workItem.title)}.zip`,
    requests,
    content: Packing.zip(workspaceId, { workItem: id, title: workItem.title }, items),
  }
})
