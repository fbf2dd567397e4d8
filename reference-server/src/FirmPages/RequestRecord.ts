/**
 * The card of a request's record: up to where it is proved, the file that proves it, and erasing what was given. What it says
 * was checked just now, over the entries as they stand in the database.
 */
import { ClientRequest } from "@requite/core"
import { type Html, html } from "../Html.ts"
import type { Proof } from "../Record.ts"
import * as Field from "./Field.ts"
import * as Page from "./Page.ts"
import { exact } from "./RequestWords.ts"
import type { Visit } from "./Visit.ts"
import { moment } from "./Words.ts"

const ended: ReadonlySet<ClientRequest.LifecycleState> = new Set(["Submitted", "Expired", "Cancelled"])

export const show = (visit: Visit, request: ClientRequest.State, proof: Proof): Html => {
  const { words, member } = visit
  const { t } = words
  const { covered, entries, fault } = proof
  const isEnded = ended.has(ClientRequest.stateAt(request, words.now))
  return html`<section class="card" id="record">
    <h2>${t("record.title")}</h2>
    ${
      fault !== null
        ? html`<p class="bad" role="note"><strong>${t("record.broken")}</strong> ${fault}</p>`
        : covered === null
          ? html`<p>${t("record.chained", { entries })}</p>`
          : html`<p>
              ${t("record.proved", { entries: Math.min(entries, covered.index) })}
              ${exact(covered.at, moment(words, covered.at))}${entries > covered.index && html` ${t("record.later", { entries: entries - covered.index })}`}
            </p>`
    }
    <p><a href="/api/requests/${request.id}/record">${t("record.file")}</a></p>
    ${request.erased !== null && html`<p class="meta">${t("record.erased")}</p>`}
    ${
      member.role === "admin" &&
      isEnded &&
      request.erased === null &&
      html`<details class="confirm">
        <summary>${t("record.erase")}</summary>
        <form method="post" action="/requests/${request.id}/erase">
          ${Page.tokens(visit)}
          <p>${t("record.erase.text")}</p>
          ${Field.input({ name: "reason", label: t("record.erase.reason"), help: t("record.erase.reason.help"), value: "", autocomplete: "off" })}
          <button class="danger" type="submit">${t("record.erase.submit")}</button>
        </form>
      </details>`
    }
  </section>`
}
