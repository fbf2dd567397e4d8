/** What happens around the claim: double clicks, stolen addresses and cookies, what the browser remembers (S10, S20, S37). */
import type { Page } from "../support/Browser.ts"
import { ask, type Attack, link, ownForm, unless } from "./Target.ts"

const size = { width: 390, height: 844 }

/** What a page holds once it stays: a double click may lead on twice, and between the two there is nothing to read. */
const atRest = async (page: Page, tries = 20): Promise<string> => {
  await page.waitForLoadState("networkidle")
  return page.content().catch((error: unknown) => {
    if (tries === 1) throw error
    return atRest(page, tries - 1)
  })
}

const pressed: Attack = {
  name: "S16 S37: a double click on Start lets in once, and leaves no token in sight",
  needsLink: true,
  needsBrowser: true,
  run: async (target) => {
    const page = await (await target.browser()).page({ javaScript: true, ...size })
    try {
      await page.goto(target.origin + link(target))
      const button = page.locator("main form button").first()
      await button.dblclick({ noWaitAfter: true })
      const text = await atRest(page)
      const token = link(target).slice("/r/".length)
      const [address, referrer] = [page.url(), await page.evaluate("document.referrer")]
      const answer = await page.reload()
      await page.goBack().catch(() => null)
      return [
        ...unless(
          !new URL(address).pathname.startsWith("/r/"),
          `it did not get in: ${new URL(address).pathname.slice(0, 4)}…`,
        ),
        ...unless(answer?.status() === 200, `reloading gives ${answer?.status()}`),
        ...unless(!address.includes(token), "the address after the claim has the token in it"),
        ...unless(!text.includes(token), "the page after the claim has the token in it"),
        ...unless(!String(referrer).includes(token), "the referrer has the token in it"),
      ]
    } finally {
      await page.context().close()
    }
  },
}

const stolen: Attack = {
  name: "S10 S20: an address without its cookie opens nothing, and a cookie set before is not taken over",
  needsLink: true,
  needsBrowser: false,
  run: async (target) => {
    const claimed = await ask(target, link(target), ownForm(target, "__Host-rq-device=planted; rq-device=planted"))
    const to = claimed.headers.get("location")
    if (to === null) return [] // another device holds the link, or a code is asked for: nothing to steal yet
    const cookies = claimed.headers.getSetCookie()
    const { pathname } = new URL(to, target.origin)
    const bare = await ask(target, pathname)
    const invented = await ask(target, pathname, {
      headers: { cookie: cookies.map((cookie) => `${cookie.split("=")[0]}=${"A".repeat(43)}`).join("; ") },
    })
    const secure = target.origin.startsWith("https:")
    return [
      ...unless(bare.status >= 400, `the address alone is answered ${bare.status}`),
      ...unless(invented.status >= 400, `the address with an invented cookie is answered ${invented.status}`),
      ...unless(!cookies.some((cookie) => cookie.includes("=planted")), "a planted device cookie is taken over"),
      ...cookies.flatMap((cookie) => [
        ...unless(/;\s*httponly/i.test(cookie), `scripts can read ${cookie.split("=")[0]}`),
        ...unless(/;\s*samesite=(lax|strict)/i.test(cookie), `${cookie.split("=")[0]} has no SameSite`),
        ...unless(/;\s*path=\//i.test(cookie), `${cookie.split("=")[0]} has no Path=/`),
        ...unless(
          !secure || /^__Host-[^;]*;(.*;)?\s*secure/i.test(cookie),
          `${cookie.split("=")[0]} is not __Host- and Secure`,
        ),
      ]),
    ]
  },
}

const framed: Attack = {
  name: "S38: another site cannot frame the page",
  needsLink: true,
  needsBrowser: true,
  run: async (target) => {
    const page = await (await target.browser()).page({ javaScript: true, ...size })
    try {
      // loaded with what is in it, if it is let in
      await page.setContent(`<iframe src="${target.origin}${link(target)}" width="300" height="300"></iframe>`)
      const inner = page.frames().find((frame) => frame !== page.mainFrame())
      const shown = await inner?.evaluate("document.querySelector('form') !== null").catch(() => false)
      return unless(shown !== true, "the page shows inside a frame of another site")
    } finally {
      await page.context().close()
    }
  },
}

export const attacks: ReadonlyArray<Attack> = [framed, pressed, stolen]
