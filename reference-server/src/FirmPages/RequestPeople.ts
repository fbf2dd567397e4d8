/**
 * The people of a request as its form has them: contacts of the work item to tick, and rows to fill in, of which further
 * ones are added and taken away by buttons, without scripts. The first row's fields have plain names (`email`), those of
 * the second end in `-2`.
 */
import { type ClientRequest, LocalText } from "@requite/core"
import { LanguageTag } from "@requite/core/LocalText/schema"
import * as Schema from "effect/Schema"
import { type Child, type Html, html } from "../Html.ts"
import { isAddress } from "../Mailer/MailAddress.ts"
import type { Participant } from "../WorkItems.ts"
import * as Field from "./Field.ts"
import { languages } from "./FirmFields.ts"
import type { Form } from "./Form.ts"
import { personName } from "./RequestWords.ts"
import type { Words } from "./Words.ts"
import { languageName } from "./Words.ts"

/** One row. `id` is that of the recipient it stands for, empty where it is somebody new. */
export interface Row {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly language: string
  readonly mobile: string
  readonly role: string
}

export const most = 20

export const blank = (language: string): Row => ({
  id: "",
  name: "",
  email: "",
  language,
  mobile: "",
  role: "",
})

export const of = ({ contact: _contact, ...row }: ClientRequest.Recipient): Row => row

/** Is anything filled in? Rows that are empty are no people. */
const isFilled = ({ name, email, mobile }: Row): boolean => `${name}${email}${mobile}`.trim() !== ""

const suffix = (index: number) => (index === 0 ? "" : `-${index + 1}`)

/** The rows that were sent, with the one added or taken away that a button asked for. */
export const read = (form: Form): ReadonlyArray<Row> => {
  const count = Math.min(Math.max(Number(form.text("people")) || 1, 1), most)
  const rows = Array.from({ length: count }, (_, index): Row => {
    const at = (name: string) => form.text(`${name}${suffix(index)}`)
    return {
      id: at("recipient"),
      name: LocalText.oneLine(at("name")),
      email: LocalText.oneLine(at("email")),
      language: at("language"),
      mobile: at("mobile").replaceAll(/[\s()./-]/g, ""),
      role: LocalText.oneLine(at("role")),
    }
  })
  const pressed = form.text("purpose")
  const [, removed] = /^remove-person:(\d{1,2})$/.exec(pressed) ?? []
  const kept = removed === undefined ? rows : rows.filter((_, index) => index !== Number(removed))
  const language = rows.at(-1)?.language ?? "en"
  const added = pressed === "add-person" && kept.length < most ? [...kept, blank(language)] : kept
  return added.length === 0 ? [blank(language)] : added
}

/** A contact of the work item, as the recipient that they would be. */
const participant = (
  { id, name, email, language, mobile, role }: Participant,
  addresses: Readonly<Record<string, string>>,
): Omit<ClientRequest.Recipient, "id"> => ({
  name,
  email: email === "" ? (addresses[id]?.trim() ?? "") : email,
  language,
  mobile,
  role,
  contact: id,
})

/**
 * Everybody whom the form names. `before` are the recipients that are there; `idOf` makes the id of somebody new from
 * their place. Nobody at all is one without a name.
 */
export const recipients = (
  given: {
    readonly rows: ReadonlyArray<Row>
    readonly ticked: ReadonlyArray<string>
    readonly addresses: Readonly<Record<string, string>>
    readonly participants: ReadonlyArray<Participant>
    readonly before: ReadonlyArray<ClientRequest.Recipient>
  },
  nameOf: (email: string) => string,
  idOf: (place: number) => string,
): ReadonlyArray<ClientRequest.Recipient> => {
  const { rows, ticked, addresses, participants, before } = given
  const fromWork = participants
    .filter(({ id }) => ticked.includes(id))
    .map((one) => ({ id: "", ...participant(one, addresses) }))
  const typed = rows.filter(isFilled).map((row) => {
    const known = before.find(({ id }) => id === row.id)
    const [name, email] = [row.name.trim(), row.email.trim()]
    return {
      ...row,
      id: known?.id ?? "",
      name: name === "" ? nameOf(email) : name,
      email,
      // an address of somebody else is somebody else
      contact: known?.email.toLowerCase() === email.toLowerCase() ? known.contact : null,
    }
  })
  const all = [...fromWork, ...typed]
  const [nobody = blank("en")] = rows
  const some = all.length > 0 ? all : [{ ...nobody, contact: null }]
  return some.map((one, place) => ({ ...one, id: one.id === "" ? idOf(place) : one.id }))
}

