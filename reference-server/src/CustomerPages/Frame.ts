/** The frame that every page of the customer stands in: head, the firm's name, the main part, a line to ask for help. */
import * as Assets from "../Assets.ts"
import type { Child, Html } from "../Html.ts"
import { html, toString } from "../Html.ts"
import * as Palette from "../Branding/Palette.ts"
import * as Sheet from "../Branding/Sheet.ts"
import * as words from "../Branding/words.ts"
import { standard } from "../Branding/Look.ts"
import { direction } from "../Messages.ts"
import type { Workspace } from "../Workspaces.ts"
import * as Logos from "../Workspaces/Logos.ts"

export interface Frame {
  /** Of our own words. Authors' texts say theirs. */
  readonly language: string
  /** The switch to other languages (`Language`); left out: none. */
  readonly languages?: Html
  /** Of the browser's tab: the page first, then where it belongs. */
  readonly title: ReadonlyArray<string>
  /** Null on the pages that must look alike whoever sent the link (S48). */
  readonly firm: Pick<Workspace, "name" | "accent" | "language" | "logo" | "look"> | null
  /** Under the firm's name. */
  readonly line?: Child
  readonly skip: string | null
  readonly main: Child
  readonly foot?: Child
}

/** The whole page as text. */
export const render = ({ language, languages, title, firm, line, skip, main, foot }: Frame): string =>
  toString(
    html`<!doctype html>
      <html lang="${language}" dir="${direction(language)}" ${lightOnly(firm) && html` class="light"`}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          ${schemes(firm)}
          <title>${title.join(" – ")}</title>
          <link rel="stylesheet" href="${Assets.path("customer.css")}" />
          <link rel="stylesheet" href="${firm === null ? Assets.accentPath(Assets.neutral) : Sheet.path(firm)}" />
          <link rel="icon" type="image/svg+xml" href="${Assets.path("icon.svg")}" />
        </head>
        <body>
          ${skip === null ? null : html`<a class="skip" href="#main">${skip}</a>`}${firm === null && languages === undefined ? null : html`<header>${firm && signOf(firm)}${languages}${line}</header>`}
          <main id="main" tabindex="-1">${main}</main>
          ${foot === undefined ? null : html`<footer>${foot}${firm && words.paragraphs(firm, "help", language)}</footer>`}
        </body>
      </html> `,
  )

type Firm = NonNullable<Frame["firm"]>

/** Does the firm show itself in light colours, whatever the device has? */
const lightOnly = (firm: Frame["firm"]): boolean => firm?.look?.scheme === "light"

/** What the browser draws around the page. */
const schemes = (firm: Frame["firm"]): Html => {
  const { accent = Assets.neutral, look = null } = firm ?? {}
  const paper = (scheme: Palette.Scheme) => Palette.of({ accent, ...(look ?? standard) }, scheme).paper
  return lightOnly(firm)
    ? html`<meta name="color-scheme" content="light" /> <meta name="theme-color" content="${paper("light")}" />`
    : html`<meta name="color-scheme" content="light dark" />
        <meta name="theme-color" media="(prefers-color-scheme: light)" content="${paper("light")}" />
        <meta name="theme-color" media="(prefers-color-scheme: dark)" content="${paper("dark")}" />`
}

/** The firm's logo, which says its name where it is not seen; or the name beside a tile of its first letter. */
const signOf = ({ name, logo, look }: Firm): Html => {
  if (logo === null) return tile(name)
  const dark = look?.scheme === "light" ? null : (look?.logoDark ?? null)
  if (dark === null) return html`<img class="logo" src="${Logos.path(logo)}" alt="${name}" height="40" />`
  return html`<picture
    ><source srcset="${Logos.path(dark)}" media="screen and (prefers-color-scheme: dark)" />
    <img class="logo own" src="${Logos.path(logo)}" alt="${name}" height="40"
  /></picture>`
}

const tile = (name: string): Html =>
  html`<span class="monogram" aria-hidden="true">${[...name.trim()][0]?.toUpperCase()}</span>
    <span class="firm">${name}</span>`
