/** The frame that every page of the customer stands in: head, the firm's name, the main part, a line to ask for help. */
import * as Assets from "../Assets.ts"
import type { Child, Html } from "../Html.ts"
import { html, toString } from "../Html.ts"
import type { Workspace } from "../Workspaces.ts"
import * as Logos from "../Workspaces/Logos.ts"

export interface Frame {
  readonly language: string
  /** Of the browser's tab: the page first, then where it belongs. */
  readonly title: ReadonlyArray<string>
  /** Null on the pages that must look alike whoever sent the link (S48). */
  readonly firm: Pick<Workspace, "name" | "accent" | "logo"> | null
  readonly skip: string | null
  readonly main: Child
  readonly foot?: Child
}

/** The whole page as text. */
export const render = ({ language, title, firm, skip, main, foot }: Frame): string =>
  toString(
    html`<!doctype html>
      <html lang="${language}" dir="ltr">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f5f5f2" />
          <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#16181b" />
          <title>${title.join(" – ")}</title>
          <link rel="stylesheet" href="${Assets.accentPath(firm?.accent ?? Assets.neutral)}" />
          <link rel="stylesheet" href="${Assets.path("customer.css")}" />
          <link rel="icon" type="image/svg+xml" href="${Assets.path("icon.svg")}" />
        </head>
        <body>
          ${skip === null ? null : html`<a class="skip" href="#main">${skip}</a>`}${firm === null ? null : header(firm)}
          <main id="main" tabindex="-1">${main}</main>
          ${foot === undefined ? null : html`<footer>${foot}</footer>`}
        </body>
      </html> `,
  )

/** The firm's logo, which says its name where it is not seen; or the name beside a tile of its first letter. */
const header = ({ name, logo }: NonNullable<Frame["firm"]>): Html =>
  html`<header>
    ${logo === null ? tile(name) : html`<img class="logo" src="${Logos.path(logo)}" alt="${name}" height="40" />`}
  </header>`

const tile = (name: string): Html =>
  html`<span class="monogram" aria-hidden="true">${[...name.trim()][0]?.toUpperCase()}</span>
    <span class="firm">${name}</span>`
