/** The answers of a section as the firm will read them. Where they can be changed, each has a way to do so. */
import * as Filling from "../Filling.ts"
import type { Html } from "../Html.ts"
import { html } from "../Html.ts"
import type { Questionnaire } from "@requite/core"
import { viewOf } from "./kinds.ts"
import * as Problems from "./Problems.ts"
import type { Session } from "./Session.ts"
import { fileAddress } from "./Session.ts"

interface Telling {
  /** What is wrong, by pointer. */
  readonly sentences?: ReadonlyMap<string, ReadonlyArray<string>>
  /** Where an answer is changed; left out: it is not. */
  readonly href?: (place: Filling.Place) => string
  /** It stands within something else: instances are named, and head nothing. */
  readonly isInside?: boolean
}

export const render = (session: Session, section: Questionnaire.Section, telling: Telling = {}): Html => {
  const { filling } = session
  const { sentences } = telling
  return html`${Filling.blocks(
    Filling.asked(filling, section.items),
    ({ place }) => sentences?.has(Filling.pointer(place)) === true,
  ).map((block) => answers(session, block, telling))}`
}

const answers = (session: Session, { under, rows }: Filling.Block, telling: Telling): Html => {
  const name = under.map((one, index) => html`${index > 0 ? ", " : null}${Problems.heading(one, session.reader)}`)
  return html`${
      under.length === 0
        ? null
        : telling.isInside === true
          ? html`<p class="instance-name">${name}</p>`
          : html`<h3>${name}</h3>`
    }
    <dl>${rows.map((row) => answer(session, row, telling))}</dl>`
}

const answer = (session: Session, row: Filling.Asked, { sentences, href }: Telling): Html => {
  const { filling, reader } = session
  const { t } = reader
  const { place, question } = row
  const wrong = sentences?.get(Filling.pointer(place)) ?? []
  const given = Filling.isAnswered(filling, row)
  const filePath = fileAddress(session)
  const isNeeded = href !== undefined && filling.session.isRequired(filling.state, place)
  return html`<div class="${wrong.length > 0 ? "wrong" : ""}">
    <dt>${reader.at(place).authored(question.label)}</dt>
    <dd>
      ${
        given
          ? viewOf(question).summary({
              question,
              answer: Filling.answerAt(filling, place),
              reader: reader.at(place),
              filePath,
            })
          : html`<p class="nothing">${t(isNeeded ? "review.needed" : "review.nothing")}</p>`
      }
      ${wrong.map((sentence) => html`<p class="error">${sentence}</p>`)}
      ${
        href === undefined
          ? null
          : html`<a class="change" href="${href(place)}"
              >${t(given ? "review.change" : "review.answer")}<span class="unseen"
                >: ${Problems.nameAt(filling.questionnaire, place, reader)}</span
              ></a
            >`
      }
    </dd>
  </div>`
}
