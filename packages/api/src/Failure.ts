/**
 * What can go wrong, as it stands on the wire. Each failure has a `_tag`, its own HTTP status, and a `message`: one
 * sentence for developers and logs. People are shown a sentence of their own language, by `_tag` and `code`.
 */
import * as ClientRequest from "@requite/core/ClientRequest"
import * as Schema from "effect/Schema"
import { message } from "./Failure/message.ts"
import * as Wire from "./Wire.ts"

export * from "./Failure/Customer.ts"

/** Neither a key nor a session that holds. */
export class Unauthorized extends Schema.TaggedError<Unauthorized>()(
  "Unauthorized",
  { message: message("Send an API key as `Authorization: Bearer rq_…`, or sign in.") },
  { httpApiStatus: 401, description: "Neither an API key nor a session that holds." },
) {}

/** What `NotFromHere` says: a change needs to be shown to come from a page of this server, and from this session. */
export const notFromHere = {
  /** The header that browsers send is missing or another. */
  origin:
    "Changes by a cookie are taken only from this server's own pages, and so is a customer's link: browsers say so in `Sec-Fetch-Site`, other programs send `Origin` with the address that this server is reached at (PUBLIC_URL).",
  /** The session's token is missing, or another's. */
  token: "The header `X-CSRF-Token` is missing or is not this session's: take `csrf` from the session's own answers.",
} as const

/** A change that came with a cookie, but not from a page of this server, or without the session's token (S39). */
export class NotFromHere extends Schema.TaggedError<NotFromHere>()(
  "NotFromHere",
  { message: message(notFromHere.origin) },
  { httpApiStatus: 403, description: "A change with a cookie that does not come from a page of this server." },
) {}

/** The caller is a member, and this is for administrators (P2). Nothing changed. */
export class AdministratorsOnly extends Schema.TaggedError<AdministratorsOnly>()(
  "AdministratorsOnly",
  { message: message("Only an administrator of this workspace can do this: ask one, or use an administrator's key.") },
  { httpApiStatus: 403, description: "This is for administrators, and the caller is not one. Nothing changed." },
) {}

/** The member, or the address, does not allow this. Nothing changed. */
export class MemberRefused extends Schema.TaggedError<MemberRefused>()(
  "MemberRefused",
  {
    code: Schema.Literals([
      "last-admin",
      "not-admin",
      "deactivated",
      "already-member",
      "left",
      "already-invited",
      "no-address",
    ]),
    message: Schema.String,
  },
  { httpApiStatus: 409, description: "The member, or the address, does not allow this. Nothing changed." },
) {}

/** The file is there, and nobody is given it: it was not found to be clean (S55). */
export class FileWithheld extends Schema.TaggedError<FileWithheld>()(
  "FileWithheld",
  {
    scan: Schema.Literals(["pending", "clean", "unscannable", "unscanned", "infected"]),
    message: message("This file is not given out before it was found to be clean."),
  },
  { httpApiStatus: 409, description: "The file is there, and is not given out before it was found to be clean." },
) {}

/** There is none of that id in this workspace. */
export class NotFound extends Schema.TaggedError<NotFound>()(
  "NotFound",
  {
    what: Schema.Literals([
      "request",
      "questionnaire",
      "question",
      "file",
      "preview",
      "submission",
      "work-item",
      "task",
      "contact",
      "member",
      "invitation",
      "branding",
      "key",
      "webhook",
      "delivery",
      "sender",
      "suppression",
      "batch",
      "folder",
      "document",
      "share",
      "endpoint",
    ]),
    message: Schema.String,
  },
  { httpApiStatus: 404, description: "There is none of that id in this workspace." },
) {}

const Reason = ClientRequest.Reason.annotate({
  identifier: "Reason",
  description: "One guard that failed, and the ids of requests, questions or files that it is about.",
})

/** The request's state, or its policy, does not allow the command; every guard that failed is named. Nothing changed. */
export class Refusal extends Schema.TaggedError<Refusal>()(
  "Refusal",
  {
    /** The request that refused; null when it is the customer's own. */
    request: Schema.NullOr(Schema.String),
    command: Schema.String.annotate({ examples: ["Resend"] }),
    state: Schema.NullOr(Wire.LifecycleState),
    reasons: Schema.Array(Reason),
    allowed: Schema.Array(Schema.String).annotate({
      description:
        "The commands that its state and policy allow the same side now; another guard may still stop one of them.",
    }),
    message: Schema.String,
  },
  {
    httpApiStatus: 409,
    description:
      "The request's state or policy does not allow this now. Every guard that failed is named; nothing changed.",
  },
) {}

