/** Handlers of the group `customer`. Whoever comes here has been let in by the guard; what closes meanwhile is dead. */
import { Access, Api, Failure } from "@requite/api"
import { Crypto, Questionnaire } from "@requite/core"
import * as upload from "@requite/core/QuestionKind/upload"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../ClientRequests.ts"
import { Config } from "../Config.ts"
import { sessionCookie } from "../Customer.ts"
import { CustomerAccess } from "../CustomerAccess.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { HttpEffect, HttpServerRequest, type Multipart } from "../platform/Http.ts"
import { HttpApiBuilder } from "../platform/HttpApi.ts"
import * as MultipartFiles from "../Uploads/MultipartFiles.ts"
import { Uploads } from "../Uploads.ts"
import * as downloads from "./downloads.ts"
import * as failures from "./failures.ts"
import * as views from "./views.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "customer",
  Effect.fn(function* (handlers) {
    const access = yield* CustomerAccess
    const config = yield* Config
    const crypto = yield* Crypto.Crypto
    const requests = yield* ClientRequests
    const uploads = yield* Uploads

    const uuid = Effect.provideService(Crypto.uuid, Crypto.Crypto, crypto)
    const current = Effect.flatMap(Access.CurrentCustomer, (customer) => requests.current(customer)).pipe(
      Effect.mapError(() => new Failure.LinkDead()),
    )

    return handlers.handleAll({
      claim: Effect.fn(function* ({ payload }) {
        const request = yield* HttpServerRequest.HttpServerRequest
        if (!PageSecurity.isSameOrigin(config, request)) return yield* new Failure.NotFromHere()
        const { handle, secret } = yield* Effect.mapError(access.claim(payload.token), () => new Failure.LinkDead())
        yield* HttpEffect.appendPreResponseHandler((_request, response) =>
          Effect.succeed(PageSecurity.setCookie(config, response, sessionCookie(handle), secret)),
        )
        return { handle }
      }),
      get: Effect.fn(function* () {
        return views.fill(yield* Access.CurrentCustomer, yield* current)
      }),
      save: Effect.fn(function* ({ payload }) {
        yield* requests.save(yield* Access.CurrentCustomer, payload, yield* uuid).pipe(
          Effect.catchTags({
            ...failures.customerRefusal,
            AnswersRefused: ({ issues }) =>
              Effect.fail(new Failure.AnswersRefused({ issues: issues.map(views.issue) })),
          }),
        )
        return views.saved(yield* current)
      }),
      upload: Effect.fn(function* ({ params, query, payload }) {
        const customer = yield* Access.CurrentCustomer
        const { stored } = yield* current
        const question = Questionnaire.question(stored.questionnaire, params.question)
        if (question === undefined || !upload.isUpload(question)) return yield* failures.notFound("question")
        const { revision } = query
        const files = yield* MultipartFiles.each(payload, (file) =>
          uploads.receive(customer, { ...file, question, revision }),
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
        return downloads.response(yield* uploads.downloadFor(yield* Access.CurrentCustomer, params.file))
      }, Effect.catchTags(failures.noFile)),
      remove: Effect.fn(function* ({ params, query }) {
        const { revision } = query
        yield* uploads.remove(yield* Access.CurrentCustomer, { revision, file: params.file })
      }, Effect.catchTags(failures.customerRefusal)),
      submit: Effect.fn(function* ({ payload }) {
        const request = yield* requests.submit(yield* Access.CurrentCustomer, payload.revision, yield* uuid)
        return views.receipt(request) ?? (yield* new Failure.LinkDead())
      }, Effect.catchTags(failures.customerRefusal)),
    })
  }),
)

const refused = (question: string, code: string) =>
  new Failure.UploadRefused({ name: "", question, problems: [{ code, values: {} }] })

/** The form itself is wrong, whatever its files are. */
const broken = (question: string, { _tag }: Multipart.MultipartErrorReason) => {
  if (_tag === "TooManyParts") return refused(question, "upload-too-many")
  return refused(question, _tag === "BodyTooLarge" || _tag === "FileTooLarge" ? "upload-too-large" : "upload-broken")
}
