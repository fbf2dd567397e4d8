/**
 * What a member does with one request by a button: each form posts to an address of its own, is carried out once, and
 * leads back to the request, or shows it with the reasons why it was not done.
 */
import type { ClientRequest } from "@requite/core"
import { LocalText } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { AccessCodes } from "../AccessCodes.ts"
import { ClientRequests, type Handled } from "../ClientRequests.ts"
import { CustomerAccess } from "../CustomerAccess.ts"
import { isAddress } from "../Mailer/MailAddress.ts"
import * as PageSecurity from "../PageSecurity.ts"
import * as Recipients from "../Recipients.ts"
import type { Form } from "./Form.ts"
import * as Lifting from "./Lifting.ts"
import { instantOf } from "./RequestForm.ts"
import * as RequestPage from "./RequestPage.ts"
import type { Done } from "./RequestPage.ts"
import * as Routes from "./Routes.ts"
import { commandOf, idPart, NotHere, type Visit } from "./Visit.ts"

type Run = (requests: ClientRequests["Service"], id: string, commandId: string) => Handled

const reasonIn = (form: Form) => form.text("reason").trim().slice(0, 1000)

/** A form for the request as a whole. */
const whole = (name: string, done: Done, runOf: (visit: Visit, form: Form) => Run) =>
  Routes.action(`/requests/:id/${name}`, (visit, form) => carryOut(visit, form, name, done, runOf(visit, form)))

/** One page shows several forms, so the command's id names what it is for. */
const carryOut = Effect.fnUntraced(function* (visit: Visit, form: Form, name: string, done: Done, run: Run) {
  const id = yield* idPart(visit, "id")
  return yield* RequestPage.carriedOut(
    visit,
    id,
    done,
    run(yield* ClientRequests, id, `${commandOf(visit, form)}:${name}`),
  )
})

/** A form for one item of it. */
const forItem = (name: string, done: Done, runOf: (visit: Visit, form: Form, item: string) => Run) =>
  Routes.action(`/requests/:id/items/:item/${name}`, (visit, form) => {
    const item = visit.part("item")
    return carryOut(visit, form, `${name}:${item}`, done, runOf(visit, form, item))
  })

/** A form for one recipient of it. */
const forRecipient = (name: string, done: Done, runOf: (visit: Visit, form: Form, recipient: string) => Run) =>
  Routes.action(`/requests/:id/recipients/:recipient/${name}`, (visit, form) => {
    const recipient = visit.part("recipient")
    return carryOut(visit, form, `${name}:${recipient}`, done, runOf(visit, form, recipient))
  })

/** Refused where codes go by SMS and none can go to the number (S35); `to`: whom it is about, if not all. */
const reached = Effect.fnUntraced(function* (
  { config, member }: Visit,
  requests: ClientRequests["Service"],
  id: string,
  command: ClientRequest.Command["type"],
  run: Handled,
  to?: ReadonlyArray<ClientRequest.Recipient>,
) {
  const { current } = yield* requests.overview(member.workspaceId, id)
  const refusal = Recipients.refusal(command, current.request, config.smsCountries, to)
  return yield* refusal === null ? run : Effect.fail(refusal)
})

