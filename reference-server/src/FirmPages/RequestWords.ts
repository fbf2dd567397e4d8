/** What there is to say of a request in a few words: its state with the date that matters, and why something was refused. */
import { ClientRequest } from "@requite/core"
import { type Child, type Html, html } from "../Html.ts"
import type { Words } from "./Words.ts"
import { ago, day, lookUp } from "./Words.ts"

type State = ClientRequest.State

/** The state as a mark. */
export const pill = (words: Words, request: State): Html => {
  const state = ClientRequest.stateAt(request, words.now)
  return html`<span class="pill ${state}">${words.t(`state.${state}`)}</span>`
}

/** The date that matters in this state: "sent 3 days ago, expires on Fri 21 Dec". */
export const standing = (words: Words, request: State): Html => {
  const { t } = words
  switch (ClientRequest.stateAt(request, words.now)) {
    case "Pending":
    case "WaitingForCustomer":
      if (request.sentAt === null) return html`${t("standing.draft")}`
      return html`${exact(request.sentAt, t("standing.sent", { when: ago(words, request.sentAt) }))}${request.expiresAt !== null && html` · ${exact(request.expiresAt, t("standing.expires", { day: day(words, request.expiresAt) }))}`}`
    case "Submitted":
      return since(words, request.submission?.at ?? request.endedAt, "standing.submitted")
    case "Expired":
      return since(words, request.expiresAt ?? request.endedAt, "standing.expired")
    case "Cancelled":
      return since(words, request.endedAt, "standing.cancelled")
  }
}

const since = (
  words: Words,
  instant: number | null,
  key: "standing.submitted" | "standing.expired" | "standing.cancelled",
): Html => (instant === null ? html`` : exact(instant, words.t(key, { when: ago(words, instant) })))

/** A time in a few words, with the exact one behind it. */
export const exact = (instant: number, shown: string): Html =>
  html`<time datetime="${new Date(instant).toISOString()}">${shown}</time>`

/** When anything last happened to it. */
export const lastActivity = (request: State): number =>
  Math.max(
    request.createdAt,
    ...[request.sentAt, request.claimedAt, request.startedAt, request.endedAt].map((instant) => instant ?? 0),
    ...request.files.map(({ at }) => at),
  )

/** The recipient as people call them. */
export const recipientName = (words: Words, { details: { recipient } }: Pick<State, "details">): string =>
  [recipient.name, recipient.email, words.t("request.nobody")].find((name) => name.trim() !== "") ?? ""

/** A refusal, a sentence for each reason. `questionLabel` names questions that a reason is about. */
export const refusal = (words: Words, refused: ClientRequest.Refusal): ReadonlyArray<Child> =>
  refused.reasons.map(({ code, message, about }) => {
    const state = refused.state === null ? "" : words.t(`state.${refused.state}`)
    const sentence = lookUp(words, `refusal.${code}`, { state }, message)
    if (code !== "outstanding-request") return sentence
    return html`${sentence} ${about.map((id) => html`<a href="/requests/${id}">${words.t("refusal.show")}</a> `)}`
  })

/** What is wrong with a document of the firm. */
export const uploadProblem = (
  words: Words,
  code: string,
  values: Readonly<Record<string, string | number>>,
): string => {
  const max = typeof values["max"] === "number" ? Math.round(values["max"] / 1_000_000) : 0
  return lookUp(words, code, { ...values, max }, words.t("upload-broken", { name: values["name"] ?? "" }))
}
