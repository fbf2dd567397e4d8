/** The group `contacts`: people outside the firm, who can be asked. For members. */
import * as LocalText from "@requite/core/LocalText/schema"
import * as Schema from "effect/Schema"
import { MemberAccess } from "./Access.ts"
import * as Failure from "./Failure.ts"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "./HttpApi.ts"
import * as Timeline from "./Timeline.ts"
import * as Wire from "./Wire.ts"

/** A mobile number, E.164 (`+46701234567`), or nothing. */
export const Mobile = Wire.line(20)
  .check(Schema.isPattern(/^$|^\+[1-9]\d{5,14}$/, { message: "Expected a number such as +46701234567" }))
  .annotate({ description: "E.164, for codes by SMS; empty: not known.", examples: ["+46701234567"] })

const fields = {
  name: Wire.filledLine(200).annotate({ examples: ["Astrid Lind"] }),
  email: Wire.line(254)
    .check(Schema.isPattern(/^$|^[^\s@<>,;:"()]+@[^\s@<>,;:"()]+$/u, { message: "Expected one e-mail address" }))
    .annotate({ description: "One e-mail address; empty: not known.", examples: ["astrid@example.com"] }),
  mobile: Mobile,
  language: LocalText.LanguageTag.annotate({ description: "BCP 47; what they are written to in.", examples: ["sv"] }),
  timeZone: Schema.NullOr(Wire.TimeZone).annotate({ description: "Null: that of the firm." }),
}

/** A contact to make. */
export const NewContact = Schema.Struct({
  name: fields.name,
  email: Schema.optionalKey(fields.email),
  mobile: Schema.optionalKey(fields.mobile),
  language: Schema.optionalKey(fields.language.annotate({ description: "BCP 47. Without it, that of the firm." })),
  timeZone: Schema.optionalKey(fields.timeZone),
}).annotate({
  identifier: "NewContact",
  examples: [{ name: "Astrid Lind", email: "astrid@example.com", mobile: "+46701234567", language: "sv" }],
})
export type NewContact = typeof NewContact.Type

/** What of a contact is to change; properties that are left out stay. */
export const ContactChanges = Schema.Struct({
  name: Schema.optionalKey(fields.name),
  email: Schema.optionalKey(fields.email),
  mobile: Schema.optionalKey(fields.mobile),
  language: Schema.optionalKey(fields.language),
  timeZone: Schema.optionalKey(fields.timeZone),
}).annotate({ identifier: "ContactChanges", examples: [{ mobile: "+46701234567" }] })
export type ContactChanges = typeof ContactChanges.Type

export const ContactView = Schema.Struct({
  id: Wire.Id,
  name: Schema.String,
  email: Schema.String,
  mobile: Schema.String,
  language: Schema.String,
  timeZone: Schema.NullOr(Schema.String),
  deletedAt: Schema.NullOr(Wire.Timestamp),
}).annotate({ identifier: "Contact", description: "A person outside the firm. Deleted ones can be restored." })
export type ContactView = typeof ContactView.Type

/** How a contact's login to the portal stands. */
export const LoginView = Schema.Struct({
  state: Schema.Literals(["none", "on", "off"]).annotate({
    description: "`none`: they have made none with the address they have now; `off`: the firm turned it off.",
  }),
  madeAt: Schema.NullOr(Wire.Timestamp),
  lastLoginAt: Schema.NullOr(Wire.Timestamp),
  turnedOffAt: Schema.NullOr(Wire.Timestamp),
  passkeys: Schema.Int,
  sessions: Schema.Int.annotate({ description: "Browsers that are logged in now." }),
}).annotate({ identifier: "ContactLogin", description: "A contact's login to the portal. Nobody needs one." })
export type LoginView = typeof LoginView.Type

const params = { id: Wire.Id }
const one = { params, success: ContactView, error: Failure.NotFound }

/** The same call again with the same key makes one thing (S46). */
export const madeOnce = {
  "idempotency-key": Schema.optionalKey(
    Wire.Id.annotate({
      description: "A UUID of your choice. The same call again with the same key makes nothing more.",
    }),
  ),
}

export class Contacts extends HttpApiGroup.make("contacts")
  .add(
    HttpApiEndpoint.get("list", "/", {
      query: {
        search: Schema.optionalKey(Wire.line(200).annotate({ description: "Part of a name or an e-mail address." })),
        deleted: Schema.optionalKey(
          Schema.Literals(["true", "false"]).annotate({ description: "`true`: those that were deleted." }),
        ),
      },
      success: Schema.Struct({ contacts: Schema.Array(ContactView) }),
    }).annotateMerge(
      OpenApi.annotations({ summary: "List contacts", description: "The contacts of the firm by name, at most 500." }),
    ),
    HttpApiEndpoint.post("create", "/", {
      headers: madeOnce,
      payload: NewContact,
      success: ContactView.pipe(HttpApiSchema.status(201)),
      error: Failure.NotFound,
    }).annotateMerge(
      OpenApi.annotations({ summary: "Make a contact", description: "Makes a contact. Nothing is sent to them." }),
    ),
    HttpApiEndpoint.get("get", "/:id", one).annotateMerge(
      OpenApi.annotations({ summary: "Read a contact", description: "One contact, a deleted one too." }),
    ),
    HttpApiEndpoint.patch("edit", "/:id", { ...one, payload: ContactChanges }).annotateMerge(
      OpenApi.annotations({
        summary: "Change a contact",
        description: "Changes what is given. Requests that were made for the contact keep the address they have.",
      }),
    ),
    HttpApiEndpoint.delete("remove", "/:id", one).annotateMerge(
      OpenApi.annotations({
        summary: "Delete a contact",
        description: "The contact is listed and offered no longer. Nothing that was asked of them is lost.",
      }),
    ),
    HttpApiEndpoint.post("restore", "/:id/restore", one).annotateMerge(
      OpenApi.annotations({
        summary: "Restore a contact",
        description: "Takes the deletion back. Their login to the portal works again.",
      }),
    ),
    HttpApiEndpoint.get("mails", "/:id/mails", Timeline.endpoint).annotateMerge(
      OpenApi.annotations({
        summary: "List a contact's e-mails",
        description:
          "What was written to the contact about any request, the latest first, and how many there are in all.",
      }),
    ),
    HttpApiEndpoint.get("login", "/:id/login", { ...one, success: LoginView }).annotateMerge(
      OpenApi.annotations({
        summary: "Read a contact's login",
        description: "Whether the contact can log in to the portal, and when they last did.",
      }),
    ),
    HttpApiEndpoint.delete("turnOffLogin", "/:id/login", { ...one, success: LoginView }).annotateMerge(
      OpenApi.annotations({
        summary: "Turn a login off",
        description: "They can log in no more, and make no login. Sessions end at once; links in mails still work.",
      }),
    ),
    HttpApiEndpoint.post("turnOnLogin", "/:id/login", { ...one, success: LoginView }).annotateMerge(
      OpenApi.annotations({ summary: "Turn a login on", description: "Takes turning it off back." }),
    ),
  )
  .middleware(MemberAccess)
  .prefix("/contacts")
  .annotateMerge(OpenApi.annotations({ title: "Contacts", description: "People outside the firm." })) {}
