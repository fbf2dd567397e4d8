/**
 * What happens when a section's form is sent. Whatever was written is saved, right or wrong, and only then judged; the
 * customer goes on when nothing is wrong, comes back to the page with what is, or goes where the button said.
 */
import type { ClientRequest, Questionnaire } from "@requite/core"
import { Answers, Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import type { Current, RequestNotFound } from "../ClientRequests.ts"
import { ClientRequests } from "../ClientRequests.ts"
import type { HttpServerRequest } from "../platform/Http.ts"
import { Uploads } from "../Uploads.ts"
import { questionAnchor, viewOf } from "./kinds.ts"
import type { Issue } from "./Problems.ts"
import type { NotOurs, Sent, TooMuch } from "./SectionForm.ts"
import * as SectionForm from "./SectionForm.ts"
import { actions } from "./SectionPage.ts"
import type { Session } from "./Session.ts"
import { paths } from "./Session.ts"

/** Where the customer is now: on another page, or on this one with something to put right. */
export type Outcome =
  | { readonly type: "go"; readonly to: string }
  | { readonly type: "wrong"; readonly issues: ReadonlyArray<Issue>; readonly typed: Answers.Answers }
  | { readonly type: "stale"; readonly typed: Answers.Answers }

export const post = Effect.fnUntraced(function* (
  session: Session,
  section: Questionnaire.Section,
): Effect.fn.Return<
  Outcome,
  NotOurs | TooMuch | RequestNotFound | ClientRequest.Refusal,
  ClientRequests | Uploads | Crypto.Crypto | HttpServerRequest.HttpServerRequest
> {
  const { customer } = session
  const sent = yield* SectionForm.receive(customer, section)
  const typed = read(section, sent)
  const saved = yield* save(session, section, sent, typed)
  if (saved.type === "stale") return { type: "stale", typed }
  if (saved.type === "refused") return { type: "wrong", issues: [...saved.issues, ...sent.refused], typed }
  yield* removeFile(session, sent)
  const requests = yield* ClientRequests
  return judge(session, section, sent, yield* requests.current(customer))
})

/** The answers that the form's fields carry; files have come another way. */
const read = (section: Questionnaire.Section, { fields }: Sent): Answers.Answers =>
  Object.fromEntries(
    section.items
      .map((question) => [question.id, viewOf(question).read(question, fields)] as const)
      .filter(([, answer]) => answer !== undefined),
  )

/** Saved it is whatever it says, as long as the questions are those that were answered. */
const save = Effect.fnUntraced(function* (
  { customer }: Session,
  section: Questionnaire.Section,
  { revision, refusal }: Sent,
  answers: Answers.Answers,
) {
  const requests = yield* ClientRequests
  const saving =
    refusal === null
      ? requests.save(customer, { revision, answers, visited: section.id }, yield* Crypto.uuid)
      : Effect.fail(refusal)
  return yield* saving.pipe(
    Effect.as({ type: "saved" } as const),
    Effect.catchTags({
      AnswersRefused: ({ issues }) => Effect.succeed({ type: "refused", issues } as const),
      Refusal: (refusal) => (isStale(refusal) ? Effect.succeed({ type: "stale" } as const) : Effect.fail(refusal)),
    }),
  )
})

const isStale = ({ reasons }: ClientRequest.Refusal): boolean =>
  reasons.length > 0 && reasons.every(({ code }) => code === "stale-revision" || code === "file-limit")

/** "Remove" beside a file. One that is gone already is what was wanted. */
const removeFile = Effect.fnUntraced(function* ({ customer }: Session, { fields, revision }: Sent) {
  const file = fields.get("remove")?.[0]
  if (file === undefined) return
  const uploads = yield* Uploads
  yield* uploads
    .remove(customer, { revision, file })
    .pipe(
      Effect.catchTag("Refusal", (refusal) =>
        refusal.reasons.every(({ code }) => code === "file-unknown") ? Effect.void : Effect.fail(refusal),
      ),
    )
})

/** All is saved: where to, after this button? */
const judge = (
  { customer: { handle }, current: before }: Session,
  section: Questionnaire.Section,
  { fields, refused }: Sent,
  current: Current,
): Outcome => {
  const go = (to: string): Outcome => ({ type: "go", to })
  const wrong = (issues: ReadonlyArray<Issue>): Outcome => ({ type: "wrong", issues, typed: {} })
  const here = (question: string | undefined) =>
    go(paths.section(handle, section.id) + (question === undefined ? "" : `#${questionAnchor(question)}`))
  if (refused.length > 0) return wrong(refused)
  const removed = fields.get("remove")?.[0]
  if (removed !== undefined) return here(before.request.files.find(({ id }) => id === removed)?.question)
  const [action = actions.next, question] = fields.get("action")?.[0]?.split(":") ?? []
  if (action === actions.upload) return here(section.items.find(({ id }) => id === question)?.id)
  if (action === actions.list) return go(paths.list(handle))
  const { questionnaire } = current.stored
  const issues =
    action === actions.skip
      ? Answers.validateSection(questionnaire, section, current.answers, { draft: true })
      : Answers.validateSection(questionnaire, section, Answers.given(questionnaire, current.answers))
  return issues.length > 0 ? wrong(issues) : go(after(section, handle, current))
}

/** The next section that is not done; after the last one the review, or the list while something is missing. */
const after = (section: Questionnaire.Section, handle: string, current: Current): string => {
  const progress = Answers.progress(current.stored.questionnaire, current.answers, current.visited)
  const here = progress.findIndex(({ id }) => id === section.id)
  const next = progress.slice(here + 1).find(({ state }) => state !== "done")
  if (next !== undefined) return paths.section(handle, next.id)
  return progress.every(({ state }) => state === "done") ? paths.review(handle) : paths.list(handle)
}
