/** Handlers of the group `uploads`: what the two protocols answer, and what is refused in the words of the contract. */
import { Access, Api, Failure, Uploads as Contract } from "@requite/api"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../ClientRequests.ts"
import type { Customer } from "../Customer.ts"
import * as Entry from "../CustomerPages/Entry.ts"
import * as Problems from "../CustomerPages/Problems.ts"
import { HttpEffect, HttpServerRequest, HttpServerResponse } from "../platform/Http.ts"
import { HttpApiBuilder } from "../platform/HttpApi.ts"
import type { UploadRefused } from "../Uploads.ts"
import { InPieces } from "../Uploads/Arrivals.ts"
import * as Resumable from "../Uploads/Resumable.ts"
import * as Tus from "../Uploads/Tus.ts"
import * as failures from "./failures.ts"

/** These say that there is too much of it, and not that it is wrong: the protocol has a status for that. */
const isTooMuch = ({ problems }: Failure.UploadRefused): boolean =>
  problems.every(({ code }) => code === "upload-too-large" || code.startsWith("upload-no-room-"))

export const layer = HttpApiBuilder.group(
  Api,
  "uploads",
  Effect.fn(function* (handlers) {
    const arrivals = yield* InPieces
    const requests = yield* ClientRequests
    const tus = yield* Tus.make(arrivals)
    const resumable = yield* Resumable.make(arrivals)

    /** The sentence about a file in the words that the customer's page would have. */
    const sentence = Effect.fnUntraced(
      function* (customer: Customer, question: string, codes: Codes) {
        const { filling, reader } = yield* Entry.showing(customer, yield* requests.current(customer))
        const issues = codes.map(({ code, values }) => ({ code, question, pointer: `/${question}`, values }))
        return [...Problems.sentences(filling.questionnaire, issues, reader).values()].flat().join(" ")
      },
      Effect.provideService(ClientRequests, requests),
    )

    const refusedBy = Effect.fnUntraced(function* ({ name, question, problems }: UploadRefused) {
      const customer = yield* Access.CurrentCustomer
      const message = yield* sentence(customer, question, problems)
      return new Failure.UploadRefused({ name, question, problems, ...(message === "" ? {} : { message }) })
    })

    const became = Effect.fnUntraced(
      function* (customer: Customer, id: string) {
        const found = yield* arrivals.result(customer, id)
        switch (found.state) {
          case "arriving":
            return { state: found.state, offset: found.arrived, length: found.bytes }
          case "refused": {
            const { codes } = found.problem
            const message = yield* sentence(customer, found.question, codes)
            return { state: found.state, problem: { codes: codes.map(({ code }) => code), message } }
          }
          default: {
            const { state, file, duplicateOf } = found
            return { state, file, ...(duplicateOf === null ? {} : { duplicateOf }) } satisfies Contract.UploadResult
          }
        }
      },
      Effect.catchTag("ArrivalBusy", () => Effect.succeed({ state: "arriving" } as const)),
    )

    const whole = (customer: Customer) => (id: string) =>
      Effect.flatMap(became(customer, id), (result) =>
        Effect.orDie(HttpServerResponse.schemaJson(Contract.UploadResult)(result)),
      )

    const speak = Effect.fnUntraced(
      function* (id: string | null, asked: Resumable.Asked = {}) {
        const customer = yield* Access.CurrentCustomer
        const request = yield* HttpServerRequest.HttpServerRequest
        const isResumable = Resumable.isSpoken(request)
        const said = {
          // who asks how far it is may mean either
          ...(isResumable && request.method !== "HEAD" ? {} : { "tus-resumable": "1.0.0" }),
          ...(request.method === "OPTIONS" ? resumable.support : {}),
        }
        yield* HttpEffect.appendPreResponseHandler((_request, response) =>
          Effect.succeed(HttpServerResponse.setHeaders(response, said)),
        )
        const answered = isResumable ? resumable.answer(customer, id, asked, whole(customer)) : tus(customer, id)
        return yield* answered.pipe(
          Effect.catchTag("UploadRefused", (error) =>
            Effect.flatMap(refusedBy(error), (failure) =>
              isTooMuch(failure)
                ? Effect.orDie(HttpServerResponse.schemaJson(Failure.UploadRefused)(failure, { status: 413 }))
                : Effect.fail(failure),
            ),
          ),
        )
      },
      Effect.catchTags({ ...failures.customerRefusal, ArrivalGone: () => Effect.fail(new Failure.LinkDead()) }),
    )

    return handlers
      .handleRaw("options", () => speak(null))
      .handleRaw("create", ({ query }) => speak(null, query))
      .handleRaw("head", ({ params }) => speak(params.upload))
      .handleRaw("patch", ({ params }) => speak(params.upload))
      .handleRaw("remove", ({ params }) => speak(params.upload))
      .handle(
        "result",
        Effect.fn(
          function* ({ params }) {
            const customer = yield* Access.CurrentCustomer
            return yield* became(customer, params.upload)
          },
          Effect.catchTags({
            RequestNotFound: () => Effect.fail(new Failure.LinkDead()),
            ArrivalGone: () => Effect.fail(new Failure.LinkDead()),
          }),
        ),
      )
  }),
)

type Codes = UploadRefused["problems"]
