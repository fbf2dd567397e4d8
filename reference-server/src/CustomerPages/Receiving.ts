/** What happens when the page to upload to is sent: its files are the firm's as they come in, or one of one's own goes. */
import type { ClientRequest, Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import type { ClientRequests, RequestNotFound } from "../ClientRequests.ts"
import type { HttpServerRequest } from "../platform/Http.ts"
import type { SessionFile } from "../Uploads.ts"
import { Uploads } from "../Uploads.ts"
import type { Issue } from "./Problems.ts"
import type { NotOurs, TooMuch } from "./SectionForm.ts"
import * as SectionForm from "./SectionForm.ts"
import type { Session } from "./Session.ts"
import { actions, uploadsIn } from "./UploadPage.ts"

export type Outcome =
  | { readonly type: "received"; readonly count: number }
  | { readonly type: "wrong"; readonly issues: ReadonlyArray<Issue> }
  | { readonly type: "stale" }

/** What this session has brought and is still there, and what of it was infected: only here is the customer told. */
export const own = Effect.fnUntraced(function* ({ customer, current }: Session) {
  const uploads = yield* Uploads
  const there = new Set(current.request.files.map(({ id }) => id))
  return (yield* uploads.ofSession(customer)).filter(
    ({ file, scan }): boolean => there.has(file.id) || scan === "infected",
  ) satisfies ReadonlyArray<SessionFile>
})

export const post = Effect.fnUntraced(function* (
  session: Session,
): Effect.fn.Return<
  Outcome,
  NotOurs | TooMuch | RequestNotFound | ClientRequest.Refusal,
  ClientRequests | Uploads | Crypto.Crypto | HttpServerRequest.HttpServerRequest
> {
  const { customer, current, filling } = session
  const sent = yield* SectionForm.receive(
    customer,
    current.stored.questionnaire.sections,
    yield* SectionForm.attached(customer),
  )
  const { refusal, refused, taken, fields, revision } = sent
  if (refusal !== null) {
    return refusal.reasons.every(({ code }) => code === "stale-revision") ? { type: "stale" } : yield* refusal
  }
  if (refused.length > 0) return { type: "wrong", issues: refused }
  const [removed] = fields.get("remove") ?? []
  if (removed !== undefined) {
    const uploads = yield* Uploads
    const gone = yield* Effect.result(uploads.remove(customer, { revision, file: removed }))
    return gone._tag === "Failure" && gone.failure._tag === "Refusal" && isStale(gone.failure)
      ? { type: "stale" }
      : { type: "received", count: 0 }
  }
  const [first] = uploadsIn(filling)
  const isStaying = fields.get("action")?.includes(actions.stay) === true
  if (taken.length > 0 || first === undefined || isStaying) return { type: "received", count: taken.length }
  const missing = { code: "required", question: first.question.id, pointer: `/${first.question.id}`, values: {} }
  return { type: "wrong", issues: [missing] }
})

const isStale = ({ reasons }: ClientRequest.Refusal): boolean => reasons.every(({ code }) => code === "stale-revision")
