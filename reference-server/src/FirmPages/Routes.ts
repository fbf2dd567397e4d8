/**
 * The routes that only members reach. A *page* is read, an *action* is a form that was sent: it counts only when it
 * comes from a page of ours (S39), in a session that holds, with the session's token. Some are for administrators alone.
 */
import * as Effect from "effect/Effect"
import type { RequestNotFound } from "../ClientRequests.ts"
import { Config } from "../Config.ts"
import { Members } from "../Members.ts"
import * as PageSecurity from "../PageSecurity.ts"
import type { HttpServerResponse, Multipart } from "../platform/Http.ts"
import { HttpRouter } from "../platform/Http.ts"
import type { QuestionnaireNotFound } from "../Questionnaires.ts"
import * as Tenancy from "../Tenancy.ts"
import * as Form from "./Form.ts"
import * as Notice from "./Notice.ts"
import type { NotHere, Visit } from "./Visit.ts"
import { enter } from "./Visit.ts"

type Missing = NotHere | RequestNotFound | QuestionnaireNotFound
type Answer<R> = Effect.Effect<HttpServerResponse.HttpServerResponse, Missing, R>

const found = <R>(visit: Visit, answer: Answer<R>) =>
  Effect.catchTags(answer, {
    NotHere: () => Effect.succeed(Notice.notFound(visit.config, visit.words)),
    RequestNotFound: () => Effect.succeed(Notice.notFound(visit.config, visit.words)),
    QuestionnaireNotFound: () => Effect.succeed(Notice.notFound(visit.config, visit.words)),
  })

/** A page of a member. Who is not signed in is led to the sign-in and back. */
export const page = <R>(path: HttpRouter.PathInput, show: (visit: Visit) => Answer<R>) =>
  HttpRouter.route("GET", path, (request) =>
    enter.pipe(
      Effect.flatMap((visit) => Tenancy.within(visit.workspace.id)(found(visit, show(visit)))),
      Effect.catch(() =>
        Effect.map(Config, (config) =>
          PageSecurity.seeOther(config, `/sign-in?next=${encodeURIComponent(request.url)}`),
        ),
      ),
    ),
  )

/** A form of a member without files. */
export const action = <R>(path: HttpRouter.PathInput, carryOut: (visit: Visit, form: Form.Form) => Answer<R>) =>
  guarded(path, (visit) =>
    Effect.flatMap(Form.read(visit.request), (form) =>
      isOurs(visit, form)
        ? found(visit, carryOut(visit, form))
        : Effect.succeed(Notice.stale(visit.config, visit.words)),
    ),
  )

/** What takes the files of a form, and what carries the form out. */
interface WithFiles<R1, R2> {
  readonly take: (file: Multipart.File) => Effect.Effect<void, Form.FormUnreadable, R1>
  readonly carryOut: (form: Form.Form, valid: boolean) => Answer<R2>
}

/**
 * A form of a member with files. `reader` is asked once per form, for what takes its files and what carries it out. A
 * token that does not fit (the session was renewed in another tab) carries nothing out: `valid` is false, and the page
 * comes back with everything that was typed.
 */
export const actionWithFiles = <R1, R2>(path: HttpRouter.PathInput, reader: (visit: Visit) => WithFiles<R1, R2>) =>
  guarded(path, (visit) => {
    const { take, carryOut } = reader(visit)
    return Form.readWithFiles(visit.request, (file, form): Effect.Effect<void, Form.FormUnreadable, R1> =>
      file.name !== "" && isOurs(visit, form) ? take(file) : Form.skip(file),
    ).pipe(Effect.flatMap((form) => found(visit, carryOut(form, isOurs(visit, form)))))
  })

/** A page of administrators: other members are told who they are. */
export const adminPage = <R>(path: HttpRouter.PathInput, show: (visit: Visit) => Answer<R>) =>
  page(path, (visit): Answer<R | Members> => (isAdmin(visit) ? show(visit) : forAdministrators(visit)))

/** A form of an administrator without files. */
export const adminAction = <R>(path: HttpRouter.PathInput, carryOut: (visit: Visit, form: Form.Form) => Answer<R>) =>
  action(path, (visit, form): Answer<R | Members> =>
    isAdmin(visit) ? carryOut(visit, form) : forAdministrators(visit),
  )

/** A form of an administrator with files, as `actionWithFiles`; files of another member are read and not kept. */
export const adminActionWithFiles = <R1, R2>(path: HttpRouter.PathInput, reader: (visit: Visit) => WithFiles<R1, R2>) =>
  actionWithFiles(path, (visit): WithFiles<R1, R2 | Members> =>
    isAdmin(visit) ? reader(visit) : { take: Form.skip, carryOut: () => forAdministrators(visit) },
  )

const isAdmin = ({ member }: Visit): boolean => member.role === "admin"

const forAdministrators = (visit: Visit): Answer<Members> =>
  Effect.flatMap(Members, (members) =>
    Effect.map(members.administrators(visit.workspace.id), (people) => Notice.administratorsOnly(visit, people)),
  )

const isOurs = (visit: Visit, form: Form.Form) => PageSecurity.isCsrf(form.exact("csrf"), visit.csrf)

const guarded = <R>(
  path: HttpRouter.PathInput,
  run: (visit: Visit) => Effect.Effect<HttpServerResponse.HttpServerResponse, Form.FormUnreadable, R>,
) =>
  HttpRouter.route("POST", path, (request) =>
    Effect.gen(function* () {
      const config = yield* Config
      const words = Notice.wordsFor(request)
      if (!PageSecurity.isSameOrigin(config, request)) return Notice.foreign(config, words)
      return yield* enter.pipe(
        Effect.flatMap((visit) =>
          Effect.catchTag(run(visit), "FormUnreadable", ({ reason }) =>
            Effect.succeed((reason === "type" ? Notice.otherType : Notice.unreadable)(visit.config, visit.words)),
          ).pipe(Tenancy.within(visit.workspace.id)),
        ),
        Effect.catch(() => Effect.succeed(Notice.signedOut(config, words))),
      )
    }),
  )
