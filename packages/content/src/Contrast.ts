/**
 * Colours that can be read on one another: relative luminance and contrast ratio as WCAG 2.2 defines them. A *colour* is `#rgb` or
 * `#rrggbb`; anything else is none, so that a firm's accent colour can never carry other CSS.
 */
import * as Oklch from "./internal/Oklch.ts"
import * as Remembered from "./internal/Remembered.ts"

type Rgb = readonly [red: number, green: number, blue: number]

/** The colour as `#rrggbb` in lower case; undefined when it is none. */
export const normalize = (colour: string): string | undefined => {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(colour.trim())
  if (short !== null)
    return `#${short
      .slice(1)
      .map((digit) => digit + digit)
      .join("")}`.toLowerCase()
  return /^#[0-9a-f]{6}$/i.test(colour.trim()) ? colour.trim().toLowerCase() : undefined
}

/** Relative luminance: 0 is black, 1 is white (WCAG 2.2, "relative luminance"). What is no colour counts as black. */
export const luminance = (colour: string): number => {
  const [red, green, blue] = rgb(colour).map((value) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0)
}

/** Contrast ratio, 1 to 21 (WCAG 2.2, "contrast ratio"). Text needs 4.5, large text and controls need 3. */
export const ratio = (one: string, other: string): number => {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

/** White or black, whichever reads better on the colour: never less than 4.58. */
export const readableOn: (colour: string) => "#ffffff" | "#000000" = Remembered.by((colour) =>
  ratio("#ffffff", colour) >= ratio("#000000", colour) ? "#ffffff" : "#000000",
)

/** The colour, mixed with black or white just as far as it takes to reach `least` on the background. */
export const adjusted = (colour: string, background: string, least = 4.5): string => {
  const target = rgb(readableOn(background))
  const from = rgb(colour)
  for (let share = 0; share < 1; share += 0.05) {
    const tone = hex([0, 1, 2].map((part) => (from[part] ?? 0) * (1 - share) + (target[part] ?? 0) * share))
    if (ratio(tone, background) >= least) return tone
  }
  return hex(target)
}

/** What a colour has to reach: this contrast ratio on (or under) that colour. */
export interface Demand {
  readonly on: string
  readonly least: number
}

/** Does the colour meet all of them? */
export const meets = (colour: string, demands: ReadonlyArray<Demand>): boolean =>
  demands.every(({ on, least }) => ratio(colour, on) >= least)

/**
 * The colour nearest to this one that meets all demands: of the same hue, lighter or darker by as little as it takes (the
 * lightness of OKLCH), and paler only where no screen has that tone. One that meets them already is left alone; where nothing
 * can, black or white, whichever comes closer.
 */
export const nearest = (colour: string, demands: ReadonlyArray<Demand>): string => {
  const given = hex(rgb(colour))
  return meets(given, demands)
    ? given
    : moved([given, ...demands.map(({ on, least }) => `${hex(rgb(on))} ${least}`)].join(","))
}

/** Looked for once: a firm's colours are on every page. */
const moved = Remembered.by((key: string): string => {
  const [given, ...rest] = key.split(",")
  const demands = rest.map((demand) => {
    const [on = "", least] = demand.split(" ")
    return { on, least: Number(least) }
  })
  const from = Oklch.of(rgb(given ?? ""))
  for (let step = 1; step <= steps; step++) {
    const found = [-1, 1]
      .map((way) => from.lightness + (way * step) / steps)
      .filter((lightness) => lightness >= 0 && lightness <= 1)
      .map((lightness) => hex(Oklch.toRgb({ ...from, lightness })))
      .find((tone) => meets(tone, demands))
    if (found !== undefined) return found
  }
  const worst = (tone: string) => Math.min(...demands.map(({ on, least }) => ratio(tone, on) / least))
  return worst("#ffffff") >= worst("#000000") ? "#ffffff" : "#000000"
})

const steps = 256

/** The colour with so much (0 to 1) of another in it, as `color-mix(in srgb, …)` mixes them. */
export const mixed = (colour: string, other: string, share: number): string => {
  const [from, target] = [rgb(colour), rgb(other)]
  return hex([0, 1, 2].map((part) => (from[part] ?? 0) * (1 - share) + (target[part] ?? 0) * share))
}

const rgb = (colour: string): Rgb => {
  const value = Number.parseInt((normalize(colour) ?? "#000000").slice(1), 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}

const hex = (parts: ReadonlyArray<number>): string =>
  `#${parts.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`
