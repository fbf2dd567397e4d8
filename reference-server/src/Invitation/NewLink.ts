/** The words of mails that bring a new link: at the customer's own wish (K41), or because the firm sent something back. */
import { type ClientRequest, LocalText } from "@requite/core"
import type { Current } from "../ClientRequests.ts"
import * as Letter from "./Letter.ts"
import * as Standing from "./Standing.ts"

/** The link that the customer asked for. */
export const asked = (letter: Letter.Letter, accessNo: number): Letter.Composed => {
  const { t, count } = Letter.speechOf(letter)
  return Letter.write(letter, "access-link", { number: count(accessNo), notYou: t("access.notYou") })
}

/** Something was said: how many comments there are by now. What they say is read on the page alone. */
export const said = (letter: Letter.Letter, comments: number): Letter.Composed =>
  Letter.write(letter, "comments", { number: Letter.speechOf(letter).count(comments) })

/** Who was asked before named them: in their name, and with no other word of theirs. */
export const delegated = (letter: Letter.Letter, request: ClientRequest.State, to: string): Letter.Composed => {
  const from = request.delegated?.findLast((one) => one.to === to)?.from
  const name = from === undefined ? "" : from.name === "" ? from.email : from.name
  return Letter.write(letter, "delegated", {
    passedOnBy: name === "" ? letter.workspace.name : LocalText.oneLine(name),
  })
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