/** The same `Idempotency-Key` came before, with another body or for another call (S46). */
export class KeyReused extends Schema.TaggedError<KeyReused>()(
  "KeyReused",
  { message: message("This Idempotency-Key was used before for another request: send a fresh one.") },
  { httpApiStatus: 409, description: "The Idempotency-Key was used before, with another body or for another call." },
) {}

/** One thing wrong with a questionnaire's definition, at its place in the text. */
export const Finding = Schema.Struct({
  code: Schema.String.annotate({ examples: ["duplicate-id"] }),
  severity: Schema.Literals(["error", "warning", "info"]),
  pointer: Schema.String.annotate({ description: "RFC 6901, into the definition." }),
  line: Schema.Int,
  column: Schema.Int,
  message: Schema.String,
  witness: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)).annotateKey({
    description: "Answers that show it.",
  }),
  context: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)).annotateKey({
    description: "The context values that go with the witness.",
  }),
  fix: Schema.optionalKey(Schema.Array(Schema.Record(Schema.String, Schema.Unknown))).annotateKey({
    description: "What to change in the definition, as a JSON Patch (RFC 6902).",
  }),
}).annotate({
  identifier: "Finding",
  description: "One thing wrong with a definition, at its line and column (from 1).",
})
export type Finding = typeof Finding.Type

/** The definition has errors: all of them, and the warnings. */
export class QuestionnaireRefused extends Schema.TaggedError<QuestionnaireRefused>()(
  "QuestionnaireRefused",
  { findings: Schema.Array(Finding), message: Schema.String },
  { httpApiStatus: 422, description: "The definition has errors. All findings are listed; nothing was stored." },
) {}

/** This version exists, with other content: raise the version. */
export class VersionTaken extends Schema.TaggedError<VersionTaken>()(
  "VersionTaken",
  { id: Schema.String, version: Schema.Int, message: Schema.String },
  { httpApiStatus: 409, description: "This version is stored already, with other content. A version never changes." },
) {}

/** The firm's message cannot be sent as it is written; each sentence says what to mend, and where. */
export class MessageRefused extends Schema.TaggedError<MessageRefused>()(
  "MessageRefused",
  {
    sentences: Schema.Array(Schema.String),
    message: message("The message cannot be sent as it is written."),
  },
  { httpApiStatus: 422, description: "The e-mail's message cannot be sent as it is written; the sentences say why." },
) {}

/** A template that cannot be saved, or printed; each finding at its place. */
export class TemplateRefused extends Schema.TaggedError<TemplateRefused>()(
  "TemplateRefused",
  {
    findings: Schema.Array(
      Schema.Struct({
        part: Schema.Literals(["subject", "lead", "body"]),
        line: Schema.Int,
        column: Schema.Int,
        code: Schema.String.annotate({ examples: ["missing-tag"] }),
        sentence: Schema.String,
      }),
    ),
    message: message("The template cannot be saved as it is written."),
  },
  {
    httpApiStatus: 422,
    description: "The template cannot be used as it is written; each finding says why, and where.",
  },
) {}

/** A colour that cannot be read wherever it would stand, or a logo that is not there. */
export class BrandingRefused extends Schema.TaggedError<BrandingRefused>()(
  "BrandingRefused",
  {
    findings: Schema.Array(
      Schema.Struct({
        field: Schema.String.annotate({ examples: ["accent"] }),
        code: Schema.Literals(["unreadable", "unknown-logo"]),
        nearest: Schema.NullOr(Schema.String).annotate({ description: "The nearest colour that can be read." }),
      }),
    ),
    message: message("A colour cannot be read wherever it would stand, or a logo is not there."),
  },
  { httpApiStatus: 422, description: "The branding cannot be taken as it is. Nothing changed." },
) {}

/** There is no draft, or it is another one by now. */
export class DraftChanged extends Schema.TaggedError<DraftChanged>()(
  "DraftChanged",
  { message: message("There is no draft, or it has changed since: read it again.") },
  { httpApiStatus: 409, description: "There is no draft of that digest. Nothing changed." },
) {}

/** A domain, or an address of it, that mail cannot come from. */
export class SenderRefused extends Schema.TaggedError<SenderRefused>()(
  "SenderRefused",
  { reason: Schema.Literals(["domain", "address", "public"]), message: Schema.String },
  { httpApiStatus: 422, description: "Mail cannot come from such an address. Nothing changed." },
) {}

/** A list of sites that was not taken. */
export class EmbeddingRefused extends Schema.TaggedError<EmbeddingRefused>()(
  "EmbeddingRefused",
  {
    problems: Schema.Array(
      Schema.Struct({
        origin: Schema.String.annotate({ description: "As it was given; empty where it is about all of them." }),
        code: Schema.Literals(["wildcard-embedding", "not-https", "not-an-origin", "too-many"]),
      }),
    ),
    message: Schema.String,
  },
  { httpApiStatus: 422, description: "These sites cannot be listed. Nothing changed." },
) {}

