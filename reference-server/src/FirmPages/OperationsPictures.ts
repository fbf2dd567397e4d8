/**
 * Numbers as pictures, drawn as SVG without a script or a style of their own. Each says in words what it shows, and the numbers
 * stand beside it as a table.
 */
import { type Html, html } from "../Html.ts"
import type { Day } from "../Operations.ts"
import type { Words } from "./Words.ts"

const width = 700
const height = 180
/** What is kept free below for the days' names, and above for the numbers. */
const [below, above] = [34, 26]
const series = ["sent", "dropped", "failed"] as const

/** A week of mails: a pile for each day, of what went out, was dropped and failed. */
export const days = (words: Words, week: ReadonlyArray<Day>): Html => {
  const { t } = words
  const total = ({ sent, dropped, failed }: Day) => sent + dropped + failed
  const most = Math.max(1, ...week.map(total))
  const scale = (count: number) => (count / most) * (height - below - above)
  const step = width / week.length
  const number = (count: number) => count.toLocaleString(words.locale)
  const sum = (of: (typeof series)[number]) => week.reduce((all, day) => all + day[of], 0)
  const title = t("operations.days.title", { sent: sum("sent"), dropped: sum("dropped"), failed: sum("failed") })
  return html`<figure class="week">
    <svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
      <line class="ground" x1="0" x2="${width}" y1="${height - below}" y2="${height - below}" />
      ${week.map((day, at) => {
        const left = at * step + step / 2 - 24
        let top = height - below
        return html`${series.map((of) => {
            // what is there is seen, however little it is
            const tall = day[of] === 0 ? 0 : Math.max(3, scale(day[of]))
            top -= tall
            return (
              tall > 0 && html`<rect class="${of}" x="${left}" y="${round(top)}" width="48" height="${round(tall)}" />`
            )
          })}
          ${total(day) > 0 && html`<text x="${left + 24}" y="${round(top - 5)}">${number(total(day))}</text>`}
          <text x="${left + 24}" y="${height - 8}">${weekday(words, day.day)}</text>`
      })}
    </svg>
    <figcaption>
      <p class="legend">
        ${series.map(
          (of) =>
            html`<span
              ><svg viewBox="0 0 12 12" aria-hidden="true"><rect class="${of}" width="12" height="12" /></svg>
              ${t(`operations.days.${of}`)}: ${number(sum(of))}</span
            >`,
        )}
      </p>
      <details>
        <summary>${t("operations.days.numbers")}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">${t("operations.days.day")}</th>
              ${series.map((of) => html`<th scope="col">${t(`operations.days.${of}`)}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${week.map(
              (day) =>
                html`<tr>
                  <th scope="row">${weekday(words, day.day)}</th>
                  ${series.map((of) => html`<td>${number(day[of])}</td>`)}
                </tr>`,
            )}
          </tbody>
        </table>
      </details>
    </figcaption>
  </figure>`
}

/** A part of the most, beside a number that says the same. */
export const bar = (part: number): Html =>
  html`<svg class="portion" viewBox="0 0 200 8" preserveAspectRatio="none" aria-hidden="true">
    <rect class="ground" width="200" height="8" rx="4" />
    <rect class="waiting" width="${round(Math.max(4, part * 200))}" height="8" rx="4" />
  </svg>`

const round = (value: number): string => value.toFixed(1)

const weekday = (words: Words, day: string): string =>
  new Intl.DateTimeFormat(words.locale === "en" ? "en-GB" : words.locale, {
    weekday: "short",
    day: "numeric",
    timeZone: "UTC",
  }).format(new Date(Date.parse(day)))
