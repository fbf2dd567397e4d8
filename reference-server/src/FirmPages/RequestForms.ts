/**
 * Making a request and changing one: the form is judged, previewed, kept as a draft, scheduled, or sent. Under rules that
 * keep people apart, one form makes a request for each of them.
 */
import { ClientRequest, Crypto, JsonText } from "@requite/core"
import type * as upload from "@requite/core/QuestionKind/upload"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { ClientRequests } from "../ClientRequests.ts"
import * as Invitation from "../Invitation.ts"
import { MailTemplates } from "../MailTemplates.ts"
import { languages } from "../Messages.ts"
import * as PageSecurity from "../PageSecurity.ts"
import type { Multipart } from "../platform/Http.ts"
import { Questionnaires, type Stored } from "../Questionnaires.ts"
import * as RequestActions from "../RequestActions.ts"
import { RequestTemplates } from "../RequestTemplates.ts"
import { Uploads } from "../Uploads.ts"
import { WorkItems } from "../WorkItems.ts"
import * as DocumentList from "./DocumentList.ts"
import type { Mistake } from "./Field.ts"
import type { Form } from "./Form.ts"
import * as PolicyWords from "./PolicyWords.ts"
import * as RequestForm from "./RequestForm.ts"
import type { Filled } from "./RequestForm.ts"
import * as RequestFormPage from "./RequestFormPage.ts"
import * as RequestJudged from "./RequestJudged.ts"
import type { Judged } from "./RequestJudged.ts"
import * as RequestPage from "./RequestPage.ts"
import * as RequestTemplatePages from "./RequestTemplatePages.ts"
import { refusal, uploadProblem } from "./RequestWords.ts"
import * as Routes from "./Routes.ts"
import { commandOf, idPart, isId, NotHere, type Visit } from "./Visit.ts"
import { today } from "./Words.ts"

type Before = { readonly request: ClientRequest.State; readonly stored: Stored }