/** What of the rows has to be mended. */
export const mistakes = ({ t }: Words, rows: ReadonlyArray<Row>): ReadonlyArray<Field.Mistake> =>
  rows.flatMap((row, index) => {
    const end = suffix(index)
    const mistake = (wrong: boolean, field: string, sentence: string) =>
      wrong ? [{ field: `${field}${end}`, sentence }] : []
    return [
      ...mistake(row.name.length > 200, "name", t("form.tooLong", { max: 200 })),
      ...mistake(row.email.trim() !== "" && !isAddress(row.email.trim()), "email", t("form.email")),
      ...mistake(row.mobile !== "" && !/^\+[1-9]\d{5,14}$/.test(row.mobile), "mobile", t("people.mobile.wrong")),
      ...mistake(row.role.length > 100, "role", t("form.tooLong", { max: 100 })),
      ...mistake(!isLanguage(row.language), "language", t("form.choose")),
    ]
  })

/** What of the addresses has to be mended that were given for contacts. */
export const addressMistakes = (
  { t }: Words,
  addresses: Readonly<Record<string, string>>,
): ReadonlyArray<Field.Mistake> =>
  Object.entries(addresses).flatMap(([id, address]) =>
    address.trim() === "" || isAddress(address.trim()) ? [] : [{ field: `address.${id}`, sentence: t("form.email") }],
  )

const isLanguage = Schema.is(LanguageTag)

/** What sending lacks in the first row, where nobody is named at all. */
export const missing = (
  { t }: Words,
  [first]: ReadonlyArray<ClientRequest.Recipient>,
  ticked: ReadonlyArray<string>,
): ReadonlyArray<Field.Mistake> => {
  const contact = ticked.find((id) => id === first?.contact)
  const field = contact === undefined ? "email" : `address.${contact}`
  return [
    ...(first?.name === "" ? [{ field: "name", sentence: t("request.name.missing") }] : []),
    ...(first?.email === "" ? [{ field, sentence: t("request.email.missing") }] : []),
  ]
}

/** Those whose number no code can go to (S35): at their row, or at the contacts that are ticked. */
export const unreachable = (
  words: Words,
  rows: ReadonlyArray<Row>,
  people: ReadonlyArray<ClientRequest.Recipient>,
): ReadonlyArray<Field.Mistake> =>
  people.map((one) => {
    const place = rows.findIndex(({ email, mobile }) => email.trim() === one.email && mobile === one.mobile)
    const sentence = words.t("people.mobile.sms", { name: personName(words, one) })
    return { field: place === -1 ? "contacts" : `mobile${suffix(place)}`, sentence }
  })

interface Shown {
  readonly rows: ReadonlyArray<Row>
  readonly ticked: ReadonlyArray<string>
  /** For contacts without one, by contact id. */
  readonly addresses: Readonly<Record<string, string>>
  readonly participants: ReadonlyArray<Participant>
  /** People that the firm has asked before. */
  readonly earlier: ReadonlyArray<ClientRequest.Recipient>
  /** Recipients that it was sent to: their addresses stay. */
  readonly fixed: ReadonlySet<string>
  readonly mistakes: ReadonlyArray<Field.Mistake>
}

