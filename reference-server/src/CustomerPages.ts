/**
 * The customer's pages: the face of requite. A link's page says who asks for what and has one button; behind it a
 * session shows the sections, takes the answers, lets them be looked through and sends them. All of it works without
 * JavaScript.
 *
 *   /r/:token, /q/:handle/code         the way in: `CustomerPages/Entrance.ts`
 *   /r/:token/not-mine                 "This is not for me", before anything is opened: `CustomerPages/NotMine.ts`
 *   /u/:token                          the end of reminders: `CustomerPages/Unsubscribing.ts`
 *   /s/:token                          one document of the firm: `CustomerPages/SharePage.ts`
 *   GET  /q/:handle                    the list of sections; all of them at once; or the page to upload to (Mode). POST
 *                                      finishes the second and brings files to the third
 *   GET  /q/:handle/sections/:section  its questions; POST saves them
 *   GET  /q/:handle/review             everything once more; POST /q/:handle/submit sends it
 *   POST /q/:handle/language           another language; any page takes `?lang=` (Language)
 *   /q/:handle/messages, …/pass-on, …/not-mine   what is said beside it, and who else should answer
 *   GET  /q/:handle/done               the receipt, for the session that submitted (S50); signed at /q/:handle/receipt.json,
 *                                      to print at /q/:handle/receipt.pdf
 *   GET  /q/:handle/files/:file        a document of the firm, or a file of one's own
 *
 * Whatever does not work, for whatever reason, is one page: "This request has expired." (S47).
 */
import { AccessLink } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as downloads from "./Api/downloads.ts"
import * as Assets from "./Assets.ts"
import * as sheets from "./Branding/sheets.ts"
import { RequestNotFound } from "./ClientRequests.ts"
import { Config } from "./Config.ts"
import * as DonePage from "./CustomerPages/DonePage.ts"
import * as Entrance from "./CustomerPages/Entrance.ts"
import * as Entry from "./CustomerPages/Entry.ts"
import * as Framing from "./CustomerPages/Framing.ts"
import * as PortalLink from "./CustomerPages/PortalLink.ts"
import { page, route, seeOther } from "./CustomerPages/Route.ts"
import { paths, type Session } from "./CustomerPages/Session.ts"
import * as Messaging from "./CustomerPages/Messaging.ts"
import * as NotMine from "./CustomerPages/NotMine.ts"
import * as PassingOn from "./CustomerPages/PassingOn.ts"
import * as SharePage from "./CustomerPages/SharePage.ts"
import * as Unsubscribing from "./CustomerPages/Unsubscribing.ts"
import * as Visit from "./CustomerPages/Visit.ts"
import { Downloads } from "./Downloads.ts"
import * as embedScript from "./Embedding/script.ts"
import * as Exports from "./Exports.ts"
import * as PageSecurity from "./PageSecurity.ts"
import { HttpRouter, HttpServerResponse } from "./platform/Http.ts"
import { Record } from "./Record.ts"
import * as Tenancy from "./Tenancy.ts"
import * as FileName from "./Uploads/FileName.ts"
import { Uploads } from "./Uploads.ts"
import * as Logos from "./Workspaces/Logos.ts"

const done = Effect.gen(function* () {
  const found = yield* Entry.receipt
  const signed = yield* (yield* Record).receipt(found.customer)
  const { customer, request, filling, reader } = found
  const portal = yield* Tenancy.within(customer.workspace.id)(PortalLink.show(customer, request, reader))
  return yield* Framing.by(found.workspace)(page(DonePage.render(found, filling, reader, signed, portal)))
})

/** The same for a program: signed, so that it proves what was sent without us. */
const receipt = Effect.gen(function* () {
  const { customer } = yield* Entry.receipt
  const signed = yield* (yield* Record).receipt(customer)
  if (signed === null) return yield* new AccessLink.LinkDead()
  return HttpServerResponse.text(`${JSON.stringify(signed, null, 2)}\n`, {
    contentType: "application/json",
    headers: {
      ...PageSecurity.headers(yield* Config),
      "content-disposition": FileName.attachment("receipt.json"),
    },
  })
})

/** The same to read and print. */
const receiptPdf = Effect.gen(function* () {
  const { current, customer, filling, reader, workspace } = yield* Entry.receipt
  const signed = yield* (yield* Record).receipt(customer)
  const made = yield* Exports.receipt(current, filling, reader, workspace.name, signed?.entry.hash ?? null)
  return HttpServerResponse.uint8Array(made, {
    contentType: "application/pdf",
    headers: {
      ...PageSecurity.headers(yield* Config),
      ...downloads.harmless,
      "content-disposition": FileName.attachment("receipt.pdf"),
    },
  })
})

/** Back, a reload or a second press of Finish, after the answers went out: here is the receipt. */
const orReceipt = <E, R>(handler: Effect.Effect<HttpServerResponse.HttpServerResponse, E | AccessLink.LinkDead, R>) =>
  Effect.catchIf(
    handler,
    (error) => error instanceof AccessLink.LinkDead,
    () => Effect.flatMap(Entry.receipt, ({ handle }) => seeOther(paths.done(handle))),
  )

const file = Entry.enter(
  Effect.fnUntraced(function* ({ customer }: Session) {
    const { file: id = "" } = yield* HttpRouter.params
    const uploads = yield* Uploads
    return yield* (yield* Downloads).answer({
      workspaceId: customer.workspace.id,
      reader: customer.linkId,
      typed: true,
      // the page has no link to a file that is withheld
      find: (part) =>
        Effect.catchTag(uploads.downloadFor(customer, id, part), "FileWithheld", () =>
          Effect.fail(new RequestNotFound({ id })),
        ),
    })
  }),
)

/** Every page of the customer. */
export const routes = [
  ...Entrance.routes,
  ...Unsubscribing.routes,
  ...SharePage.routes,
  ...Messaging.routes,
  ...PassingOn.routes,
  ...NotMine.routes,
  route("GET", "/q/:handle", orReceipt(Visit.front)),
  route("POST", "/q/:handle", orReceipt(Visit.give)),
  route("GET", "/q/:handle/sections/:section", orReceipt(Visit.section)),
  route("POST", "/q/:handle/sections/:section", orReceipt(Visit.answer)),
  route("POST", "/q/:handle/language", orReceipt(Visit.language)),
  route("GET", "/q/:handle/review", orReceipt(Visit.review)),
  route("POST", "/q/:handle/submit", orReceipt(Visit.submit)),
  route("GET", "/q/:handle/done", done),
  route("GET", "/q/:handle/receipt.json", receipt),
  route("GET", "/q/:handle/receipt.pdf", receiptPdf),
  route("GET", "/q/:handle/files/:file", file),
]

const pages = HttpRouter.addAll(routes)

/** The pages of the customer, and what they and the firm's pages are dressed in. */
export const layer = Layer.mergeAll(
  pages,
  Entrance.everywhere,
  Assets.layer,
  embedScript.layer,
  sheets.layer,
  Logos.layer,
)
