/**
 * The way through a form, page by page: version 1 says at each page where to go next, version 2 lists the pages in order
 * and says of each when it is asked.
 */
import type { Condition } from "@requite/core/Condition/Ast"
import { always, at, listAt, never, stringAt } from "../Imported.ts"
import type { Path, Report } from "../Imported.ts"
import { all, not } from "../Imported/conditions.ts"
import { type Name, reached, type Way } from "../Imported/routing.ts"
import type { Conditions } from "./Conditions.ts"
import { addressOf, type Form, type Page } from "./Form.ts"

export interface Stop {
  readonly page: Page
  readonly when: Condition
  /** Its place in the way through the form. */
  readonly place: number
}

export interface Journey {
  /** The place of a page by its number in the form; one that is never met comes after all the others. */
  readonly placeOf: (page: number) => number
  /** Pages in the order in which they are met, each with when it is. */
  readonly stops: (conditions: Conditions) => ReadonlyArray<Stop>
}

export const journey = (form: Form, report: Report, name: Name): Journey =>
  form.isV2
    ? { placeOf: (page) => page, stops: (conditions) => inOrder(form, conditions) }
    : byLinks(form, report, name)

/** The first page is always met; after a terminal page there is none. */
const inOrder = ({ pages }: Form, conditions: Conditions): ReadonlyArray<Stop> => {
  const ended: Array<Condition> = []
  return pages.map((page, i): Stop => {
    const condition = stringAt(page.json, "condition") ?? ""
    const own = i === 0 || condition === "" ? always : (conditions.named(condition, i - 1) ?? always)
    const when = all([...ended.map(not), own])
    if (page.controller === "TerminalPageController") ended.push(own)
    return { page, when, place: i }
  })
}

interface Link {
  readonly to: number
  /** Empty: taken when no other is. */
  readonly condition: string
}

const byLinks = (form: Form, report: Report, name: Name): Journey => {
  const { pages, root } = form
  const index = new Map(pages.map(({ address }, i) => [address, i]))
  const links = pages.map((page): ReadonlyArray<Link> =>
    listAt(page.json, "next").flatMap((link, l): ReadonlyArray<Link> => {
      const path: Path = [...page.path, "next", l]
      if (at(link, "redirect") !== undefined)
        report.drop([...path, "redirect"], "redirect", "A way out of the form to another address has no counterpart.")
      const to = index.get(addressOf(stringAt(link, "path")))
      if (to === undefined || stringAt(link, "path") === undefined) {
        if (stringAt(link, "path") !== undefined) report.warn(path, "leads-nowhere", "There is no such page.")
        return []
      }
      const condition = stringAt(link, "condition") ?? ""
      // a condition that there is not never holds, so that the way is never taken
      return condition !== "" && !form.conditions.has(condition) ? [] : [{ to, condition }]
    }),
  )
  const start = index.get(addressOf(stringAt(root, "startPage"))) ?? 0
  const order = forwards(pages.length, start, links)
  const place = new Map(order.map((page, i) => [page, i]))
  const end = order.length
  const unmet = pages.flatMap((page, i) => (place.has(i) ? [] : [page]))

  const ahead = (stop: number): ReadonlyArray<{ to: number; condition: string; back: boolean }> =>
    (links[order[stop] ?? -1] ?? []).map(({ to, condition }) => {
      const at_ = place.get(to) ?? end
      return at_ <= stop ? { to: end, condition, back: true } : { to: at_, condition, back: false }
    })
  const targets = (stop: number) => {
    const led = ahead(stop)
    return [...led.map(({ to }) => to), ...(led.some(({ condition }) => condition === "") ? [] : [end])]
  }
  const ways = (stop: number, conditions: Conditions): ReadonlyArray<Way> => {
    const found: Array<Way> = []
    let before = always
    let otherwise = end
    const page = pages[order[stop] ?? -1]
    for (const { to, condition, back } of ahead(stop)) {
      if (back && page !== undefined)
        report.warn(
          [...page.path, "next"],
          "leads-back",
          "A way back to an earlier page: the customer goes there freely.",
        )
      if (condition === "") {
        // the last one without a condition counts
        otherwise = to
        continue
      }
      const own = conditions.named(condition, stop)
      found.push({ to, when: all([before, own ?? always]) })
      if (own !== undefined) before = name(`${page?.address ?? ""} on`, all([before, not(own)]))
    }
    return [...found, { to: otherwise, when: before }]
  }
  for (const page of unmet) report.warn(page.path, "never-reached", "No way leads to this page: it is never asked.")
  return {
    placeOf: (page) => place.get(page) ?? end + page,
    stops: (conditions) => {
      const when = reached(
        order.length,
        targets,
        (stop) => ways(stop, conditions),
        (stop, condition) => name(`${pages[order[stop] ?? -1]?.address ?? "page"} reached`, condition),
      )
      return [
        ...order.flatMap((i, stop) => {
          const page = pages[i]
          return page === undefined ? [] : [{ page, when: when[stop] ?? never, place: stop }]
        }),
        ...unmet.map((page, i) => ({ page, when: never, place: end + pages.length + i })),
      ]
    },
  }
}

/** The pages that can be met, so that ways lead forward: in the order of the form as far as that goes. */
const forwards = (count: number, start: number, links: ReadonlyArray<ReadonlyArray<Link>>): ReadonlyArray<number> => {
  if (count === 0) return []
  const isOpen = new Set<number>([start])
  const met = new Set<number>([start])
  const into = new Map<number, number>()
  const onward = new Map<number, Array<number>>()
  const work: Array<{ page: number; next: number }> = [{ page: start, next: 0 }]
  for (let frame = work.at(-1); frame !== undefined; frame = work.at(-1)) {
    const link = links[frame.page]?.[frame.next++]
    if (link === undefined) {
      isOpen.delete(frame.page)
      work.pop()
      continue
    }
    // back to a page on the way here: not a way forward
    if (isOpen.has(link.to)) continue
    into.set(link.to, (into.get(link.to) ?? 0) + 1)
    const own = onward.get(frame.page)
    if (own === undefined) onward.set(frame.page, [link.to])
    else own.push(link.to)
    if (met.has(link.to)) continue
    met.add(link.to)
    isOpen.add(link.to)
    work.push({ page: link.to, next: 0 })
  }
  const order: Array<number> = []
  const ready = [start]
  for (let page = ready.pop(); page !== undefined; page = ready.pop()) {
    order.push(page)
    const freed = (onward.get(page) ?? []).filter((to) => {
      const left = (into.get(to) ?? 1) - 1
      into.set(to, left)
      return left === 0
    })
    // the first in the form next
    ready.push(...freed.sort((a, b) => b - a))
    ready.sort((a, b) => b - a)
  }
  return order
}
