/**
 * What a page's script needs to know (browser/customer.ts), as data in the page: the questionnaire as far as filling it in
 * needs it, the answers, where to save them, and the words it says. Without scripts all of this is nothing.
 */
import type { Answers, Questionnaire, QuestionKind } from "@requite/core"
import type { Context } from "@requite/core/Evaluation"
import { equal } from "@requite/core/FillSession/Place"
import { walk } from "@requite/core/Questionnaire/Definition"
import * as SafeHtml from "@requite/content/SafeHtml"
import { createHash } from "node:crypto"
import * as Assets from "../Assets.ts"
import type { Customer } from "../Customer.ts"
import * as Filling from "../Filling.ts"
import type { Html } from "../Html.ts"
import { html, safe } from "../Html.ts"
import * as Mode from "./Mode.ts"
import type { Reader } from "./Reader.ts"
import type { Session } from "./Session.ts"
import * as Versions from "./Versions.ts"

export interface Given {
  readonly questionnaire: Questionnaire.Questionnaire
  /** What the server has, with the instances that a page shows. */
  readonly answers: Answers.Answers
  /** What the page shows and the server has not: a form came back. */
  readonly typed: Answers.Answers
  readonly context: Context
  readonly visited: ReadonlyArray<string>
  /** Of the request. */
  readonly revision: number
  /** How often each question was written, where others write too. */
  readonly versions: Readonly<Record<string, number>>
  /** Who wrote them. */
  readonly writers: Readonly<Record<string, string>>
  /** Others write on the same record (C4). */
  readonly shares: boolean
  /** What is typed is saved without a button (T16). */
  readonly saves: boolean
  /** What is not yet at the server is kept on this device, under this name; null: it is not (L06). */
  readonly kept: string | null
  /** Where the answers are read and saved. */
  readonly api: string
  readonly csrf: string
  /** Ids of the sections whose fields are on this page. */
  readonly sections: ReadonlyArray<string>
  /** Addresses of the parts of the script that this page may need. */
  readonly parts: Readonly<Record<"instances" | "conflicts" | "whole", string | null>>
  readonly locale: string
  readonly languages: ReadonlyArray<string>
  readonly words: Words
}

export type Words = ReturnType<typeof wordsOf>

/** `#` stands for a number. */
const wordsOf = ({ t }: Reader, { shares, layout }: Mode.Mode) => {
  const counted = (key: "news.more" | "news.less") => [t(key, { count: 1 }), t(key, { count: 2 }).replace("2", "#")]
  return {
    error: t("field.error"),
    more: counted("news.more"),
    less: counted("news.less"),
    offline: t(layout === "whole" ? "live.offlineHere" : "live.offline"),
    held: t(layout === "whole" ? "live.heldHere" : "live.held"),
    restored: t("live.restored"),
    arrived: t("live.arrived"),
    choose: t("conflict.choose"),
    theirs: shares ? t("live.theirs", { who: "…" }) : t("live.earlier"),
    mine: t("conflict.mine"),
    nothing: t("review.nothing"),
  }
}

/** `sections`: those that the page has fields of; `padded`: what they show. */
export const parts = (
  session: Session,
  sections: ReadonlyArray<Questionnaire.Section>,
  padded: Filling.Filling = Filling.padded(session.filling),
): Html => {
  const { customer, current, reader } = session
  const mode = Mode.of(current.request.policy)
  // a page without fields has only what was kept to send
  if (sections.length === 0 && mode.layout !== "sections") return html``
  // whoever only looks has no token, and nothing to save
  if (customer.csrf === "") return html``
  const shown = draftOf(padded)
  const stored = Versions.stored(session, padded)
  const answers = draftOf(stored)
  const repeats = sections.some(({ items }) => walk(items).some(({ repeat }) => repeat !== undefined))
  const needed = {
    instances: repeats ? Assets.path("instances.js") : null,
    conflicts: mode.layout === "sections" ? Assets.path("conflicts.js") : null,
    whole: mode.layout === "whole" ? Assets.path("whole.js") : null,
  }
  const given: Given = {
    questionnaire: slim(current.stored.questionnaire, sections),
    answers,
    typed: stored === padded ? {} : difference(answers, shown),
    context: current.context,
    visited: current.visited,
    revision: current.request.revision,
    versions: mode.shares
      ? Object.fromEntries(Object.entries(current.versions).map(([question, { n }]) => [question, n]))
      : {},
    writers: mode.shares ? Versions.writers(current) : {},
    shares: mode.shares,
    saves: mode.types,
    kept: mode.layout === "sections" ? keptUnder(customer) : null,
    api: `/api/customer/${customer.handle}`,
    csrf: customer.csrf,
    sections: sections.map(({ id }) => id),
    parts: needed,
    locale: reader.locale,
    languages: reader.languages,
    words: wordsOf(reader, mode),
  }
  return html`<script type="application/json" id="given">
      ${json(given)}
    </script>
    ${[needed.instances, needed.whole].map((path) => (path === null ? null : html`<link rel="modulepreload" href="${path}" />`))}
    <script type="module" src="${Assets.path(`customer.${reader.language}.js`)}"></script>`
}

