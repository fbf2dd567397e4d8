/** What a firm says of itself, at the set-up and in its settings: the fields, and what may be wrong in them. */
import * as Contrast from "@requite/content/Contrast"
import { LocalText } from "@requite/core"
import { type Html, html } from "../Html.ts"
import * as Messages from "../Messages.ts"
import type { Workspace } from "../Workspaces.ts"
import * as Field from "./Field.ts"
import type { Form } from "./Form.ts"
import { languageName, type Words } from "./Words.ts"

/** The fields as they were filled in. */
export interface Filled {
  readonly firm: string
  readonly accent: string
  /** Counts more than `accent`, where it is filled in. */
  readonly hex: string
  readonly language: string
  readonly timeZone: string
}

/** The fields of a form that was sent. */
export const filled = (form: Form): Filled => ({
  firm: LocalText.oneLine(form.text("firm")),
  accent: Contrast.normalize(form.text("accent")) ?? "#1f5eff",
  hex: form.text("hex"),
  language: form.text("language"),
  timeZone: form.text("timeZone"),
})

/** What the fields come to, and what of them has to be mended. */
export const read = (
  given: Filled,
  { t }: Words,
): { readonly firm: Omit<Workspace, "id" | "logo">; readonly mistakes: ReadonlyArray<Field.Mistake> } => {
  const accent = given.hex.trim() === "" ? given.accent : Contrast.normalize(given.hex)
  const mistake = (wrong: boolean, field: string, sentence: string) => (wrong ? [{ field, sentence }] : [])
  return {
    firm: {
      name: given.firm,
      accent: accent ?? given.accent,
      language: given.language,
      timeZone: given.timeZone,
    },
    mistakes: [
      ...mistake(given.firm === "", "firm", t("setup.firm.missing")),
      ...mistake(given.firm.length > 200, "firm", t("form.tooLong", { max: 200 })),
      ...mistake(accent === undefined, "hex", t("setup.hex.wrong")),
      ...mistake(!Messages.languages.some((one) => one === given.language), "language", t("form.choose")),
      ...mistake(!isTimeZone(given.timeZone), "timeZone", t("form.choose")),
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

/** The fields themselves. */
export const show = (words: Words, given: Filled, mistakes: ReadonlyArray<Field.Mistake>): Html => {
  const { t } = words
  return html`${Field.input({ name: "firm", label: t("setup.firm"), help: t("setup.firm.help"), value: given.firm, autocomplete: "organization", mistakes })}
    <div class="pair">
      ${Field.input({ name: "accent", label: t("setup.accent"), type: "color", value: given.accent })}
      ${Field.input({ name: "hex", label: t("setup.hex"), help: t("setup.hex.help"), value: given.hex, spellcheck: false, mistakes })}
    </div>
    ${Field.select({ name: "language", label: t("setup.language"), help: t("setup.language.help"), value: given.language, options: languages(words), mistakes })}
    ${timeZones(words, given.timeZone)}`
}

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
