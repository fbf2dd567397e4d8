/**
 * A part of the page that may be put in and taken out: where it is not, a `<template>` keeps its place and holds it, with
 * all that was typed into it. The server renders what is not there in the same way, under the same mark (`data-at`, …).
 */
export interface Slot {
  readonly element: HTMLElement
  readonly isThere: () => boolean
  readonly put: (there: boolean) => void
}

/** Of the part itself or of the template that holds it; undefined: it holds none. `mark` is the attribute that says which. */
export const slotOf = (found: Element | null, mark: string): Slot | undefined => {
  const [element, holder] =
    found instanceof HTMLTemplateElement ? [found.content.firstElementChild, found] : [found, undefined]
  if (!(element instanceof HTMLElement)) return undefined
  let template = holder
  const held = () => {
    const made = document.createElement("template")
    made.setAttribute(mark, element.getAttribute(mark) ?? "")
    return made
  }
  return {
    element,
    isThere: () => element.parentNode !== template?.content || template === undefined,
    put: (there) => {
      const holding = (template ??= held())
      if (there) holding.replaceWith(element)
      else {
        element.replaceWith(holding)
        holding.content.append(element)
      }
    },
  }
}

/** Everything of that kind, in templates too, but not in those that are only copied. */
export const everywhere = (root: ParentNode, selector: string): ReadonlyArray<Element> => [
  ...root.querySelectorAll(selector),
  ...[...root.querySelectorAll("template")].flatMap((template) =>
    template.dataset["blank"] === undefined ? everywhere(template.content, selector) : [],
  ),
]
