/** The firm's documents that a contact may see, and the folders that they may bring files to (F12). */
import * as Effect from "effect/Effect"
import { Downloads } from "../Downloads.ts"
import type { Document, Folder } from "../Documents.ts"
import * as Form from "../FirmPages/Form.ts"
import { isReadable } from "../Files.ts"
import { type Html, html } from "../Html.ts"
import * as Messages from "../Messages.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { type Opened, PortalFolders, type Shelf } from "../Portal/Folders.ts"
import * as Page from "./Page.ts"
import * as Visit from "./Visit.ts"

const here = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.mapError(effect, () => new Visit.NotHere())

export const routes = [
  Visit.page("/documents", (visit) =>
    Effect.gen(function* () {
      return shelves(visit, yield* (yield* PortalFolders).shelves(visit.session.account))
    }),
  ),
  Visit.page("/folders/:folder", (visit) => show(visit)),
  Visit.page("/documents/:document/file", (visit) =>
    Effect.gen(function* () {
      const folders = yield* PortalFolders
      const { account } = visit.session
      return yield* (yield* Downloads).answer({
        workspaceId: visit.workspace.id,
        reader: account.contact,
        typed: true,
        find: (part) => here(folders.download(visit.session, visit.part("document"), part)),
      })
    }),
  ),
  Visit.actionWithFiles("/folders/:folder", (visit) => {
    const problems: Array<string> = []
    let taken = 0
    return {
      take: (file) =>
        Effect.gen(function* () {
          yield* (yield* PortalFolders).bring(visit.session.account, visit.part("folder"), file)
          taken += 1
        }).pipe(
          Effect.catchTags({
            UploadRefused: ({ name, problems: found }) =>
              Effect.sync(
                () => void problems.push(...found.map(({ code, values }) => problem(visit, code, { name, ...values }))),
              ),
            DocumentRefused: () => Effect.sync(() => void problems.push(visit.words.t("portal.folder.full"))),
            // the page that follows says that there is none
            DocumentNotFound: () => Form.skip(file),
          }),
        ),
      carryOut: () =>
        taken > 0 && problems.length === 0
          ? Effect.succeed(
              PageSecurity.seeOther(visit.config, `${visit.base}/folders/${visit.part("folder")}?done=${taken}`),
            )
          : show(visit, problems.length > 0 ? problems : [visit.words.t("portal.folder.choose")]),
    }
  }),
]

/** Why a file was not taken. */
const problem = ({ words: { t } }: Visit.Visit, code: string, values: Readonly<Record<string, string | number>>) => {
  const key = `problem.${code}`
  return Messages.isKey("customer", key)
    ? t(key, { name: "", types: "", max: "", min: "", ...values })
    : t("problem.upload-broken", { name: String(values["name"] ?? "") })
}

const shelves = (visit: Visit.Visit, all: ReadonlyArray<Shelf>) => {
  const { t } = visit.words
  return Page.inside(visit, {
    title: t("portal.documents.title"),
    place: "documents",
    main: html`<h1>${t("portal.documents.title")}</h1>
      <p class="lead">
        ${t(all.length === 0 ? "portal.documents.none" : "portal.documents.lead", { firm: visit.workspace.name })}
      </p>
      ${all.map(
        ({ work, folders }) =>
          html`<section>
            <h2 dir="auto">${work === null ? t("portal.documents.own") : work.title}</h2>
            ${list(visit, folders)}
          </section>`,
      )}`,
  })
}

/** As its reader calls it: the firm's own name of the folder for what customers bring is the firm's view of it, in its language. */
const nameOf = ({ words: { t } }: Visit.Visit, { name, standard }: Folder): string =>
  standard === "uploads" && named.has(name) ? t("portal.folder.uploads") : name

/** What that folder is called where nobody has renamed it. */
const named: ReadonlySet<string | undefined> = new Set(
  Object.values(Messages.catalogues.firm).map((words) => words["documents.standard.uploads"]),
)

const list = (visit: Visit.Visit, folders: ReadonlyArray<Folder>): Html =>
  html`<ul class="sections">
    ${folders.map(
      (one) =>
        html`<li>
          <div>
            <a href="${visit.base}/folders/${one.id}" dir="auto">${nameOf(visit, one)}</a>
            ${one.visibility === "customer-can-edit" && html`<span class="detail">${visit.words.t("portal.folder.takes")}</span>`}
          </div>
        </li>`,
    )}
  </ul>`

const show = Effect.fnUntraced(function* (visit: Visit.Visit, problems: ReadonlyArray<string> = []) {
  const found = yield* here((yield* PortalFolders).open(visit.session, visit.part("folder")))
  return folder(visit, found, problems)
})

const folder = (
  visit: Visit.Visit,
  { folder: one, trail, folders, documents, takes }: Opened,
  problems: ReadonlyArray<string>,
) => {
  const { base, words } = visit
  const { t } = words
  const around = trail.at(-1)
  const done = Number.parseInt(visit.query("done"), 10) || 0
  const back = around === undefined ? t("portal.documents.title") : nameOf(visit, around)
  const name = nameOf(visit, one)
  return Page.inside(visit, {
    title: name,
    place: "documents",
    status: problems.length > 0 ? 422 : 200,
    wrong: problems.length > 0,
    main: html`<nav aria-label="${back}">
        <a class="back" href="${around === undefined ? `${base}/documents` : `${base}/folders/${around.id}`}"
          >${back}</a
        >
      </nav>
      ${done > 0 && Page.done(t("portal.folder.done", { count: done }))}
      ${Page.summary(
        words,
        problems.map((sentence) => ({ field: "files", sentence })),
      )}
      <h1 dir="auto">${name}</h1>
      ${folders.length > 0 && list(visit, folders)}
      ${
        documents.length === 0
          ? html`<p class="lead">${t("portal.folder.empty")}</p>`
          : html`<ul class="files">
              ${documents.map((document) => line(visit, document))}
            </ul>`
      }
      ${takes && bringing(visit, one, problems)}`,
  })
}

const line = ({ base, words }: Visit.Visit, { id, name, bytes, scan, createdAt }: Document): Html =>
  html`<li>
    ${isReadable(scan) ? html`<a href="${base}/documents/${id}/file" dir="auto">${name}</a>` : html`<span dir="auto">${name}</span>`}
    <span class="size">${words.bytes(bytes)} · ${words.date(createdAt)}</span>
    ${!isReadable(scan) && html`<span class="checking">${words.t("upload.checking")}</span>`}
  </li>`

/** Its form: files go with it, whether or not scripts run. */
const bringing = (visit: Visit.Visit, { id }: Folder, problems: ReadonlyArray<string>): Html => {
  const { t } = visit.words
  return html`<form method="post" action="${visit.base}/folders/${id}" enctype="multipart/form-data">
    ${Visit.token(visit)}
    <div class="question${problems.length > 0 && " wrong"}">
      <label class="label" for="files">${t("portal.folder.bring")}</label>
      <div class="help" id="files-help"><p>${t("portal.folder.help", { firm: visit.workspace.name })}</p></div>
      ${problems.length > 0 && html`<div class="error" id="files-error">${problems.map((one) => html`<p>${one}</p>`)}</div>`}
      <input
        class="control"
        id="files"
        name="files"
        type="file"
        multiple
        aria-describedby="files-help${problems.length > 0 && " files-error"}"
      />
    </div>
    <div class="buttons"><button class="primary">${t("portal.folder.submit")}</button></div>
  </form>`
}
