/** The words of mails that bring a new link: at the customer's own wish (K41), or because the firm sent something back. */
import type { ClientRequest } from "@requite/core"
import type { Current } from "../ClientRequests.ts"
import * as Letter from "./Letter.ts"
import * as Standing from "./Standing.ts"

/** The link that the customer asked for. */
export const asked = (letter: Letter.Letter, accessNo: number): Letter.Composed => {
  const { t, greeting, names } = Letter.speechOf(letter)
  return Letter.render(letter, {
    subject: t("access.subject", { ...names, number: accessNo }),
    preheader: t("access.preheader"),
    body: Letter.paragraphs(`${greeting},`, t("access.lead", names), t("access.notYou", names)),
  })
}

type Returned = Extract<ClientRequest.Delivery, { readonly kind: "returned" }>

/** An item was sent back with a reason; or without an item, the whole request was opened again. */
export const returned = (letter: Letter.Letter, current: Current, { item, reason }: Returned): Letter.Composed => {
  const { t, greeting, names, recipient } = Letter.speechOf(letter)
  const languages = [recipient.language, letter.workspace.language]
  const isQuiet = current.request.details.sensitivity === "high"
  const title = item === null || isQuiet ? names.title : Standing.titleOf(current, item, languages)
  const values = { ...names, item: title }
  return Letter.render(letter, {
    subject: t(item === null ? "returned.subjectAll" : "returned.subject", values),
    preheader: t("returned.preheader"),
    body: Letter.paragraphs(
      `${greeting},`,
      t(item === null ? "returned.leadAll" : "returned.lead", values),
      t("returned.kept"),
    ),
    rows: [
      ...(item === null ? [] : [{ label: t("returned.item"), value: title }]),
      ...(reason.trim() === "" ? [] : [{ label: t("returned.reason"), value: reason }]),
    ],
  })
}
