/**
 * Who may call. A member of the firm comes with an API key, or with the session cookie of the firm's pages, and
 * may do what their role allows: a key is worth as much as its member. A customer comes with the session that their link opened. With a cookie, changes are taken only from this server's own pages.
 * What is declared here the server implements; handlers find who it is in `CurrentMember` and `CurrentCustomer`.
 */
import * as Context from "effect/Context"
import * as Failure from "./Failure.ts"
import { HttpApiMiddleware, HttpApiSecurity, OpenApi } from "./HttpApi.ts"

/** The member whose key or session it is. */
export class CurrentMember extends Context.Service<
  CurrentMember,
  {
    readonly id: string
    readonly workspaceId: string
    readonly name: string
    readonly email: string
    readonly role: "admin" | "member"
  }
>()("@requite/api/CurrentMember") {}

/** Guards what members do. */
export class MemberAccess extends HttpApiMiddleware.Service<MemberAccess, { provides: CurrentMember }>()(
  "@requite/api/MemberAccess",
  {
    error: [Failure.Unauthorized, Failure.NotFromHere],
    requiredForClient: true,
    security: {
      apiKey: HttpApiSecurity.bearer.pipe(
        HttpApiSecurity.annotate(
          OpenApi.Description,
          "An API key (`rq_…`), made on the firm's settings page or by `POST /api/keys`.",
        ),
      ),
      memberSession: HttpApiSecurity.apiKey({ in: "cookie", key: "__Host-rq-member" }).pipe(
        HttpApiSecurity.annotate(
          OpenApi.Description,
          "The session of the firm's own pages. Changes need `Sec-Fetch-Site: same-origin`, or this server's `Origin`.",
        ),
      ),
    },
  },
) {}

/**
 * Guards what only administrators do: configuring, and saying who is a member. It stands inside `MemberAccess`, so add it
 * first: `.middleware(AdminAccess).middleware(MemberAccess)`, or at one endpoint of a group that has `MemberAccess`.
 */
export class AdminAccess extends HttpApiMiddleware.Service<AdminAccess, { requires: CurrentMember }>()(
  "@requite/api/AdminAccess",
  { error: Failure.AdministratorsOnly },
) {}

/** The customer whose session it is, and what it may touch. */
export class CurrentCustomer extends Context.Service<
  CurrentCustomer,
  {
    readonly workspace: {
      readonly id: string
      readonly name: string
      readonly accent: string
      readonly language: string
      readonly timeZone: string
      readonly logo: { readonly id: string; readonly type: "image/png" | "image/jpeg" | "image/webp" } | null
    }
    readonly requestId: string
    /** Who of the request's recipients they are, by id. */
    readonly recipient: string
    readonly linkId: string
    readonly generation: number
    readonly device: string
    /** By the link alone, by link and code of one way, or of two different ways (S31). */
    readonly assurance: "link" | "single-channel" | "two-channel"
    readonly handle: string
    /** What `X-CSRF-Token` must be. */
    readonly csrf: string
  }
>()("@requite/api/CurrentCustomer") {}

/** Guards what a customer does through the session that `POST /api/customer/claim` opened. */
export class CustomerAccess extends HttpApiMiddleware.Service<CustomerAccess, { provides: CurrentCustomer }>()(
  "@requite/api/CustomerAccess",
  {
    error: [Failure.LinkDead, Failure.NotFromHere, Failure.OtherDevice, Failure.EnterAgain, Failure.TooOften],
    security: {
      customerSession: HttpApiSecurity.apiKey({ in: "cookie", key: "__Host-rq-{handle}" }).pipe(
        HttpApiSecurity.annotate(
          OpenApi.Description,
          "The session that claiming a link opened, in a cookie of its own for each handle. Changes need this server's own origin and `X-CSRF-Token`.",
        ),
      ),
    },
  },
) {}
