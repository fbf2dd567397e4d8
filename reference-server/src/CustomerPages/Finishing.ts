/**
 * What happens when the one page of a request that keeps nothing is sent (WholePage). Nothing of it is stored unless it is
 * all there: the page comes back with everything that was typed, and only the files that it brought wait for the next
 * try, for a day at most (L06). The page's script may ask beforehand what is still missing; that stores nothing either.
 */
import type { Answers, ClientRequest } from "@requite/core"
import { Crypto, QuestionKind } from "@requite/core"
import { placeOf } from "@requite/core/FillSession/Place"
import * as upload from "@requite/core/QuestionKind/upload"
import * as Effect from "effect/Effect"
import type { RequestNotFound } from "../ClientRequests.ts"
import { ClientRequests } from "../ClientRequests.ts"
import * as Filling from "../Filling.ts"
import type { HttpServerRequest } from "../platform/Http.ts"
import type { SessionFile } from "../Uploads.ts"
import { Uploads } from "../Uploads.ts"
import * as Answering from "./Answering.ts"
import * as Fields from "./Fields.ts"
import * as Items from "./Items.ts"
import * as News from "./News.ts"
import type { Issue } from "./Problems.ts"
import type { NotOurs, Sent, TooMuch } from "./SectionForm.ts"
import * as SectionForm from "./SectionForm.ts"
import type { Session } from "./Session.ts"
import { actions, shownIn } from "./WholePage.ts"

export type Outcome =
  | { readonly type: "finished" }
  | {
      readonly type: "again"
      readonly typed: Answers.Answers
      readonly kept: ReadonlyArray<SessionFile>
      readonly issues: ReadonlyArray<Issue>
      readonly news: News.News
      /** The section that a button was pressed in. */
      readonly at: string | null
      readonly stale: boolean
    }
  | {
      readonly type: "checked"
      /** Asked sections that are not complete, by id, and those that are. */
      readonly left: ReadonlyArray<string>
      readonly done: ReadonlyArray<string>
      /** Other questions are asked by now than the page shows. */
      readonly changed: boolean
    }

export const post = Effect.fnUntraced(function* (
  session: Session,
): Effect.fn.Return<
  Outcome,
  NotOurs | TooMuch | RequestNotFound | ClientRequest.Refusal,
  ClientRequests | Uploads | Crypto.Crypto | HttpServerRequest.HttpServerRequest
> {
  const { customer, current } = session
  const { sections } = current.stored.questionnaire
  const sent = yield* SectionForm.receive(customer, sections, yield* SectionForm.staged(customer))
  const { files, refused } = yield* waiting(session, sent)
  const [action, about] = Answering.pressed(sent)
  const { typed: read, focus } = Answering.rearranged(session, null, sent, readAll(session, sent))
  const typed = { ...current.answers, ...read, ...byQuestion(files) }
  const before = Filling.of({ ...current, answers: typed })
  const now = Filling.padded(before)
  const news = newsOf(now, sent)
  const given = { ...session, filling: before }
  if (action === actions.check) return check(given, sent, news)

  const again = (issues: ReadonlyArray<Issue>, more: { readonly stale?: boolean; readonly news?: News.News } = {}) => ({
    type: "again" as const,
    typed,
    kept: files,
    issues,
    news: more.news ?? News.none,
    at: Filling.sectionOf(current.stored.questionnaire, String((focus ?? placeOf(`/${about}`))[0])) ?? null,
    stale: more.stale ?? false,
  })
  if (refused.length > 0) return again(refused)
  if (action === actions.refresh) return again([], { news })
  if (action !== actions.finish || sent.fields.has("remove")) return again([])
  if (sent.revision < current.request.revision) return again([], { stale: true })
  const issues = News.withoutUnseen(Items.issues(given), news)
  if (issues.length > 0 || !News.isNone(news)) return again(issues, { news })

  const requests = yield* ClientRequests
  const uploads = yield* Uploads
  const input = { revision: sent.revision, answers: withoutFiles(session, typed), files }
  return yield* requests.finish(customer, input, yield* Crypto.uuid).pipe(
    Effect.andThen(
      uploads.taken(
        customer,
        files.map(({ file }) => file.id),
      ),
    ),
    Effect.as<Outcome>({ type: "finished" }),
    Effect.catchTags({
      AnswersRefused: (error) => Effect.succeed(again(error.issues)),
      Refusal: (refusal) => {
        const codes = refusal.reasons.map(({ code }) => code)
        if (codes.every((code) => code === "incomplete")) return Effect.succeed(again(Items.issues(given)))
        return codes.every((code) => code === "incomplete" || code === "stale-revision")
          ? Effect.succeed(again([], { stale: true }))
          : Effect.fail(refusal)
      },
    }),
  )
})

