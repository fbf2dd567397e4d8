/** The words of mails that bring a new link: at the customer's own wish (K41), or because the firm sent something back. */
import type { ClientRequest } from "@requite/core"
import type { Current } from "../ClientRequests.ts"
import * as Letter from "./Letter.ts"
import * as Standing from "./Standing.ts"

/** The link that the customer asked for. */
export const asked = (letter: Letter.Letter, accessNo: number): Letter.Composed => {
  const { t, count } = Letter.speechOf(letter)
  return Letter.write(letter, "access-link", { number: count(accessNo), notYou: t("access.notYou") })
}

type Returned = Extract<ClientRequest.Delivery, { readonly kind: "returned" }>

/** An item was sent back with a reason; or without an item, the whole request was opened again. */
export const returned = (
  letter: Letter.Letter,
  current: Current,
  { item, reason, infected }: Returned,
): Letter.Composed => {
  const { t, names, recipient } = Letter.speechOf(letter)
  const languages = [recipient.language, letter.workspace.language]
  const isQuiet = current.request.details.sensitivity === "high"
  const why =
    infected === undefined ? reason : isQuiet ? t("returned.infectedQuiet") : t("returned.infected", { name: infected })
  const title = item === null || isQuiet ? names.title : Standing.titleOf(current, item, languages)
  return Letter.write(
    letter,
    "returned",
    { item: item === null ? undefined : title },
    {
      rows: [
        ...(item === null ? [] : [{ label: t("returned.item"), value: title }]),
        ...(why.trim() === "" ? [] : [{ label: t("returned.reason"), value: why }]),
      ],
    },
  )
}