export const routes = [
  Routes.page("/requests/new", (visit) =>
    Effect.gen(function* () {
      const filled = yield* start(visit)
      const judged = yield* RequestJudged.judge(visit, filled, "show", null)
      const templates = yield* (yield* RequestTemplates).list(visit.workspace.id)
      return yield* RequestFormPage.show(visit, { before: null, filled, judged, mistakes: [], templates })
    }),
  ),
  Routes.actionWithFiles("/requests/new", (visit) =>
    withAttachments(visit, (form, files) => take(visit, form, files, null)),
  ),
  Routes.page("/requests/:id/edit", (visit) =>
    Effect.gen(function* () {
      const id = yield* idPart(visit, "id")
      const { current } = yield* (yield* ClientRequests).overview(visit.workspace.id, id)
      const editable = RequestActions.editable(current.request, visit.words.now)
      if (editable.size === 0) return yield* RequestPage.show(visit, fixedNow(visit, current.request))
      const filled = RequestForm.of(current.request, current.stored)
      const judged = yield* RequestJudged.judge(visit, filled, "show", current.request)
      return yield* RequestFormPage.show(visit, { before: current.request, editable, filled, judged, mistakes: [] })
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

/** Nothing can be changed: what the core says to an attempt. */
const fixedNow = ({ words }: Visit, request: ClientRequest.State) => {
  const attempt = { type: "Edit", id: "attempt", by: { kind: "member", id: "" }, at: words.now } as const
  const decision = ClientRequest.decide({ ...attempt, details: { title: `${request.details.title}.` } }, request)
  return Result.isFailure(decision) ? { refused: decision.failure } : {}
}

interface Files {
  readonly arrived: ReadonlyArray<upload.FileRef>
  readonly mistakes: ReadonlyArray<Mistake>
  /** The form is one that this page gave out: if not, nothing is carried out. */
  readonly isOurs: boolean
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
      return carryOut(form, { arrived, mistakes, isOurs: valid })
    },
  }
}

/** The form at its start: empty, for a questionnaire, to oneself, for some work, or once more what was asked (P29). */
const start = Effect.fnUntraced(function* (visit: Visit) {
  const questionnaires = yield* Questionnaires
  const blank = yield* inOwnWords(visit, RequestForm.blank(visit))
  const from = visit.query("from")
  const filled = from === "" ? blank : yield* again(visit, from)
  const wanted = visit.query("questionnaire")
  const stored = wanted === "" ? null : yield* questionnaires.get(visit.workspace.id, wanted)
  const isToMe = visit.query("to") === "me"
  const { name, email } = visit.member
  const policy = visit.query("policy")
  const template = visit.query("template")
  return {
    ...filled,
    ...(stored === null ? {} : { what: "questionnaire" as const, questionnaire: RequestForm.choice(stored.ref) }),
    ...(isToMe ? { rows: filled.rows.map((row) => ({ ...row, name, email })) } : {}),
    ...(policy === "" ? {} : { policy: PolicyWords.presetOf(policy) }),
    ...(yield* forWork(visit)),
    ...(template === "" ? {} : yield* RequestTemplatePages.begun(visit, template)),
  }
})

/** Where nobody wrote a message, the firm's own stands there, if it has one. */
const inOwnWords = Effect.fnUntraced(function* (visit: Visit, filled: Filled) {
  const isStandard = languages.some((one) => Invitation.defaultMessage(one).trim() === filled.message.trim())
  if (!isStandard) return filled
  const language = filled.rows[0]?.language ?? visit.workspace.language
  const own = yield* (yield* MailTemplates).find(visit.workspace.id, "invitation", language)
  return own === undefined ? filled : { ...filled, message: own.wording.body }
})

/** What is known of the work: its basket is what is asked, and whoever comes first in it is asked (P5, P10). */
const forWork = Effect.fnUntraced(function* (visit: Visit) {
  const workItem = visit.query("workItem")
  if (!isId(workItem)) return {}
  const workItems = yield* WorkItems
  return yield* Effect.gen(function* () {
    const [first] = yield* workItems.rolesOf(visit.workspace.id, workItem)
    const basket = visit.query("basket") === "no" ? [] : yield* workItems.basket(visit.workspace.id, workItem)
    return {
      workItem,
      ticked: first === undefined ? [] : [first.id],
      ...(basket.length > 0 ? { what: "basket" as const } : {}),
    }
  }).pipe(Effect.catchTag("WorkNotFound", () => new NotHere()))
})

/** What was asked, of the same people, on the questionnaire as it is now; a day that has passed is left out. */
const again = Effect.fnUntraced(function* (visit: Visit, id: string) {
  if (!isId(id)) return yield* new NotHere()
  const { current } = yield* (yield* ClientRequests).overview(visit.workspace.id, id)
  const before = RequestForm.of(current.request, current.stored)
  const { ref } = yield* (yield* Questionnaires).get(visit.workspace.id, current.stored.ref.id)
  return {
    ...before,
    rows: before.rows.map((row) => ({ ...row, id: "" })),
    questionnaire: before.what === "questionnaire" ? RequestForm.choice(ref) : "",
    due: before.due < today(visit.words) ? "" : before.due,
    dues: {},
  }
})

const take = Effect.fnUntraced(function* (visit: Visit, form: Form, files: Files, before: Before | null) {
  const { words } = visit
  const request = before?.request ?? null
  const kept = yield* (yield* Uploads).attachments(visit.member, form.all("attachment").filter(isId))
  const typed = RequestForm.read(form, [...kept, ...files.arrived])
  const read = before === null ? yield* inOwnWords(visit, typed) : typed
  const carried = request === null ? new Set(RequestActions.aspects) : RequestForm.carried(form)
  const filled =
    before === null ? read : { ...read, rows: sameAddresses(read.rows, before), ...asBefore(before, carried) }
  const purpose = RequestForm.purposeOf(form)
  const removed = RequestForm.removedTask(form)
  if (removed !== undefined && request === null && files.isOurs) yield* takeOut(visit, filled.workItem, removed)
  const command = commandOf(visit, form)
  const judged = yield* RequestJudged.judge(visit, filled, purpose, request, command)
  const mistakes = [...files.mistakes, ...judged.mistakes]
  const template = form.text("template")
  const back = (refused?: ClientRequest.Refused, more: ReadonlyArray<Mistake> = [], isKept = false) =>
    RequestFormPage.show(visit, {
      before: request,
      // what was typed stands there again, even if it can no longer be changed
      editable: carried,
      filled,
      judged,
      mistakes: [...mistakes, ...more],
      isKept,
      template,
      ...(refused === undefined ? {} : { refusal: refusal(words, refused, judged) }),
    })
  if (purpose === "preview" || mistakes.length > 0) return yield* back()
  if (purpose === "template") {
    if (request !== null) return yield* back()
    const wrong = yield* RequestTemplatePages.keep(visit, filled, template)
    return yield* back(undefined, wrong, wrong.length === 0)
  }

  const details = yield* completed(visit, filled, judged, request, command)
  const all = apart(judged, details)
  const ids = yield* idsOf(command, all.length)
  for (const [index, one] of all.entries()) {
    const result = yield* Effect.result(keep(visit, request, judged, one, ids[index] ?? command, carried))
    if (Result.isFailure(result)) {
      return result.failure._tag === "Refusal" ? yield* back(result.failure) : yield* result.failure
    }
    // the same form came before, with other content: what it made stands, and this makes another
    if (request === null && !isSame(result.success.details, one)) {
      return yield* back(undefined, [{ field: "main", sentence: words.t("form.sentBefore") }])
    }
  }
  return yield* finish(visit, purpose, judged, request === null ? ids : [request.id], command)
})

/** P9: what was taken out of the basket is not asked. */
const takeOut = (visit: Visit, workItem: string, task: string) =>
  Effect.flatMap(WorkItems, (workItems) =>
    isId(workItem) ? Effect.ignore(workItems.removeFromBasket(visit.workspace.id, workItem, task)) : Effect.void,
  )

/** Each on their own, where the rules keep people apart: one request for everybody (K27). */
const apart = ({ policy }: Judged, details: ClientRequest.Details): ReadonlyArray<ClientRequest.Details> =>
  policy.audience === "separate-views" && details.recipients.length > 1
    ? details.recipients.map((recipient) => ({ ...details, recipients: [recipient] }))
    : [details]

/** The ids of the requests that a form makes: its command's, and others that follow from it. */
const idsOf = (command: string, count: number): Effect.Effect<ReadonlyArray<string>, never, Crypto.Crypto> =>
  Effect.forEach(Array.from({ length: count }), (_, index) =>
    index === 0
      ? Effect.succeed(command)
      : Effect.map(Crypto.sha256Hex(`${command}:${index}`), (hex) =>
          hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-8$3-a$4-$5"),
        ),
  )

/** What the form says nothing of: it stays. */
const asBefore = ({ request, stored }: Before, carried: ReadonlySet<RequestActions.Aspect>): Partial<Filled> => {
  const before = RequestForm.of(request, stored)
  const { what, questionnaire, documents, title, description, attachments } = before
  return {
    policy: before.policy,
    workItem: before.workItem,
    ...(carried.has("structure") ? {} : { what, documents, title, description, attachments }),
    ...(carried.has("append") ? {} : { questionnaire }),
    ...(carried.has("due") ? {} : { due: before.due, dues: before.dues }),
    ...(carried.has("message") ? {} : { message: before.message }),
    ...(carried.has("reminders") ? {} : { reminding: before.reminding, everyDays: before.everyDays }),
    ...(carried.has("security") ? {} : { sensitive: before.sensitive, portalOnly: before.portalOnly }),
    ...(carried.has("recipients") ? {} : { rows: before.rows }),
  }
}

/** Where mail and codes of those go that it was sent to stays, whatever the form says: another person is another. */
const sameAddresses = (rows: Filled["rows"], { request }: Before): Filled["rows"] =>
  rows.map((row) => {
    const known = request.sentAt === null ? undefined : ClientRequest.recipientOf(request, row.id)
    return known === undefined ? row : { ...row, email: known.email, mobile: known.mobile }
  })

/** The details with what is asked stored, if that was written here or put together from the basket. */
const completed = Effect.fnUntraced(function* (
  visit: Visit,
  filled: Filled,
  { details, lines, source }: Judged,
  request: ClientRequest.State | null,
  command: string,
) {
  if (filled.what === "documents") {
    const asked = { title: details.title, language: details.recipients[0]?.language ?? "en", lines }
    const { ref } = yield* DocumentList.store(visit.workspace.id, request?.id ?? command, asked)
    return { ...details, questionnaire: ref }
  }
  if (source === null) return details
  const questionnaires = yield* Questionnaires
  const { stored } = yield* Effect.orDie(questionnaires.add(visit.workspace.id, source, { listed: false }))
  return { ...details, questionnaire: stored.ref }
})

/** Makes the request, or changes of it what the form speaks of. */
const keep = Effect.fnUntraced(function* (
  visit: Visit,
  request: ClientRequest.State | null,
  { policy }: Judged,
  details: ClientRequest.Details,
  id: string,
  carried: ReadonlySet<RequestActions.Aspect>,
) {
  const requests = yield* ClientRequests
  if (request === null) return yield* requests.create(visit.member, { details, policy }, id)
  const { title, description, attachments, questionnaire, due, dues, message, recipients, reminders, sensitivity } =
    details
  const changes: Partial<ClientRequest.Details> = {
    ...(carried.has("structure") ? { title, description, attachments } : {}),
    ...(carried.has("append") ? { questionnaire } : {}),
    ...(carried.has("due") ? { due, dues } : {}),
    ...(carried.has("message") ? { message } : {}),
    ...(carried.has("reminders") ? { reminders } : {}),
    ...(carried.has("security") ? { sensitivity } : {}),
    // what was never said is as good as no
    ...(carried.has("security") && details.portalOnly !== request.details.portalOnly
      ? { portalOnly: details.portalOnly === true }
      : {}),
    ...(carried.has("recipients") ? { recipients } : {}),
  }
  if (isSame({ ...request.details, ...changes }, request.details)) return request
  return yield* requests.edit(visit.member, request.id, changes, `${id}:edit`)
})

/** Sends or schedules what was kept, and leads there. */
const finish = Effect.fnUntraced(function* (
  visit: Visit,
  purpose: RequestForm.Purpose,
  { sendAt }: Judged,
  ids: ReadonlyArray<string>,
  command: string,
) {
  const requests = yield* ClientRequests
  const [first = command, ...others] = ids
  const done = purpose === "save" ? "saved" : purpose === "schedule" ? "scheduled" : "sent"
  const run = (id: string) => {
    if (purpose === "save") return Effect.void
    return purpose === "schedule" && sendAt !== null
      ? Effect.asVoid(requests.schedule(visit.member, id, sendAt, `${command}:schedule`))
      : Effect.asVoid(requests.send(visit.member, id, `${command}:send`))
  }
  for (const id of ids) {
    const result = yield* Effect.result(run(id))
    if (Result.isSuccess(result)) continue
    if (result.failure._tag !== "Refusal") return yield* result.failure
    return yield* RequestPage.show(visit, { id, refused: result.failure })
  }
  const to = others.length === 0 ? `/requests/${first}?done=${done}` : `/requests?done=${done}&count=${ids.length}`
  return PageSecurity.seeOther(visit.config, to)
})

const isSame = (one: ClientRequest.Details, other: ClientRequest.Details): boolean =>
  JsonText.canonical(one) === JsonText.canonical(other)
