/**
 * The style sheet of a firm's branding: custom properties for customer.css, made from checked values and from nothing else.
 * Its address carries a digest of those values. `forced` sheets, for previews, show one scheme whatever the device has.
 */
import * as Contrast from "@requite/content/Contrast"
import { createHash } from "node:crypto"
import * as Assets from "../Assets.ts"
import { type Branding, type Look, standard, type Variables } from "./Look.ts"
import * as Palette from "./Palette.ts"

/** What the sheet is made from. */
export type Dress = Pick<Branding, "accent" | "variables">

/** Fonts that devices have: nothing is fetched. Each ends with a generic family. */
const stacks: Readonly<Record<NonNullable<Variables["font"]>, string>> = {
  system: `system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif`,
  humanist: `Seravek,"Gill Sans Nova",Ubuntu,Calibri,"DejaVu Sans",source-sans-pro,sans-serif`,
  geometric: `Avenir,Montserrat,Corbel,"URW Gothic",source-sans-pro,sans-serif`,
  grotesque: `Inter,Roboto,"Helvetica Neue","Arial Nova","Nimbus Sans",Arial,sans-serif`,
  serif: `"Iowan Old Style","Palatino Linotype","URW Palladio L",P052,Georgia,serif`,
  slab: `Rockwell,"Rockwell Nova","Roboto Slab","DejaVu Serif","Sitka Small",serif`,
}

const rem = (pixels: number) => `${Math.round((pixels / 18) * 10_000) / 10_000}rem`

const colours = (dress: Dress, scheme: Palette.Scheme): string => {
  const { accent, onAccent, link, paper } = Palette.of(dress, scheme)
  return `--accent:${accent};--on-accent:${onAccent};--link:${link};--paper:${paper}`
}

const shape = ({ radius, band, font, headingWeight }: Variables): string =>
  [
    radius === undefined
      ? ""
      : `--radius:${rem(radius)};--radius-small:${rem(radius * 0.8)};--radius-large:${rem(radius * 1.6)};`,
    band === undefined ? "" : `--band:${rem(band)};`,
    font === undefined ? "" : `--font:${stacks[font]};`,
    headingWeight === undefined ? "" : `--heading-weight:${headingWeight};`,
  ].join("")

/** The sheet. It stands after customer.css, and says again what that says of the dark scheme and of paper. */
export const text = (dress: Dress): string => {
  const { accent, onAccent, link } = Palette.of(dress, "light")
  return `:root{--brand:${Contrast.normalize(dress.accent) ?? Assets.neutral};${shape(dress.variables)}${colours(dress, "light")}}
@media (prefers-color-scheme:dark){:root:where(:not(.light)){${colours(dress, "dark")}}}
@media print{:root{--accent:${accent};--on-accent:${onAccent};--link:${link};--paper:#ffffff}}
`
}

/** Of what the sheet is made from: firms that chose the same have the same. */
export const digestOf = ({ accent, variables }: Dress): string => {
  const chosen = Object.entries(variables).filter(([, value]) => value !== undefined)
  const sorted = chosen.toSorted(([one], [other]) => (one < other ? -1 : 1))
  return createHash("sha256")
    .update(JSON.stringify([accent, sorted]))
    .digest("hex")
    .slice(0, 32)
}

/** Where the sheet of a firm lies: that of its colour alone, where it chose no more. */
export const path = (firm: { readonly accent: string; readonly look?: Look | null | undefined }): string => {
  const { variables } = firm.look ?? standard
  return Object.keys(variables).length === 0
    ? Assets.accentPath(firm.accent)
    : `/assets/brand-${digestOf({ accent: firm.accent, variables })}.css`
}
