/** One document: what is known of it, its name and place, the links that share it, and its end. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Documents, ownerOf } from "../Documents.ts"
import { days, isAliveAt, type Share, Shares } from "../Documents/Shares.ts"
import { Downloads, type PartOf } from "../Downloads.ts"
import { isReadable } from "../Files.ts"
import { type Html, html } from "../Html.ts"
import * as PageSecurity from "../PageSecurity.ts"
import * as Field from "./Field.ts"
import * as Page from "./Page.ts"
import { exact } from "./RequestWords.ts"
import * as Routes from "./Routes.ts"
import { idPart, NotHere, type Visit } from "./Visit.ts"
import { about, here, nameOf, pathOf, places, refusal, withheld } from "./DocumentWords.ts"
import { ago, ahead } from "./Words.ts"

export const routes = [
  Routes.page("/documents/:id", (visit) => show(visit)),
  Routes.page("/documents/:id/file", (visit) =>
    Effect.gen(function* () {
      const id = yield* idPart(visit, "id")
      const documents = yield* Documents
      const { id: workspaceId } = visit.workspace
      const find = (part: PartOf) => here(documents.download(workspaceId, id, part))
      return yield* (yield* Downloads).answer({ workspaceId, reader: visit.member.id, find }).pipe(
        Effect.catchTags({
          FileMissing: () => Effect.fail(new NotHere()),
          FileWithheld: () => show(visit, { problem: refusal(visit.words, { code: "file-withheld" }) }),
        }),
      )
    }),
  ),
  Routes.action("/documents/:id/edit", (visit, form) =>
    Effect.gen(function* () {
      const id = yield* idPart(visit, "id")
      const folder = form.text("folder")
      const changes = { name: form.text("name"), ...(folder === "" ? {} : { folder }) }
      return yield* here((yield* Documents).edit(visit.member, id, changes)).pipe(
        Effect.map(() => PageSecurity.seeOther(visit.config, `/documents/${id}?done=saved`)),
        Effect.catchTag("DocumentRefused", (refused) => show(visit, { problem: refusal(visit.words, refused) })),
      )
    }),
  ),
  Routes.adminAction("/documents/:id/delete", (visit) =>
    Effect.gen(function* () {
      const id = yield* idPart(visit, "id")
      const documents = yield* Documents
      const { folder } = yield* here(documents.document(visit.workspace.id, id))
      yield* here(documents.remove(visit.member, id))
      return PageSecurity.seeOther(visit.config, `/folders/${folder}`)
    }),
  ),
  // its address is shown in the answer itself, and nowhere afterwards
  Routes.action("/documents/:id/shares", (visit, form) =>
    Effect.gen(function* () {
      const id = yield* idPart(visit, "id")
      const input = { note: form.text("note"), days: Number(form.text("days")) }
      return yield* here((yield* Shares).make(visit.member, id, input)).pipe(
        Effect.flatMap(({ url }) => show(visit, { made: Redacted.value(url) })),
        Effect.catchTag("DocumentRefused", (refused) => show(visit, { problem: refusal(visit.words, refused) })),
      )
    }),
  ),
  Routes.action("/documents/:id/shares/:share/revoke", (visit) =>
    Effect.gen(function* () {
      const id = yield* idPart(visit, "id")
      yield* here((yield* Shares).revoke(visit.member, id, yield* idPart(visit, "share")))
      return PageSecurity.seeOther(visit.config, `/documents/${id}?done=saved`)
    }),
  ),
]

interface Options {
  readonly problem?: string
  /** The address of a share that was just made. */
  readonly made?: string
}

