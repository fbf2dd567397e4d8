/** What the pages behind the Start button share: who is in, what they have given so far, and the addresses. */
import type { Attachment } from "@requite/core/Questionnaire/Definition"
import type { Current } from "../ClientRequests.ts"
import type { Comment } from "../Conversations/Comment.ts"
import type { Customer } from "../Customer.ts"
import type { Handout, Named } from "../Documents/Handouts.ts"
import { isReadable } from "../Files.ts"
import type { Filling } from "../Filling.ts"
import type { Child, Html } from "../Html.ts"
import { html } from "../Html.ts"
import type { SessionFile } from "../Uploads.ts"
import * as Frame from "./Frame.ts"
import * as Language from "./Language.ts"
import type { Reader } from "./Reader.ts"

export interface Session {
  readonly customer: Customer
  readonly current: Current
  /** What is asked of them, with what they have given. */
  readonly filling: Filling
  readonly reader: Reader
  /** Milliseconds since the epoch. */
  readonly now: number
  /** What firm and customer have said; left out: nothing, or the page shows none of it. */
  readonly comments?: ReadonlyArray<Comment>
  /** Documents that the firm gave with the request or its items (K9); left out: none, or the page shows none. */
  readonly handouts?: ReadonlyArray<Handout>
  /** Documents that the questions name and that may be read (K9); left out: none, or the page shows none. */
  readonly named?: ReadonlyArray<Named>
  /** Attachments of the firm that nobody may read now, by their ids; left out: none (S55). */
  readonly withheld?: ReadonlySet<string>
}

/** The id of the form that a page is there for. */
export const formId = "answers"

export const paths = {
  list: (handle: string) => `/q/${handle}`,
  code: (handle: string) => `/q/${handle}/code`,
  language: (handle: string) => `/q/${handle}/language`,
  section: (handle: string, section: string) => `/q/${handle}/sections/${section}`,
  review: (handle: string) => `/q/${handle}/review`,
  submit: (handle: string) => `/q/${handle}/submit`,
  messages: (handle: string, item?: string) =>
    `/q/${handle}/messages${item === undefined ? "" : `?item=${encodeURIComponent(item)}`}`,
  passOn: (handle: string) => `/q/${handle}/pass-on`,
  notMine: (handle: string) => `/q/${handle}/not-mine`,
  /** The same of a link's own page, before anything is opened. */
  notMineByLink: (link: string) => `${link}/not-mine`,
  done: (handle: string) => `/q/${handle}/done`,
  receipt: (handle: string) => `/q/${handle}/receipt.json`,
  receiptPdf: (handle: string) => `/q/${handle}/receipt.pdf`,
  file: (handle: string, file: string) => `/q/${handle}/files/${file}`,
}

/** How a page changes its language: it is shown again from `here`, or its form is sent and brings along what was typed. */
export type Switching = { readonly here: string } | Parameters<typeof Language.buttons>[1]

const languages = (session: Session, switching: Switching): Html => {
  const { customer, reader } = session
  const way = { language: reader.language, label: reader.t("frame.language") }
  if (!("here" in switching)) return Language.buttons(way, switching)
  const fields = html`${hidden(session)}<input type="hidden" name="back" value="${switching.here}" />`
  return Language.form(way, { to: paths.language(customer.handle), fields })
}

/** A page of the session in its frame. */
export const page = (
  session: Session,
  title: string,
  main: Child,
  /** Null: there is nothing behind this page to show again. */
  switching: Switching | null = { here: paths.list(session.customer.handle) },
): string => {
  const { customer, current, reader } = session
  return Frame.render({
    language: reader.language,
    ...(switching === null ? {} : { languages: languages(session, switching) }),
    title: [title, current.request.details.title, customer.workspace.name],
    firm: customer.workspace,
    skip: reader.t("frame.skip"),
    main,
    foot: html`<p>${reader.t("frame.help", { firm: customer.workspace.name })}</p>`,
  })
}

/** The fields that every form of the session carries: its token comes first, so that nothing is taken in before it. */
export const hidden = ({ customer, current }: Session) =>
  html`<input type="hidden" name="csrf" value="${customer.csrf}" />
    <input type="hidden" name="revision" value="${current.request.revision}" />`

/**
 * Where a file can be had by its id; null while nobody may read it (S55). `staged`: those of this session that wait for its
 * end, which the request does not know yet.
 */
export const fileAddress =
  ({ customer, current }: Session, staged: ReadonlyArray<SessionFile> = []) =>
  (id: string): string | null => {
    const known = [...current.request.files, ...staged.map(({ file, scan }) => ({ id: file.id, scan }))]
    const isWithheld = known.some((file) => file.id === id && !isReadable(file.scan))
    return isWithheld ? null : paths.file(customer.handle, id)
  }

/** Where a document that a question names can be had; null: nowhere, so that its name is all there is. */
export const namedAddress =
  ({ customer, named = [] }: Session): ((attachment: Attachment) => string | null) =>
  (attachment) => {
    const found = named.find((one) => one.attachment.id === attachment.id && one.sha256 === attachment.sha256)
    return found === undefined ? null : paths.file(customer.handle, found.file)
  }
