/**
 * Folders on the firm's pages: those of a contact, of work and for guests, what lies in one, and what can be done with it.
 * Everything that was done leads back to the folder; what was refused shows it again, with the reason.
 */
import { LocalText } from "@requite/core"
import * as Effect from "effect/Effect"
import {
  type Document,
  type DocumentNotFound,
  type DocumentRefused,
  Documents,
  type Folder,
  type NewFolder,
  type Owner,
  ownerOf,
  visible,
  Visibility,
} from "../Documents.ts"
import { type Child, type Html, html } from "../Html.ts"
import type { Member } from "../Members.ts"
import * as PageSecurity from "../PageSecurity.ts"
import type { Multipart } from "../platform/Http.ts"
import { Uploads } from "../Uploads.ts"
import * as Field from "./Field.ts"
import * as FileRequestPages from "./FileRequestPages.ts"
import * as FolderMailPage from "./FolderMailPage.ts"
import type { Form } from "./Form.ts"
import * as Page from "./Page.ts"
import { uploadProblem } from "./RequestWords.ts"
import * as Routes from "./Routes.ts"
import { commandOf, idPart, isId, NotHere, type Visit } from "./Visit.ts"
import {
  about,
  heading,
  here,
  nameOf,
  pathOf,
  places,
  refusal,
  tabs,
  tag,
  visibilities,
  withheld,
} from "./DocumentWords.ts"

type Service = Documents["Service"]

export const routes = [
  Routes.page("/documents", (visit) => overview(visit, { kind: "guest" })),
  Routes.page("/contacts/:id/documents", (visit) =>
    Effect.flatMap(idPart(visit, "id"), (id) => overview(visit, { kind: "contact", id })),
  ),
  Routes.page("/work-items/:id/documents", (visit) =>
    Effect.flatMap(idPart(visit, "id"), (id) => overview(visit, { kind: "work-item", id })),
  ),
  Routes.action("/folders/new", (visit, form) =>
    Effect.gen(function* () {
      const place = placeIn(form)
      const id = commandOf(visit, form)
      return yield* here((yield* Documents).addFolder(visit.member, id, newFolder(form, place))).pipe(
        Effect.map((made) => PageSecurity.seeOther(visit.config, `/folders/${made.id}`)),
        Effect.catchTag("DocumentRefused", (refused) =>
          place.kind === "folder"
            ? show(visit, place.id, [refusal(visit.words, refused)])
            : overview(visit, place, [refusal(visit.words, refused)]),
        ),
      )
    }),
  ),
  Routes.page("/folders/:id", (visit) => Effect.flatMap(idPart(visit, "id"), (id) => show(visit, id))),
  change("edit", (documents, { member }, id, form) => {
    const parent = form.text("parent")
    const visibility = visibilityIn(form)
    return documents.editFolder(member, id, {
      name: form.text("name"),
      ...(visibility === undefined ? {} : { visibility }),
      ...(parent === "" ? {} : { parent: isId(parent) ? parent : null }),
    })
  }),
  Routes.action("/folders/:id/delete", (visit) =>
    Effect.gen(function* () {
      const id = yield* idPart(visit, "id")
      const documents = yield* Documents
      const { folder, trail } = yield* here(documents.open(visit.workspace.id, id))
      return yield* here(documents.removeFolder(visit.member, id)).pipe(
        Effect.map(() => {
          const around = trail.at(-1)
          const to = around === undefined ? pathOf(ownerOf(folder)) : `/folders/${around.id}`
          return PageSecurity.seeOther(visit.config, to)
        }),
        Effect.catchTag("DocumentRefused", (refused) => show(visit, id, [refusal(visit.words, refused)])),
      )
    }),
  ),
  Routes.actionWithFiles("/folders/:id/documents", (visit) => {
    const problems: Array<string> = []
    let taken = 0
    return {
      // of a folder that is not there nothing is kept
      take: (file: Multipart.File) =>
        Effect.gen(function* () {
          const documents = yield* Documents
          const id = visit.part("id")
          yield* documents.folder(visit.workspace.id, id)
          const stored = yield* (yield* Uploads).receiveDocument(visit.member, {
            name: file.name,
            content: file.content,
            isOurs: true,
          })
          yield* documents.add(visit.member, id, stored)
          taken += 1
        }).pipe(
          Effect.catchTags({
            UploadRefused: ({ problems: found }) =>
              Effect.sync(() =>
                found.forEach(({ code, values }) => problems.push(uploadProblem(visit.words, code, values))),
              ),
            DocumentRefused: (refused) => Effect.sync(() => problems.push(refusal(visit.words, refused))),
            DocumentNotFound: () => Effect.void,
          }),
        ),
      carryOut: (_form: Form, valid: boolean) =>
        Effect.gen(function* () {
          const id = yield* idPart(visit, "id")
          if (!valid) problems.unshift(visit.words.t("form.renewed"))
          else if (taken === 0 && problems.length === 0) problems.push(visit.words.t("documents.upload.missing"))
          return problems.length > 0
            ? yield* show(visit, id, problems)
            : PageSecurity.seeOther(visit.config, `/folders/${id}?done=uploaded`)
        }),
    }
  }),
]

