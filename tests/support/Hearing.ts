// A page as a screen reader has it: the browser's own accessibility tree, in which things are found by role and name and
// nothing else, and what live regions and the focus would have it say.
import type { CDPSession } from "playwright-core"
import type { Page } from "./Browser.ts"

interface Node {
  readonly role: string
  readonly name: string
  /** The description and the states, as they are told after the name. */
  readonly more: string
  readonly backend: number
}

export interface Hearing {
  /** Everything that is told, in order: "heading Moving in". */
  readonly tree: () => Promise<ReadonlyArray<string>>
  /** Goes to it and presses it, as a screen reader's "activate" does. */
  readonly press: (role: string, name: string | RegExp) => Promise<void>
  /** Goes to it and types. */
  readonly type: (role: string, name: string | RegExp, text: string) => Promise<void>
  /** What is told of it: name, description, states; fails where there is none. */
  readonly told: (role: string, name: string | RegExp) => Promise<string>
  /** What live regions have said since the page was loaded. */
  readonly announced: () => Promise<ReadonlyArray<string>>
  /** Waits for a live region to say it. */
  readonly hears: (words: RegExp) => Promise<void>
}

/** Runs in the page before its own scripts: a screen reader says what changes in a live region. */
const listening = `(() => {
  globalThis.announced = []
  const live = "[aria-live=polite], [aria-live=assertive], [role=status], [role=alert], [role=log], output"
  const say = (region) => {
    const text = region?.innerText?.trim() ?? ""
    if (text !== "" && globalThis.announced.at(-1) !== text) globalThis.announced.push(text)
  }
  new MutationObserver((records) => {
    for (const { target } of records) say((target instanceof Element ? target : target.parentElement)?.closest(live))
  }).observe(document, { subtree: true, childList: true, characterData: true })
})()`

const textOf = (value: unknown): string =>
  typeof value === "object" && value !== null && "value" in value && typeof value.value === "string" ? value.value : ""

const matches = (name: string, wanted: string | RegExp) =>
  typeof wanted === "string" ? name === wanted : wanted.test(name)

/** To be called before the page is opened, where scripts run. */
export const of = async (page: Page): Promise<Hearing> => {
  await page.addInitScript(listening)
  const cdp: CDPSession = await page.context().newCDPSession(page)

  const nodes = async (): Promise<ReadonlyArray<Node>> => {
    const { nodes: all } = await cdp.send("Accessibility.getFullAXTree")
    return all.flatMap(({ ignored, role, name, description, properties = [], backendDOMNodeId: backend }) => {
      if (ignored || backend === undefined) return []
      const states = properties.flatMap(({ name: state, value }) =>
        value.value === true || value.value === "true" ? [state] : [],
      )
      return [
        { role: textOf(role), name: textOf(name), more: [textOf(description), ...states].join(" ").trim(), backend },
      ]
    })
  }

  /** It may come in a moment. */
  const find = async (role: string, name: string | RegExp): Promise<Node> => {
    for (let tries = 0; ; tries++) {
      const all = await nodes()
      const found = all.filter((node) => node.role === role && matches(node.name, name))
      const [first] = found
      if (first !== undefined) return first
      if (tries > 60)
        throw new Error(
          `no ${role} ${String(name)} among: ${all.map((node) => `${node.role} “${node.name}”`).join(", ")}`,
        )
      await page.waitForTimeout(50)
    }
  }

  const doing = async ({ backend }: Node, what: string) => {
    const { object } = await cdp.send("DOM.resolveNode", { backendNodeId: backend })
    await cdp.send("Runtime.callFunctionOn", {
      objectId: object.objectId ?? "",
      functionDeclaration: `function () { ${what} }`,
      userGesture: true,
    })
  }

  return {
    tree: async () =>
      (await nodes()).filter(({ name }) => name !== "").map(({ role, name, more }) => `${role} ${name} ${more}`.trim()),
    press: async (role, name) => doing(await find(role, name), "this.focus(); this.click()"),
    type: async (role, name, text) => {
      await doing(await find(role, name), "this.focus(); this.select?.()")
      await page.keyboard.type(text)
    },
    told: async (role, name) => {
      const { name: found, more } = await find(role, name)
      return `${found} ${more}`
    },
    announced: () => page.evaluate<ReadonlyArray<string>>("globalThis.announced"),
    hears: async (words) => {
      for (let tries = 0; tries < 1_200; tries++) {
        const said = await page.evaluate<ReadonlyArray<string>>("globalThis.announced").catch(() => [])
        if (said.some((one) => words.test(one))) return
        await page.waitForTimeout(50)
      }
      throw new Error(
        `not heard: ${String(words)}; heard: ${(await page.evaluate<ReadonlyArray<string>>("globalThis.announced")).join(" | ")}`,
      )
    },
  }
}
