/** Documents of the firm that the customer may read: attachments of the request (K1), and what goes with an item of it (K9). */
import type { Html } from "../Html.ts"
import { html } from "../Html.ts"
import type { Session } from "./Session.ts"
import { paths } from "./Session.ts"

interface Shown {
  readonly id: string
  readonly name: string
  readonly bytes: number
  /** Nobody may read it now: it has no link. */
  readonly isWithheld?: boolean
}

const listed = ({ customer, reader }: Session, id: string, files: ReadonlyArray<Shown>): Html | null =>
  files.length === 0
    ? null
    : html`<section class="attachments" aria-labelledby="${id}">
        <h2 id="${id}">${reader.t("list.attachments", { firm: customer.workspace.name })}</h2>
        <ul class="files">
          ${files.map(
            ({ id: file, name, bytes, isWithheld = false }) =>
              html`<li>
                ${
                  isWithheld
                    ? html`<span dir="auto">${name}</span>`
                    : html`<a href="${paths.file(customer.handle, file)}" dir="auto">${name}</a>`
                }
                <span class="size">${reader.bytes(bytes)}</span>
              </li>`,
          )}
        </ul>
      </section>`

const given = ({ handouts = [] }: Session, item: string | null): ReadonlyArray<Shown> =>
  handouts.filter((one) => one.item === item).map(({ file, name, bytes }) => ({ id: file, name, bytes }))

/** Those that go with all of the request. */
export const ofRequest = (session: Session): Html | null =>
  listed(session, "attachments", [
    ...session.current.request.details.attachments.map((file) => ({
      ...file,
      isWithheld: session.withheld?.has(file.id) === true,
    })),
    ...given(session, null),
  ])

/** Those that go with one item. */
export const ofItem = (session: Session, item: string): Html | null =>
  listed(session, `documents-${item}`, given(session, item))