/** A form of a folder: what it does, and back to the folder. */
function change(
  path: "edit",
  run: (
    documents: Service,
    visit: { readonly member: Member },
    id: string,
    form: Form,
  ) => Effect.Effect<unknown, DocumentNotFound | DocumentRefused>,
) {
  return Routes.action(`/folders/:id/${path}`, (visit, form) =>
    Effect.gen(function* () {
      const id = yield* idPart(visit, "id")
      return yield* here(run(yield* Documents, visit, id, form)).pipe(
        Effect.map(() => PageSecurity.seeOther(visit.config, `/folders/${id}?done=saved`)),
        Effect.catchTag("DocumentRefused", (refused) => show(visit, id, [refusal(visit.words, refused)])),
      )
    }),
  )
}

const visibilityIn = (form: Form): Visibility | undefined =>
  Visibility.literals.find((one) => one === form.text("visibility"))

const placeIn = (form: Form): NewFolder["in"] => {
  const [folder, contact, work] = [form.text("folder"), form.text("contact"), form.text("work")]
  if (isId(folder)) return { kind: "folder", id: folder }
  if (isId(contact)) return { kind: "contact", id: contact }
  return isId(work) ? { kind: "work-item", id: work } : { kind: "guest" }
}

const newFolder = (form: Form, place: NewFolder["in"]): NewFolder => ({
  name: LocalText.oneLine(form.text("name")),
  visibility: visibilityIn(form) ?? "private",
  in: place,
})

const alert = ({ words: { t } }: Visit, problems: ReadonlyArray<string>): Child =>
  problems.length > 0 && Page.alert(t("documents.refused.title"), problems)

/** All folders of an owner, and the file requests into them. */
const overview = Effect.fnUntraced(function* (visit: Visit, owner: Owner, problems: ReadonlyArray<string> = []) {
  const { t } = visit.words
  const documents = yield* Documents
  const all = yield* here(documents.folders(visit.workspace.id, owner))
  const name = yield* nameOf(visit, owner)
  if (owner.kind !== "guest" && visit.query("as") === "customer") return yield* asCustomer(visit, owner, name, all)
  const asked = yield* documents.fileRequests(visit.workspace.id, owner)
  return Page.member(visit, {
    title: owner.kind === "guest" ? t("documents.title") : `${t("documents.title")} · ${name}`,
    place: owner.kind === "contact" ? "contacts" : owner.kind === "work-item" ? "work" : "documents",
    status: problems.length > 0 ? 409 : 200,
    wrong: problems.length > 0,
    body: html`${alert(visit, problems)}
      ${
        owner.kind === "guest"
          ? html`<div class="heading">
                <h1>${t("documents.title")}</h1>
                <a class="button" href="/file-requests">${t("documents.requests.all")}</a>
              </div>
              <p class="lead">${t("documents.guests.lead")}</p>`
          : html`${yield* heading(visit, owner, name)} ${tabs(visit, owner, "documents")}
              <p><a href="${pathOf(owner)}?as=customer">${t("documents.asCustomer")}</a></p>`
      }
      ${rows(
        visit,
        all.filter(({ parent }) => parent === null),
        [],
      )}
      <div class="buttons">${adding(visit, owner, owner)}</div>
      ${FileRequestPages.list(visit, asked)}`,
  })
})

