/** The fields of a section, groups and their instances included; and what a form that comes back says in them. */
import type { Answers, QuestionKind } from "@requite/core"
import { maxInstances } from "@requite/core/AnswerKind/group"
import { at, list } from "@requite/core/FillSession/Place"
import type { Attachment } from "@requite/core/Questionnaire/Definition"
import * as Filling from "../Filling.ts"
import type { Html } from "../Html.ts"
import { html } from "../Html.ts"
import type { Fields } from "./kinds.ts"
import { fieldName, notBegun, shownInstances, viewOf } from "./kinds.ts"
import type { Reader } from "./Reader.ts"

interface Shown {
  readonly filling: Filling.Filling
  readonly reader: Reader
  /** By pointer. */
  readonly sentences: ReadonlyMap<string, ReadonlyArray<string>>
  /** Pointers of what is asked only now. */
  readonly fresh: ReadonlySet<string>
  readonly filePath: (file: string) => string | null
  readonly namedPath?: (attachment: Attachment) => string | null
  /** What is saved, where something else may be shown. */
  readonly saved?: Answers.Answers
  /** What stands before a field, by pointer. */
  readonly before?: ReadonlyMap<string, Html>
}

/** The items of a section: those that are asked, and in templates those that may come to be. */
export const render = (shown: Shown, items: ReadonlyArray<QuestionKind.Question>, within: Filling.Place = []): Html =>
  html`${items.map((question) => {
    const place = [...within, question.id]
    const isThere = isShown(shown, question, place)
    const field = fieldAt(shown, question, place, isThere)
    return isThere ? field : html`<template data-at="${place.join(".")}">${field}</template>`
  })}`

/** In an instance that nobody has begun, whatever has no condition. */
const isShown = ({ filling: { session, state } }: Shown, { when }: QuestionKind.Question, place: Filling.Place) =>
  isBegun(place) ? session.isAsked(state, place) : when === undefined

const isBegun = (place: Filling.Place): boolean => !place.includes(notBegun)

const fieldAt = (shown: Shown, question: QuestionKind.Question, place: Filling.Place, isThere: boolean): Html => {
  const { filling, reader, sentences, fresh, filePath, namedPath, saved, before } = shown
  const { session, state } = filling
  const pointer = Filling.pointer(place)
  const isKnown = isThere && isBegun(place)
  const inner = question.items
  const isRepeated = question.repeat !== undefined
  const within = place.slice(0, -1)
  const free = Filling.offersOf(question).filter(({ when }) => when === undefined)
  const field = viewOf(question).field({
    place,
    question,
    answer: Filling.answerAt(filling, place),
    isRequired: isKnown
      ? session.isRequired(state, place)
      : question.required === true || (question.repeat?.min ?? 0) > 0,
    isNew: fresh.has(pointer),
    reader: reader.at(place, true),
    errors: sentences.get(pointer) ?? [],
    filePath,
    namedPath,
    isOffered: (option) =>
      isKnown ? session.isOffered(state, place, option) : free.some(({ value }) => value === option),
    inside:
      inner === undefined
        ? []
        : isRepeated
          ? Array.from({ length: Filling.countOf(session, state, place) }, (_, index) =>
              render(shown, inner, [...place, index]),
            )
          : [render(shown, inner, within)],
    hasRoom: isKnown ? Filling.hasRoom(filling, place) : true,
    isAll: isRepeated && list(at(saved, place)).length > Filling.countOf(session, state, place),
    live: true,
    blank: isRepeated && inner !== undefined ? render(shown, inner, [...place, notBegun]) : null,
  })
  return html`${before?.get(pointer)}${field}`
}

interface Arrived {
  readonly fields: Fields
  readonly reader: Reader
  readonly place: Filling.Place
  /** What stands there so far: it stays wherever the form says nothing. */
  readonly before: unknown
}

/** What the form says of these items, by their ids; files have come another way. Groups nest at most 32 deep. */
export const read = (items: ReadonlyArray<QuestionKind.Question>, arrived: Arrived): Answers.Answers => {
  const { fields, reader, before } = arrived
  const answers: Record<string, unknown> = {}
  for (const question of items) {
    const place = [...arrived.place, question.id]
    const inner = question.items
    if (inner === undefined) {
      const answer = viewOf(question).read({ place, question, fields, reader: reader.at(place) })
      if (answer !== undefined) answers[question.id] = answer
    } else if (question.repeat === undefined) Object.assign(answers, read(inner, arrived))
    else {
      const most = question.repeat.max ?? maxInstances
      // one was taken away that is still stored, where they have other numbers: the form alone says what there is
      const isAll = fields.has(fieldName(place, "only"))
      const shown = shownInstances(place, fields, most) ?? (isAll ? new Set<number>() : null)
      if (shown === null) continue
      const rows = isAll ? [] : listOf(own(before, question.id))
      answers[question.id] = Array.from(
        { length: Math.max(rows.length, ...[...shown].map((index) => index + 1)) },
        (_, index) => {
          const row = recordOf(rows[index])
          const instance = { fields, reader, place: [...place, index], before: row }
          return shown.has(index) ? { ...row, ...read(inner, instance) } : row
        },
      )
    }
  }
  return answers
}

const own = (answers: unknown, id: string): unknown =>
  typeof answers === "object" && answers !== null && Object.hasOwn(answers, id) ? Reflect.get(answers, id) : undefined

const listOf = (answer: unknown): ReadonlyArray<unknown> => (Array.isArray(answer) ? answer : [])

const recordOf = (value: unknown): Answers.Answers => (typeof value === "object" && value !== null ? { ...value } : {})
