/**
 * The colours of the customer's pages, in each *scheme*, from what the firm chose: every one that is chosen is moved until it
 * can be read wherever customer.css uses it (WCAG 2.2: text 4.5 : 1, controls and marks 3 : 1). So what is shown can always be
 * read; and a choice that had to be moved is refused, with what it was moved to (`check`).
 */
import * as Contrast from "@requite/content/Contrast"
import { type Branding, colours, type ColourName } from "./Look.ts"

export type Scheme = "light" | "dark"

/** By what customer.css calls them. */
export interface Palette {
  readonly paper: string
  readonly card: string
  readonly ink: string
  readonly soft: string
  readonly line: string
  readonly edge: string
  readonly bad: string
  readonly badPaper: string
  readonly good: string
  readonly accent: string
  readonly onAccent: string
  readonly link: string
}

type Fixed = Omit<Palette, "accent" | "onAccent" | "link">

/** As customer.css has them: a test compares. */
export const fixed: Readonly<Record<Scheme, Fixed>> = {
  light: {
    paper: "#f5f5f2",
    card: "#ffffff",
    ink: "#1b1e22",
    soft: "#555c64",
    line: "#dcddd8",
    edge: "#757b82",
    bad: "#b3261e",
    badPaper: "#fdf3f1",
    good: "#1d6b41",
  },
  dark: {
    paper: "#16181b",
    card: "#1e2125",
    ink: "#e9ebed",
    soft: "#a7aeb6",
    line: "#343940",
    edge: "#868d95",
    bad: "#ff9c91",
    badPaper: "#2d1f1e",
    good: "#7fd4a3",
  },
}

const text = 4.5
const mark = 3

/** What the page behind the cards has to meet: whatever stands on it. */
const underEverything = ({ ink, soft, bad, good, edge }: Fixed): ReadonlyArray<Contrast.Demand> => [
  ...[ink, soft, bad, good].map((on) => ({ on, least: text })),
  { on: edge, least: mark },
]

/** What links, buttons and whatever is chosen have to meet: they stand on pages and cards, and progress on its line. */
const overEverything = ({ card, line }: Fixed, paper: string): ReadonlyArray<Contrast.Demand> => [
  { on: paper, least: text },
  { on: card, least: text },
  { on: line, least: mark },
]

export type Colours = Pick<Branding, "accent" | "variables">

/** The colours that are shown. */
export const of = ({ accent, variables }: Colours, scheme: Scheme): Palette => {
  const isLight = scheme === "light"
  const base = fixed[scheme]
  const page = (isLight ? variables.page : variables.pageDark) ?? base.paper
  const paper = Contrast.nearest(page, underEverything(base))
  const demands = overEverything(base, paper)
  const shown = Contrast.nearest(isLight ? accent : (variables.accentDark ?? accent), demands)
  const link = isLight ? variables.link : variables.linkDark
  return {
    ...base,
    paper,
    accent: shown,
    onAccent: Contrast.readableOn(shown),
    link: link === undefined ? shown : Contrast.nearest(link, demands),
  }
}

/** Where one of them stands on another. */
export interface Pair {
  readonly name: string
  readonly fore: string
  readonly back: string
  readonly least: number
}

/** Every pair that customer.css shows, with the least contrast that it needs. */
export const pairs = (palette: Palette): ReadonlyArray<Pair> => {
  const { paper, card, ink, soft, line, edge, bad, badPaper, good, accent, onAccent, link } = palette
  const tint = Contrast.mixed(card, accent, 0.07)
  const dimmed = (colour: string, by: number) => Contrast.mixed("#000000", colour, by)
  const on = (back: string, where: string, fores: Readonly<Record<string, string>>, least: number) =>
    Object.entries(fores).map(([what, fore]) => ({ name: `${what} on ${where}`, fore, back, least }))
  return [
    ...on(paper, "paper", { ink, soft, bad, good, accent, link }, text),
    ...on(card, "card", { ink, soft, bad, good, accent, link }, text),
    ...on(badPaper, "badPaper", { ink, bad, soft }, text),
    ...on(tint, "a chosen row", { ink, soft }, text),
    ...on(accent, "accent", { onAccent }, text),
    // `filter: brightness()` on the button darkens its words too
    ...[0.92, 0.88].map((by) => ({
      name: `onAccent on accent, pressed ${by}`,
      fore: dimmed(onAccent, by),
      back: dimmed(accent, by),
      least: text,
    })),
    ...on(paper, "paper", { edge, accent }, mark),
    ...on(card, "card", { edge, accent, bad, good }, mark),
    ...on(tint, "a chosen row", { accent }, mark),
    ...on(badPaper, "badPaper", { bad }, mark),
    ...on(line, "line", { accent }, mark),
    ...on(good, "good", { card }, mark),
  ]
}

/** A colour that cannot be read where it would stand, and the nearest one that can. */
export interface Unreadable {
  readonly field: ColourName
  readonly nearest: string
}

/** The same with every colour that cannot be read moved to the nearest that can. */
export const readable = <B extends Colours>(branding: B): B => {
  let { accent, variables } = branding
  for (const { field, nearest } of check(branding)) {
    if (field === "accent") accent = nearest
    else variables = { ...variables, [field]: nearest }
  }
  return { ...branding, accent, variables }
}

/** What of the chosen colours cannot be shown as it is. */
export const check = (branding: Colours): ReadonlyArray<Unreadable> => {
  const [light, dark] = [of(branding, "light"), of(branding, "dark")]
  const shown: Readonly<Record<ColourName, string>> = {
    accent: light.accent,
    accentDark: dark.accent,
    page: light.paper,
    pageDark: dark.paper,
    link: light.link,
    linkDark: dark.link,
  }
  return [
    { field: "accent" as const, given: branding.accent },
    ...colours.map((field) => ({ field, given: branding.variables[field] })),
  ].flatMap(({ field, given }) =>
    given === undefined || given === shown[field] ? [] : [{ field, nearest: shown[field] }],
  )
}
