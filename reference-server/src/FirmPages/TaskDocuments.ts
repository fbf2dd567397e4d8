/** The documents of a task: from the customer (K4) or given to them (K9), each with the folder that it lies in. */
import type { WorkDocument } from "../Documents.ts"
import { type Child, html } from "../Html.ts"
import { withheld } from "./DocumentWords.ts"
import { bytes, type Words } from "./Words.ts"

/** So many stand with a task among others; the task's own page has all. */
const most = 5

/** `more`: where all of them are, for a list that need not have them. */
export const list = (words: Words, documents: ReadonlyArray<WorkDocument>, more?: string): Child => {
  const { t } = words
  const shown = more === undefined ? documents : documents.slice(0, most)
  return (
    documents.length > 0 &&
    html`<ul class="plain" aria-label="${t("work.task.documents")}">
        ${shown.map(
          (document) =>
            html`<li>
              <a href="/documents/${document.id}">${document.name}</a> ${withheld(words, document)}
              <span class="meta"
                >${bytes(words, document.bytes)} ·
                ${t(document.isGiven ? "work.task.documents.given" : "work.task.documents.brought")} ·
                <a href="/folders/${document.folder}"
                  ><span class="unseen">${t("documents.folder")}: </span>${document.folderName}</a
                ></span
              >
            </li>`,
        )}
      </ul>
      ${shown.length < documents.length && html`<p class="meta"><a href="${more}">${t("work.task.documents.all", { count: documents.length })}</a></p>`}`
  )
}
