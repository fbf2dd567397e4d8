/** What can go wrong for a customer: a way in that does not work, answers and files that are not taken. */
import * as Schema from "effect/Schema"
import * as Wire from "../Wire.ts"
import { message } from "./message.ts"

/** Answers that no form could have sent: a question that is not there, a value of another shape. */
export class AnswersRefused extends Schema.TaggedError<AnswersRefused>()(
  "AnswersRefused",
  { issues: Schema.Array(Wire.Issue), message: message("Some answers have a shape that their questions cannot have.") },
  { httpApiStatus: 422, description: "Answers of a shape that their questions cannot have. Nothing was saved." },
) {}

/** A file that is not taken. */
export class UploadRefused extends Schema.TaggedError<UploadRefused>()(
  "UploadRefused",
  {
    name: Schema.String,
    question: Schema.String,
    problems: Schema.Array(
      Schema.Struct({
        code: Schema.String.annotate({ examples: ["upload-too-large"] }),
        values: Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite])),
      }),
    ),
    message: message("The file was not taken. Files before it in the same request stay attached."),
  },
  {
    httpApiStatus: 422,
    description: "A file is not taken; the problems say why. Files before it in the same request stay attached.",
  },
) {}

/** A link or session that does not work. The one answer for every cause: it says nothing more (S47, S49). */
export class LinkDead extends Schema.TaggedError<LinkDead>()(
  "LinkDead",
  { message: message("This request has expired.") },
  { httpApiStatus: 410, description: "The link or session does not work. The same bytes for every cause." },
) {}

/** The link is alive and belongs to another device (K43). Says nothing of the request. */
export class OtherDevice extends Schema.TaggedError<OtherDevice>()(
  "OtherDevice",
  {
    address: Schema.String.annotate({
      description: "Where an access link goes, masked.",
      examples: ["a***@d***"],
    }),
    canSend: Schema.Boolean.annotate({
      description: "May an access link be asked for? If not, only the firm sends one.",
    }),
    message: message("This link was first used on another device: ask for an access link."),
  },
  { httpApiStatus: 403, description: "The link belongs to another device. An access link moves it to this one." },
) {}

/** The session is over, or waits for its second factor (S11). What was saved is there. */
export class EnterAgain extends Schema.TaggedError<EnterAgain>()(
  "EnterAgain",
  {
    by: Schema.Literals(["code", "link"]).annotate({
      description: "code: ask for a code and present it; link: claim a link again.",
    }),
    message: message("The session is over or waits for a code. What was saved is still there."),
  },
  { httpApiStatus: 401, description: "The session is over or waits for a code. What was saved is still there." },
) {}

/** A code that is wrong, expired, used, replaced or of another visit: never says which (S30). */
export class CodeRefused extends Schema.TaggedError<CodeRefused>()(
  "CodeRefused",
  {
    locked: Schema.Boolean.annotate({ description: "There were too many wrong ones: ask for a new code later." }),
    message: message("The code is not right, or does not work any more."),
  },
  { httpApiStatus: 422, description: "The code is not right, or does not work any more." },
) {}
