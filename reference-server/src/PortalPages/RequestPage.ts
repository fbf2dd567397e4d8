/**
 * One request in the portal. One that waits says what it is and how far it is, and is entered by a button: what the policy asks
 * of who comes by a link is asked there as well. One that is done is read only (K47): its answers, its files, its receipt;
 * nothing on the page could change it. Of one that asked for a second factor answers are shown in a session that gave one.
 */
import * as Effect from "effect/Effect"
import * as downloads from "../Api/downloads.ts"
import { CustomerAccess } from "../CustomerAccess.ts"
import * as Device from "../CustomerAccess/Device.ts"
import * as DonePage from "../CustomerPages/DonePage.ts"
import * as Entrance from "../CustomerPages/Entrance.ts"
import * as Items from "../CustomerPages/Items.ts"
import * as Mode from "../CustomerPages/Mode.ts"
import * as Reader from "../CustomerPages/Reader.ts"
import { Downloads } from "../Downloads.ts"
import * as Exports from "../Exports.ts"
import { type Handout, Handouts } from "../Documents/Handouts.ts"
import { Files, isReadable } from "../Files.ts"
import * as Filling from "../Filling.ts"
import { type Html, html } from "../Html.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { HttpServerResponse } from "../platform/Http.ts"
import { type Found, type Mine, PortalRequests, readable } from "../Portal/Requests.ts"
import { Record } from "../Record.ts"
import { Uploads } from "../Uploads.ts"
import * as FileName from "../Uploads/FileName.ts"
import * as Comments from "./Comments.ts"
import { facts, mark, stateOf } from "./HomePage.ts"
import * as Page from "./Page.ts"
import * as Visit from "./Visit.ts"

const found = Effect.fnUntraced(function* (visit: Visit.Visit) {
  const one = yield* (yield* PortalRequests).find(visit.session.account, visit.part("id"))
  return one ?? (yield* new Visit.NotHere())
})

/** One whose answers may be read. */
const read = Effect.fnUntraced(function* (visit: Visit.Visit) {
  const one = yield* found(visit)
  return readable(visit.session, one) === "yes" ? one : yield* new Visit.NotHere()
})

export const routes = [
  Visit.page("/requests/:id", (visit) => Effect.flatMap(found(visit), (one) => show(visit, one))),
  Visit.action("/requests/:id/enter", (visit) =>
    Effect.gen(function* () {
      const one = yield* found(visit)
      if (one.standing !== "waiting") return PageSecurity.seeOther(visit.config, pathOf(visit, one))
      const device = PageSecurity.readCookie(visit.config, visit.request, Device.cookie.name)
      const asked = { id: one.request.id, recipient: one.recipient }
      return yield* (yield* CustomerAccess).claimFromPortal(visit.session, asked, device).pipe(
        Effect.flatMap((claimed) => Entrance.goOn(claimed)),
        Effect.catchTags({
          // another device has it, and no new link may be had without the firm
          OtherDevice: () => show(visit, one, visit.words.t("portal.otherDevice", { firm: visit.workspace.name })),
          LinkDead: () => Effect.succeed(PageSecurity.seeOther(visit.config, pathOf(visit, one))),
          RateLimited: () => show(visit, one, visit.words.t("tooOften.text"), 429),
        }),
      )
    }),
  ),
  Visit.page("/requests/:id/files/:file", (visit) =>
    Effect.gen(function* () {
      const one = yield* found(visit)
      const { workspace, session } = visit
      const id = visit.part("file")
      const { attachments } = one.request.details
      const isOffered =
        attachments.some((file) => file.id === id) ||
        (yield* handoutsOf(visit, one)).some(({ file }) => file === id) ||
        (readable(session, one) === "yes" && one.request.files.some((file) => file.id === id))
      if (!isOffered) return yield* new Visit.NotHere()
      const uploads = yield* Uploads
      return yield* (yield* Downloads).answer({
        workspaceId: workspace.id,
        reader: session.account.contact,
        typed: true,
        find: (part) =>
          uploads.download(workspace.id, one.request.id, id, part).pipe(Effect.mapError(() => new Visit.NotHere())),
      })
    }),
  ),
  Visit.page("/requests/:id/receipt.pdf", (visit) =>
    Effect.gen(function* () {
      const one = yield* read(visit)
      if (one.request.submission === null) return yield* new Visit.NotHere()
      const { filling, reader, signed } = yield* reading(visit, one)
      const made = yield* Exports.receipt(
        one.current,
        filling,
        reader,
        visit.workspace.name,
        signed?.entry.hash ?? null,
      )
      return HttpServerResponse.uint8Array(made, {
        contentType: "application/pdf",
        headers: {
          ...PageSecurity.headers(visit.config),
          ...downloads.harmless,
          "content-disposition": FileName.attachment("receipt.pdf"),
        },
      })
    }),
  ),
]

const pathOf = ({ base }: Visit.Stranger, { request }: Mine) => `${base}/requests/${request.id}`

/** Documents given with it, for as long as it is within the reach of whoever is logged in. */
const handoutsOf = Effect.fnUntraced(function* ({ session, workspace }: Visit.Visit, one: Found) {
  if (one.standing !== "waiting" && readable(session, one) !== "yes") return []
  return yield* (yield* Handouts).forCustomer(workspace.id, one.request.id)
})

/** What it takes to read what was given. */
const reading = Effect.fnUntraced(function* (visit: Visit.Visit, { current, request }: Found) {
  const filling = Filling.of(current)
  const { workspace, words } = visit
  const reader = Reader.make({ workspace, recipient: words.locale, accepted: undefined, filling })
  const isSubmitted = request.submission !== null
  const signed = isSubmitted ? yield* (yield* Record).receipt({ workspace, requestId: request.id }) : null
  return { filling, reader, signed }
})