/** What the customer would see of an owner's folders (T15). */
const asCustomer = Effect.fnUntraced(function* (visit: Visit, owner: Owner, name: string, all: ReadonlyArray<Folder>) {
  const { t } = visit.words
  const documents = yield* Documents
  const shown = yield* Effect.forEach(visible(all), (folder) =>
    Effect.map(here(documents.open(visit.workspace.id, folder.id)), ({ trail, documents: found }) => ({
      folder,
      trail,
      found: found.filter((one) => !one.byMail && withheld(visit.words, one) === false),
    })),
  )
  return Page.member(visit, {
    title: t("documents.asCustomer"),
    place: owner.kind === "contact" ? "contacts" : "work",
    body: html`<p class="trail"><a href="${pathOf(owner)}">${name}</a></p>
      <h1>${t("documents.asCustomer")}</h1>
      <p class="lead">${t("documents.asCustomer.lead")}</p>
      ${shown.map(
        ({ folder, trail, found }) =>
          html`<section class="card">
            <h2>${[...trail, folder].map((one) => one.name).join(" / ")}</h2>
            <p class="meta">${t(`documents.visibility.${folder.visibility}`)}</p>
            ${
              found.length === 0
                ? html`<p class="help">${t("documents.none")}</p>`
                : html`<ul class="plain">
                    ${found.map((one) => html`<li>${one.name}</li>`)}
                  </ul>`
            }
          </section>`,
      )}`,
  })
})

/** One folder. */
const show = Effect.fnUntraced(function* (visit: Visit, id: string, problems: ReadonlyArray<string> = []) {
  const { words } = visit
  const { t } = words
  if (!isId(id)) return yield* new NotHere()
  const documents = yield* Documents
  const { folder, trail, folders, documents: found } = yield* here(documents.open(visit.workspace.id, id))
  const owner = ownerOf(folder)
  const all = yield* here(documents.folders(visit.workspace.id, owner))
  const name = yield* nameOf(visit, owner)
  const asked = (yield* documents.fileRequests(visit.workspace.id, owner)).filter((one) => one.folder.id === id)
  const done = visit.query("done")
  const mail = yield* FolderMailPage.parts(visit, folder)
  return Page.member(visit, {
    title: folder.name,
    place: owner.kind === "contact" ? "contacts" : owner.kind === "work-item" ? "work" : "documents",
    status: problems.length > 0 ? 409 : 200,
    wrong: problems.length > 0,
    body: html`${alert(visit, problems)}
      ${problems.length === 0 && (done === "uploaded" || done === "saved") && Page.done(t(`documents.${done}`))}
      <nav aria-label="${t("documents.trail")}">
        <p class="trail">
          <a href="${pathOf(owner)}">${name}</a
          >${trail.map((one) => html` / <a href="/folders/${one.id}">${one.name}</a>`)}
        </p>
      </nav>
      <div class="titled">
        <h1>${folder.name}</h1>
        ${tag(words, folder)}
      </div>
      <div class="buttons">
        <a class="button primary" href="/folders/${id}/request">${t("documents.request")}</a>
        ${uploading(visit, id)} ${adding(visit, { kind: "folder", id }, owner)}
        ${changing(visit, folder, all, trail.at(-1)?.id ?? null)} ${folder.standard === null && deleting(visit, folder)}
        ${mail.offer}
        ${found.length + folders.length > 0 && html`<a class="button" href="/api/documents/folders/${id}/files.zip" download>${t("documents.zip")}</a>`}
      </div>
      ${mail.card} ${rows(visit, folders, found)} ${FileRequestPages.list(visit, asked)}`,
  })
})

