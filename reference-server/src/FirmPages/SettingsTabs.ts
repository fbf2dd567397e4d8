/** The pages under "Firm", one row of links over each of them. Those for administrators alone are shown to them alone. */
import { type Html, html } from "../Html.ts"
import type { Visit } from "./Visit.ts"

const tabs = [
  ["firm", "/settings"],
  ["branding", "/settings/branding"],
  ["members", "/settings/members"],
  ["portal", "/settings/portal"],
  ["sending", "/settings/sending"],
  ["embedding", "/settings/embedding"],
  ["templates", "/settings/templates"],
  ["webhooks", "/settings/webhooks"],
  ["record", "/settings/record"],
  ["operations", "/settings/operations"],
] as const

export type Tab = (typeof tabs)[number][0]

/** What members may read who are no administrators. */
const open: ReadonlyArray<Tab> = ["templates"]

/** The row, with the page that is shown marked in it. */
export const show = ({ words, member }: Visit, current: Tab): Html =>
  html`<nav class="tabs" aria-label="${words.t("settings.tabs")}">
    <ul>
      ${tabs
        .filter(([tab]) => member.role === "admin" || open.includes(tab))
        .map(
          ([tab, href]) =>
            html`<li>
              <a href="${href}" ${tab === current && html` aria-current="page"`}>${words.t(`settings.tab.${tab}`)}</a>
            </li>`,
        )}
    </ul>
  </nav>`
