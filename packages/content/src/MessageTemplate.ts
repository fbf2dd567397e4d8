/**
 * Message templates: the mails that a firm words itself.
 *
 * A template has a subject and a body with *tags* such as `{{firmName}}`, of variables that a *declaration* names. The subject is plain text;
 * the body is Markdown, or a document of the editor. `check` is asked when a template is saved and says everything that is wrong with it, in
 * sentences for its author; `render` fills in values when a message is sent. Neither trusts the template (any member may write one) nor the
 * values (customers choose their names), S42: a template can only print, and a value is only ever text.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type Declaration, Finding, maxSubject, type Values, type Variable } from "./MessageTemplate/declaration.ts"
import * as grammar from "./MessageTemplate/grammar.ts"
import * as markdownBody from "./MessageTemplate/markdownBody.ts"
import * as run from "./MessageTemplate/run.ts"
import * as tiptapBody from "./MessageTemplate/tiptapBody.ts"
import { context, ValueRefused } from "./MessageTemplate/values.ts"
import * as Remembered from "./internal/Remembered.ts"
import { readable } from "./RichText/readable.ts"
import type { SafeHtml } from "./SafeHtml.ts"

export { type Declaration, Finding, ValueRefused, type Values, type Variable }

/** A template as it stands in JSON; a body that is a string is Markdown with tags. */
export const MessageTemplate = Schema.Struct({
  subject: Schema.String,
  body: Schema.Union([Schema.String, Schema.Struct({ tiptap: Schema.Json })]),
})
export type MessageTemplate = typeof MessageTemplate.Type

/** A message ready for its layout. The text has no wrapped lines. */
export interface Rendered {
  readonly subject: string
  readonly bodyHtml: SafeHtml
  readonly bodyText: string
}

/** A template that `check` would not have let through. */
export class TemplateRefused extends Schema.TaggedError<TemplateRefused>()("TemplateRefused", {
  findings: Schema.Array(Finding),
}) {
  override get message() {
    return this.findings.map(({ column, line, part, sentence }) => `${part} ${line}:${column}: ${sentence}`).join("\n")
  }
}

export type MessageTemplateError = TemplateRefused | ValueRefused

/** Everything that is wrong with a template; empty when it may be saved. */
export const check = (template: MessageTemplate, declaration: Declaration): ReadonlyArray<Finding> => {
  const subject = checkSubject(template.subject, declaration)
  const body = checkBody(template.body, declaration)
  return [
    ...findingsOf(subject),
    ...(Result.isSuccess(subject) ? missing("subject", subject.success.always, declaration) : []),
    ...findingsOf(body),
    ...(Result.isSuccess(body) ? missing("body", body.success.always, declaration) : []),
  ]
}

/**
 * Fills a template. Required tags are not asked for again: what was saved is sent, even when the declaration has grown since.
 * Errors: `TemplateRefused`; `ValueRefused` for a value that its variable cannot have, or a printed variable without one.
 */
export const render = (
  template: MessageTemplate,
  declaration: Declaration,
  values: Values,
): Result.Result<Rendered, MessageTemplateError> =>
  Result.gen(function* () {
    const body = yield* refused(checkBody(template.body, declaration))
    const subject = yield* renderLine(template.subject, declaration, values)
    const bodyHtml = yield* Result.mapError(body.toHtml(values), (error) =>
      error._tag === "ValueRefused"
        ? error
        : new TemplateRefused({
            findings: [{ part: "body", line: 1, column: 1, code: error.reason, sentence: error.detail }],
          }),
    )
    return { subject, bodyHtml, bodyText: readable(bodyHtml) }
  })

/** Fills a line alone, by the rules of a subject. Errors: those of `render`. */
export const renderLine = (
  line: string,
  declaration: Declaration,
  values: Values,
): Result.Result<string, MessageTemplateError> =>
  Result.gen(function* () {
    const { program } = yield* refused(checkSubject(line, declaration))
    return oneLine(yield* run.fill(program, yield* context(declaration, values, (value) => value)))
  })

/** What was read of a declaration's templates: reading one takes longer than filling it, and the same go out again and again. */
const read = (variables: Declaration["variables"]) => ({
  subject: Remembered.by((subject) => grammar.parse("subject", subject, maxSubject, { variables })),
  body: Remembered.by((body) => markdownBody.check(body, { variables })),
})
const reads = new WeakMap<Declaration["variables"], ReturnType<typeof read>>()

const readOf = ({ variables }: Declaration) => {
  const known = reads.get(variables) ?? read(variables)
  reads.set(variables, known)
  return known
}

const checkSubject = (subject: string, declaration: Declaration) => readOf(declaration).subject(subject)

const checkBody = (body: MessageTemplate["body"], declaration: Declaration) =>
  typeof body === "string" ? readOf(declaration).body(body) : tiptapBody.check(body.tiptap, declaration)

const findingsOf = <A>(checked: Result.Result<A, ReadonlyArray<Finding>>): ReadonlyArray<Finding> =>
  Result.isFailure(checked) ? checked.failure : []

const refused = <A>(checked: Result.Result<A, ReadonlyArray<Finding>>): Result.Result<A, TemplateRefused> =>
  Result.mapError(checked, (findings) => new TemplateRefused({ findings }))

/** M19, C8: a required tag that the author took out, or hid behind a condition. */
const missing = (
  part: Finding["part"],
  always: ReadonlySet<string>,
  declaration: Declaration,
): ReadonlyArray<Finding> =>
  Object.entries(declaration.variables).flatMap(([name, { description, ...variable }]): ReadonlyArray<Finding> => {
    const isRequired = part === "body" ? variable.required : variable.requiredInSubject
    if (isRequired !== true || always.has(name)) return []
    const sentence = `The ${part} must show {{${name}}} (${description}) in every case: not only inside an {{#if}} or {{#each}}.`
    return [{ part, line: 1, column: 1, code: "missing-tag", sentence }]
  })

const longestSubject = 200

/** A header is one line: line ends and control characters become spaces, and what is too long for a list of mails is cut (S42). */
const oneLine = (text: string): string => {
  const line = text.replace(/[\p{Cc}\p{Z}]+/gu, " ").trim()
  // no letter is shorter than one unit
  if (line.length <= longestSubject) return line
  const letters = [...new Intl.Segmenter().segment(line)]
  const shown = letters.length > longestSubject ? [...letters.slice(0, longestSubject - 1), { segment: "…" }] : letters
  return shown.map(({ segment }) => segment).join("")
}
