/**
 * Files that nobody can open, on the page of operations: which they are, since when and why; and what an administrator does about
 * them: has one scanned again, or removes it, with a word to the customer (S55).
 */
import * as Effect from "effect/Effect"
import { type File, Files } from "../Files.ts"
import * as Withheld from "../Files/Withheld.ts"
import { type Child, html } from "../Html.ts"
import * as PageSecurity from "../PageSecurity.ts"
import * as Page from "./Page.ts"
import { exact } from "./RequestWords.ts"
import * as Routes from "./Routes.ts"
import { idPart, NotHere, type Visit } from "./Visit.ts"
import { ago, bytes } from "./Words.ts"

const path = "/settings/operations"

const found = (visit: Visit) =>
  Effect.flatMap(idPart(visit, "file"), (id) => Withheld.find(visit.workspace.id, id)).pipe(
    Effect.catchTag("FileMissing", () => Effect.fail(new NotHere())),
  )

export const routes = [
  Routes.adminAction(`${path}/files/:file/scan`, (visit) =>
    Effect.gen(function* () {
      const file = yield* found(visit)
      yield* (yield* Files).scanAgain(visit.workspace.id, [file.id])
      return PageSecurity.seeOther(visit.config, `${path}?file=again`)
    }),
  ),
  Routes.adminAction(`${path}/files/:file/remove`, (visit, form) =>
    Effect.gen(function* () {
      const file = yield* found(visit)
      const reason = form.text("reason").trim().slice(0, 1000)
      if (reason === "" && file.requestId !== null) return PageSecurity.seeOther(visit.config, path)
      yield* Withheld.remove(visit.member, file, reason)
      return PageSecurity.seeOther(visit.config, `${path}?file=removed`)
    }),
  ),
]

/** What was just done with one. */
export const done = (visit: Visit): Child => {
  const { t } = visit.words
  const what = visit.query("file")
  return what === "again"
    ? Page.done(t("operations.files.againDone"))
    : what === "removed" && Page.done(t("operations.files.removed"))
}

export const show = (visit: Visit, files: ReadonlyArray<File>): Child => {
  const { t } = visit.words
  if (visit.config.clamd === undefined) {
    return html`<section class="card">
      <h2>${t("operations.files")}</h2>
      <p class="bad">${t("operations.files.noScanner")}</p>
    </section>`
  }
  return (
    files.length > 0 &&
    html`<section class="card" id="files">
      <h2>${t("operations.files")}</h2>
      <p class="help">${t("operations.files.help")}</p>
      <ul class="rows plain">
        ${files.map((file) => one(visit, file))}
      </ul>
    </section>`
  )
}

const one = (visit: Visit, { id, name, bytes: size, requestId, scan, detail, createdAt }: File): Child => {
  const { words } = visit
  const { t } = words
  const unseen = html`<span class="unseen"> ${name}</span>`
  return html`<li class="row">
    <div class="grow">
      <p>
        ${requestId === null ? name : html`<a href="/requests/${requestId}">${name}</a>`}
        <span class="meta">${bytes(words, size)}</span>
      </p>
      <p class="meta">
        <span class="bad">${t(`operations.files.${scan === "pending" ? "pending" : "unscannable"}`)}</span> ·
        ${exact(createdAt, t("operations.files.since", { when: ago(words, createdAt) }))}${detail !== "" && html` · <span lang="en">${detail}</span>`}
      </p>
    </div>
    <form method="post" action="${path}/files/${id}/scan">
      ${Page.token(visit)}<button type="submit">${t("operations.files.again")}${unseen}</button>
    </form>
    <details class="confirm">
      <summary>${t("operations.files.remove")}${unseen}</summary>
      <form method="post" action="${path}/files/${id}/remove">
        ${Page.token(visit)}
        <p>${t("operations.files.remove.text")}</p>
        <div class="field">
          <label for="reason-${id}">${t("operations.files.remove.reason")}</label>
          <textarea
            id="reason-${id}"
            name="reason"
            rows="2"
            maxlength="1000"
            ${requestId !== null && html`required`}
          ></textarea>
        </div>
        <button class="primary" type="submit">${t("operations.files.remove.submit")}</button>
      </form>
    </details>
  </li>`
}
