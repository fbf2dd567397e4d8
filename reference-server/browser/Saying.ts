/**
 * What the page says by itself: how saving stands, that there is no line, that questions appeared. Eyes see the saved state
 * and a bar; ears hear only what changes: the first "saved", what fails, and that it works again.
 */
import type { Filling } from "./Filling.ts"

export interface Saying {
  /** Politely, without a trace on the page. */
  readonly tell: (text: string) => void
  /** How saving stands now. */
  readonly saving: () => void
  /** A bar that stays; null takes it away. */
  readonly bar: (text: string | null) => void
}

type Stand = "saving" | "saved" | "unsaved" | "refused" | "stale" | "dead" | "conflict"

export const make = (root: HTMLElement, { session, given, state, over }: Filling): Saying => {
  const line = root.querySelector<HTMLElement>(".saving")
  const status = document.createElement("p")
  status.className = "unseen"
  status.setAttribute("role", "status")
  const spoken = line?.querySelector("[role=status]") ?? status
  const shown = line?.querySelector(".shown") ?? null
  if (line === null) root.append(status)
  const bar = Object.assign(document.createElement("p"), { className: "line-bar", hidden: true, ariaHidden: "true" })
  document.body.append(bar)
  let before: Stand | "" = ""
  let hasBeenSaved = false

  const tell = (text: string) => {
    // the same words again are news only if they are put there again
    spoken.textContent = ""
    spoken.textContent = text
  }

  const standing = (): Stand | "" => {
    const end = over()
    if (end !== null) return end
    if (state().refused !== null) return "refused"
    if (state().conflicts.length > 0) return "conflict"
    const { state: stand } = session.saving(state())
    if (stand === "failing") return "unsaved"
    if (stand === "saved") return hasBeenSaved ? "saved" : ""
    return stand === "saving" ? "saving" : before
  }

  const saving = () => {
    if (line === null || shown === null || !given.saves) return
    if (session.saving(state()).state === "saving") hasBeenSaved = true
    const now = standing()
    if (now === before || now === "") return
    const wasWell = before === "" || before === "saving" || before === "saved"
    // while it is tried again it still is not saved
    if (now === "saving" && !wasWell) return
    const text = line.dataset[now] ?? ""
    if (now === "unsaved" && !state().online) tell(given.words.offline)
    else if (now !== "saving" && !(now === "saved" && wasWell && isSpoken)) {
      tell(text)
      isSpoken = true
    }
    shown.textContent = text
    line.dataset["state"] = now
    before = now
  }
  let isSpoken = false

  return {
    tell,
    saving,
    bar: (text) => {
      bar.hidden = text === null
      if (text !== null) bar.textContent = text
    },
  }
}