const show = Effect.fnUntraced(function* (visit: Visit.Visit, one: Found, problem?: string, status: number = 409) {
  const { base, words } = visit
  const { t } = words
  const { request } = one
  const { title, workItem, description } = request.details
  const back = workItem === null ? base : `${base}/work-items/${workItem}`
  const way = readable(visit.session, one)
  const handouts = yield* handoutsOf(visit, one)
  const known = yield* (yield* Files).of(
    visit.workspace.id,
    request.details.attachments.map(({ id }) => id),
  )
  const withheld = new Set(known.filter(({ scan }) => !isReadable(scan)).map(({ id }) => id))
  return Page.inside(visit, {
    title,
    place: "requests",
    status: problem === undefined ? 200 : status,
    main: html`<nav aria-label="${t("portal.back")}"><a class="back" href="${back}">${t("portal.back")}</a></nav>
      ${problem !== undefined && html`<div class="notice wrong" role="alert" tabindex="-1" autofocus><p>${problem}</p></div>`}
      <h1 dir="auto">${title}</h1>
      <p class="lead">
        ${one.standing === "waiting" ? mark(visit) : html`<strong>${stateOf(visit, one.standing)}</strong> ·`}
        <span>${facts(visit, one, one.standing !== "waiting").join(" · ")}</span>
      </p>
      ${description !== "" && html`<p class="typed" dir="auto">${description}</p>`}
      ${one.standing === "waiting" ? waiting(visit, one) : null} ${firmFiles(visit, one, handouts, withheld)}
      ${way === "yes" ? yield* given(visit, one) : null}
      ${
        way === "no" || one.standing === "waiting"
          ? null
          : html`<p class="aside">
              ${t(way === "factor" ? "portal.read.factor" : "portal.read.only", { firm: visit.workspace.name })}
            </p>`
      }
      ${way === "no" && one.standing !== "waiting" && html`<p class="aside">${t("portal.read.not", { firm: visit.workspace.name })}</p>`}
      ${way === "yes" ? yield* Comments.show(visit, one) : null}`,
  })
})

/** What is left, and the way in. */
const waiting = (visit: Visit.Visit, one: Found): Html => {
  const { words } = visit
  const { t } = words
  const { request, current } = one
  const items = Items.of({ current, filling: Filling.of(current) })
  const settled = items.filter(({ isSettled }) => isSettled).length
  const fact = (term: string, value: string) =>
    html`<div>
      <dt>${term}</dt>
      <dd>${value}</dd>
    </div>`
  const isUploads = Mode.of(request.policy).layout === "uploads"
  return html`<dl class="facts">
      ${request.details.due !== null && fact(t("portal.due"), words.date(request.details.due))}
      ${!isUploads && fact(t("portal.left"), t("list.progress", { done: settled, total: items.length }))}
      ${request.expiresAt !== null && fact(t("portal.open"), words.dateTime(request.expiresAt))}
    </dl>
    <form class="buttons" method="post" action="${pathOf(visit, one)}/enter">
      ${Visit.token(visit)}
      <button class="primary">${t(request.startedAt === null ? "arrival.start" : "arrival.continue")}</button>
    </form>`
}

/** Documents of the firm that came with it (K1) or were given with it or its items (K9); one that is `withheld` by its name. */
const firmFiles = (
  visit: Visit.Visit,
  one: Found,
  handouts: ReadonlyArray<Handout>,
  withheld: ReadonlySet<string>,
): Html | null => {
  const { words, workspace } = visit
  const given = new Map(handouts.map(({ file: id, name, bytes }) => [id, { id, name, bytes }]))
  const files = [...one.request.details.attachments, ...given.values()]
  return files.length === 0
    ? null
    : html`<section class="attachments" aria-labelledby="attachments">
        <h2 id="attachments">${words.t("list.attachments", { firm: workspace.name })}</h2>
        <ul class="files">
          ${files.map(
            ({ id, name, bytes }) =>
              html`<li>
                ${
                  withheld.has(id)
                    ? html`<span dir="auto">${name}</span>`
                    : html`<a href="${pathOf(visit, one)}/files/${id}" dir="auto">${name}</a>`
                }
                <span class="size">${words.bytes(bytes)}</span>
              </li>`,
          )}
        </ul>
      </section>`
}

/** What was given, as it was given. */
const given = Effect.fnUntraced(function* (visit: Visit.Visit, one: Found) {
  const { words } = visit
  const { t } = words
  const { request } = one
  const { filling, reader, signed } = yield* reading(visit, one)
  const { submission } = request
  const fact = (term: string, value: Html) =>
    html`<div>
      <dt>${term}</dt>
      <dd>${value}</dd>
    </div>`
  const filePath = (id: string) => {
    const file = request.files.find((known) => known.id === id)
    return file !== undefined && isReadable(file.scan) ? `${pathOf(visit, one)}/files/${id}` : null
  }
  return html`<section class="receipt" aria-labelledby="given">
    <h2 id="given">${t("portal.given")}</h2>
    ${
      submission !== null &&
      html`<dl class="facts">
          ${fact(t("done.time"), html`${words.dateTime(submission.at)}`)}
          ${fact(t("done.reference"), html`<code>${submission.id}</code>`)}
          ${fact(t("done.digest"), html`<code class="digest">${submission.digest}</code>`)}
          ${signed !== null && fact(t("done.entry"), html`<code class="digest">${signed.entry.hash}</code>`)}
        </dl>
        <p class="no-print"><a href="${pathOf(visit, one)}/receipt.pdf" download>${t("done.pdf")}</a></p>`
    }
    ${DonePage.sections(filling, reader, filePath)}
  </section>`
})
