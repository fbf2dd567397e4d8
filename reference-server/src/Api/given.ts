/** From what members send in about a request to what the core takes. */
import { Failure, type Requests, type Wire } from "@requite/api"
import { type ClientRequest, RequestPolicy } from "@requite/core"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const whole = Schema.decodeUnknownResult(RequestPolicy.RequestPolicy)

/** The policy that was chosen: a preset, with the knobs that are set otherwise. */
export const policy = (choice: Requests.PolicyChoice): RequestPolicy.RequestPolicy =>
  typeof choice === "string"
    ? RequestPolicy.presets[choice]
    : { ...RequestPolicy.presets[choice.preset], ...choice.change }

/** The same, unless its knobs contradict each other: then nothing could ever be sent with it (G6). */
export const soundPolicy = (
  choice: Requests.PolicyChoice,
): Result.Result<RequestPolicy.RequestPolicy, Failure.PolicyRefused> => {
  const chosen = policy(choice)
  const findings = RequestPolicy.lint(chosen).filter(({ severity }) => severity === "error")
  const message = findings.map((finding) => finding.message).join(" ")
  return findings.length === 0 && Result.isSuccess(whole(chosen))
    ? Result.succeed(chosen)
    : Result.fail(new Failure.PolicyRefused({ findings, message }))
}

/** A recipient as the core knows them, under this id. */
export const recipient = (
  id: string,
  { name, email, language, mobile = "", role = "", contact = null }: Wire.NewRecipient,
): ClientRequest.Recipient => ({ id, name, email, language, mobile, role, contact })

interface People {
  readonly recipient?: Wire.NewRecipient
  readonly recipients?: ReadonlyArray<Wire.NewRecipient>
}

/** Those who are given, in the long form; undefined: nothing is said of them. */
export const people = (given: People): ReadonlyArray<Wire.NewRecipient> | undefined =>
  given.recipient === undefined ? given.recipients : [given.recipient]

/** Recipients of a new request. Nobody is somebody without a name: whoever has the link, or who is named later. */
export const newRecipients = (given: People, language: string): ReadonlyArray<ClientRequest.Recipient> =>
  (people(given) ?? [{ name: "", email: "", language }]).map((one, index) => recipient(`r${index + 1}`, one))

/**
 * Recipients of a request that is changed: who has the same address is the same, and as long as it was not sent, so is who
 * stands in the same place. The others get the ids that `fresh` makes.
 */
export const changedRecipients = (
  given: ReadonlyArray<Wire.NewRecipient>,
  { details, sentAt }: ClientRequest.State,
  fresh: ReadonlyArray<string>,
): ReadonlyArray<ClientRequest.Recipient> => {
  const before = details.recipients
  const sameAddress = ({ email }: { readonly email: string }) =>
    email === "" ? undefined : before.find((one) => one.email.toLowerCase() === email.toLowerCase())?.id
  const claimed = new Set(given.map(sameAddress))
  const taken = new Set<string>()
  return given.map((one, index) => {
    const inPlace = sentAt === null ? before[index]?.id : undefined
    const known = sameAddress(one) ?? (inPlace === undefined || claimed.has(inPlace) ? undefined : inPlace)
    const id = known === undefined || taken.has(known) ? (fresh[index] ?? `r${index + 1}`) : known
    taken.add(id)
    return recipient(id, one)
  })
}