const show = Effect.fnUntraced(function* (visit: Visit, { problem, made }: Options = {}) {
  const { words } = visit
  const { t } = words
  const { id: workspaceId } = visit.workspace
  const documents = yield* Documents
  const document = yield* here(documents.document(workspaceId, yield* idPart(visit, "id")))
  const { folder, trail } = yield* here(documents.open(workspaceId, document.folder))
  const owner = ownerOf(folder)
  const name = yield* nameOf(visit, owner)
  const all = yield* here(documents.folders(workspaceId, owner))
  const shares = yield* here((yield* Shares).of(workspaceId, document.id))
  const path = `/documents/${document.id}`
  return Page.member(visit, {
    title: document.name,
    place: owner.kind === "contact" ? "contacts" : owner.kind === "work-item" ? "work" : "documents",
    status: problem === undefined ? 200 : 409,
    wrong: problem !== undefined,
    body: html`<div class="narrow">
      ${problem !== undefined && Page.alert(t("documents.refused.title"), [problem])}
      ${problem === undefined && visit.query("done") === "saved" && Page.done(t("documents.saved"))}
      <nav aria-label="${t("documents.trail")}">
        <p class="trail">
          <a href="${pathOf(owner)}">${name}</a
          >${[...trail, folder].map((one) => html` / <a href="/folders/${one.id}">${one.name}</a>`)}
        </p>
      </nav>
      <h1>${document.name}</h1>
      <p class="meta">${about(words, document)}</p>
      <p>${withheld(words, document)}</p>
      ${isReadable(document.scan) && html`<p><a class="button primary" href="${path}/file" download>${t("documents.download")}</a></p>`}
      <dl class="facts">
        <div>
          <dt>${t("documents.digest")}</dt>
          <dd><code>${document.sha256}</code></dd>
        </div>
      </dl>
      <form class="card" method="post" action="${path}/edit" novalidate>
        ${Page.token(visit)}
        ${Field.input({ name: "name", label: t("documents.name"), value: document.name, autocomplete: "off" })}
        ${Field.select({ name: "folder", label: t("documents.folder"), value: document.folder, options: places(all) })}
        <p class="buttons"><button type="submit">${t("documents.save")}</button></p>
      </form>
      ${sharing(visit, path, shares, isReadable(document.scan), made)}
      ${
        visit.member.role === "admin" &&
        html`<details class="confirm">
          <summary>${t("documents.delete")}</summary>
          <form method="post" action="${path}/delete">
            ${Page.token(visit)}
            <p>${t(document.request === null ? "documents.delete.text" : "documents.delete.ofRequest")}</p>
            <button class="danger" type="submit">${t("documents.delete")}</button>
          </form>
        </details>`
      }
    </div>`,
  })
})

const sharing = (
  visit: Visit,
  path: string,
  shares: ReadonlyArray<Share>,
  isPossible: boolean,
  made: string | undefined,
): Html => {
  const { words } = visit
  const { t } = words
  return html`<section class="card" id="shares">
    <h2>${t("documents.shares")}</h2>
    <p class="help">${t("documents.shares.help")}</p>
    ${
      made !== undefined &&
      html`<section class="done" role="status" aria-label="${t("documents.shares.made")}">
        <p>${t("documents.shares.once")}</p>
        <p><code class="secret" tabindex="0">${made}</code></p>
      </section>`
    }
    ${
      shares.length > 0 &&
      html`<ul class="lines">
        ${shares.map(
          (share) =>
            html`<li class="asked">
              <div>
                <p>${share.note === "" ? t("documents.shares.nobody") : share.note}</p>
                <p class="meta">
                  ${standing(visit, share)} · ${t("documents.shares.openings", { count: share.openings })}
                </p>
              </div>
              ${
                isAliveAt(share, words.now) &&
                html`<form method="post" action="${path}/shares/${share.id}/revoke">
                  ${Page.token(visit)}
                  <button class="quiet" type="submit">
                    ${t("documents.shares.revoke")}<span class="unseen"> ${share.note}</span>
                  </button>
                </form>`
              }
            </li>`,
        )}
      </ul>`
    }
    ${
      isPossible &&
      html`<details class="confirm">
        <summary>${t("documents.shares.new")}</summary>
        <form method="post" action="${path}/shares">
          ${Page.token(visit)}
          ${Field.input({ name: "note", label: `${t("documents.shares.note")} ${t("form.optional")}`, value: "", autocomplete: "off" })}
          ${Field.input({ name: "days", label: t("documents.shares.days"), value: String(days.usual), autocomplete: "off", narrow: true })}
          <button class="primary" type="submit">${t("documents.shares.submit")}</button>
        </form>
      </details>`
    }
  </section>`
}

const standing = ({ words }: Visit, share: Share): Html => {
  const { t, now } = words
  if (share.revokedAt !== null)
    return exact(share.revokedAt, t("documents.shares.revoked", { when: ago(words, share.revokedAt) }))
  return share.expiresAt <= now
    ? exact(share.expiresAt, t("documents.shares.expired", { when: ago(words, share.expiresAt) }))
    : exact(share.expiresAt, t("documents.shares.until", { when: ahead(words, share.expiresAt) }))
}