const readAll = ({ current, reader }: Session, { fields }: Sent): Answers.Answers => {
  const items = current.stored.questionnaire.sections.flatMap((section) => section.items)
  return Fields.read(items, { fields, reader, place: [], before: {} })
}

/** The files of this session that the form names, without the one that is removed and those that are too many. */
const waiting = Effect.fnUntraced(function* ({ customer, current }: Session, { fields, taken, refused }: Sent) {
  const uploads = yield* Uploads
  const removed = fields.get("remove") ?? []
  const named = new Set([...(fields.get("kept") ?? []), ...taken].filter((id) => !removed.includes(id)))
  const all = (yield* uploads.ofSession(customer)).filter(({ file, staged }) => staged && named.has(file.id))
  const counts = new Map<string, number>()
  const files: Array<SessionFile> = []
  const tooMany: Array<SessionFile> = []
  const infected: Array<SessionFile> = []
  for (const one of all) {
    if (one.scan === "infected") {
      infected.push(one)
      continue
    }
    const question = Filling.questionOf(current.stored.questionnaire, one.question)
    const count = (counts.get(one.question) ?? 0) + 1
    counts.set(one.question, count)
    const fits = question !== undefined && upload.isUpload(question) && count <= upload.maxFiles(question)
    ;(fits ? files : tooMany).push(one)
  }
  yield* uploads.unstage(customer, [...removed, ...[...tooMany, ...infected].map(({ file }) => file.id)])
  const told = (code: string, those: ReadonlyArray<SessionFile>) =>
    those.map(({ question, file }): Issue => ({
      code,
      question,
      pointer: Filling.pointer([question]),
      values: { name: file.name },
    }))
  return { files, refused: [...refused, ...told("file-limit", tooMany), ...told("upload-infected", infected)] }
})

const byQuestion = (files: ReadonlyArray<SessionFile>): Answers.Answers => {
  const answers: Record<string, Array<unknown>> = {}
  for (const { question, file } of files) (answers[question] ??= []).push(file)
  return answers
}

const withoutFiles = ({ current }: Session, answers: Answers.Answers): Answers.Answers =>
  Object.fromEntries(
    Object.entries(answers).filter(([id]) => {
      const question = Filling.questionOf(current.stored.questionnaire, id)
      return question !== undefined && !QuestionKind.isGivenAsFiles(question)
    }),
  )

/** What is asked now and the form did not show. */
const newsOf = (now: Filling.Filling, { fields }: Sent): News.News => {
  const shown = new Set((fields.get("shown")?.[0] ?? "").split(" ").filter((pointer) => pointer !== ""))
  const asked = new Set(shownIn(now))
  return {
    more: [...asked].filter((pointer) => !shown.has(pointer)).map(placeOf),
    less: [...shown].filter((pointer) => !asked.has(pointer)).length,
  }
}

/** A file that is chosen in the browser will come with Finish. */
const check = (session: Session, { fields }: Sent, news: News.News): Outcome => {
  const { filling } = session
  const chosen = new Set(fields.get("chosen") ?? [])
  const wrong = new Set(
    Items.issues(session)
      .filter(({ code, question }) => code !== "required" || !chosen.has(question))
      .map(({ question }) => Filling.sectionOf(filling.questionnaire, question)),
  )
  const ids = Filling.sections(filling).map(({ id }) => id)
  return {
    type: "checked",
    left: ids.filter((id) => wrong.has(id)),
    done: ids.filter((id) => !wrong.has(id)),
    changed: news.more.length > 0,
  }
}