export const routes = [
  whole(
    "send",
    "sent",
    (visit) => (requests, id, command) =>
      reached(visit, requests, id, "Send", requests.send(visit.member, id, command)),
  ),
  whole(
    "resend",
    "resent",
    ({ member }) =>
      (requests, id, command) =>
        requests.resend(member, id, command),
  ),
  Routes.action("/requests/:id/schedule", (visit, form) =>
    Effect.gen(function* () {
      const sendAt = instantOf(form.text("sendDate"), form.text("sendTime"), visit.words.zone)
      if (sendAt === null) return yield* RequestPage.show(visit, { problem: visit.words.t("schedule.wrong") })
      return yield* carryOut(visit, form, "schedule", "scheduled", (requests, id, command) =>
        reached(visit, requests, id, "Schedule", requests.schedule(visit.member, id, sendAt, command)),
      )
    }),
  ),
  whole(
    "unschedule",
    "unscheduled",
    ({ member }) =>
      (requests, id, command) =>
        requests.unschedule(member, id, command),
  ),
  whole(
    "cancel",
    "cancelled",
    ({ member }, form) =>
      (requests, id, command) =>
        requests.cancel(member, id, reasonIn(form), command),
  ),
  whole(
    "suspend",
    "suspended",
    ({ member }, form) =>
      (requests, id, command) =>
        requests.suspend(member, id, reasonIn(form), command),
  ),
  whole(
    "resume",
    "resumed",
    ({ member }) =>
      (requests, id, command) =>
        requests.resume(member, id, command),
  ),
  whole(
    "reopen",
    "reopened",
    ({ member }) =>
      (requests, id, command) =>
        requests.reopen(member, id, command),
  ),
  // its id becomes that of the submission
  whole(
    "close",
    "closed",
    (visit, form) => (requests, id) => requests.closeOnBehalf(visit.member, id, commandOf(visit, form)),
  ),
  Routes.action("/requests/:id/window", (visit, form) => {
    const days = form.text("endless") === "yes" ? null : Number(form.text("days"))
    return days !== null && (!Number.isInteger(days) || days < 1 || days > 3650)
      ? RequestPage.show(visit, { problem: visit.words.t("window.wrong") })
      : carryOut(visit, form, "window", "window", (requests, id, command) =>
          requests.changeWindow(visit.member, id, days, command),
        )
  }),

  forItem(
    "accept",
    "item",
    ({ member }, _form, item) =>
      (requests, id, command) =>
        requests.acceptItem(member, id, item, command),
  ),
  forItem(
    "return",
    "returned",
    ({ member }, form, item) =>
      (requests, id, command) =>
        requests.returnItem(member, id, item, reasonIn(form), command),
  ),
  forItem(
    "waive",
    "item",
    ({ member }, form, item) =>
      (requests, id, command) =>
        requests.waiveItem(member, id, item, reasonIn(form), command),
  ),
  forItem(
    "complete",
    "item",
    ({ member }, _form, item) =>
      (requests, id, command) =>
        requests.markItem(member, id, item, true, command),
  ),
  forItem(
    "reopen",
    "item",
    ({ member }, _form, item) =>
      (requests, id, command) =>
        requests.markItem(member, id, item, false, command),
  ),

  Routes.action("/requests/:id/recipients/:recipient/change", (visit, form) =>
    Effect.gen(function* () {
      const { t } = visit.words
      const id = yield* idPart(visit, "id")
      const recipient = visit.part("recipient")
      const { current } = yield* (yield* ClientRequests).overview(visit.workspace.id, id)
      const before = current.request.details.recipients.find((one) => one.id === recipient)
      if (before === undefined) return yield* new NotHere()
      const command = commandOf(visit, form)
      const [name, email] = [LocalText.oneLine(form.text("name")).trim(), LocalText.oneLine(form.text("email")).trim()]
      const mobile = form.text("mobile").replaceAll(/[\s()./-]/g, "")
      if (name === "" || !isAddress(email)) return yield* RequestPage.show(visit, { problem: t("people.change.wrong") })
      if (mobile !== "" && !/^\+[1-9]\d{5,14}$/.test(mobile)) {
        return yield* RequestPage.show(visit, { problem: t("people.mobile.wrong") })
      }
      // another person is another id: nothing of the one before is theirs
      const to: ClientRequest.Recipient = {
        id: `${command.slice(0, 13)}-c`,
        name: name.slice(0, 200),
        email,
        language: form.text("language") === "" ? before.language : form.text("language"),
        mobile,
        role: before.role,
        contact: null,
      }
      const [known = to] = yield* Recipients.recognised(visit.workspace.id, [to], null)
      return yield* carryOut(visit, form, `change:${recipient}`, "changed", (requests, _id, commandId) =>
        reached(
          visit,
          requests,
          id,
          "ChangeRecipient",
          requests.changeRecipient(visit.member, id, recipient, known, commandId),
          [known],
        ),
      )
    }),
  ),
  forRecipient(
    "resend",
    "resent",
    ({ member }, _form, recipient) =>
      (requests, id, command) =>
        requests.resend(member, id, command, [recipient]),
  ),
  forRecipient(
    "revoke",
    "revoked",
    ({ member }, _form, recipient) =>
      (requests, id, command) =>
        requests.revokeLinks(member, id, recipient, command),
  ),
  Routes.action("/requests/:id/recipients/:recipient/lift", (visit, form) =>
    Effect.gen(function* () {
      const id = yield* idPart(visit, "id")
      const { current } = yield* (yield* ClientRequests).overview(visit.workspace.id, id)
      const found = current.request.details.recipients.find((one) => one.id === visit.part("recipient"))
      if (found === undefined) return yield* new NotHere()
      const problem = yield* Lifting.carryOut(visit, form, found.email)
      return problem === null
        ? PageSecurity.seeOther(visit.config, `/requests/${id}?done=lifted`)
        : yield* RequestPage.show(visit, { id, problem })
    }),
  ),
  Routes.action("/requests/:id/recipients/:recipient/link", (visit) =>
    Effect.gen(function* () {
      const id = yield* idPart(visit, "id")
      const recipient = visit.part("recipient")
      const copied = yield* (yield* CustomerAccess).copyLink(visit.member, id, recipient).pipe(
        Effect.map((url) => ({ link: { recipient, url: Redacted.value(url) } })),
        Effect.catchTag("LinkNotCopied", ({ reason }) =>
          Effect.succeed({ problem: visit.words.t(`links.copy.${reason}`) }),
        ),
      )
      return yield* RequestPage.show(visit, { id, ...copied })
    }),
  ),
  // shown in the answer itself, and nowhere afterwards
  Routes.action("/requests/:id/recipients/:recipient/code", (visit) =>
    Effect.gen(function* () {
      const { t } = visit.words
      const id = yield* idPart(visit, "id")
      const recipient = visit.part("recipient")
      yield* (yield* ClientRequests).overview(visit.workspace.id, id)
      const made = yield* (yield* AccessCodes).readOut(visit.member, id, recipient)
      switch (made.outcome) {
        case "made":
          return yield* RequestPage.show(visit, { id, readOut: { recipient, code: Redacted.value(made.code) } })
        case "too-soon": {
          const minutes = Math.ceil(made.retryAfterSeconds / 60)
          return yield* RequestPage.show(visit, { id, problem: t("people.code.too-soon", { minutes }) })
        }
        default:
          return yield* RequestPage.show(visit, { id, problem: t(`people.code.${made.outcome}`) })
      }
    }),
  ),
  Routes.action("/requests/:id/recipients/:recipient/unlock", (visit) =>
    Effect.gen(function* () {
      const id = yield* idPart(visit, "id")
      yield* (yield* ClientRequests).overview(visit.workspace.id, id)
      yield* (yield* AccessCodes).unlock(visit.member, id, visit.part("recipient"))
      return PageSecurity.seeOther(visit.config, `/requests/${id}?done=unlocked`)
    }),
  ),
]
