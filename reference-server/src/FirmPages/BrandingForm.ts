/** The fields of the branding, and what may be wrong in them. A colour that cannot be read comes with a button that takes the nearest one that can. */
import * as Contrast from "@requite/content/Contrast"
import { LocalText } from "@requite/core"
import * as Schema from "effect/Schema"
import {
  type Branding,
  type ColourName,
  colours,
  fonts,
  longest,
  most,
  type TextName,
  textNames,
  Texts,
  Variables,
  weights,
} from "../Branding/Look.ts"
import * as Palette from "../Branding/Palette.ts"
import { type Html, html } from "../Html.ts"
import * as Messages from "../Messages.ts"
import type { Workspace } from "../Workspaces.ts"
import * as Logos from "../Workspaces/Logos.ts"
import * as Field from "./Field.ts"
import type { Form } from "./Form.ts"
import * as Page from "./Page.ts"
import type { Visit } from "./Visit.ts"
import { languageName, type Words } from "./Words.ts"

/** Every field's text, as it was filled in. */
export type Filled = Readonly<Record<string, string>>

const textField = (name: TextName, language: string) => `${name}-${language}`
const textFields = textNames.flatMap((name) =>
  Messages.languages.map((language) => ({ name, language, field: textField(name, language) })),
)

const names = ["hex", ...colours, "radius", "band", "font", "headingWeight", "scheme", "remove", "removeDark"]

/** The fields of a branding that is there. */
export const of = ({ accent, scheme, variables, texts }: Branding): Filled => ({
  accent,
  hex: "",
  scheme,
  ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)])),
  ...Object.fromEntries(textFields.map(({ name, language, field }) => [field, texts[name][language] ?? ""])),
})

/** The fields of a form that was sent; a button that takes another colour has done so. */
export const filled = (form: Form): Filled => {
  const [field = "", colour = ""] = form.text("use").split(" ")
  const given = Object.fromEntries(
    [...names, ...textFields.map((one) => one.field)].map((name) => [name, form.text(name)]),
  )
  const taken = Contrast.normalize(colour)
  const use = taken === undefined ? {} : field === "accent" ? { accent: taken, hex: "" } : { [field]: taken }
  return { ...given, accent: Contrast.normalize(form.text("accent")) ?? "#1f5eff", ...use }
}

interface Read {
  readonly branding: Branding
  readonly mistakes: ReadonlyArray<Field.Mistake>
}

/** What the fields come to; the logos are those of `base`. */
export const read = (given: Filled, base: Branding, { t }: Words): Read => {
  const mistakes: Array<Field.Mistake> = []
  const wrong = (field: string, sentence: string) => {
    mistakes.push({ field, sentence })
    return undefined
  }
  const text = (name: string) => given[name] ?? ""
  const colour = (field: string) => {
    const typed = text(field).trim()
    return typed === "" ? undefined : (Contrast.normalize(typed) ?? wrong(field, t("branding.colour.wrong")))
  }
  const pixels = (field: "radius" | "band") => {
    const typed = text(field).trim()
    if (typed === "") return undefined
    const number = /^\d{1,3}$/.test(typed) ? Number(typed) : Infinity
    return number <= most[field] ? number : wrong(field, t("branding.pixels.wrong", { most: most[field] }))
  }
  const written = (name: TextName, language: Messages.Language) => {
    const field = textField(name, language)
    const typed = name === "arrival" ? LocalText.oneLine(text(field)) : text(field).trim()
    if (typed.length > longest[name]) wrong(field, t("form.tooLong", { max: longest[name] }))
    return typed === "" ? undefined : typed.slice(0, longest[name])
  }
  const textsOf = (name: TextName) =>
    defined(Object.fromEntries(Messages.languages.map((language) => [language, written(name, language)])))
  const accent = text("hex").trim() === "" ? text("accent") : (colour("hex") ?? text("accent"))
  // each of them has been checked above
  const variables = variablesOf(
    defined({
      accentDark: colour("accentDark"),
      page: colour("page"),
      pageDark: colour("pageDark"),
      link: colour("link"),
      linkDark: colour("linkDark"),
      radius: pixels("radius"),
      band: pixels("band"),
      font: fonts.find((font) => font === text("font")),
      headingWeight: weights.find((weight) => String(weight) === text("headingWeight")),
    }),
  )
  const texts = allTextsOf({ arrival: textsOf("arrival"), help: textsOf("help"), next: textsOf("next") })
  return {
    branding: { ...base, accent, scheme: text("scheme") === "light" ? "light" : "device", variables, texts },
    mistakes,
  }
}

