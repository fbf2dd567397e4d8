/**
 * A section's form as the page's script sends it, while it is being typed (T16): saved like any other, and answered in
 * JSON. It moves nobody and judges nothing. A refusal is told by its status: 409 what is shown is no longer asked, or was
 * closed; 410 the request is over; 422 what no page of ours sends.
 */
import type { Questionnaire } from "@requite/core"
import * as Effect from "effect/Effect"
import { ClientRequests } from "../ClientRequests.ts"
import { HttpServerRequest } from "../platform/Http.ts"
import * as Answering from "./Answering.ts"
import * as Fields from "./Fields.ts"
import * as SectionForm from "./SectionForm.ts"
import type { Session } from "./Session.ts"
import * as Versions from "./Versions.ts"

/** Did a script of ours ask? */
export const isAsked = Effect.map(
  HttpServerRequest.HttpServerRequest,
  ({ headers }) => headers["accept"] === "application/json",
)

export type Answer =
  | {
      readonly status: 200
      readonly body: {
        readonly savedAt: number | null
        readonly revision: number
        /** What the form is to say from now on of the versions that it shows. */
        readonly seen: Versions.Seen
        /** Questions that somebody else wrote meanwhile: not saved. */
        readonly conflicts: ReadonlyArray<string>
      }
    }
  | {
      readonly status: 409 | 422
      readonly body: { readonly type: "stale" | "closed" | "refused"; readonly title: string }
    }

export const post = Effect.fnUntraced(function* (session: Session, section: Questionnaire.Section) {
  const { customer, current: before, reader } = session
  const sent = yield* SectionForm.receive(customer, [section], yield* SectionForm.attached(customer))
  const read = Fields.read(section.items, { fields: sent.fields, reader, place: [], before: before.answers })
  const saved = yield* Answering.save(session, sent, read)
  const requests = yield* ClientRequests
  if (saved.type !== "saved") return problem(saved.type)
  const current = yield* requests.current(customer)
  const conflicts = saved.conflicts.map(({ question }) => question)
  const posted = Versions.posted(section, sent.fields)
  const now = Versions.seen(current, section)
  const written = Object.keys(Versions.toWrite(read, sent.fields).answers).filter((id) => !conflicts.includes(id))
  const seen = {
    ...posted,
    ...Object.fromEntries(written.flatMap((id) => (now[id] === undefined ? [] : [[id, now[id]]]))),
  }
  return {
    status: 200,
    body: { savedAt: current.savedAt, revision: current.request.revision, seen, conflicts },
  } satisfies Answer
})

const titles = {
  stale: "The questions have changed: load the page again.",
  closed: "This section is complete and cannot be changed.",
  refused: "The answers are not of the shape that is asked.",
}

const problem = (type: "stale" | "closed" | "refused"): Answer => ({
  status: type === "refused" ? 422 : 409,
  body: { type, title: titles[type] },
})