/** Days were given for sections that the questionnaire does not have. */
export class DuesRefused extends Schema.TaggedError<DuesRefused>()(
  "DuesRefused",
  {
    sections: Schema.Array(Schema.String).annotate({ description: "The ids of sections that there are not." }),
    message: Schema.String,
  },
  { httpApiStatus: 422, description: "`dues` names sections that the questionnaire does not have. Nothing changed." },
) {}

/** A member has let mail go there before, and it came back again (M16). */
export class LiftRefused extends Schema.TaggedError<LiftRefused>()(
  "LiftRefused",
  { message: message("It was lifted before, and mail came back again: an administrator may lift it.") },
  { httpApiStatus: 409, description: "It was lifted before, and mail came back again: an administrator may lift it." },
) {}

/** The knobs of the policy contradict each other: nothing could be sent with it (G6). */
export class PolicyRefused extends Schema.TaggedError<PolicyRefused>()(
  "PolicyRefused",
  { findings: Schema.Array(Wire.PolicyWarning), message: Schema.String },
  { httpApiStatus: 422, description: "The knobs of the policy contradict each other. Nothing was made." },
) {}

/** The work item, as it is, does not allow what was asked for. Nothing changed. */
export class WorkRefused extends Schema.TaggedError<WorkRefused>()(
  "WorkRefused",
  {
    code: Schema.Literals([
      "assignee-unknown",
      "questionnaire-unknown",
      "stage-unknown",
      "offering-by-admins",
      "not-offered",
      "pick-one",
      "request-out",
      "work-completed",
      "basket-empty",
    ]),
    about: Schema.Array(Schema.String).annotate({
      description: "Ids: of the request that is out, the member, the questionnaires.",
    }),
    message: Schema.String,
  },
  { httpApiStatus: 409, description: "The work item, as it is, does not allow this. Nothing changed." },
) {}

/** An endpoint for webhooks that is not taken. */
export class WebhookRefused extends Schema.TaggedError<WebhookRefused>()(
  "WebhookRefused",
  {
    reason: Schema.Literals(["no-url", "scheme", "credentials", "port", "address", "unresolved", "too-many"]),
    message: Schema.String,
  },
  {
    httpApiStatus: 422,
    description:
      "The address cannot take webhooks, as the sentence says, or there are twenty already. Nothing changed.",
  },
) {}

/** A link that the firm is not given. */
export class LinkNotCopied extends Schema.TaggedError<LinkNotCopied>()(
  "LinkNotCopied",
  { reason: Schema.Literals(["not-allowed", "not-open", "recipient-unknown"]), message: Schema.String },
  { httpApiStatus: 409, description: "The policy gives no links to hand out, or the request is not open." },
) {}

/** There is no code to read out now. */
export class CodeNotMade extends Schema.TaggedError<CodeNotMade>()(
  "CodeNotMade",
  { reason: Schema.Literals(["nobody-waits", "locked", "not-open"]), message: Schema.String },
  { httpApiStatus: 409, description: "Nobody waits for a code, codes are locked, or the request is not open." },
) {}

/** The folder or document does not allow this. Nothing changed. */
export class DocumentRefused extends Schema.TaggedError<DocumentRefused>()(
  "DocumentRefused",
  {
    code: Schema.Literals([
      "name-missing",
      "name-too-long",
      // of the two that a contact and work have from the beginning
      "folder-is-standard",
      "folder-not-empty",
      // a request that is open brings files there
      "folder-awaits-files",
      "folder-into-itself",
      // of another contact or of other work; documents may go there, folders not
      "folder-of-another",
      "too-deep",
      "too-many",
      // it is not clean, or nobody knows yet
      "file-withheld",
      "expiry-wrong",
      // nothing is given with a request that is over, or with an item that it does not have
      "request-over",
      "item-unknown",
    ]),
    message: Schema.String,
  },
  { httpApiStatus: 409, description: "The folder or document does not allow this. Nothing changed." },
) {}

/** Too often (S41, S28): `Retry-After` says the same. */
export class TooOften extends Schema.TaggedError<TooOften>()(
  "TooOften",
  { retryAfterSeconds: Schema.Int, message: message("That was too often: try again later.") },
  { httpApiStatus: 429, description: "Too often. `Retry-After` says in how many seconds to try again." },
) {}

/** The server runs, and cannot do its work now. Each check says in a word why not. */
export class NotReady extends Schema.TaggedError<NotReady>()(
  "NotReady",
  {
    status: Schema.tag("unavailable"),
    checks: Schema.Record(Schema.String, Wire.Check),
    message: message("This server cannot do its work now."),
  },
  { httpApiStatus: 503, description: "Something that the server stands on is away, or it is stopping: see `checks`." },
) {}
