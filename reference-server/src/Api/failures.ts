/** What the services refuse, as the contract says it: handlers put these where they catch. */
import { Failure } from "@requite/api"
import type { ClientRequest } from "@requite/core"
import * as Effect from "effect/Effect"
import type { ReadOut } from "../AccessCodes.ts"
import type { LinkNotCopied } from "../CustomerAccess.ts"
import type { FileWithheld } from "../Files.ts"
import type { QuestionnaireRefused, VersionTaken } from "../Questionnaires.ts"
import type { WorkNotFound } from "../WorkItems.ts"

const sentences = {
  request: "There is no such request.",
  questionnaire: "There is no such questionnaire, or no such version of it.",
  question: "There is no such question that takes files.",
  file: "There is no such file.",
  preview: "There is no preview of this file.",
  submission: "Nothing has been submitted.",
  "work-item": "There is no such work item.",
  task: "There is no such task in this work item.",
  contact: "There is no such contact.",
  member: "There is no such member.",
  invitation: "There is no such invitation, or it is over.",
  branding: "There is no such branding among the published ones.",
  key: "There is no such key of yours.",
  webhook: "There is no such endpoint for webhooks.",
  delivery: "There is no such delivery.",
  sender: "No domain was set up to send from.",
  batch: "There is no such batch.",
  suppression: "Mail may go to this address already.",
  folder: "There is no such folder.",
  document: "There is no such document.",
  share: "There is no such link to this document.",
  endpoint: "There is nothing at this address: /docs lists what there is.",
} satisfies Record<Failure.NotFound["what"], string>

export const notFound = (what: Failure.NotFound["what"]) => new Failure.NotFound({ what, message: sentences[what] })

export const noRequest = { RequestNotFound: () => Effect.fail(notFound("request")) }
export const noFile = {
  RequestNotFound: () => Effect.fail(notFound("file")),
  FileWithheld: ({ scan }: FileWithheld) => Effect.fail(new Failure.FileWithheld({ scan })),
}
export const noQuestionnaire = { QuestionnaireNotFound: () => Effect.fail(notFound("questionnaire")) }

/** Work or a contact that is not there. */
export const noWork = {
  WorkNotFound: ({ what }: WorkNotFound) => Effect.fail(notFound(what)),
  ContactNotFound: () => Effect.fail(notFound("contact")),
}

const noLinkBecause: Readonly<Record<LinkNotCopied["reason"], string>> = {
  "not-allowed": "Under this policy links go out by e-mail only.",
  "not-open": "The request is not open: there is no link that works.",
  "recipient-unknown": "There is no such recipient.",
}

/** A link that the firm is not given. */
export const noLink = {
  LinkNotCopied: ({ reason }: LinkNotCopied) =>
    Effect.fail(new Failure.LinkNotCopied({ reason, message: noLinkBecause[reason] })),
}

const noCodeBecause: Readonly<Record<Failure.CodeNotMade["reason"], string>> = {
  "nobody-waits": "Nobody waits for a code: they have to open their link first, or to ask for a new code.",
  locked: "Too many wrong codes were tried: unlock the codes first.",
  "not-open": "The request is not open: no code lets anybody in.",
}

/** A code that is not read out now, but for one that is only too soon. */
export const noCode = ({ outcome }: Exclude<ReadOut, { readonly outcome: "made" | "too-soon" }>) =>
  new Failure.CodeNotMade({ reason: outcome, message: noCodeBecause[outcome] })

/** A refused command of a member, on a request that they can name. */
export const refusal = (request: string) => ({
  Refusal: (error: ClientRequest.Refusal) => Effect.fail(refusalOf(request, error)),
})

const refusalOf = (request: string | null, { command, state, reasons, allowed, message }: ClientRequest.Refusal) =>
  new Failure.Refusal({ request, command, state, reasons, allowed, message })

/** These say that the request is closed to the customer: to them it is dead, in the words that say nothing more (S49). */
const closed: ReadonlySet<ClientRequest.Reason["code"]> = new Set([
  "expired",
  "link-replaced",
  "not-sent",
  "other-device",
  "suspended",
  "wrong-state",
])

/** A refused command of a customer. It may have been closed since they were let in. */
export const customerRefusal = {
  RequestNotFound: () => Effect.fail(new Failure.LinkDead()),
  Refusal: (error: ClientRequest.Refusal): Effect.Effect<never, Failure.LinkDead | Failure.Refusal> =>
    error.reasons.some(({ code }) => closed.has(code))
      ? Effect.fail(new Failure.LinkDead())
      : Effect.fail(refusalOf(null, error)),
}

/** A definition that is not stored. */
export const definition = {
  QuestionnaireRefused: ({ findings }: QuestionnaireRefused) => {
    const errors = findings.filter(({ severity }) => severity === "error")
    const first = errors.map(({ line, column, message }) => `Line ${line}, column ${column}: ${message}`)[0] ?? ""
    const message = errors.length > 1 ? `${first} And ${errors.length - 1} more.` : first
    return Effect.fail(new Failure.QuestionnaireRefused({ findings, message }))
  },
  VersionTaken: ({ id, version }: VersionTaken) =>
    Effect.fail(
      new Failure.VersionTaken({
        id,
        version,
        message: `Version ${version} of ${id} is stored with other content: raise the version.`,
      }),
    ),
}
