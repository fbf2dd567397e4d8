// A real Chromium for tests, with nothing to install: CHROMIUM_PATH, else /usr/bin/chromium, else the one that comes with npm
// (@sparticuz/chromium: Linux on x64, with its libraries and a font). Where there is none, `missing` says so and suites skip
// (`describe.skipIf(Browser.missing !== undefined)`).
//
// Pages are our own, on loopback. Every other host is unknown to the browser, so a page that asks a stranger is found out.
import { execFile } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { promisify } from "node:util"
import { type Browser as Launched, chromium, type Page } from "playwright-core"

export type { Page }

export interface PageOptions {
  /** false: the page's own scripts never run, as with a customer who has switched them off. */
  readonly javaScript: boolean
  readonly width: number
  readonly height: number
  readonly locale?: string
  readonly colorScheme?: "light" | "dark"
  /** A finger, and no mouse. */
  readonly hasTouch?: boolean
  readonly isMobile?: boolean
  /** A certificate that nobody vouches for is good enough: one that the test has made. */
  readonly ignoreHTTPSErrors?: boolean
}

export interface Browser {
  /** A page in a context of its own: no cookie is shared with any other. `page.context().close()` ends it early. */
  readonly page: (options: PageOptions) => Promise<Page>
  readonly close: () => Promise<void>
}

const root = join(import.meta.dirname, "../..")
const system = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium"

/** Why there is no browser on this machine; undefined when there is one. */
export const missing: string | undefined =
  process.env.CHROMIUM_PATH !== undefined || existsSync(system) || `${process.platform} ${process.arch}` === "linux x64"
    ? undefined
    : "no Chromium on this machine: set CHROMIUM_PATH to one"

if (missing !== undefined) process.stderr.write(`Browser tests are skipped: ${missing}\n`)

/** What a page without scripts was opened with: `axe` needs it again. */
const withoutScripts = new WeakMap<Page, PageOptions>()

const contextOf = async (browser: Launched, { javaScript, width, height, ...rest }: PageOptions) => {
  const context = await browser.newContext({
    ...rest,
    javaScriptEnabled: javaScript,
    viewport: { width, height },
    reducedMotion: "reduce",
  })
  // what comes at all comes in this time, on a machine that has much else to do too
  context.setDefaultTimeout(60_000)
  return context
}

/** Starts the browser (0.3 s; 3 s more the first time after `npm ci`). Call `close` when done. */
export const launch = async (): Promise<Browser> => {
  const program =
    existsSync(system) || process.env.CHROMIUM_PATH !== undefined ? { path: system, env: {} } : await unpack()
  const browser = await chromium.launch({
    executablePath: program.path,
    env: { ...process.env, ...program.env },
    // The sandbox cannot be had as root nor in most containers, and nothing but our own pages is opened.
    chromiumSandbox: false,
    args: [
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE [::1], EXCLUDE localhost, EXCLUDE *.localhost",
    ],
  })
  return {
    page: async (options) => {
      const page = await (await contextOf(browser, options)).newPage()
      if (!options.javaScript) withoutScripts.set(page, options)
      return page
    },
    close: () => browser.close(),
  }
}

/** axe itself, as it comes with @axe-core/playwright, whose builder injects it three times a look and unminified. */
const axeSource = readFileSync(
  createRequire(createRequire(import.meta.url).resolve("@axe-core/playwright")).resolve("axe-core/axe.min.js"),
  "utf8",
)

const axeOptions = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"],
  rules: { "target-size": { enabled: true } },
  // what passed is not told with its elements
  resultTypes: ["violations"],
}

/** Runs in the page. No script runs in a sandbox, axe's neither: it would wait there for ever. */
const looked = `axe.run({ exclude: [["iframe[sandbox]"]] }, ${JSON.stringify(axeOptions)}).then(({ violations }) =>
  violations.flatMap(({ id, impact, help, nodes }) =>
    nodes.map(({ target, html }) => id + " (" + impact + "): " + help + " — " + target.join(" ") + " " + html.slice(0, 120))))`

/**
 * What axe finds wrong with the page, a line for each element; nothing found is `[]`. WCAG 2.2 A and AA, and axe's own advice.
 *
 * axe needs timers, which stand still in a page without scripts: there, the same document (with its `<noscript>` parts) is
 * opened once more in a page where axe may run and the document's own scripts may not.
 */
