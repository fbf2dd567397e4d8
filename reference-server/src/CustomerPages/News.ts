/**
 * *News*: what the answers to a section have changed about that section itself. Without JavaScript questions cannot appear
 * while somebody types, so whoever has just saved comes back to what is asked now, and is told before going on.
 */
import { placeOf } from "@requite/core/FillSession/Place"
import * as Filling from "../Filling.ts"
import type { Questionnaire } from "@requite/core"
import type { Html } from "../Html.ts"
import { html } from "../Html.ts"
import type { Fields } from "./kinds.ts"
import { controlAnchor } from "./kinds.ts"
import * as Problems from "./Problems.ts"
import type { Reader } from "./Reader.ts"

export interface News {
  /** Places of questions that are asked now and were not before, or can be answered in new ways and are not answered. */
  readonly more: ReadonlyArray<Filling.Place>
  /** How many are no longer asked. */
  readonly less: number
}

export const none: News = { more: [], less: 0 }

export const isNone = ({ more, less }: News): boolean => more.length === 0 && less === 0

/** Both fillings are padded: what was on the page, and what would be now. */
export const between = (before: Filling.Filling, now: Filling.Filling, section: Questionnaire.Section): News => {
  const [old, fresh] = [questionsIn(before, section), questionsIn(now, section)]
  return {
    more: [...fresh].flatMap(([pointer, one]) => {
      const was = old.get(pointer)
      const isNew =
        was === undefined || (!Filling.isAnswered(now, one) && isWider(offersOf(before, was), offersOf(now, one)))
      return isNew ? [one.place] : []
    }),
    less: [...old.keys()].filter((pointer) => !fresh.has(pointer)).length,
  }
}

/** A form whose page put in what is asked by itself says what it showed. */
export const unseen = (news: News, fields: Fields): News => {
  const shown = fields.get("shown")?.[0]?.split(" ")
  return shown === undefined
    ? news
    : { more: news.more.filter((place) => !shown.includes(Filling.pointer(place))), less: 0 }
}

/** What is asked only now nobody could answer yet; nor a group in which it is. */
export const withoutUnseen = <I extends Problems.Issue>(issues: ReadonlyArray<I>, { more }: News): ReadonlyArray<I> => {
  const unseen = more.map(Filling.pointer)
  return issues.filter(
    ({ code, pointer }) =>
      code !== "required" || !unseen.some((one) => one === pointer || one.startsWith(`${pointer}/`)),
  )
}

/** What a person can do something with there, by pointer. */
export const questionsIn = (
  filling: Filling.Filling,
  section: Questionnaire.Section,
): ReadonlyMap<string, Filling.Asked> =>
  new Map(
    Filling.all(Filling.asked(filling, section.items))
      // an empty repeated group is something to fill in, too
      .filter((one) => Filling.takesAnswer(one) || (one.question.repeat !== undefined && one.inside.length === 0))
      .map((one) => [Filling.pointer(one.place), one]),
  )

const offersOf = (filling: Filling.Filling, one: Filling.Asked): ReadonlyArray<string> =>
  Filling.offers(one.question).filter((value) => filling.session.isOffered(filling.state, one.place, value))

const isWider = (before: ReadonlyArray<string>, now: ReadonlyArray<string>): boolean =>
  now.some((value) => !before.includes(value))

/** Named in an address, so that a reload shows it once more; of very many the first. */
export const query = ({ more, less }: News): string => {
  const named = more.slice(0, mostNamed).map(Filling.pointer).join(",")
  const search = new URLSearchParams({
    ...(more.length === 0 ? {} : { new: named, more: String(more.length) }),
    ...(less === 0 ? {} : { less: String(less) }),
  })
  return `?${search.toString()}`
}

const mostNamed = 20

/** What an address says; anybody may write one, so what it names must be asked. */
export const ofQuery = (search: URLSearchParams, { session, state }: Filling.Filling): Told | null => {
  const places = (search.get("new") ?? "").split(",", mostNamed).map(placeOf)
  const more = places.filter((place) => place.length > 0 && session.isAsked(state, place))
  const count = (name: string) => Math.min(Number.parseInt(search.get(name) ?? "", 10) || 0, 9_999)
  const told = {
    more,
    count: Math.max(more.length, more.length === 0 ? 0 : count("more")),
    less: Math.max(0, count("less")),
  }
  return told.count === 0 && told.less === 0 ? null : told
}

export const told = ({ more, less }: News): Told | null =>
  isNone({ more, less }) ? null : { more: more.slice(0, mostNamed), count: more.length, less }

/** News as a page tells them. */
export interface Told {
  readonly more: ReadonlyArray<Filling.Place>
  readonly count: number
  readonly less: number
}

/** The notice, which takes the focus. */
export const notice = (news: Told, { questionnaire }: Filling.Filling, reader: Reader): Html =>
  Problems.notice(
    html`<h2 id="summary">${title(news, reader)}</h2>
      ${news.more.length === 0 ? null : links(news, questionnaire, reader)}
      ${news.less === 0 ? null : html`<p>${reader.t("news.kept")}</p>`}`,
    "news",
  )

/** The same in a notice about something else. */
export const aside = (news: Told, { questionnaire }: Filling.Filling, reader: Reader): Html =>
  html`<p><strong>${title(news, reader)}</strong></p>
    ${news.more.length === 0 ? null : links(news, questionnaire, reader)}`

const title = ({ count, less }: Told, { t }: Reader): string =>
  count > 0 ? t("news.more", { count }) : t("news.less", { count: less })

const links = ({ more, count }: Told, questionnaire: Questionnaire.Questionnaire, reader: Reader): Html =>
  html`<ul>
    ${more.map(
      (place) => html`<li><a href="#${controlAnchor(place)}">${Problems.nameAt(questionnaire, place, reader)}</a></li>`,
    )}${count > more.length ? html`<li>…</li>` : null}
  </ul>`
