/**
 * A form that is sent by its button goes when the line is there; until then it waits, says so, and goes on by itself. It
 * carries only what the server has not.
 */
import type { Filling } from "./Filling.ts"

export interface Sending {
  /** Something changed: perhaps what is held can go now. */
  readonly retry: () => void
}

export interface Hooks {
  /** Does the form bring along what is not saved? */
  readonly carries: boolean
  /** Is there something to do first? The customer is led there then. */
  readonly isBlocked: () => boolean
  /** It waits for the line; or does so no more. */
  readonly waits: (isWaiting: boolean) => void
  /** The fields, just before they go. */
  readonly prepare: (data: FormData) => void
}

const pause = 3000

export const make = (element: HTMLFormElement, filling: Filling, hooks: Hooks): Sending => {
  let held: { readonly button: HTMLElement | null } | null = null
  let isGoing = false
  let isAsking = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const go = () => {
    if (held === null) return
    const { button } = held
    held = null
    isGoing = true
    hooks.waits(false)
    // a form that is just saying that it is sent cannot be sent
    setTimeout(() => element.requestSubmit(button))
  }

  const later = () => {
    hooks.waits(true)
    clearTimeout(timer)
    // somebody waits: it is tried more often than otherwise
    timer = setTimeout(() => (state().online ? send({ type: "CameOnline" }) : retry()), pause)
  }

  const { state, over, isSaved, isNear, given, look, send } = filling

  const hasLine = (): boolean => state().online && state().failingSince === null
  /** On a shared record a save that is under way would meet itself. */
  const isCarried = (): boolean => (hooks.carries ? state().saving === null || !given.shares : isSaved())
  const isReady = (): boolean => over() !== null || (hasLine() && isCarried() && isNear())

  const retry = (): void => {
    if (held === null || isGoing || isAsking) return
    if (hooks.isBlocked()) {
      held = null
      return hooks.waits(false)
    }
    if (isReady()) return go()
    if (!hasLine()) return later()
    // its answer comes here again
    if (state().saving !== null) return
    if (!hooks.carries && !isSaved()) return send({ type: "SaveDue" })
    isAsking = true
    void look().then((isThere) => {
      isAsking = false
      return isThere ? retry() : later()
    })
  }

  element.addEventListener("submit", (event) => {
    if (isGoing) return
    held = { button: event.submitter }
    if (isReady() && !hooks.isBlocked()) {
      held = null
      isGoing = true
      return
    }
    event.preventDefault()
    retry()
  })
  element.addEventListener("formdata", ({ formData }) => {
    if (isGoing) hooks.prepare(formData)
  })
  addEventListener("pageshow", () => (isGoing = false))
  return { retry }
}