const variablesOf = Schema.decodeUnknownSync(Variables)
const allTextsOf = Schema.decodeUnknownSync(Texts)

/** Without what was left out. */
const defined = (given: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))

/** The field that shows a colour, by its name in the branding. */
export const fieldOf = (name: string, given: Filled): string =>
  name === "accent" ? ((given["hex"] ?? "").trim() === "" ? "accent" : "hex") : name

/** The mistakes that colours are which cannot be read. */
export const unreadable = (
  found: ReadonlyArray<{ readonly field: string; readonly nearest: string | null }>,
  branding: Branding,
  given: Filled,
  { t }: Words,
): ReadonlyArray<Field.Mistake> =>
  found.flatMap(({ field, nearest }) =>
    nearest === null
      ? [{ field, sentence: t("branding.logo.unknown") }]
      : [
          {
            field: fieldOf(field, given),
            sentence: t("branding.unreadable", { colour: colourOf(branding, field), nearest }),
          },
        ],
  )

const colourOf = ({ accent, variables }: Branding, field: string): string => {
  const name = colours.find((one) => one === field)
  return (name === undefined ? undefined : variables[name]) ?? accent
}

const swatch = (colour: string): Html =>
  html`<svg class="swatch" viewBox="0 0 16 16" aria-hidden="true">
    <rect width="16" height="16" fill="${colour}" />
  </svg>`

export { swatch }

export interface Shown {
  readonly given: Filled
  /** What the pages would show now: its logos, and its contrasts. */
  readonly branding: Branding
  readonly mistakes: ReadonlyArray<Field.Mistake>
  /** Colours that could be taken instead, by field of the branding. */
  readonly nearest: Readonly<Partial<Record<string, string>>>
}

/** The form. */
export const show = (visit: Visit, { given, branding, mistakes, nearest }: Shown): Html => {
  const { words, workspace } = visit
  const { t } = words
  const value = (name: string) => given[name] ?? ""
  const use = (name: ColourName) => {
    const colour = nearest[name]
    return (
      colour !== undefined &&
      html`<p class="buttons">
        <button type="submit" name="use" value="${name} ${colour}">
          ${swatch(colour)} ${t("branding.use", { colour })}
        </button>
      </p>`
    )
  }
  const colour = (name: (typeof colours)[number]) =>
    html`<div class="colour">
      ${Field.input({ name, label: t(`branding.${name}`), help: t(`branding.${name}.help`), value: value(name), spellcheck: false, narrow: true, mistakes })}
      ${use(name)}
    </div>`
  const number = (name: "radius" | "band") =>
    Field.input({
      name,
      label: t(`branding.${name}`),
      help: t(`branding.${name}.help`, { most: most[name] }),
      value: value(name),
      narrow: true,
      mistakes,
    })
  const standard = { value: "", label: t("branding.standard") }
  return html`<form method="post" action="/settings/branding" enctype="multipart/form-data" novalidate>
    ${Page.token(visit)}
    <button class="unseen" type="submit" tabindex="-1" aria-hidden="true">${t("branding.save")}</button>
    <section class="card">
      <h2>${t("branding.colour")}</h2>
      <div class="pair">
        ${Field.input({ name: "accent", label: t("branding.accent"), type: "color", value: value("accent"), mistakes })}
        ${Field.input({ name: "hex", label: t("setup.hex"), help: t("setup.hex.help"), value: value("hex"), spellcheck: false, mistakes })}
      </div>
      ${use("accent")} ${contrasts(words, branding)}
      ${Field.radios({
        name: "scheme",
        label: t("branding.scheme"),
        value: value("scheme") === "light" ? "light" : "device",
        options: [
          { value: "device", label: t("branding.scheme.device"), help: t("branding.scheme.device.help") },
          { value: "light", label: t("branding.scheme.light"), help: t("branding.scheme.light.help") },
        ],
      })}
    </section>
    <section class="card">
      <h2>${t("settings.logo")}</h2>
      ${logo(visit, branding.logo, { file: "logo", remove: "remove", label: t(branding.logo === null ? "settings.logo" : "settings.logo.new"), help: t("settings.logo.help"), given, mistakes })}
      ${logo(visit, branding.logoDark, { file: "logoDark", remove: "removeDark", label: t("branding.logoDark"), help: t("branding.logoDark.help"), given, mistakes })}
    </section>
    <section class="card">
      <h2>${t("branding.texts")}</h2>
      <p class="help">${t("branding.texts.help", { language: languageName(words, workspace.language) })}</p>
      ${textNames.map((name) => texts(words, name, value, mistakes))}
    </section>
    <details class="card" ${(Object.keys(branding.variables).length > 0 || mistakes.length > 0) && html` open`}>
      <summary>${t("branding.variables")}</summary>
      <div class="tuning">
        ${Field.select({ name: "font", label: t("branding.font"), help: t("branding.font.help"), value: value("font"), options: [standard, ...fonts.map((font) => ({ value: font, label: t(`branding.font.${font}`) }))], narrow: true })}
        ${Field.select({ name: "headingWeight", label: t("branding.headingWeight"), value: value("headingWeight"), options: [standard, ...weights.map((weight) => ({ value: String(weight), label: t(`branding.weight.${weight}`) }))], narrow: true })}
        ${number("radius")} ${number("band")} ${colours.map(colour)}
      </div>
    </details>
    <p class="buttons"><button class="primary" type="submit">${t("branding.save")}</button></p>
  </form>`
}