/** In an element of its own, which only its end tag could end. */
const json = (value: unknown): Html => safe(SafeHtml.trust(JSON.stringify(value).replaceAll("<", "\\u003c")))

const draftOf = ({ session, state }: Filling.Filling): Answers.Answers => session.draft(state)

/** What is otherwise in `shown`; null where it is nothing there. */
const difference = (answers: Answers.Answers, shown: Answers.Answers): Answers.Answers =>
  Object.fromEntries(
    Object.keys({ ...answers, ...shown }).flatMap((id) => {
      const [one, other] = [answers, shown].map((all) => (Object.hasOwn(all, id) ? all[id] : null))
      return equal(one, other) ? [] : [[id, other]]
    }),
  )

/** What stays on the device no longer: all of it where all is sent, or where a form says that another's answer shall stand. */
export const over = (requestId: string, recipient: string): Html =>
  html`<script
    type="module"
    src="${Assets.path("over.js")}"
    data-kept="${keptUnder({ requestId, recipient })}"
  ></script>`

/** The same for whoever opens another link to the same request, and nobody else can tell it. */
const keptUnder = ({ requestId, recipient }: Pick<Customer, "requestId" | "recipient">): string =>
  createHash("sha256").update(`kept:${requestId}:${recipient}`).digest("hex").slice(0, 24)

/** Without the words that only stand on the page: an option's label is needed where an answer is quoted. */
const slim = (
  questionnaire: Questionnaire.Questionnaire,
  sections: ReadonlyArray<Questionnaire.Section>,
): Questionnaire.Questionnaire => {
  const { format, id, version, language, context, conditions } = questionnaire
  const onPage = new Set(sections.map((section) => section.id))
  const quoted = new Set(
    [...JSON.stringify(questionnaire).matchAll(/\{\{([a-z][A-Za-z0-9]*)\}\}/g)].map(([, one]) => one),
  )
  // those in instances are read where two versions of them stand beside each other
  const item = (question: QuestionKind.Question, isHere: boolean, isInside = false): QuestionKind.Question => {
    const { label, help: _help, attachments: _attachments, suppress: _suppress, items, ...rest } = question
    const isRead = isHere || quoted.has(question.id)
    const isLabelled = isHere && (isInside || rest.repeat !== undefined)
    return {
      ...rest,
      ...("options" in rest && Array.isArray(rest.options)
        ? { options: rest.options.map(isRead ? unhelped : bare) }
        : {}),
      label: isLabelled || (isRead && question.type === "confirm") ? label : "",
      ...(items === undefined ? {} : { items: items.map((inner) => item(inner, isHere, isLabelled)) }),
    }
  }
  return {
    format,
    id,
    version,
    language,
    title: "",
    ...(context === undefined ? {} : { context }),
    ...(conditions === undefined ? {} : { conditions }),
    sections: questionnaire.sections.map(({ id: section, when, items, calculated }) => ({
      id: section,
      title: "",
      ...(when === undefined ? {} : { when }),
      ...(calculated === undefined ? {} : { calculated }),
      items: items.map((one) => item(one, onPage.has(section))),
    })),
  }
}

const unhelped = (option: object): object => ({ ...option, help: undefined })
const bare = (option: object): object => ({ ...option, help: undefined, label: "" })
