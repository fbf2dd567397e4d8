/** Making a request and changing one: the form is judged, previewed, kept as a draft, or sent. */
import { ClientRequest, JsonText, RequestPolicy } from "@requite/core"
import type * as upload from "@requite/core/QuestionKind/upload"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { ClientRequests } from "../ClientRequests.ts"
import * as PageSecurity from "../PageSecurity.ts"
import type { Multipart } from "../platform/Http.ts"
import { Questionnaires, type Stored } from "../Questionnaires.ts"
import { Uploads } from "../Uploads.ts"
import * as DocumentList from "./DocumentList.ts"
import type { Mistake } from "./Field.ts"
import type { Form } from "./Form.ts"
import * as RequestForm from "./RequestForm.ts"
import type { Filled, Judged } from "./RequestForm.ts"
import * as RequestFormPage from "./RequestFormPage.ts"
import * as RequestPage from "./RequestPage.ts"
import { refusal, uploadProblem } from "./RequestWords.ts"
import * as Routes from "./Routes.ts"
import { commandOf, idPart, isId, NotHere, type Visit } from "./Visit.ts"
import { today } from "./Words.ts"

type Before = { readonly request: ClientRequest.State; readonly stored: Stored }

export const routes = [
  Routes.page("/requests/new", (visit) =>
    Effect.gen(function* () {
      const filled = yield* start(visit)
      const judged = yield* RequestForm.judge(visit, filled, "show", null)
      return yield* RequestFormPage.show(visit, { before: null, filled, judged, mistakes: [] })
    }),
  ),
  Routes.actionWithFiles("/requests/new", (visit) =>
    withAttachments(visit, (form, files) => take(visit, form, files, null)),
  ),
  Routes.page("/requests/:id/edit", (visit) =>
    Effect.gen(function* () {
      const before = yield* editable(visit)
      if (before._tag === "Fixed") return yield* RequestPage.show(visit, { refused: before.refused })
      const filled = RequestForm.of(before.request, before.stored)
      const judged = yield* RequestForm.judge(visit, filled, "show", before.request)
      return yield* RequestFormPage.show(visit, { before: before.request, filled, judged, mistakes: [] })
    }),
  ),
  Routes.actionWithFiles("/requests/:id/edit", (visit) =>
    withAttachments(visit, (form, files) =>
      Effect.gen(function* () {
        const id = yield* idPart(visit, "id")
        const { current } = yield* (yield* ClientRequests).overview(visit.workspace.id, id)
        return yield* take(visit, form, files, current)
      }),
    ),
  ),
]

interface Files {
  readonly arrived: ReadonlyArray<upload.FileRef>
  readonly mistakes: ReadonlyArray<Mistake>
}

/** Takes the documents of the firm as they come in; those that are refused become mistakes of the form. */
const withAttachments = <A, E, R>(visit: Visit, carryOut: (form: Form, files: Files) => Effect.Effect<A, E, R>) => {
  const arrived: Array<upload.FileRef> = []
  const mistakes: Array<Mistake> = []
  const mistake = (sentence: string) => void mistakes.push({ field: "attachments", sentence })
  return {
    take: (file: Multipart.File) =>
      Effect.gen(function* () {
        const uploads = yield* Uploads
        arrived.push(yield* uploads.receiveAttachment(visit.member, { name: file.name, content: file.content }))
      }).pipe(
        Effect.catchTag("UploadRefused", ({ problems }) =>
          Effect.sync(() => problems.forEach(({ code, values }) => mistake(uploadProblem(visit.words, code, values)))),
        ),
      ),
    carryOut: (form: Form, valid: boolean) => {
      if (!valid) mistakes.unshift({ field: "main", sentence: visit.words.t("form.renewed") })
      return carryOut(form, { arrived, mistakes })
    },
  }
}

/** The form at its start: empty, for a questionnaire, to oneself, or once more what was asked before (P29). */
const start = Effect.fnUntraced(function* (visit: Visit) {
  const questionnaires = yield* Questionnaires
  const blank = RequestForm.blank(visit)
  const from = visit.query("from")
  const filled = from === "" ? blank : yield* again(visit, from)
  const wanted = visit.query("questionnaire")
  const stored = wanted === "" ? null : yield* questionnaires.get(visit.workspace.id, wanted)
  const isToMe = visit.query("to") === "me"
  const { name, email } = visit.member
  return {
    ...filled,
    ...(stored === null ? {} : { what: "questionnaire" as const, questionnaire: RequestForm.choice(stored.ref) }),
    ...(isToMe ? { name, email } : {}),
  }
})

