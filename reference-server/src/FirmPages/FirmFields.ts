/** What a firm says of itself, at the set-up and in its settings: the fields, and what may be wrong in them. */
import * as Contrast from "@requite/content/Contrast"
import { LocalText } from "@requite/core"
import { type Html, html } from "../Html.ts"
import * as Messages from "../Messages.ts"
import * as Palette from "../Branding/Palette.ts"
import type { Workspace } from "../Workspaces.ts"
import * as Field from "./Field.ts"
import type { Form } from "./Form.ts"
import { languageName, type Words } from "./Words.ts"

/** The fields as they were filled in. */
export interface Filled {
  readonly firm: string
  readonly language: string
  readonly timeZone: string
}

/** The fields of a form that was sent. */
export const filled = (form: Form): Filled => ({
  firm: LocalText.oneLine(form.text("firm")),
  language: form.text("language"),
  timeZone: form.text("timeZone"),
})

const mistake = (wrong: boolean, field: string, sentence: string) => (wrong ? [{ field, sentence }] : [])

/** What the fields come to, and what of them has to be mended. */
export const read = (
  given: Filled,
  { t }: Words,
): {
  readonly firm: Pick<Workspace, "name" | "language" | "timeZone">
  readonly mistakes: ReadonlyArray<Field.Mistake>
} => ({
  firm: { name: given.firm, language: given.language, timeZone: given.timeZone },
  mistakes: [
    ...mistake(given.firm === "", "firm", t("setup.firm.missing")),
    ...mistake(given.firm.length > 200, "firm", t("form.tooLong", { max: 200 })),
    ...mistake(!Messages.languages.some((one) => one === given.language), "language", t("form.choose")),
    ...mistake(!isTimeZone(given.timeZone), "timeZone", t("form.choose")),
  ],
})

/** The firm's one colour: picked, or as a code, which counts more where it is filled in. */
export interface Colour {
  readonly accent: string
  readonly hex: string
}

export const filledColour = (form: Form): Colour => ({
  accent: Contrast.normalize(form.text("accent")) ?? "#1f5eff",
  hex: form.text("hex"),
})

/** What the colour comes to. One that cannot be read is to be mended; the sentence says the nearest that can. */
export const readColour = (
  { accent, hex }: Colour,
  { t }: Words,
): { readonly colour: string; readonly mistakes: ReadonlyArray<Field.Mistake> } => {
  const given = hex.trim() === "" ? accent : Contrast.normalize(hex)
  const colour = given ?? accent
  const shown = Palette.of({ accent: colour, variables: {} }, "light").accent
  return {
    colour,
    mistakes: [
      ...mistake(given === undefined, "hex", t("setup.hex.wrong")),
      ...mistake(given !== undefined && shown !== colour, "hex", t("branding.unreadable", { colour, nearest: shown })),
    ],
  }
}

const isTimeZone = (name: string): boolean => {
  try {
    return name !== "" && new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== ""
  } catch {
    return false
  }
}

/** The fields themselves; `colour` stands after the name. */
export const show = (
  words: Words,
  given: Filled,
  mistakes: ReadonlyArray<Field.Mistake>,
  colour: Html | null = null,
): Html => {
  const { t } = words
  return html`${Field.input({ name: "firm", label: t("setup.firm"), help: t("setup.firm.help"), value: given.firm, autocomplete: "organization", mistakes })}
  ${colour}
  ${Field.select({ name: "language", label: t("setup.language"), help: t("setup.language.help"), value: given.language, options: languages(words), mistakes })}
  ${timeZones(words, given.timeZone)}`
}

/** The fields of the colour. */
export const showColour = ({ t }: Words, { accent, hex }: Colour, mistakes: ReadonlyArray<Field.Mistake>): Html =>
  html`<div class="pair">
    ${Field.input({ name: "accent", label: t("setup.accent"), type: "color", value: accent })}
    ${Field.input({ name: "hex", label: t("setup.hex"), help: t("setup.hex.help"), value: hex, spellcheck: false, mistakes })}
  </div>`

/** The languages that we speak, by their own and the reader's name. */
export const languages = (words: Words): ReadonlyArray<Field.Option> =>
  Messages.languages.map((value) => ({ value, label: languageName(words, value) }))

/** All zones, by continent; the browser finds a city by what is typed. */
const timeZones = ({ t }: Words, chosen: string): Html => {
  const names = Intl.supportedValuesOf("timeZone").filter((name) => name.includes("/"))
  const regions = Map.groupBy(names, (name) => name.split("/")[0] ?? "")
  const option = (value: string) => {
    const [, ...rest] = value.replaceAll("_", " ").split("/")
    const [city = value, country] = rest.toReversed()
    return { value, label: country === undefined ? city : `${city}, ${country}` }
  }
  return html`<div class="field">
    <label for="timeZone">${t("setup.timeZone")}</label>
    <p class="help" id="timeZone-help">${t("setup.timeZone.help")}</p>
    <select id="timeZone" name="timeZone" aria-describedby="timeZone-help">
      ${Field.options([{ value: "UTC", label: "UTC" }], chosen)}
      ${[...regions].map(([region, zones]) => html`<optgroup label="${region}">${Field.options(zones.map(option), chosen)}</optgroup>`)}
    </select>
  </div>`
}