interface LogoFields {
  readonly file: "logo" | "logoDark"
  readonly remove: "remove" | "removeDark"
  readonly label: string
  readonly help: string
  readonly given: Filled
  readonly mistakes: ReadonlyArray<Field.Mistake>
}

const logo = (
  { words: { t }, workspace, config }: Visit,
  shown: Workspace["logo"],
  { file, remove, label, help, given, mistakes }: LogoFields,
): Html => {
  const isHttp = config.publicUrl.startsWith("http:") && file === "logo"
  return html`${
    shown !== null &&
    html`<p class="${file === "logoDark" && "on-dark"}">
        <img class="logo" src="${Logos.path(shown)}" alt="${workspace.name}" height="40" />
      </p>
      <label class="choice"
        ><input type="checkbox" name="${remove}" value="yes" ${given[remove] === "yes" && html` checked`} />
        <span
          >${t(file === "logo" ? "settings.logo.remove" : "branding.logoDark.remove")}${file === "logo" && html` <span class="help">${t("settings.logo.remove.help")}</span>`}</span
        ></label
      >`
  }
  ${Field.files({ name: file, label, help: html`${help}${isHttp && html` ${t("settings.logo.http")}`}`, accept: "image/png,image/jpeg,image/webp", mistakes })}`
}

const texts = (
  words: Words,
  name: TextName,
  value: (field: string) => string,
  mistakes: ReadonlyArray<Field.Mistake>,
): Html => {
  const { t } = words
  return html`<fieldset class="field">
    <legend>${t(`branding.${name}`)}</legend>
    <p class="help">${t(`branding.${name}.help`, { max: longest[name] })}</p>
    ${Messages.languages.map((language) => {
      const field = { name: textField(name, language), label: languageName(words, language), mistakes }
      return name === "arrival"
        ? Field.input({ ...field, value: value(field.name) })
        : Field.area({ ...field, value: value(field.name), rows: name === "help" ? 2 : 3 })
    })}
  </fieldset>`
}

/** How well the colours are read, in numbers. */
const contrasts = (words: Words, branding: Branding): Html => {
  const { t } = words
  const schemes = branding.scheme === "light" ? (["light"] as const) : (["light", "dark"] as const)
  const format = new Intl.NumberFormat(Messages.regional(words.locale), { maximumFractionDigits: 1 })
  return html`<dl class="facts">
    ${schemes.map((scheme) => {
      const { accent, onAccent, paper, card } = Palette.of(branding, scheme)
      const ratio = (one: string, other: string) => format.format(Math.floor(Contrast.ratio(one, other) * 10) / 10)
      return html`<div>
        <dt>${t(`branding.view.${scheme}`)} ${swatch(accent)}</dt>
        <dd>
          ${t("branding.contrast", { colour: accent, page: ratio(accent, paper), card: ratio(accent, card), button: ratio(accent, onAccent) })}
        </dd>
      </div>`
    })}
  </dl>`
}
