/**
 * The group `templates`: a workspace's own words for its mails to customers, by kind and language (M19, C8), and how a mail
 * would look, or a test of it to oneself, with links that open nothing (M34).
 */
import * as LocalText from "@requite/core/LocalText/schema"
import * as Schema from "effect/Schema"
import { AdminAccess, MemberAccess } from "./Access.ts"
import * as Failure from "./Failure.ts"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "./HttpApi.ts"
import * as Wire from "./Wire.ts"

export const Kind = Schema.Literals([
  "invitation",
  "reminder",
  "access-link",
  "returned",
  "delegated",
  "comments",
  "code",
])

/** What a template says. */
export const Wording = Schema.Struct({
  subject: Wire.line(300).annotate({ examples: ["{{firmName}} asks you for: {{requestTitle}}"] }),
  lead: Wire.line(300).annotate({ description: "What the list of mails shows behind the subject." }),
  body: Wire.lines(4000).annotate({ description: "Markdown with tags." }),
}).annotate({ identifier: "TemplateWording", description: "The three texts of a template." })

const Tag = Schema.Struct({
  name: Schema.String,
  description: Schema.String,
  isRequired: Schema.Boolean.annotate({ description: "The body must print it in every case." }),
  isRequiredInSubject: Schema.Boolean,
  inSubject: Schema.Boolean.annotate({ description: "It may stand in the subject and the lead." }),
})

export const Template = Schema.Struct({
  kind: Kind,
  language: Schema.String,
  isStandard: Schema.Boolean.annotate({ description: "The firm wrote none of its own." }),
  wording: Wording,
  standard: Wording,
  tags: Schema.Array(Tag),
  versions: Schema.Array(
    Schema.Struct({
      version: Schema.Int,
      at: Wire.Timestamp,
      by: Schema.Struct({ id: Schema.String, name: Schema.NullOr(Schema.String) }),
      wording: Schema.NullOr(Wording).annotate({ description: "Null: the standard text was taken back." }),
    }),
  ).annotate({ description: "The newest first." }),
}).annotate({ identifier: "Template", description: "The words of one kind of mail in one language." })
export type Template = typeof Template.Type

/** A mail to look at. */
export const Draft = Schema.Struct({
  kind: Kind,
  language: Schema.optionalKey(
    LocalText.LanguageTag.annotate({ description: "The reader's; the workspace's unless it is given." }),
  ),
  wording: Schema.optionalKey(Wording.annotate({ description: "A template that is not saved." })),
  request: Schema.optionalKey(
    Wire.Id.annotate({ description: "Of this request as it is now, sent or not; left out: of a made-up one." }),
  ),
  recipient: Schema.optionalKey(
    Wire.line(100).annotate({ description: "Which of the request's recipients, by id; the first unless it is given." }),
  ),
}).annotate({ identifier: "MailDraft", description: "A mail to look at: of a template, or of a request." })

const params = { kind: Kind, language: LocalText.LanguageTag }

export class Templates extends HttpApiGroup.make("templates")
  .add(
    HttpApiEndpoint.get("list", "/", {
      success: Schema.Struct({
        kinds: Schema.Array(Kind),
        own: Schema.Array(Schema.Struct({ kind: Kind, language: Schema.String })),
      }),
    }).annotateMerge(
      OpenApi.annotations({
        summary: "List the templates",
        description: "The kinds of mail, and those that have words of the firm's own, by language.",
      }),
    ),
    HttpApiEndpoint.get("get", "/:kind/:language", { params, success: Template }).annotateMerge(
      OpenApi.annotations({
        summary: "Read a template",
        description: "Its words now, the standard ones, the tags that may be used, and who changed what when.",
      }),
    ),
    HttpApiEndpoint.put("save", "/:kind/:language", {
      params,
      payload: Wording,
      success: Template,
      error: Failure.TemplateRefused,
    })
      .middleware(AdminAccess)
      .annotateMerge(
        OpenApi.annotations({
          summary: "Write a template",
          description:
            "Keeps a new version. Refused with every finding where a tag is unknown or a required one is missing. Requests that were sent keep their own message.",
        }),
      ),
    HttpApiEndpoint.delete("reset", "/:kind/:language", { params, success: HttpApiSchema.NoContent })
      .middleware(AdminAccess)
      .annotateMerge(
        OpenApi.annotations({ summary: "Take the standard text back", description: "The versions before it stay." }),
      ),
    HttpApiEndpoint.post("preview", "/preview", {
      payload: Draft,
      success: Schema.Struct({ subject: Schema.String, html: Schema.String, text: Schema.String }),
      error: [Failure.TemplateRefused, Failure.MessageRefused, Failure.NotFound],
    }).annotateMerge(
      OpenApi.annotations({
        summary: "See a mail",
        description: "As it would be sent now. Its link opens nothing. Changes nothing.",
      }),
    ),
    HttpApiEndpoint.post("test", "/test", {
      payload: Draft,
      success: Schema.Struct({ to: Schema.String }).pipe(HttpApiSchema.status(202)),
      error: [Failure.TemplateRefused, Failure.MessageRefused, Failure.NotFound, Failure.TooOften],
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Send a test to yourself",
        description: "Queues the mail to your own address, marked as a test in its subject. Its link opens nothing.",
      }),
    ),
  )
  .middleware(MemberAccess)
  .prefix("/templates")
  .annotateMerge(
    OpenApi.annotations({ title: "Templates", description: "The firm's own words for its mails to customers." }),
  ) {}
