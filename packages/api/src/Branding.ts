/** The group `branding`: how the firm looks to its customers (P19, K5). A draft is seen by the firm alone until it is published. */
import * as Schema from "effect/Schema"
import { AdminAccess, MemberAccess } from "./Access.ts"
import * as Failure from "./Failure.ts"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "./HttpApi.ts"
import * as Wire from "./Wire.ts"

const Colour = Schema.String.check(Schema.isPattern(/^#[0-9a-f]{6}$/)).annotate({
  examples: ["#0b6e4f"],
  description: "Six hexadecimal digits in lower case.",
})
const pixels = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum }))

const text = (length: number) => {
  const one = Schema.optionalKey(Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(length)))
  return Schema.Struct({ en: one, es: one, sv: one })
}

/** A logo that was chosen on the page for it. */
const Logo = Schema.Struct({
  id: Schema.String,
  type: Schema.Literals(["image/png", "image/jpeg", "image/webp"]),
})

export const Variables = Schema.Struct({
  accentDark: Schema.optionalKey(Colour),
  page: Schema.optionalKey(Colour),
  pageDark: Schema.optionalKey(Colour),
  link: Schema.optionalKey(Colour),
  linkDark: Schema.optionalKey(Colour),
  radius: Schema.optionalKey(pixels(24)),
  band: Schema.optionalKey(pixels(12)),
  font: Schema.optionalKey(Schema.Literals(["system", "humanist", "geometric", "grotesque", "serif", "slab"])),
  headingWeight: Schema.optionalKey(Schema.Literals([400, 500, 600, 700, 800])),
}).annotate({ description: "Custom properties of the style sheet; what is left out is as it comes." })

export const Look = Schema.Struct({
  accent: Colour,
  logo: Schema.NullOr(Logo).annotate({ description: "One that `GET /api/branding` shows already; null: none." }),
  logoDark: Schema.NullOr(Logo),
  scheme: Schema.Literals(["device", "light"]),
  variables: Variables,
  texts: Schema.Struct({ arrival: text(160), help: text(300), next: text(1000) }),
}).annotate({ identifier: "Look", description: "How a firm looks to its customers." })
export type Look = typeof Look.Type

export const BrandingView = Schema.Struct({
  live: Look.annotate({ description: "What customers see." }),
  draft: Schema.NullOr(
    Schema.Struct({
      look: Look,
      digest: Schema.String.annotate({ description: "Names this draft; `publish` wants it." }),
      at: Wire.Timestamp,
    }),
  ),
  published: Schema.Array(
    Schema.Struct({
      id: Schema.String,
      look: Look,
      at: Wire.Timestamp,
      by: Schema.NullOr(Schema.String).annotate({ description: "The member; null: it was there from the start." }),
    }),
  ).annotate({ description: "The last ten, the latest first." }),
}).annotate({ identifier: "Branding", description: "What is live, what is drafted, and what was published." })
export type BrandingView = typeof BrandingView.Type

export class Branding extends HttpApiGroup.make("branding")
  .add(
    HttpApiEndpoint.get("get", "/", { success: BrandingView }).annotateMerge(
      OpenApi.annotations({
        summary: "How the firm looks to its customers",
        description: "What customers see, the draft that only the firm sees, and the last ten that were published.",
      }),
    ),
    HttpApiEndpoint.put("save", "/", {
      payload: Look,
      success: BrandingView,
      error: Failure.BrandingRefused,
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Save a draft",
        description:
          "In place of the draft that is there. Customers see nothing of it until it is published. A colour that cannot be read wherever it would stand is refused, with the nearest one that can.",
      }),
    ),
    HttpApiEndpoint.delete("discard", "/draft", { success: HttpApiSchema.NoContent }).annotateMerge(
      OpenApi.annotations({
        summary: "Discard the draft",
        description: "What customers see stays. Nothing where there is none.",
      }),
    ),
    HttpApiEndpoint.post("publish", "/publish", {
      payload: Schema.Struct({ digest: Schema.String }),
      success: BrandingView,
      error: Failure.DraftChanged,
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Show the draft to customers",
        description: "From then on, at once. Refused where the draft is no longer the one of that digest.",
      }),
    ),
    HttpApiEndpoint.post("restore", "/restore", {
      payload: Schema.Struct({ id: Schema.String.annotate({ description: "Of one of `published`." }) }),
      success: BrandingView,
      error: Failure.NotFound,
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Show one of the last ten again, at once",
        description: "It is published anew, in the name of who asks; a draft stays as it is.",
      }),
    ),
  )
  .middleware(AdminAccess)
  .middleware(MemberAccess)
  .prefix("/branding")
  .annotateMerge(
    OpenApi.annotations({ title: "Branding", description: "How the firm looks to its customers. For administrators." }),
  ) {}
