/**
 * The kind `group` on a page: fields that belong together, under one legend. Of a repeated group each instance is a group
 * of its own, with a button that takes it away, and at the end stands one that adds another. Both buttons send the whole
 * form, so nothing that was typed is lost.
 */
import type { GroupQuestion } from "@requite/core/QuestionKind/group"
import type { Place } from "../../Filling.ts"
import type { Html } from "../../Html.ts"
import { html } from "../../Html.ts"
import type { FieldInput, Fields, KindView } from "./KindView.ts"
import { controlAnchor, fieldName, questionAnchor } from "./KindView.ts"
import { described, errors, help, perhaps, question, title } from "./parts.ts"

/** The buttons of repeated groups, as `action` says them: `add:owners`, `take:owners.0`. */
export const actions = { add: "add", take: "take" } as const

const field = (input: FieldInput<GroupQuestion>): Html => {
  const { inside } = input
  const isRepeated = input.question.repeat !== undefined
  return question(
    input,
    html`<fieldset id="${controlAnchor(input.place)}" tabindex="-1" ${described(input)}>
      <legend class="label">${isRepeated ? title(input) : input.reader.authored(input.question.label)}</legend>
      ${help(input)}${errors(input)}
      ${isRepeated ? html`${inside.map((fields, index) => instance(input, index, fields))}${only(input)}${blank(input)}${adding(input)}` : inside}
    </fieldset>`,
    " group",
  )
}

const instance = (input: FieldInput<GroupQuestion>, index: number, fields: Html): Html => {
  const { place, question, inside, reader } = input
  const here = [...place, index]
  const { min = 0 } = question.repeat ?? {}
  const number = html`<span data-number>${index + 1}</span>`
  return html`<fieldset class="instance" id="${questionAnchor(here)}" data-instance="${here.join(".")}" tabindex="-1">
    <legend class="label">${reader.authored(question.label)} ${number}</legend>
    <input type="hidden" name="${fieldName(place)}" value="${index}" />
    ${fields}
    ${perhaps(
      inside.length > Math.max(min, input.isRequired ? 1 : 0),
      input,
      html`data-take`,
      html`<button class="quiet take" name="action" value="${actions.take}:${here.join(".")}" data-take>
        ${reader.t("group.take")}<span class="unseen">: ${reader.text(question.label)} ${number}</span>
      </button>`,
    )}
  </fieldset>`
}

/** Says that those are all there are: the script puts it in as well (browser/Instances.ts). */
const only = ({ place, isAll }: FieldInput<GroupQuestion>): Html | null =>
  isAll === true ? html`<input type="hidden" name="${fieldName(place, "only")}" value="1" />` : null

/** One that nobody has begun, for the script to copy. */
const blank = (input: FieldInput<GroupQuestion>): Html | null =>
  input.blank === null
    ? null
    : html`<template data-blank="${input.place.join(".")}">${instance(input, notBegun, input.blank)}</template>`

/** Stands for the index of an instance that is not there. */
export const notBegun = -1

const adding = (input: FieldInput<GroupQuestion>): Html | null => {
  const { place, question, inside, hasRoom, reader } = input
  const [first, more] = [reader.t("group.add"), reader.t("group.addAnother")]
  return perhaps(
    hasRoom,
    input,
    html`data-add`,
    html`<button class="secondary add" name="action" value="${actions.add}:${place.join(".")}" data-add>
      <span data-first="${first}" data-more="${more}">${inside.length === 0 ? first : more}</span
      ><span class="unseen">: ${reader.text(question.label)}</span>
    </button>`,
  )
}

/** Which instances of a repeated group were on the page; null: the group was not. */
export const shownInstances = (place: Place, fields: Fields, most: number): ReadonlySet<number> | null => {
  const sent = fields.get(fieldName(place))
  if (sent === undefined) return null
  return new Set(
    sent
      .filter((text) => /^\d{1,6}$/.test(text))
      .map(Number)
      .filter((index) => index < most),
  )
}

export const view: KindView<GroupQuestion> = {
  type: "group",
  asksFor: "nothing",
  seconds: () => 0,
  field,
  // what is in it is read on its own
  read: () => undefined,
  summary: ({ answer, reader }) => html`<p>${Array.isArray(answer) ? reader.number(answer.length) : ""}</p>`,
}
