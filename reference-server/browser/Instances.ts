/**
 * Instances of a repeated group on the page: copied from the blank one, and named anew when one before them goes. A part of
 * its own, for pages with repeated groups (parts.ts).
 */
import type { Shared } from "./Shared.ts"

export const at = (root: ParentNode, key: string): HTMLElement | null =>
  root.querySelector<HTMLElement>(`[data-instance="${key}"]`)

/** Makes there be so many; true: that changed something. */
export const fit = (root: HTMLElement, group: string, count: number): boolean => {
  const blank = root.querySelector<HTMLTemplateElement>(`template[data-blank="${group}"]`)
  if (blank === null) return false
  let there = 0
  while (at(root, `${group}.${there}`) !== null) there++
  const before = there
  for (; there < count; there++) {
    const made = document.importNode(blank.content, true)
    rename(made, `${group}.-1`, `${group}.${there}`)
    number(made.firstElementChild, group, there)
    blank.before(made)
  }
  if (there > count) only(root, group)
  for (; there > count; there--) at(root, `${group}.${there - 1}`)?.remove()
  return before !== count
}

/** Takes one away; those after it move up. */
export const take = (root: ParentNode, group: string, index: number): void => {
  only(root, group)
  at(root, `${group}.${index}`)?.remove()
  for (let next = index + 1; ; next++) {
    const moved = at(root, `${group}.${next}`)
    if (moved === null) return
    rename(moved, `${group}.${next}`, `${group}.${next - 1}`)
    number(moved, group, next - 1)
  }
}

/** Tells the server that those the form names are all there are: what it has stored of others is gone (Fields.ts). */
const only = (root: ParentNode, group: string): void => {
  const name = `a.${group}.only`
  const blank = root.querySelector(`template[data-blank="${group}"]`)
  if (blank === null || root.querySelector(`[name="${name}"]`) !== null) return
  const said = document.createElement("input")
  Object.assign(said, { type: "hidden", name, value: "1" })
  blank.before(said)
}

/** The buttons that take one away and add one, where there may be one less or more. */
export const buttons = (
  root: HTMLElement,
  group: string,
  { count, least, most }: { readonly count: number; readonly least: number; readonly most: number },
  { slotOf }: Pick<Shared, "slotOf">,
): void => {
  const put = (found: Element | null | undefined, mark: string, there: boolean) => {
    const slot = slotOf(found ?? null, mark)
    if (slot !== undefined && slot.isThere() !== there) slot.put(there)
  }
  const own = (within: Element | null, mark: string) =>
    [...(within?.children ?? [])].find((one) => one.hasAttribute(mark))
  for (let index = 0; index < count; index++)
    put(own(at(root, `${group}.${index}`), "data-take"), "data-take", count > least)
  const add = own(root.querySelector(`template[data-blank="${group}"]`)?.parentElement ?? null, "data-add")
  put(add, "data-add", count < most)
  const text = slotOf(add ?? null, "data-add")?.element.querySelector<HTMLElement>("[data-first]")
  if (text) text.textContent = (count === 0 ? text.dataset["first"] : text.dataset["more"]) ?? ""
}

/** Attributes that name a place name the other one, in templates too; what was typed is no name. */
const rename = (root: ParentNode, from: string, to: string): void => {
  const pattern = new RegExp(`(?<![\\w])${from.replaceAll(".", "\\.")}(?!\\d)`, "g")
  const elements = [...(root instanceof Element ? [root] : []), ...root.querySelectorAll("*")]
  for (const element of elements) {
    for (const { name, value } of element.attributes) {
      if (name === "value" && element.localName !== "button") continue
      if (value.includes(from)) element.setAttribute(name, value.replace(pattern, to))
    }
    if (element instanceof HTMLTemplateElement) rename(element.content, from, to)
  }
}

const number = (instance: Element | null, group: string, index: number): void => {
  const index1 = String(index + 1)
  for (const child of instance?.children ?? []) {
    if (child.matches(`input[type=hidden][name="a.${group}"]`)) child.setAttribute("value", String(index))
    const button = child instanceof HTMLTemplateElement ? child.content : child
    if (child.localName === "legend" || child.hasAttribute("data-take")) {
      for (const said of button.querySelectorAll("[data-number]")) said.textContent = index1
    }
  }
}
