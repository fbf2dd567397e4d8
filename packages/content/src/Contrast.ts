/**
 * Colours that can be read on one another: relative luminance and contrast ratio as WCAG 2.2 defines them. A *colour* is `#rgb` or
 * `#rrggbb`; anything else is none, so that a firm's accent colour can never carry other CSS.
 */
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
    const mixed = hex([0, 1, 2].map((part) => (from[part] ?? 0) * (1 - share) + (target[part] ?? 0) * share))
    if (ratio(mixed, background) >= least) return mixed
  }
  return hex(target)
}

const rgb = (colour: string): Rgb => {
  const value = Number.parseInt((normalize(colour) ?? "#000000").slice(1), 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}

const hex = (parts: ReadonlyArray<number>): string =>
  `#${parts.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`
