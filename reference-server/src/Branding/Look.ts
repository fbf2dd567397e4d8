/**
 * How a firm looks to its customers, as data: its *accent* colour and *logos*, *variables* of the style sheet, and a few
 * *texts* in the reader's language. Every value has a type that admits no CSS beyond itself: a colour is six digits, a length
 * a whole number, a font one of our names.
 */
import * as Schema from "effect/Schema"
import type { Language } from "../Messages.ts"

/** The firm's logo: the key of a blob, and the type that was found in it. Browsers run nothing in these three. */
export const Logo = Schema.Struct({
  id: Schema.String,
  type: Schema.Literals(["image/png", "image/jpeg", "image/webp"]),
})
export type Logo = typeof Logo.Type

/** `#rrggbb`, in lower case. */
export const Colour = Schema.String.check(Schema.isPattern(/^#[0-9a-f]{6}$/))

const pixels = (most: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: most }))

export const fonts = ["system", "humanist", "geometric", "grotesque", "serif", "slab"] as const
export const weights = [400, 500, 600, 700, 800] as const
/** The largest corner radius and band, in pixels of a page at its usual size. */
export const most = { radius: 24, band: 12 } as const

/** What is left out is as our style sheet has it. */
export const Variables = Schema.Struct({
  /** The accent for the dark scheme; left out: made from the accent. */
  accentDark: Schema.optionalKey(Colour),
  /** The page behind the cards. */
  page: Schema.optionalKey(Colour),
  pageDark: Schema.optionalKey(Colour),
  /** Left out: the accent. */
  link: Schema.optionalKey(Colour),
  linkDark: Schema.optionalKey(Colour),
  /** Of corners, in pixels. */
  radius: Schema.optionalKey(pixels(most.radius)),
  /** The height of the coloured band at the top, in pixels. */
  band: Schema.optionalKey(pixels(most.band)),
  font: Schema.optionalKey(Schema.Literals(fonts)),
  headingWeight: Schema.optionalKey(Schema.Literals(weights)),
})
export type Variables = typeof Variables.Type

/** The variables that are colours. */
export const colours = ["accentDark", "page", "pageDark", "link", "linkDark"] as const
export type ColourName = "accent" | (typeof colours)[number]

/** The longest that each text may be, in characters. */
export const longest = { arrival: 160, help: 300, next: 1000 } as const

const text = (length: number) => {
  const one = Schema.optionalKey(Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(length)))
  return Schema.Struct({ en: one, es: one, sv: one } satisfies Record<Language, unknown>)
}

/** Plain text by language; a language that is left out is read in the firm's own. */
export const Texts = Schema.Struct({
  /** A line under the name, where the customer arrives. */
  arrival: text(longest.arrival),
  /** How the firm is reached: at the foot of each page and mail, a line or a few. */
  help: text(longest.help),
  /** What happens next, once everything was sent. */
  next: text(longest.next),
})
export type Texts = typeof Texts.Type
export type TextName = keyof Texts
export const textNames = ["arrival", "help", "next"] as const satisfies ReadonlyArray<TextName>

/** All but the accent and the logo, which more than customers see. */
export const Look = Schema.Struct({
  /** The logo for dark pages; null: the logo, on a white plate. */
  logoDark: Schema.NullOr(Logo),
  /** As the customer's device has it, or light everywhere. */
  scheme: Schema.Literals(["device", "light"]),
  variables: Variables,
  texts: Texts,
})
export type Look = typeof Look.Type

export const Branding = Schema.Struct({ accent: Colour, logo: Schema.NullOr(Logo), ...Look.fields })
export type Branding = typeof Branding.Type

/** Of a firm that has said nothing. */
export const standard: Look = {
  logoDark: null,
  scheme: "device",
  variables: {},
  texts: { arrival: {}, help: {}, next: {} },
}
