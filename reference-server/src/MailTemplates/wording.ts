/**
 * The words of a mail to a customer: a template of a firm's, or the standard one, with values in place of its tags. What a
 * firm wrote was checked when it was saved; what still cannot be printed is said in the standard words, so that no mail
 * waits for a template.
 */
import { LocalText } from "@requite/core"
import { MessageTemplate, type SafeHtml } from "@requite/content"
import * as Result from "effect/Result"
import { translator } from "../Messages.ts"
import { declaration, type Kind, type Wording } from "./kinds.ts"
import { standard } from "./standard.ts"

/** A firm's own template in one language. */
export interface Own {
  /** BCP 47; any language, also one that we do not speak. */
  readonly language: string
  readonly wording: Wording
}

export interface Finding extends Omit<MessageTemplate.Finding, "part"> {
  readonly part: "subject" | "lead" | "body"
}

/** What the tags print this time; what is undefined is not known. */
export type Values = Readonly<Record<string, string | undefined>>

/** Ready for the layout. */
export interface Written {
  readonly subject: string
  readonly lead: string
  readonly body: { readonly html: SafeHtml.SafeHtml; readonly text: string }
}

/** The tags as one of the three texts may use them, required only where it is said. */
const tagsOf = (kind: Kind, part: Finding["part"]): MessageTemplate.Declaration => ({
  variables: Object.fromEntries(
    Object.entries(declaration(kind).variables).flatMap(([name, variable]) => {
      // the body is offered as the message of a new request, which is not numbered
      if (kind === "invitation" && part === "body" && name === "number") return []
      const required = part === "body" && variable.required === true
      const requiredInSubject = part === "subject" && variable.requiredInSubject === true
      return [[name, { ...variable, required, requiredInSubject }]]
    }),
  ),
})

/** The same each time, so that what was read by it can be remembered. */
const tags = new Map<string, MessageTemplate.Declaration>()
const tagsFor = (kind: Kind, part: Finding["part"]): MessageTemplate.Declaration => {
  const known = tags.get(`${kind} ${part}`) ?? tagsOf(kind, part)
  tags.set(`${kind} ${part}`, known)
  return known
}

/** Everything that is wrong with a template, at its place; empty when it may be saved. */
export const check = (kind: Kind, { subject, lead, body }: Wording): ReadonlyArray<Finding> => [
  ...emptiness(subject),
  ...MessageTemplate.check({ subject, body: "-" }, tagsFor(kind, "subject")),
  // one rule for both lines; what it says of the "subject" is about the lead here
  ...MessageTemplate.check({ subject: lead, body: "-" }, tagsFor(kind, "lead")).map((finding): Finding => ({
    ...finding,
    part: "lead",
    sentence: finding.sentence.replace(/^The subject/, "The preview line"),
  })),
  ...MessageTemplate.check({ subject: "-", body }, tagsFor(kind, "body")),
]

const emptiness = (subject: string): ReadonlyArray<Finding> =>
  subject.trim() === ""
    ? [{ part: "subject", line: 1, column: 1, code: "empty", sentence: "A mail needs a subject." }]
    : []

const fill = (
  kind: Kind,
  wording: Wording,
  values: Values,
): Result.Result<Written, MessageTemplate.MessageTemplateError> =>
  Result.gen(function* () {
    const { subject, lead, body } = wording
    const main = yield* MessageTemplate.render({ subject, body }, declaration(kind), values)
    const line = yield* MessageTemplate.renderLine(lead, tagsFor(kind, "lead"), values)
    return { subject: main.subject, lead: line, body: { html: main.bodyHtml, text: main.bodyText } }
  })

/** The standard words of a kind for a reader of these languages. */
export const standardFor = (kind: Kind, languages: ReadonlyArray<string>): Wording =>
  standard[kind][translator("mail", languages).language]

/** The words, and the language that they turned out to be in. */
export const write = (
  kind: Kind,
  own: Own | undefined,
  languages: ReadonlyArray<string>,
  values: Values,
): Written & { readonly language: string } => {
  const { language } = translator("mail", languages)
  const written = own === undefined ? undefined : fill(kind, own.wording, values)
  if (own !== undefined && written !== undefined && Result.isSuccess(written)) {
    return { ...written.success, language: own.language }
  }
  return { ...Result.getOrThrow(fill(kind, standard[kind][language], values)), language }
}

/** The same, for a template that is being written: with what cannot be printed. */
export const attempt = (
  kind: Kind,
  own: Own,
  values: Values,
): Result.Result<Written & { readonly language: string }, MessageTemplate.MessageTemplateError> =>
  Result.map(fill(kind, own.wording, values), (written) => ({ ...written, language: own.language }))

/** Which languages to look for a template in, the dearest first: `es-MX`, then `es`, then the firm's (M22). */
export const chain = (wanted: string, workspaceLanguage: string): ReadonlyArray<string> => [
  ...new Set([wanted, wanted.split("-")[0] ?? wanted, workspaceLanguage, workspaceLanguage.split("-")[0] ?? ""]),
]

const directions = new Map<string, "ltr" | "rtl">()

/** Do lines of this language run from right to left? */
export const direction = (language: string): "ltr" | "rtl" => {
  const known = directions.get(language) ?? directionOf(language)
  // whoever makes languages up gets no memory for them
  if (directions.size >= 500) directions.clear()
  directions.set(language, known)
  return known
}

const directionOf = (language: string): "ltr" | "rtl" => {
  try {
    const script = new Intl.Locale(language).maximize().script ?? ""
    return ["Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm", "Rohg"].includes(script) ? "rtl" : "ltr"
  } catch {
    return "ltr"
  }
}

/** A BCP 47 tag in its usual form (`es-MX`); null when it is none. */
export const languageTag = (text: string): string | null => {
  try {
    const [tag] = Intl.getCanonicalLocales(LocalText.oneLine(text).trim())
    return tag !== undefined && tag.length <= 35 && tag !== "und" ? tag : null
  } catch {
    return null
  }
}
