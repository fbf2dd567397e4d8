// Looks at a page as many people have to use it: axe (WCAG 2.2 AA), narrow, enlarged, with more space between letters, dark, in
// forced colours, without motion and by keyboard. What is wrong is collected as sentences; pictures are kept.
import * as Browser from "./Browser.ts"

type Page = Browser.Page

export interface Looks {
  /** Everything that can be wrong with a page; it is left as it was found, but for where the focus is. */
  readonly whole: (page: Page, what: string) => Promise<void>
  /** Nothing cut, nothing sideways, and pictures: for pages that are looked at whole in another language. */
  readonly pictures: (page: Page, what: string) => Promise<void>
  readonly complaints: ReadonlyArray<string>
}

const phone = { width: 360, height: 740 }
const largePhone = { width: 390, height: 844 }
const desk = { width: 1280, height: 900 }
/** A desk's window at 400 %, and at 200 % (WCAG 1.4.10, 1.4.4). */
const enlarged = [
  { width: 320, height: 256 },
  { width: 640, height: 450 },
]

/** Runs in the page: what is cut off, reaches out of the window, or is too small to be met. */
const judge = `(() => {
  const found = []
  const told = (element) => element.outerHTML.replace(/\\s+/g, " ").slice(0, 120)
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true }) && element.closest(".unseen, .skip") === null
  const root = document.documentElement
  const over = root.scrollWidth - root.clientWidth
  if (over > 0) found.push("scrolls sideways by " + over + " px")
  for (const element of document.body.querySelectorAll("*")) {
    if (!isSeen(element)) continue
    const box = element.getBoundingClientRect()
    if (box.width > 0 && (box.right > root.clientWidth + 1 || box.left < -1)) found.push("reaches out: " + told(element))
    const style = getComputedStyle(element)
    const hides = (overflow) => overflow === "hidden" || overflow === "clip"
    const isText = element.childElementCount === 0 && element.textContent.trim() !== ""
    if (isText && hides(style.overflowX) && element.scrollWidth > element.clientWidth + 1) found.push("cut: " + told(element))
    if (isText && hides(style.overflowY) && element.scrollHeight > element.clientHeight + 1) found.push("cut: " + told(element))
    if (element.matches("button, .choice, select, textarea, summary, input:not([type=hidden], [type=radio], [type=checkbox])")) {
      const least = element.matches(".choice") ? 44 : 24
      if (box.height < least || box.width < least) found.push("too small to meet: " + told(element))
    }
  }
  return found
})()`

/** Runs in the page: what moves for longer than a short fade, or at all. */
const moving = (most: number) => `[...document.querySelectorAll("*")].flatMap((element) => {
  const { transitionDuration, animationName } = getComputedStyle(element)
  const longest = Math.max(...transitionDuration.split(", ").map(Number.parseFloat))
  return longest > ${most} || animationName !== "none"
    ? ["moves: " + element.outerHTML.slice(0, 80)]
    : []
}).slice(0, 3)`

/** WCAG 1.4.12. A style sheet of the devtools': the page's policy forbids all but its own. */
const spaced = `(() => {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }")
  document.adoptedStyleSheets = [sheet]
})()`
const unspaced = `document.adoptedStyleSheets = []`

/** Runs in the page: where the focus is, whether one sees it, and whether something lies over it (WCAG 2.4.7, 2.4.11). */
const focused = `(() => {
  const element = document.activeElement
  if (element === null || element === document.body) return null
  const around = [element, element.closest(".choice"), element.closest(".notice")].filter((one) => one !== null)
  const rings = [...around.map((one) => getComputedStyle(one)), getComputedStyle(element, "::after")]
  const isShown = rings.some(({ outlineStyle, outlineWidth, boxShadow }) =>
    (outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2) || boxShadow !== "none")
  const box = element.getBoundingClientRect()
  const at = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, innerHeight / 2))
  const near = element.closest(".choice, .drop, .sections li, summary") ?? element
  const isCovered = at === null || !(near.contains(at) || at.contains(element))
  return { isShown, isCovered, told: element.outerHTML.replace(/\\s+/g, " ").slice(0, 120) }
})()`

interface Focused {
  readonly isShown: boolean
  readonly isCovered: boolean
  readonly told: string
}

export const looks = (name: string): Looks => {
  const complaints: Array<string> = []
  const complain = (what: string, found: ReadonlyArray<string>) =>
    complaints.push(...[...new Set(found)].slice(0, 4).map((one) => `${what}: ${one}`))
  const at = async (page: Page, size: typeof phone, what: string) => {
    await page.setViewportSize(size)
    complain(`${what} at ${size.width}`, await page.evaluate<ReadonlyArray<string>>(judge))
  }
  const keep = (page: Page, what: string) => Browser.screenshot(page, `${name}-${what}`)

  const whole = async (page: Page, what: string) => {
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "no-preference" })
    await at(page, phone, what)
    complain(what, await Browser.axe(page))
    complain(what, await page.evaluate<ReadonlyArray<string>>(moving(0.15)))
    await keep(page, `${what}-360`)
    await page.evaluate(spaced)
    await at(page, phone, `${what}, spaced`)
    await page.evaluate(unspaced)
    for (const size of enlarged) await at(page, size, what)
    await at(page, desk, what)
    await keep(page, `${what}-1280`)
    await page.emulateMedia({ reducedMotion: "reduce", forcedColors: "active" })
    complain(`${what}, without motion`, await page.evaluate<ReadonlyArray<string>>(moving(0)))
    await at(page, desk, `${what}, forced colours`)
    await keep(page, `${what}-forced`)
    await page.emulateMedia({ forcedColors: "none", colorScheme: "dark" })
    complain(`${what}, dark`, await Browser.axe(page))
    await keep(page, `${what}-1280-dark`)
    await at(page, largePhone, what)
    await keep(page, `${what}-390-dark`)
    await byKeyboard(page, what)
    await page.setViewportSize(phone)
    await page.emulateMedia({ colorScheme: "light" })
  }

  /** Tab goes through it all, one sees where one is, and comes out at the end. */
  const byKeyboard = async (page: Page, what: string) => {
    await page.setViewportSize({ width: 360, height: 480 })
    const seen = new Set<string>()
    for (let count = 0; count < 80; count++) {
      await page.keyboard.press("Tab")
      const here = await page.evaluate<Focused | null>(focused)
      if (here === null) return
      if (!here.isShown) complain(what, [`the focus is not seen: ${here.told}`])
      if (here.isCovered) complain(what, [`the focus is covered: ${here.told}`])
      seen.add(here.told)
    }
    complain(what, ["Tab does not come out of it"])
  }

  const pictures = async (page: Page, what: string) => {
    for (const [size, colorScheme] of [
      [phone, "light"],
      [largePhone, "dark"],
      [desk, "light"],
    ] as const) {
      await page.emulateMedia({ colorScheme })
      await at(page, size, what)
      await keep(page, `${what}-${size.width}-${colorScheme}`)
    }
    await at(page, { width: 320, height: 256 }, what)
    await page.setViewportSize(phone)
    await page.emulateMedia({ colorScheme: "light" })
  }

  return { whole, pictures, complaints }
}