const rows = (visit: Visit, folders: ReadonlyArray<Folder>, documents: ReadonlyArray<Document>): Html => {
  const { words } = visit
  const { t } = words
  if (folders.length + documents.length === 0) return html`<p class="empty">${t("documents.empty")}</p>`
  return html`<ul class="rows">
    ${folders.map(
      (folder) =>
        html`<li class="row">
          <div class="grow">
            <a class="whole" href="/folders/${folder.id}"><strong>${folder.name}</strong></a>
            <p class="meta">${t("documents.count", { count: folder.count })}</p>
          </div>
          <div class="stands">${tag(words, folder)}</div>
        </li>`,
    )}
    ${documents.map(
      (document) =>
        html`<li class="row">
          <div class="grow">
            <a href="/documents/${document.id}">${document.name}</a>
            <p class="meta">${about(words, document)}</p>
          </div>
          <div class="stands">${withheld(words, document)}</div>
        </li>`,
    )}
  </ul>`
}

const hidden = (place: NewFolder["in"]): Child => {
  if (place.kind === "guest") return false
  const name = place.kind === "work-item" ? "work" : place.kind
  return html`<input type="hidden" name="${name}" value="${place.id}" />`
}

/** Of folders for guests nobody else sees any: there is nothing to choose. */
const adding = (visit: Visit, place: NewFolder["in"], owner: Owner): Html => {
  const { words } = visit
  const { t } = words
  return html`<details class="confirm">
    <summary>${t("documents.folder.new")}</summary>
    <form method="post" action="/folders/new">
      ${Page.tokens(visit)}${hidden(place)} ${text("new-name", "name", t("documents.name"), "")}
      ${owner.kind !== "guest" && choice("new-visibility", "visibility", t("documents.visibility"), visibilities(words), "private")}
      <button class="primary" type="submit">${t("documents.folder.new.submit")}</button>
    </form>
  </details>`
}

const uploading = (visit: Visit, id: string): Html => {
  const { t } = visit.words
  return html`<details class="confirm">
    <summary>${t("documents.upload")}</summary>
    <form method="post" action="/folders/${id}/documents" enctype="multipart/form-data">
      ${Page.token(visit)}
      ${Field.files({ name: "file", label: t("documents.upload.label"), accept: "", multiple: true })}
      <button class="primary" type="submit">${t("documents.upload.submit")}</button>
    </form>
  </details>`
}

const changing = (visit: Visit, folder: Folder, all: ReadonlyArray<Folder>, parent: string | null): Html => {
  const { words } = visit
  const { t } = words
  const others = places(all.filter(({ id }) => id !== folder.id))
  return html`<details class="confirm">
    <summary>${t("documents.change")}</summary>
    <form method="post" action="/folders/${folder.id}/edit">
      ${Page.token(visit)} ${text("name", "name", t("documents.name"), folder.name)}
      ${ownerOf(folder).kind !== "guest" && choice("visibility", "visibility", t("documents.visibility"), visibilities(words), folder.visibility)}
      ${folder.standard === null && choice("parent", "parent", t("documents.folder.parent"), [{ value: "top", label: t("documents.folder.top") }, ...others], parent ?? "top")}
      <button class="primary" type="submit">${t("documents.save")}</button>
    </form>
  </details>`
}

const deleting = (visit: Visit, { id }: Folder): Html => {
  const { t } = visit.words
  return html`<details class="confirm">
    <summary>${t("documents.folder.delete")}</summary>
    <form method="post" action="/folders/${id}/delete">
      ${Page.token(visit)}
      <p>${t("documents.folder.delete.text")}</p>
      <button class="danger" type="submit">${t("documents.folder.delete")}</button>
    </form>
  </details>`
}

/** Fields of a page that has several forms: their ids are their own. */
const text = (id: string, name: string, label: string, value: string): Html =>
  html`<div class="field">
    <label for="${id}">${label}</label>
    <input id="${id}" name="${name}" type="text" value="${value}" autocomplete="off" />
  </div>`
const choice = (id: string, name: string, label: string, options: ReadonlyArray<Field.Option>, value: string): Html =>
  html`<div class="field">
    <label for="${id}">${label}</label>
    <select id="${id}" name="${name}">
      ${Field.options(options, value)}
    </select>
  </div>`
