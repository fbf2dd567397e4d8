/**
 * The end: "Data successfully submitted", what happens next, and a receipt to keep. It is shown in the session that
 * submitted and nowhere else (S50), and prints well.
 */
import type { AuditRecord } from "@requite/core"
import * as words from "../Branding/words.ts"
import type { Receipt } from "../CustomerAccess.ts"
import * as Filling from "../Filling.ts"
import type { Html } from "../Html.ts"
import { html } from "../Html.ts"
import * as Enhancing from "./Enhancing.ts"
import * as Frame from "./Frame.ts"
import * as Language from "./Language.ts"
import { viewOf } from "./kinds.ts"
import { heading } from "./Problems.ts"
import type { Reader } from "./Reader.ts"
import { paths } from "./Session.ts"

export const render = (
  { workspace, request, customer }: Receipt,
  filling: Filling.Filling,
  reader: Reader,
  signed: AuditRecord.Receipt | null,
  portal: Html | null = null,
): string => {
  const { t } = reader
  const { session, state } = filling
  const end = session.end(state)
  const { submission } = request
  const title = request.details.title
  // who ticked the last section pressed no Finish
  const said = t(request.policy.completion === "auto-when-all" ? "done.ticked" : "done.title")
  return Frame.render({
    language: reader.language,
    languages: Language.links({ language: reader.language, label: t("frame.language") }),
    title: [said, title, workspace.name],
    firm: workspace,
    skip: null,
    main: html`<div class="done">
        ${tick}
        <h1>${said}</h1>
        ${
          end === undefined
            ? (words.paragraphs(workspace, "next", reader.language, "lead typed") ??
              html`<p class="lead">${t("done.next", { firm: workspace.name })}</p>`)
            : html`<h2>${reader.authored(end.title)}</h2>
                ${end.description === undefined ? null : html`<div class="prose">${reader.markdown(end.description)}</div>`}`
        }
      </div>
      <section class="receipt" aria-labelledby="receipt">
        <h2 id="receipt">${t("done.receipt")}</h2>
        <p class="no-print">${t("done.keep")}</p>
        <dl class="facts">
          ${fact(t("done.request"), html`<span dir="auto">${title}</span>`)}
          ${fact(t("done.to"), html`${workspace.name}`)}
          ${
            submission === null
              ? null
              : [
                  fact(t("done.time"), html`${reader.dateTime(submission.at)}`),
                  fact(t("done.reference"), html`<code>${submission.id}</code>`),
                  fact(t("done.digest"), html`<code class="digest">${submission.digest}</code>`),
                  signed === null
                    ? null
                    : fact(t("done.entry"), html`<code class="digest">${signed.entry.hash}</code>`),
                ]
          }
        </dl>
        <p class="no-print"><a href="${paths.receiptPdf(customer.handle)}" download>${t("done.pdf")}</a></p>
        ${
          signed === null
            ? null
            : html`<p class="no-print"><a href="${paths.receipt(customer.handle)}" download>${t("done.proof")}</a></p>`
        }
        ${sections(filling, reader, null)}
      </section>
      ${portal} ${Enhancing.over(customer.requestId, customer.recipient)}`,
  })
}

type FilePath = ((id: string) => string | null) | null

/** What was given, section by section. `filePath`: where a file can be had, by its id; null: nowhere. */
export const sections = (filling: Filling.Filling, reader: Reader, filePath: FilePath): ReadonlyArray<Html> =>
  Filling.sections(filling).map(
    (section) =>
      html`<section class="answers">
        <h3>${reader.authored(section.title)}</h3>
        ${Filling.blocks(Filling.asked(filling, section.items)).map((block) => answers(block, filling, reader, filePath))}
      </section>`,
  )

const answers = ({ under, rows }: Filling.Block, filling: Filling.Filling, reader: Reader, filePath: FilePath): Html =>
  html`${under.length === 0 ? null : html`<h4>${under.map((one, index) => html`${index > 0 ? ", " : null}${heading(one, reader)}`)}</h4>`}
    <dl>
      ${rows.map((row) => {
        const { place, question } = row
        return html`<div>
          <dt>${reader.at(place).authored(question.label)}</dt>
          <dd>
            ${
              Filling.isAnswered(filling, row)
                ? viewOf(question).summary({
                    question,
                    answer: Filling.answerAt(filling, place),
                    reader: reader.at(place),
                    filePath,
                  })
                : html`<p class="nothing">${reader.t("review.nothing")}</p>`
            }
          </dd>
        </div>`
      })}
    </dl>`

const fact = (term: string, value: Html): Html =>
  html`<div>
    <dt>${term}</dt>
    <dd>${value}</dd>
  </div>`

const tick = html`<svg class="tick" viewBox="0 0 48 48" aria-hidden="true">
  <circle cx="24" cy="24" r="24" />
  <path d="M14 24.5l7 7 13.5-15" />
</svg>`
