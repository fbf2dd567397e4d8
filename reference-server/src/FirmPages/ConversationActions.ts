/** What a member says and decides in a conversation: each form is carried out once, and leads back to the request. */
import { LocalText } from "@requite/core"
import * as Effect from "effect/Effect"
import { Conversations } from "../Conversations.ts"
import type { Form } from "./Form.ts"
import * as RequestPage from "./RequestPage.ts"
import * as Routes from "./Routes.ts"
import { commandOf, idPart, type Visit } from "./Visit.ts"

const itemIn = (form: Form): string | null => (form.text("item") === "" ? null : form.text("item"))

/** Each form is carried out once; the same page shows several. */
const action = (
  path: `/requests/:id/${string}`,
  done: RequestPage.Done,
  run: (
    visit: Visit,
    form: Form,
    asked: { readonly id: string; readonly command: string; readonly conversations: Conversations["Service"] },
  ) => ReturnType<Conversations["Service"]["reply"]>,
) =>
  Routes.action(path, (visit, form) =>
    Effect.gen(function* () {
      const id = yield* idPart(visit, "id")
      const conversations = yield* Conversations
      const command = `${commandOf(visit, form)}:${path.slice(path.lastIndexOf("/") + 1)}`
      return yield* RequestPage.carriedOut(visit, id, done, run(visit, form, { id, command, conversations }))
    }),
  )

export const routes = [
  action("/requests/:id/comments", "commented", ({ member }, form, { id, command, conversations }) =>
    conversations.reply(member, id, { item: itemIn(form), text: form.exact("text") }, command),
  ),
  Routes.action("/requests/:id/comments/ask", (visit, form) =>
    Effect.gen(function* () {
      const id = yield* idPart(visit, "id")
      const label = LocalText.oneLine(form.text("label")).trim().slice(0, 300)
      if (label === "") return yield* RequestPage.show(visit, { problem: visit.words.t("conversation.ask.wrong") })
      const asked = (yield* Conversations).ask(
        visit.member,
        id,
        { label, text: form.exact("text") },
        commandOf(visit, form),
      )
      return yield* RequestPage.carriedOut(visit, id, "asked", asked)
    }),
  ),
  action("/requests/:id/delegation/:proposal/accept", "delegated", (visit, _form, { id, command, conversations }) =>
    conversations.accept(visit.member, id, visit.part("proposal"), command),
  ),
  action("/requests/:id/delegation/:proposal/refuse", "refused", (visit, form, { id, command, conversations }) =>
    conversations.refuse(visit.member, id, visit.part("proposal"), form.exact("reason"), command),
  ),
]
