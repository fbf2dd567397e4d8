/**
 * What the edge of the server knows of recipients and the core does not: which contact of the firm they are, and whether
 * an SMS can go to their number. The API and the firm's pages ask it before a command.
 */
import { ClientRequest, type RequestPolicy } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { Contacts } from "./Contacts.ts"
import * as PhoneNumber from "./SmsSender/PhoneNumber.ts"

type Recipient = ClientRequest.Recipient
type Asked = Pick<ClientRequest.State, "details" | "policy">

/**
 * Recipients that are given by address alone, as the contact of the firm whose address it is, with the name and the number
 * that were left empty. Where mail and codes of those go that `before` was sent to stays as it is.
 */
export const recognised = Effect.fnUntraced(function* (
  workspaceId: string,
  recipients: ReadonlyArray<Recipient>,
  before: Pick<ClientRequest.State, "details" | "sentAt"> | null,
) {
  const contacts = yield* Contacts
  return yield* Effect.forEach(recipients, (one): Effect.Effect<Recipient> => {
    const earlier = before?.details.recipients.find(({ id }) => id === one.id)
    if (one.contact !== null || one.email.trim() === "") return Effect.succeed(one)
    if (before !== null && before.sentAt !== null && earlier !== undefined) {
      return Effect.succeed({ ...one, contact: earlier.contact })
    }
    return Effect.map(contacts.withEmail(workspaceId, one.email), (contact) =>
      contact === null
        ? one
        : {
            ...one,
            contact: contact.id,
            name: one.name.trim() === "" ? contact.name : one.name,
            mobile: one.mobile === "" ? contact.mobile : one.mobile,
          },
    )
  })
})

/** Do codes by SMS let people in to such a request? */
const needsSms = (policy: RequestPolicy.RequestPolicy, { sensitivity }: ClientRequest.Details): boolean =>
  (policy.secondFactor === "sms-code" || policy.secondFactor === "both") &&
  (policy.secondFactorWhen === "always" || sensitivity === "high")

/**
 * Those who have a number that no code would ever go to (S35): it is none, costs extra, or is of a country that the
 * operator does not send to. Nobody where no codes go by SMS. Whether a number must be there at all is the policy's.
 */
export const unreachable = ({ details, policy }: Asked, countries: ReadonlyArray<string>): ReadonlyArray<Recipient> =>
  needsSms(policy, details)
    ? details.recipients.filter(({ mobile }) => mobile !== "" && !takesSms(mobile, countries))
    : []

const takesSms = (mobile: string, countries: ReadonlyArray<string>): boolean => {
  const number = PhoneNumber.parse(mobile)
  return Result.isSuccess(number) && countries.includes(number.success.country)
}

/**
 * The refusal of a command that would leave such people in a request that is sent, scheduled or changed; `to` are the
 * recipients that the command is about (all of them, unless it says otherwise). Null: there is none.
 */
export const refusal = (
  command: ClientRequest.Command["type"],
  request: ClientRequest.State,
  countries: ReadonlyArray<string>,
  to: ReadonlyArray<Recipient> = request.details.recipients,
): ClientRequest.Refusal | null => {
  const { policy, details, state } = request
  const about = unreachable({ policy, details: { ...details, recipients: to } }, countries).map(({ id }) => id)
  if (about.length === 0) return null
  const message = "No code by SMS can go to the recipient's mobile number: give another one."
  return new ClientRequest.Refusal({
    command,
    state,
    reasons: [{ code: "recipient-mobile-missing", message, about }],
    allowed: request.sentAt === null ? ["Edit", "ChangeRecipient"] : ["ChangeRecipient"],
  })
}

/** Those of the recipients who were not there before with this number. */
export const changed = (
  recipients: ReadonlyArray<Recipient>,
  before: Pick<ClientRequest.State, "details"> | null,
): ReadonlyArray<Recipient> =>
  recipients.filter(({ id, mobile }) => before?.details.recipients.find((one) => one.id === id)?.mobile !== mobile)

/** The sections that have a day of their own although nothing is asked in them. */
export const unknownDues = (
  dues: ClientRequest.Details["dues"],
  { sections }: Pick<ClientRequest.Details["questionnaire"], "sections">,
): ReadonlyArray<string> => Object.keys(dues).filter((section) => !sections.includes(section))