/** What was asked, of the same person, on the questionnaire as it is now; a day that has passed is left out. */
const again = Effect.fnUntraced(function* (visit: Visit, id: string) {
  if (!isId(id)) return yield* new NotHere()
  const { current } = yield* (yield* ClientRequests).overview(visit.workspace.id, id)
  const before = RequestForm.of(current.request, current.stored)
  const { ref } = yield* (yield* Questionnaires).get(visit.workspace.id, current.stored.ref.id)
  return {
    ...before,
    questionnaire: before.what === "questionnaire" ? RequestForm.choice(ref) : "",
    due: before.due < today(visit.words) ? "" : before.due,
  }
})

/** The request to change, or why it cannot be changed any more. */
const editable = Effect.fnUntraced(function* (visit: Visit) {
  const id = yield* idPart(visit, "id")
  const { current } = yield* (yield* ClientRequests).overview(visit.workspace.id, id)
  const by = { kind: "member", id: visit.member.id } as const
  const command = { type: "Edit", id: "probe", at: visit.words.now, by, details: {} } as const
  const decision = ClientRequest.decide(command, current.request)
  return Result.isFailure(decision)
    ? { _tag: "Fixed" as const, refused: decision.failure }
    : { _tag: "Open" as const, request: current.request, stored: current.stored }
})

const take = Effect.fnUntraced(function* (visit: Visit, form: Form, files: Files, before: Before | null) {
  const { words } = visit
  const request = before?.request ?? null
  const there = yield* (yield* Uploads).attachments(visit.member, form.all("attachment").filter(isId))
  const read = RequestForm.read(form, [...there, ...files.arrived])
  const filled = request === null ? read : { ...read, ...fixed(request) }
  const purpose = RequestForm.purposeOf(form)
  const judged = yield* RequestForm.judge(visit, filled, purpose, request)
  const mistakes = [...files.mistakes, ...judged.mistakes]
  const back = (refused?: ClientRequest.Refusal, more: ReadonlyArray<Mistake> = []) =>
    RequestFormPage.show(visit, {
      before: request,
      filled,
      judged,
      mistakes: [...mistakes, ...more],
      ...(refused === undefined ? {} : { refusal: refusal(words, refused) }),
    })
  if (purpose === "preview" || mistakes.length > 0) return yield* back()

  const command = commandOf(visit, form)
  const details = yield* completed(visit, filled, judged, request?.id ?? command)
  const kept = yield* Effect.result(keep(visit, request, filled, details, command))
  if (Result.isFailure(kept)) {
    return kept.failure._tag === "Refusal" ? yield* back(kept.failure) : yield* kept.failure
  }
  // the same form came before, with other content: what it made stands, and this makes another
  if (!isSame(kept.success.details, details)) {
    return yield* back(undefined, [{ field: "main", sentence: words.t("form.sentBefore") }])
  }
  const { id } = kept.success
  if (purpose === "save") return PageSecurity.seeOther(visit.config, `/requests/${id}?done=saved`)
  return yield* RequestPage.carriedOut(
    visit,
    id,
    "sent",
    (yield* ClientRequests).send(visit.member, id, `${command}:send`),
  )
})

/** What a form cannot change any more, whatever it says: the rules, and the address once it was sent to. */
const fixed = ({ details, policy, sentAt }: ClientRequest.State): Partial<Filled> => ({
  policy: RequestForm.policyOf(policy.name),
  ...(sentAt === null ? {} : { email: details.recipient.email }),
})

/** The details with what is asked stored, if that was written here. */
const completed = (visit: Visit, filled: Filled, { details, lines }: Judged, requestId: string) => {
  if (filled.what === "questionnaire") return Effect.succeed(details)
  const asked = { title: details.title, language: details.recipient.language, lines }
  return Effect.map(DocumentList.store(visit.workspace.id, requestId, asked), ({ ref }) => ({
    ...details,
    questionnaire: ref,
  }))
}

/** Makes the request, or changes it where something changed. */
const keep = Effect.fnUntraced(function* (
  visit: Visit,
  request: ClientRequest.State | null,
  filled: Filled,
  details: ClientRequest.Details,
  command: string,
) {
  const requests = yield* ClientRequests
  const policy = RequestPolicy.presets[filled.policy]
  if (request === null) return yield* requests.create(visit.member, { details, policy }, command)
  if (isSame(request.details, details)) return request
  return yield* requests.edit(visit.member, request.id, details, `${command}:edit`)
})

const isSame = (one: ClientRequest.Details, other: ClientRequest.Details): boolean =>
  JsonText.canonical(one) === JsonText.canonical(other)
