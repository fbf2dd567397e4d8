/**
 * The pages of a customer who is in: which one an address shows, and what happens when its form is sent. How they are laid
 * out is the policy's (Mode); an address that a layout does not have leads to the first page.
 */
import { AccessLink, Crypto, Questionnaire } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { ClientRequests } from "../ClientRequests.ts"
import { Config } from "../Config.ts"
import * as Filling from "../Filling.ts"
import * as PageSecurity from "../PageSecurity.ts"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "../platform/Http.ts"
import * as Answering from "./Answering.ts"
import * as Entry from "./Entry.ts"
import * as Finishing from "./Finishing.ts"
import * as ListPage from "./ListPage.ts"
import * as Messaging from "./Messaging.ts"
import * as Mode from "./Mode.ts"
import * as News from "./News.ts"
import * as Receiving from "./Receiving.ts"
import * as PortalLink from "./PortalLink.ts"
import * as ReviewPage from "./ReviewPage.ts"
import { page, seeOther } from "./Route.ts"
import { NotOurs } from "./SectionForm.ts"
import * as SectionPage from "./SectionPage.ts"
import type { Session } from "./Session.ts"
import { paths } from "./Session.ts"
import * as UploadPage from "./UploadPage.ts"
import * as WholePage from "./WholePage.ts"

const json = (body: object, status = 200) =>
  Effect.map(Config, (config) =>
    HttpServerResponse.text(JSON.stringify(body), {
      status,
      contentType: "application/json",
      headers: PageSecurity.headers(config),
    }),
  )

const searchOf = Effect.map(HttpServerRequest.HttpServerRequest, ({ url }) => new URL(url, "http://page").searchParams)

const layoutOf = ({ current }: Session) => Mode.of(current.request.policy).layout

const portalOf = ({ customer, current, reader }: Session) => PortalLink.show(customer, current.request, reader)

/** The first page: the list of sections, all of them at once, or the page to upload to. */
export const front = Entry.enter(
  Effect.fnUntraced(function* (session: Session) {
    const search = yield* searchOf
    yield* Messaging.seen(session)
    const portal = yield* portalOf(session)
    switch (layoutOf(session)) {
      case "whole":
        return yield* page(WholePage.render(session, { portal }))
      case "uploads": {
        const received = Math.min(Number.parseInt(search.get("received") ?? "", 10) || 0, 9_999)
        return yield* page(UploadPage.render(session, { own: yield* Receiving.own(session), received, portal }))
      }
      case "sections":
        return yield* page(ListPage.render(session, { ticked: search.get("ticked"), portal }))
    }
  }),
)

/** The first page sent: Finish, or files. */
export const give = Effect.andThen(
  Entry.sameOrigin,
  Entry.enter(
    Effect.fnUntraced(function* (session: Session) {
      switch (layoutOf(session)) {
        case "whole":
          return yield* finishing(session)
        case "uploads":
          return yield* receiving(session)
        case "sections":
          return yield* seeOther(paths.list(session.customer.handle))
      }
    }),
  ),
)

const finishing = Effect.fnUntraced(function* (session: Session) {
  const outcome = yield* Finishing.post(session)
  switch (outcome.type) {
    case "finished":
      return yield* seeOther(paths.done(session.customer.handle))
    case "checked": {
      const { left, done, changed } = outcome
      return yield* json({ left, done, changed })
    }
    case "again": {
      const { current } = yield* Entry.sessionOf(session.customer)
      const typed = yield* Entry.showing(session.customer, {
        ...current,
        answers: { ...current.answers, ...outcome.typed },
      })
      const { issues, kept, at, stale } = outcome
      const view = { issues, kept, at, stale, news: News.told(outcome.news), portal: yield* portalOf(typed) }
      const html = WholePage.render(typed, view)
      return yield* page(html, stale ? 409 : issues.length > 0 ? 422 : 200)
    }
  }
})

const receiving = Effect.fnUntraced(function* (session: Session) {
  const outcome = yield* Receiving.post(session)
  const here = paths.list(session.customer.handle)
  if (outcome.type === "received")
    return yield* seeOther(outcome.count > 0 ? `${here}?received=${outcome.count}` : here)
  const now = yield* Entry.sessionOf(session.customer)
  const kept = { own: yield* Receiving.own(now), portal: yield* portalOf(now) }
  return outcome.type === "stale"
    ? yield* page(UploadPage.render(now, { ...kept, stale: true }), 409)
    : yield* page(UploadPage.render(now, { ...kept, issues: outcome.issues }), 422)
})

/** The section that the address names, in a session that has pages for sections; undefined: there is none. */
const sectionNamed = Effect.fnUntraced(function* (session: Session) {
  const { section: id = "" } = yield* HttpRouter.params
  const section = Questionnaire.section(session.current.stored.questionnaire, id)
  return layoutOf(session) === "sections" ? section : undefined
})