/** The fields themselves. */
export const fields = (words: Words, shown: Shown): Html => {
  const { rows, participants, earlier } = shown
  const { t } = words
  return html`${participants.length > 0 && contacts(words, shown)}
    <datalist id="recipients">
      ${earlier.map(({ email, name }) => html`<option value="${email}">${name}</option>`)}
    </datalist>
    <input type="hidden" name="people" value="${rows.length}" />
    ${rows.map((row, index) => person(words, row, index, shown))}
    <p class="buttons">
      <button type="submit" name="purpose" value="add-person">${t("people.add")}</button>
      <span class="help">${t("people.add.help")}</span>
    </p>`
}

const contacts = ({ t }: Words, { participants, ticked, addresses, mistakes }: Shown): Html =>
  html`<fieldset class="field" id="contacts">
    <legend>${t("people.contacts")}</legend>
    <p class="help">${t("people.contacts.help")}</p>
    ${participants.map(
      ({ id, name, email, mobile, role }) =>
        html`<label class="choice">
            <input type="checkbox" name="contact" value="${id}" ${ticked.includes(id) && html` checked`} />
            <span
              ><strong>${name}</strong>${role !== "" && html` · ${role}`}
              <span class="help"
                >${[email === "" ? t("people.noEmail") : email, mobile === "" ? t("people.noMobile") : mobile].join(" · ")}</span
              ></span
            >
          </label>
          ${
            email === "" &&
            Field.input({
              name: `address.${id}`,
              label: t("people.address", { name }),
              help: t("people.address.help"),
              type: "email",
              value: addresses[id] ?? "",
              autocomplete: "off",
              mistakes,
            })
          }`,
    )}
  </fieldset>`

const person = (words: Words, row: Row, index: number, shown: Shown): Html => {
  const { t } = words
  const { rows, participants, fixed, mistakes } = shown
  const end = suffix(index)
  const isFixed = row.id !== "" && fixed.has(row.id)
  const isExtra = index === 0 && participants.length > 0
  const known = languages(words)
  const spoken = known.some(({ value }) => value === row.language)
    ? known
    : [...known, { value: row.language, label: languageName(words, row.language) }]
  const more: Child = html`<div class="pair">
      ${Field.select({ name: `language${end}`, label: t("request.language"), help: t("request.language.help"), value: row.language, options: spoken, narrow: true, mistakes })}
      ${Field.input({ name: `mobile${end}`, label: `${t("people.mobile")} ${t("form.optional")}`, help: t("people.mobile.help"), value: row.mobile, autocomplete: "off", readonly: isFixed, narrow: true, mistakes })}
    </div>
    ${Field.input({ name: `role${end}`, label: `${t("people.role")} ${t("form.optional")}`, help: t("people.role.help"), value: row.role, autocomplete: "off", narrow: true, mistakes })}`
  const isWrong = mistakes.some(({ field }) => ["name", "email", "language", "mobile", "role"].includes(field))
  const fieldset = html`<fieldset class="person">
    ${(rows.length > 1 || isExtra) && html`<legend class="${isExtra && rows.length === 1 && "unseen"}">${isExtra ? t("people.else") : t("people.number", { number: index + 1 })}</legend>`}
    <input type="hidden" name="recipient${end}" value="${row.id}" />
    ${Field.input({
      name: `email${end}`,
      label: t("request.email"),
      help: t(isFixed ? "request.email.fixed" : "request.email.help"),
      type: "email",
      value: row.email,
      autocomplete: "off",
      list: "recipients",
      readonly: isFixed,
      mistakes,
    })}
    ${Field.input({ name: `name${end}`, label: t("request.name"), help: t("request.name.help"), value: row.name, autocomplete: "off", mistakes })}
    ${more}
    ${rows.length > 1 && !isFixed && html`<p class="buttons"><button type="submit" name="purpose" value="remove-person:${index}">${t("people.remove", { number: index + 1 })}</button></p>`}
  </fieldset>`
  // contacts come first: somebody else is asked seldom
  return isExtra
    ? html`<details class="else" ${(isFilled(row) || isWrong || rows.length > 1) && html` open`}>
        <summary>${t("people.else")}</summary>
        ${fieldset}
      </details>`
    : fieldset
}