export const axe = async (page: Page): Promise<ReadonlyArray<string>> => {
  // a document that has only just come has nothing in it yet
  await page.waitForLoadState()
  const options = withoutScripts.get(page)
  const twin = options === undefined ? page : await withScripts(page, options)
  // once for each document; by the devtools, which no content policy forbids
  await twin.evaluate(`globalThis.axe === undefined && (() => { ${axeSource} })()`)
  return twin.evaluate<ReadonlyArray<string>>(looked)
}

/** The twin of a page, for as long as the page lives. */
const twins = new WeakMap<Page, Page>()

const withScripts = async (page: Page, options: PageOptions): Promise<Page> => {
  const body = (await page.content()).replaceAll(/<\/?noscript[^>]*>/g, "")
  const twin = twins.get(page) ?? (await twinOf(page, options))
  const { cookies } = await page.context().storageState()
  await twin.context().clearCookies()
  await twin.context().addCookies(cookies)
  await twin.unrouteAll()
  await twin.route(page.url(), (route) =>
    route.fulfill({ body, headers: { "content-type": "text/html", "content-security-policy": "script-src 'none'" } }),
  )
  await twin.goto("about:blank")
  await twin.goto(page.url())
  return twin
}

const twinOf = async (page: Page, options: PageOptions): Promise<Page> => {
  const browser = page.context().browser()
  if (browser === null) throw new Error("the page's browser is gone")
  const context = await contextOf(browser, { ...options, javaScript: true })
  page.once("close", () => void context.close().catch(() => {}))
  const twin = await context.newPage()
  twins.set(page, twin)
  return twin
}

/**
 * Keeps a picture of the whole page as tests/artefacts/screenshots/NAME.png, and gives its path. With TEST_PICTURES=none, where
 * nobody will look at them (they are a tenth of what the tests cost), it keeps none, and gives null.
 */
export const screenshot = async (page: Page, name: string): Promise<string | null> => {
  if (process.env["TEST_PICTURES"] === "none") return null
  const path = join(root, "tests/artefacts/screenshots", `${name}.png`)
  await page.screenshot({ path, fullPage: true })
  return path
}

/**
 * Unpacks the browser of npm once (210 MB) into node_modules/.cache. The package itself unpacks into the temporary folder and
 * takes whatever lies there for whole, even what another process is still writing; so it is given a temporary folder of its
 * own, which gets its name when it is whole. Making that folder is the lock between test files that start together.
 */
const unpack = async (): Promise<{ readonly path: string; readonly env: Record<string, string> }> => {
  const whole = join(root, "node_modules/.cache/chromium")
  const part = `${whole}.part`
  while (!existsSync(whole)) {
    if (await isLocked(part)) continue
    try {
      const script = `await (await import("@sparticuz/chromium")).default.executablePath()`
      await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
        cwd: root,
        // The name of a cloud's runtime makes the package bring its libraries (nss, expat) too.
        env: { ...process.env, TMPDIR: part, AWS_LAMBDA_JS_RUNTIME: "nodejs24.x" },
      })
      writeFileSync(join(part, "fonts/fonts.conf"), fontconfig(join(whole, "fonts")))
      renameSync(part, whole)
    } catch (error) {
      rmSync(part, { recursive: true, force: true })
      throw error
    }
  }
  return {
    path: join(whole, "chromium"),
    env: { LD_LIBRARY_PATH: join(whole, "al2023/lib"), FONTCONFIG_PATH: join(whole, "fonts") },
  }
}

/** Takes the lock, or waits a little: another test file is at it. One that writes nothing for 20 s was killed. */
const isLocked = async (folder: string): Promise<boolean> => {
  mkdirSync(dirname(folder), { recursive: true })
  try {
    mkdirSync(folder)
    return false
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error
    const written = [folder, join(folder, "chromium")].map(
      (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0,
    )
    if (existsSync(folder) && Date.now() - Math.max(...written) > 20_000)
      rmSync(folder, { recursive: true, force: true })
    await sleep(100)
    return true
  }
}

/** The package's font and the system's, if any. With no font at all Chromium dies at the first text field. */
const fontconfig = (folder: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${folder}/cache</cachedir>
  <alias><family>system-ui</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
`
