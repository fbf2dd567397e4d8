/**
 * The pages of the portal, server-rendered and complete without JavaScript, but for passkeys, which browsers give to scripts
 * alone. Everything is below the firm's own address, which can be bookmarked (K29).
 *
 *   GET  /portal/:firm                         what waits, and what is done
 *   GET  …/work-items/:work                    one work with its requests
 *   GET  …/requests/:id                        one request; POST …/enter goes on in it as who comes by a link does
 *   GET  …/requests/:id/files/:file            a file of it; …/receipt.pdf to print
 *   GET  …/documents, …/folders/:folder        folders; POST brings files to one; …/documents/:document/file
 *   GET  …/account                             password, passkeys, sessions
 *   GET  …/log-in, …/start, …/password/:token  the door
 *
 * What is not theirs is answered like what is not there (404), and so is the portal of a firm that has none.
 */
import * as AccountPage from "./PortalPages/AccountPage.ts"
import * as DocumentPages from "./PortalPages/DocumentPages.ts"
import * as HomePage from "./PortalPages/HomePage.ts"
import * as LogInPages from "./PortalPages/LogInPages.ts"
import * as RequestPage from "./PortalPages/RequestPage.ts"
import { HttpRouter } from "./platform/Http.ts"

/** Every page of the portal. */
export const routes = [
  ...LogInPages.routes,
  ...HomePage.routes,
  ...RequestPage.routes,
  ...DocumentPages.routes,
  ...AccountPage.routes,
]

export const layer = HttpRouter.addAll(routes)
