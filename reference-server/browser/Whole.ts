/**
 * Everything on one page (P24): Finish is held back until every section is complete, and the page says what is left; it is
 * the session that knows. A part of its own (parts.ts).
 */
import type { Filling } from "./Filling.ts"

export interface Whole {
  readonly show: () => void
}

/** How often typing tells the server that somebody is there, in milliseconds. */
const often = 60_000

export const make = (page: HTMLFormElement, { session, state, over, look }: Filling): Whole => {
  const line = page.querySelector<HTMLElement>(".left")
  const finish = page.querySelector<HTMLButtonElement>(".primary[name=action]")
  const parts = () =>
    [...page.querySelectorAll<HTMLElement>("summary [data-state]")].map((said) => ({
      id: said.dataset["state"] ?? "",
      said,
      part: said.closest("details"),
      name: said.closest("summary")?.querySelector("h2")?.textContent?.trim() ?? "",
    }))
  let told = Date.now()
  page.addEventListener("input", () => {
    if (Date.now() - told < often || over() !== null) return
    told = Date.now()
    void look()
  })
  // nothing is kept anywhere else: a session that is over must not take what was typed with it
  page.addEventListener(
    "submit",
    (event) => {
      if (over() !== "dead") return
      event.preventDefault()
      event.stopImmediatePropagation()
    },
    true,
  )
  // the script shows them as they come
  page.querySelector(".refresh")?.remove()

  return {
    show: () => {
      const program = session.evaluation(state()).program
      const wrong = new Set(session.issues(state()).map(({ question }) => program.items.get(question)?.section.id))
      const missing: Array<string> = []
      for (const { id, said, part, name } of parts()) {
        const isDone = !wrong.has(id)
        if (!isDone) missing.push(name)
        const text = (isDone ? said.dataset["done"] : said.dataset["todo"]) ?? ""
        if (said.textContent !== text) said.textContent = text
        part?.classList.toggle("complete", isDone)
      }
      if (finish !== null) finish.disabled = missing.length > 0
      if (line === null) return
      line.hidden = false
      const { left = "", done = "", dead = "" } = line.dataset
      const text = over() === "dead" ? dead : missing.length > 0 ? left.replace("…", missing.join(", ")) : done
      if (line.textContent !== text) line.textContent = text
    },
  }
}
