/** What the pages of documents share: what is not here, why something was refused, the states, and the tabs of an owner. */
import * as Effect from "effect/Effect"
import { Contacts } from "../Contacts.ts"
import {
  type Document,
  type DocumentNotFound,
  type DocumentRefused,
  type Folder,
  type Owner,
  type RefusalCode,
  Visibility,
} from "../Documents.ts"
import { isReadable } from "../Files.ts"
import { type Child, type Html, html } from "../Html.ts"
import type { Whose } from "../Timelines.ts"
import { WorkItems } from "../WorkItems.ts"
import type { Option } from "./Field.ts"
import { exact } from "./RequestWords.ts"
import { NotHere, type Visit } from "./Visit.ts"
import { ago, bytes, type Words } from "./Words.ts"
import * as WorkItemWords from "./WorkItemWords.ts"

/** What is not in this workspace is not there. */
export const here = <A, E, R>(found: Effect.Effect<A, E | DocumentNotFound, R>) =>
  Effect.catchIf(found, isMissing, () => Effect.fail(new NotHere()))

const isMissing = (error: unknown): error is DocumentNotFound =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "DocumentNotFound"

export const refusal = ({ t }: Words, { code }: Pick<DocumentRefused, "code">): string =>
  t(`documents.refused.${code satisfies typeof RefusalCode.Type}`)

export const visibilities = ({ t }: Words): ReadonlyArray<Option> =>
  Visibility.literals.map((value) => ({ value, label: t(`documents.visibility.${value}`) }))

export const tag = ({ t }: Words, { visibility }: Pick<Folder, "visibility">): Html =>
  html`<span class="tag">${t(`documents.visibility.${visibility}`)}</span>`

/** The folders by the whole way to them, for a list to pick one of. */
export const places = (folders: ReadonlyArray<Folder>): ReadonlyArray<Option> => {
  const byId = new Map(folders.map((folder) => [folder.id, folder]))
  const way = ({ name, parent }: Folder): string => {
    const around = parent === null ? undefined : byId.get(parent)
    return around === undefined ? name : `${way(around)} / ${name}`
  }
  return folders.map((folder) => ({ value: folder.id, label: way(folder) }))
}

/** Why nobody is given it; nothing where everybody of the firm is (S55). */
export const withheld = ({ t }: Words, { scan }: Pick<Document, "scan">): Child =>
  !isReadable(scan) &&
  html`<span class="meta bad"
    >${scan === "infected" ? t("documents.infected") : scan === "pending" ? t("documents.checking") : t("answers.file.unscannable")}</span
  >`

/** Its size, when it came, and from whom. */
export const about = (words: Words, { bytes: size, createdAt, by, byMail, request }: Document): Child =>
  html`${bytes(words, size)} · ${exact(createdAt, ago(words, createdAt))} ·
  ${byMail ? words.t("folderMail.by", { name: by ?? "" }) : (by ?? (request === null ? "" : html`<a href="/requests/${request}">${words.t("documents.fromRequest")}</a>`))}`

/** Where an owner's folders are listed. */
export const pathOf = (owner: Owner): string =>
  owner.kind === "contact"
    ? `/contacts/${owner.id}/documents`
    : owner.kind === "work-item"
      ? `/work-items/${owner.id}/documents`
      : "/documents"

/** What an owner is called; one that is no more is nobody's. */
export const nameOf = Effect.fnUntraced(function* (visit: Visit, owner: Owner) {
  const { id: workspaceId } = visit.workspace
  if (owner.kind === "guest") return visit.words.t("documents.guests")
  const found: Effect.Effect<string, unknown> =
    owner.kind === "contact"
      ? Effect.map((yield* Contacts).get(workspaceId, owner.id), ({ name }) => name)
      : Effect.map((yield* WorkItems).get(workspaceId, owner.id), ({ title }) => title)
  return yield* Effect.mapError(found, () => new NotHere())
})

/** The same on each of its pages: the way back, its name, and how the work stands. */
export const heading = Effect.fnUntraced(function* (visit: Visit, owner: Whose, name: string) {
  const { t } = visit.words
  if (owner.kind === "contact") {
    return html`<p class="trail"><a href="/contacts">${t("contacts.title")}</a></p>
      <h1>${name}</h1>`
  }
  const found = yield* Effect.option((yield* WorkItems).get(visit.workspace.id, owner.id))
  return html`<p class="trail"><a href="/work-items">${t("work.title")}</a></p>
    <div class="titled">
      <h1>${name}</h1>
      ${found._tag === "Some" && WorkItemWords.pill(visit.words, found.value)}
    </div>`
})

/** The pages of a contact or of work. */
export const tabs = ({ words: { t } }: Visit, owner: Whose, at: "about" | "documents" | "mails"): Html => {
  const tab = (href: string, label: string, is: boolean) =>
    html`<li><a href="${href}" ${is && html` aria-current="page"`}>${label}</a></li>`
  const home = owner.kind === "contact" ? `/contacts/${owner.id}` : `/work-items/${owner.id}`
  return html`<nav class="tabs" aria-label="${t("documents.tabs")}">
    <ul>
      ${tab(home, t("documents.tab.about"), at === "about")}
      ${tab(pathOf(owner), t("documents.title"), at === "documents")}
      ${tab(`${home}/mails`, t("mails.title"), at === "mails")}
    </ul>
  </nav>`
}
