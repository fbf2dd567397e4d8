/**
 * Colours as people tell them apart: OKLCH (Björn Ottosson, 2020), whose lightness can be moved while the hue stays the same
 * to the eye. Red, green and blue are 0 to 255.
 */

export interface Oklch {
  /** 0 is black, 1 is white. */
  readonly lightness: number
  readonly chroma: number
  /** In radians. */
  readonly hue: number
}

type Rgb = readonly [red: number, green: number, blue: number]

const toLinear = (value: number) => {
  const part = value / 255
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
}

const fromLinear = (part: number) => 255 * (part <= 0.0031308 ? 12.92 * part : 1.055 * part ** (1 / 2.4) - 0.055)

export const of = ([red, green, blue]: Rgb): Oklch => {
  const [r, g, b] = [toLinear(red), toLinear(green), toLinear(blue)]
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  const one = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s
  const other = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s
  return {
    lightness: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    chroma: Math.hypot(one, other),
    hue: Math.atan2(other, one),
  }
}

const linearOf = ({ lightness, chroma, hue }: Oklch): Rgb => {
  const [one, other] = [chroma * Math.cos(hue), chroma * Math.sin(hue)]
  const l = (lightness + 0.3963377774 * one + 0.2158037573 * other) ** 3
  const m = (lightness - 0.1055613458 * one - 0.0638541728 * other) ** 3
  const s = (lightness - 0.0894841775 * one - 1.291485548 * other) ** 3
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ]
}

const isOnScreen = (linear: Rgb) => linear.every((part) => part >= -1e-6 && part <= 1 + 1e-6)

/** The colour on a screen: with as much of its chroma as a screen has at that lightness. */
export const toRgb = (colour: Oklch): Rgb => {
  let [least, most] = [0, colour.chroma]
  if (!isOnScreen(linearOf(colour))) {
    for (let round = 0; round < 12; round++) {
      const chroma = (least + most) / 2
      if (isOnScreen(linearOf({ ...colour, chroma }))) least = chroma
      else most = chroma
    }
    most = least
  }
  const [red, green, blue] = linearOf({ ...colour, chroma: most })
  return [whole(red), whole(green), whole(blue)]
}

const whole = (part: number) => Math.round(Math.min(255, Math.max(0, fromLinear(Math.max(0, part)))))