/** Is it there, and asked? The firm may have taken it out since, or the answers have. */
const isAsked = ({ filling: { session, state } }: Session, section: Questionnaire.Section | undefined) =>
  section !== undefined && session.isSectionAsked(state, section.id)

export const section = Entry.enter(
  Effect.fnUntraced(function* (session: Session) {
    const section = yield* sectionNamed(session)
    if (section === undefined || !isAsked(session, section)) return yield* seeOther(paths.list(session.customer.handle))
    return yield* page(
      SectionPage.render(session, {
        section,
        draft: Filling.issuesOf(session.filling, section, { draft: true }),
        news: News.ofQuery(yield* searchOf, Filling.padded(session.filling)),
      }),
    )
  }),
)

/** A section sent by its button. */
export const answer = Effect.andThen(
  Entry.sameOrigin,
  Entry.enter(
    Effect.fnUntraced(function* (session: Session) {
      const section = yield* sectionNamed(session)
      if (section === undefined) return yield* seeOther(paths.list(session.customer.handle))
      const outcome = yield* Answering.post(session, section)
      if (outcome.type === "go") return yield* seeOther(outcome.to)
      const now = yield* Entry.sessionOf(session.customer)
      const { current } = now
      const { reason } = outcome
      const answers = "typed" in outcome ? outcome.typed : {}
      const typed = yield* Entry.showing(session.customer, { ...current, answers: { ...current.answers, ...answers } })
      const there = Questionnaire.section(current.stored.questionnaire, section.id)
      if (there === undefined || !isAsked(typed, there)) return yield* page(ListPage.render(now, { stale: true }), 409)
      // what was typed stands in the fields; what is stored says which versions they show
      const shown = { ...typed, current }
      switch (outcome.type) {
        case "stale":
          return yield* page(
            SectionPage.render(shown, { section: there, reason, stale: true, seen: outcome.seen }),
            409,
          )
        case "changed":
          return yield* page(SectionPage.render(shown, { section: there, reason, changed: outcome.changed }), 409)
        case "conflict": {
          const { conflicts, seen } = outcome
          return yield* page(SectionPage.render(shown, { section: there, reason, conflicts, seen }), 409)
        }
        case "lacks-reason":
          return yield* page(SectionPage.render(shown, { section: there, reason, reasonWrong: "missing" }), 422)
        case "keeps-reason": {
          const reasonWrong = outcome.isLeaving ? "unsent" : null
          return yield* page(
            SectionPage.render(shown, { section: there, reason, reasonWrong }),
            outcome.isLeaving ? 422 : 200,
          )
        }
        case "wrong": {
          const { issues, news, seen = {} } = outcome
          const view = { section: there, reason, issues, seen, news: News.told(news) }
          return yield* page(SectionPage.render(shown, view), 422)
        }
      }
    }),
  ),
)

export const review = Entry.enter(
  Effect.fnUntraced(function* (session: Session) {
    const mode = Mode.of(session.current.request.policy)
    return mode.layout === "sections" && mode.finishes
      ? yield* page(ReviewPage.render(session))
      : yield* seeOther(paths.list(session.customer.handle))
  }),
)

const LanguageForm = Schema.Struct({ csrf: Schema.String, back: Schema.String })

/** Another language, for the page that asked: what the address says is kept by whatever answers, and by `Entry.enter`. */
export const language = Effect.andThen(
  Entry.sameOrigin,
  Entry.enter(
    Effect.fnUntraced(function* ({ customer }: Session) {
      const form = yield* Effect.mapError(HttpServerRequest.schemaBodyUrlParams(LanguageForm), () => new NotOurs())
      if (!PageSecurity.isCsrf(form.csrf, customer.csrf)) return yield* new NotOurs()
      const list = paths.list(customer.handle)
      const isOurs = form.back.startsWith(`${list}/`) && /^[\w/.-]*$/.test(form.back) && !form.back.includes("..")
      return yield* seeOther(isOurs ? form.back : list)
    }),
  ),
)

const FinishForm = Schema.Struct({ csrf: Schema.String, revision: Schema.NumberFromString })

export const submit = Effect.andThen(
  Entry.sameOrigin,
  Entry.enter(
    Effect.fnUntraced(function* ({ customer }: Session) {
      const form = yield* Effect.mapError(HttpServerRequest.schemaBodyUrlParams(FinishForm), () => new NotOurs())
      if (!PageSecurity.isCsrf(form.csrf, customer.csrf)) return yield* new NotOurs()
      const requests = yield* ClientRequests
      return yield* requests.submit(customer, form.revision, yield* Crypto.uuid).pipe(
        Effect.flatMap(() => seeOther(paths.done(customer.handle))),
        Effect.catchTag("Refusal", (refusal) =>
          Effect.gen(function* () {
            const because = ReviewPage.becauseOf(refusal)
            if (because === null) return yield* new AccessLink.LinkDead()
            return yield* page(
              ReviewPage.render(yield* Entry.sessionOf(customer), because),
              because === "stale" ? 409 : 422,
            )
          }),
        ),
      )
    }),
  ),
)
