/** Handlers of the group `customer`. Whoever comes here has been let in by the guard; what closes meanwhile is dead. */
import { Access, Api, Failure } from "@requite/api"
import { Crypto, Questionnaire } from "@requite/core"
import { isFiles } from "@requite/core/AnswerKind/upload"
import * as upload from "@requite/core/QuestionKind/upload"
import * as Effect from "effect/Effect"
import { type AnswersRefused, ClientRequests, type Current } from "../ClientRequests.ts"
import type { Customer } from "../Customer.ts"
import type { Multipart } from "../platform/Http.ts"
import { HttpApiBuilder } from "../platform/HttpApi.ts"
import * as MultipartFiles from "../Uploads/MultipartFiles.ts"
import { Handouts } from "../Documents/Handouts.ts"
import { Downloads } from "../Downloads.ts"
import { Uploads } from "../Uploads.ts"
import * as Entrance from "./entrance.ts"
import * as conversations from "./conversations.ts"
import * as failures from "./failures.ts"
import * as views from "./views.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "customer",
  Effect.fn(function* (handlers) {
    const entrance = yield* Entrance.make
    const talking = yield* conversations.ofCustomer
    const crypto = yield* Crypto.Crypto
    const requests = yield* ClientRequests
    const uploads = yield* Uploads
    const downloads = yield* Downloads
    const handouts = yield* Handouts

    const uuid = Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)
    const current = Effect.flatMap(Access.CurrentCustomer, (customer) => requests.current(customer)).pipe(
      Effect.mapError(() => new Failure.LinkDead()),
    )

    /** Where anybody may upload, only one's own files are seen (S67). */
    const own = Effect.fnUntraced(function* (customer: Customer, all: Current) {
      if (all.request.policy.saving !== "immediate") return all
      const mine = new Set((yield* uploads.ofSession(customer)).map(({ file }) => file.id))
      const answers = Object.entries(all.answers).map(([id, answer]): readonly [string, unknown] => [
        id,
        isFiles(answer) ? answer.filter((file) => mine.has(file.id)) : answer,
      ])
      return {
        ...all,
        request: { ...all.request, files: all.request.files.filter(({ id }) => mine.has(id)) },
        answers: Object.fromEntries(answers),
      }
    })

    const saved = () => Effect.map(current, (now) => views.saved(now, []))

    return handlers.handleAll({
      ...entrance.handlers,
      ...talking,
      get: Effect.fn(function* () {
        const customer = yield* Access.CurrentCustomer
        const now = yield* own(customer, yield* current)
        const { id: workspaceId } = customer.workspace
        const given = yield* handouts.forCustomer(workspaceId, now.request.id)
        return views.fill(customer, now, given, yield* handouts.named(workspaceId, now.stored.questionnaire))
      }),
      latest: Effect.fn(function* () {
        return views.latest(yield* own(yield* Access.CurrentCustomer, yield* current))
      }),
      save: Effect.fnUntraced(function* ({ payload }) {
        const { conflicts, current: now } = yield* requests.save(yield* Access.CurrentCustomer, payload, yield* uuid)
        return views.saved(now, conflicts)
      }, Effect.catchTags(refusals)),
      upload: Effect.fn(function* ({ params, query, payload }) {
        const customer = yield* Access.CurrentCustomer
        const { request, stored } = yield* current
        const question = Questionnaire.question(stored.questionnaire, params.question)
        if (question === undefined || !upload.isUpload(question)) return yield* failures.notFound("question")
        const { revision } = query
        // where nothing is kept before the end, files wait for it
        const staged = request.policy.saving === "none"
        const files = yield* MultipartFiles.each(payload, (file) =>
          staged
            ? uploads.stage(customer, { ...file, question })
            : uploads.receive(customer, { ...file, question, revision }),
        ).pipe(
          Effect.catchTags({
            ...failures.customerRefusal,
            UploadRefused: ({ name, question: id, problems }) =>
              Effect.fail(new Failure.UploadRefused({ name, question: id, problems })),
            MultipartError: ({ reason }) => Effect.fail(broken(question.id, reason)),
          }),
        )
        if (files.length === 0) return yield* refused(question.id, "upload-missing")
        return { files }
      }),
      file: Effect.fn(function* ({ params }) {
        const customer = yield* Access.CurrentCustomer
        return yield* downloads.answer({
          workspaceId: customer.workspace.id,
          reader: customer.linkId,
          find: (part) => uploads.downloadFor(customer, params.file, part),
        })
      }, Effect.catchTags(failures.noFile)),
      remove: Effect.fn(function* ({ params, query }) {
        const { revision } = query
        yield* uploads.remove(yield* Access.CurrentCustomer, { revision, file: params.file })
      }, Effect.catchTags(failures.customerRefusal)),
      completeItem: Effect.fn(function* ({ params, payload }) {
        yield* requests.completeItem(yield* Access.CurrentCustomer, { ...payload, item: params.item }, yield* uuid)
        return yield* saved()
      }, Effect.catchTags(failures.customerRefusal)),
      reopenItem: Effect.fn(function* ({ params, payload }) {
        yield* requests.reopenItem(yield* Access.CurrentCustomer, { ...payload, item: params.item }, yield* uuid)
        return yield* saved()
      }, Effect.catchTags(failures.customerRefusal)),
      declineItem: Effect.fn(function* ({ params, payload }) {
        yield* requests.declineItem(yield* Access.CurrentCustomer, { ...payload, item: params.item }, yield* uuid)
        return yield* saved()
      }, Effect.catchTags(failures.customerRefusal)),
      finish: Effect.fn(function* ({ payload }) {
        const customer = yield* Access.CurrentCustomer
        const files = (yield* uploads.ofSession(customer)).filter(({ staged }) => staged)
        const request = yield* requests.finish(customer, { ...payload, files }, yield* uuid)
        const ids = files.map(({ file }) => file.id)
        yield* uploads.taken(customer, ids)
        return views.receipt(request) ?? (yield* new Failure.LinkDead())
      }, Effect.catchTags(refusals)),
      submit: Effect.fn(function* ({ payload }) {
        const customer = yield* Access.CurrentCustomer
        const request = yield* requests.submit(customer, payload.revision, yield* uuid).pipe(
          Effect.catchTags(failures.customerRefusal),
          // it is closed, perhaps because this session submitted it just before
          Effect.catchTag("LinkDead", () => Effect.map(entrance.receipt(customer.handle), (found) => found.request)),
        )
        return views.receipt(request) ?? (yield* new Failure.LinkDead())
      }),
    })
  }),
)

const refusals = {
  ...failures.customerRefusal,
  AnswersRefused: ({ issues }: AnswersRefused) =>
    Effect.fail(new Failure.AnswersRefused({ issues: issues.map(views.issue) })),
}

const refused = (question: string, code: string) =>
  new Failure.UploadRefused({ name: "", question, problems: [{ code, values: {} }] })

/** The form itself is wrong, whatever its files are. */
const broken = (question: string, { _tag }: Multipart.MultipartErrorReason) => {
  if (_tag === "TooManyParts") return refused(question, "upload-too-many")
  return refused(question, _tag === "BodyTooLarge" || _tag === "FileTooLarge" ? "upload-too-large" : "upload-broken")
}
