/**
 * The page to upload to (F1): why the documents are needed, a box to drop or choose them, and the files that this very
 * session has brought, to be removed again. It says nothing of what else lies in the folder, and nothing of what others
 * brought: no names, no sizes, no counts (F4, S67). There is nothing to finish: it stays open (F9).
 */
import * as upload from "@requite/core/QuestionKind/upload"
import { walk } from "@requite/core/Questionnaire/Definition"
import * as Assets from "../Assets.ts"
import { isReadable } from "../Files.ts"
import * as Filling from "../Filling.ts"
import type { Html } from "../Html.ts"
import { html } from "../Html.ts"
import type { SessionFile } from "../Uploads.ts"
import { controlAnchor, viewOf } from "./kinds.ts"
import { row as fileRow } from "./kinds/upload.ts"
import * as FirmFiles from "./FirmFiles.ts"
import * as Problems from "./Problems.ts"
import type { Session } from "./Session.ts"
import { formId, hidden, namedAddress, page, paths } from "./Session.ts"
import * as Uploading from "./Uploading.ts"

export interface UploadView {
  /** What this session has brought and not removed. */
  readonly own: ReadonlyArray<SessionFile>
  /** How many have just come in. */
  readonly received?: number
  /** Files that were not taken, and why. */
  readonly issues?: ReadonlyArray<Problems.Issue>
  readonly stale?: boolean
  /** The way to the portal. */
  readonly portal?: Html | null
}

/** What its buttons say: the value of `action`. `stay`: whatever was chosen is sent, and nothing is missed. */
export const actions = { send: "send", stay: "stay" } as const

/** How many files are sent at a time. */
const atOnce = 20

export const render = (session: Session, view: UploadView): string => {
  const { own, received = 0, issues = [], stale = false, portal = null } = view
  const { customer, current, filling, reader } = session
  const { questionnaire } = current.stored
  const { t } = reader
  const { title, description, message } = current.request.details
  // the firm's own words, which nobody who was handed the link has had by mail (F5); a letter with tags is for the mail
  const why = [description, message.includes("{{") ? "" : message].filter((text) => text.trim() !== "")
  const firm = customer.workspace.name
  const sentences = Problems.sentences(questionnaire, issues, reader)
  return page(
    session,
    issues.length > 0 ? t("section.titleWithErrors", { title }) : t("uploads.title"),
    html`${stale ? Problems.staleNotice(reader, firm) : null}${
        received > 0
          ? Problems.notice(
              html`<h2 id="summary">${t("uploads.received")}</h2>
                <p>${t("uploads.receivedText", { firm, count: received })}</p>`,
              "news",
            )
          : null
      }${
        issues.length > 0
          ? Problems.summary({ questionnaire, issues, reader, href: (place) => `#${controlAnchor(place)}` })
          : null
      }
      <p class="eyebrow">${t("arrival.asks", { firm })}</p>
      <h1 dir="auto">${title}</h1>
      ${why.map((text) => html`<div class="prose">${reader.markdown(text)}</div>`)}
      <form
        id="${formId}"
        class="uploads"
        method="post"
        action="${paths.list(customer.handle)}"
        enctype="multipart/form-data"
        novalidate
        ${Uploading.attributes(session)}
      >
        ${hidden(session)}
        ${uploadsIn(filling).map(({ place, question }) =>
          viewOf(question).field({
            place,
            question: withRoom(question),
            answer: [],
            isRequired: true,
            isNew: false,
            reader,
            errors: sentences.get(Filling.pointer(place)) ?? [],
            filePath: () => "",
            namedPath: namedAddress(session),
            isOffered: () => true,
            inside: [],
            hasRoom: false,
            live: false,
            blank: null,
          }),
        )}
        <div class="buttons">
          <button class="primary" name="action" value="${actions.send}">${t("uploads.send")}</button>
        </div>
        ${Uploading.parts(session)}
      </form>
      ${own.length === 0 ? null : ownFiles(session, own)} ${FirmFiles.ofRequest(session)}
      <p class="aside">${t("uploads.open", { firm })}</p>
      ${portal}
      <script type="module" src="${Assets.path("customer.uploads.js")}"></script>`,
    { id: formId, action: paths.list(customer.handle), press: actions.stay, first: actions.send },
  )
}

/** There may be any number in the end. */
const withRoom = (question: upload.UploadQuestion): upload.UploadQuestion => ({ ...question, maxFiles: atOnce })

/** The questions that take files; a page to upload to asks for nothing else. */
export const uploadsIn = (
  filling: Filling.Filling,
): ReadonlyArray<{ readonly place: Filling.Place; readonly question: upload.UploadQuestion }> =>
  Filling.sections(filling).flatMap(({ items }) =>
    walk(items)
      .filter(upload.isUpload)
      .filter(({ id }) => filling.session.isAsked(filling.state, [id]))
      .map((question) => ({ place: [question.id], question })),
  )

const ownFiles = (session: Session, own: ReadonlyArray<SessionFile>): Html => {
  const { customer, reader } = session
  return html`<section class="attachments" aria-labelledby="own">
    <h2 id="own">${reader.t("uploads.own")}</h2>
    <form method="post" action="${paths.list(customer.handle)}" enctype="multipart/form-data">
      ${hidden(session)}
      <ul class="files">
        ${own.map((one) => row(session, one))}
      </ul>
    </form>
  </section>`
}

const row = ({ customer, reader }: Session, { file: { id, name, bytes }, scan }: SessionFile): Html =>
  scan === "infected"
    ? html`<li><span class="error">${reader.t("upload.infected", { name })}</span></li>`
    : fileRow({ id, name, bytes }, isReadable(scan) ? paths.file(customer.handle, id) : null, reader)
