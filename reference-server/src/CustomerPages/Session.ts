/** What the pages behind the Start button share: who is in, what they have given so far, and the addresses. */
import type { Current } from "../ClientRequests.ts"
import type { Customer } from "../Customer.ts"
import { isReadable } from "../Files.ts"
import type { Filling } from "../Filling.ts"
import type { Child } from "../Html.ts"
import { html } from "../Html.ts"
import type { SessionFile } from "../Uploads.ts"
import * as Frame from "./Frame.ts"
import type { Reader } from "./Reader.ts"

export interface Session {
  readonly customer: Customer
  readonly current: Current
  /** What is asked of them, with what they have given. */
  readonly filling: Filling
  readonly reader: Reader
  /** Milliseconds since the epoch. */
  readonly now: number
}

export const paths = {
  list: (handle: string) => `/q/${handle}`,
  code: (handle: string) => `/q/${handle}/code`,
  section: (handle: string, section: string) => `/q/${handle}/sections/${section}`,
  review: (handle: string) => `/q/${handle}/review`,
  submit: (handle: string) => `/q/${handle}/submit`,
  done: (handle: string) => `/q/${handle}/done`,
  receipt: (handle: string) => `/q/${handle}/receipt.json`,
  receiptPdf: (handle: string) => `/q/${handle}/receipt.pdf`,
  file: (handle: string, file: string) => `/q/${handle}/files/${file}`,
}

/** A page of the session in its frame. */
export const page = ({ customer, current, reader }: Session, title: string, main: Child): string =>
  Frame.render({
    language: reader.language,
    title: [title, current.request.details.title, customer.workspace.name],
    firm: customer.workspace,
    skip: reader.t("frame.skip"),
    main,
    foot: html`<p>${reader.t("frame.help", { firm: customer.workspace.name })}</p>`,
  })

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
