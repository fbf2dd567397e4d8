/**
 * A customer's page inside a page of the firm's: the *framers* are the origins that the firm lists (`Embedding.ts`), and no
 * other site can show it. Only pages that say whose they are have framers; those that look alike for everybody have none and
 * cannot be framed at all (S38, S47), so that the page around one that went dead has nothing to show, and says so itself.
 *
 * In a frame of another site a browser keeps only cookies that say so, and apart for each site around (`Partitioned`); so a
 * session that is opened there lives there, and nowhere else. Who may post is asked as ever (S39).
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Assets from "../Assets.ts"
import { html, toString } from "../Html.ts"
import { Cookies, HttpServerRequest, HttpServerResponse } from "../platform/Http.ts"
import type { Workspace } from "../Workspaces.ts"

/** Who may frame the page that is being answered. */
const Framers = Context.Reference<ReadonlyArray<string>>("@requite/reference-server/CustomerPages/Framing/Framers", {
  defaultValue: () => [],
})

/** Whatever page this answers with is one of that firm. */
export const by = (workspace: Pick<Workspace, "frameOrigins">) =>
  Effect.provideService(Framers, workspace.frameOrigins ?? [])

/** Does a browser want it for a frame? */
export const isFramed = ({ headers }: HttpServerRequest.HttpServerRequest): boolean =>
  headers["sec-fetch-dest"] === "iframe"

/** Who may frame this page, and whether it is in a frame of theirs. */
export const here = Effect.gen(function* () {
  const framers = yield* Framers
  const framed = framers.length > 0 && isFramed(yield* HttpServerRequest.HttpServerRequest)
  return { framers, framed }
})

/** The page with what it needs in a frame: to tell the page around it how high it is, and to fill no window of its own. */
export const dressed = (page: string, framers: ReadonlyArray<string>): string =>
  page.replace("</head>", () =>
    toString(
      html`<meta name="requite:origins" content="${framers.join(" ")}" />
        <link rel="stylesheet" href="${Assets.path("embedded.css")}" />
        <script type="module" src="${Assets.path("embedded.js")}"></script>
        </head>`,
    ),
  )

/** The same answer for a frame: its cookies are kept there. They are never sent over plain HTTP, but to this machine itself. */
export const kept = (response: HttpServerResponse.HttpServerResponse): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.updateCookies(response, (cookies) =>
    Cookies.fromIterable(
      Object.values(cookies.cookies).map(({ name, value, options }) =>
        Cookies.makeCookieUnsafe(name, value, { ...options, sameSite: "none", secure: true, partitioned: true }),
      ),
    ),
  )
