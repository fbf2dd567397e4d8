/**
 * Forms as they arrive: the *fields* that a page of ours sent, and, where a form takes them, its files, one after the
 * other while they stream in. Text is made regular once, here: line ends are LF, control characters are gone.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as CurrentRequest from "../Observability/CurrentRequest.ts"
import { ByteSize } from "../platform/Files.ts"
import type { HttpServerRequest } from "../platform/Http.ts"
import { HttpIncomingMessage, Multipart } from "../platform/Http.ts"
import * as MultipartFiles from "../Uploads/MultipartFiles.ts"

/** What was sent is too large or breaks off, or it is no form as the page sends it. */
export class FormUnreadable extends Schema.TaggedError<FormUnreadable>()("FormUnreadable", {
  reason: Schema.Literals(["broken", "type"]),
}) {}

const broken = () => new FormUnreadable({ reason: "broken" })

export interface Form {
  /** The field's text; empty when it was not sent. */
  readonly text: (name: string) => string
  /** Every value of a field that may stand several times. */
  readonly all: (name: string) => ReadonlyArray<string>
  /** The field exactly as sent: a password. */
  readonly exact: (name: string) => string
}

type Pair = readonly [name: string, value: string]

const regular = (value: string) => value.replace(/\r\n?/g, "\n").replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "")

/** The form that these fields make. `pairs` may still grow while a form is being read. */
export const from = (pairs: ReadonlyArray<Pair>): Form => {
  const exact = (name: string) => pairs.find(([key]) => key === name)?.[1] ?? ""
  return {
    text: (name) => regular(exact(name)),
    all: (name) => pairs.filter(([key]) => key === name).map(([, value]) => regular(value)),
    exact,
  }
}

const maxText = ByteSize.mebibytes(1)

/** Reads a form without files: at most 1 MiB. */
export const read = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<Form, FormUnreadable> =>
  request.urlParamsBody.pipe(
    Effect.provideService(HttpIncomingMessage.MaxBodySize, maxText),
    Effect.map((parameters) =>
      from([...parameters].map(([name, value]) => [name, typeof value === "string" ? value : Redacted.value(value)])),
    ),
    Effect.mapError(broken),
  )

/** All names and texts of a form with files together, in characters; a questionnaire can be long. */
const maxTextBesideFiles = 8 * 1024 * 1024
/** All files of a form together, in bytes, also those that nobody wants. */
const maxFiles = 250_000_000

/**
 * Reads a form with files. `take` gets each file with the fields that stood before it in the form, so a form carries
 * its token first; what it leaves of the file is dropped. A file that is not whole fails while it is read. A field may
 * have 5 MiB, the text of a form 8 MiB, its files 250 MB.
 */
export const readWithFiles = <E, R>(
  request: HttpServerRequest.HttpServerRequest,
  take: (file: Multipart.File, form: Form) => Effect.Effect<void, E, R>,
): Effect.Effect<Form, FormUnreadable | E, R> => {
  if (!/^multipart\/form-data\b/i.test(request.headers["content-type"] ?? "")) {
    return Effect.fail(new FormUnreadable({ reason: "type" }))
  }
  const pairs: Array<Pair> = []
  const form = from(pairs)
  let [text, arrived] = [0, 0]
  const collect = ({ key, value }: Multipart.Field): Effect.Effect<void, Multipart.MultipartError> => {
    text += key.length + value.length
    if (text > maxTextBesideFiles) return tooLarge
    pairs.push([key, value])
    return CurrentRequest.typed(key, value)
  }
  const onFile = (file: Multipart.File): Effect.Effect<void, E | Multipart.MultipartError, R> => {
    const content = Stream.tap(file.content, ({ length }) => {
      arrived += length
      return arrived > maxFiles ? tooLarge : Effect.void
    })
    return Effect.andThen(take({ ...file, content }, form), Stream.runDrain(content))
  }
  const onPart = (part: Multipart.Part): Effect.Effect<void, E | Multipart.MultipartError, R> =>
    Multipart.isFile(part) ? onFile(part) : collect(part)
  return MultipartFiles.forEach(request.multipartStream, onPart).pipe(
    Effect.mapError((error) => (error instanceof Multipart.MultipartError ? broken() : error)),
    Effect.provideContext(
      Multipart.limitsServices({ maxParts: 500, maxFieldSize: ByteSize.mebibytes(5), fieldMimeTypes: [] }),
    ),
    // the parser has no total: one met in the middle of a file would end it as if it were complete (effect4.md §7)
    Effect.provideService(HttpIncomingMessage.MaxBodySize, undefined),
    Effect.as(form),
  )
}

const tooLarge = Effect.fail(Multipart.MultipartError.fromReason("BodyTooLarge"))

/** Reads a file that nobody wants to its end, so that the form behind it can be read. */
export const skip = (file: Multipart.File): Effect.Effect<void, FormUnreadable> =>
  Stream.runDrain(file.content).pipe(Effect.mapError(broken))

/** A file as text, at most 5 MiB. What is no UTF-8 shows as replacement characters. */
export const textOf = (file: Multipart.File): Effect.Effect<string, FormUnreadable> =>
  file.content.pipe(
    Stream.mapError(broken),
    Stream.limitBytes(ByteSize.mebibytes(5), () => Stream.fail(broken())),
    Stream.decodeText(),
    Stream.runFold(
      () => "",
      (text, chunk) => text + chunk,
    ),
  )
