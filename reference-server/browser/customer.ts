/**
 * The script of the customer's pages. They are complete without it; with it the questionnaire runs in the browser by the
 * same core as on the server: what is asked, what is wrong, what is saved. It moves no focus and nothing that is being read.
 *
 *   #given                 what the server says of the request (Given)
 *   form[data-live]        the fields of a section, or of all
 *   form[data-uploads]     takes files as they are chosen (uploads.ts)
 */
import type { State } from "@requite/core/FillSession"
import { list } from "@requite/core/FillSession/Place"
import * as Field from "./Field.ts"
import * as Files from "./Files.ts"
import * as Filling from "./Filling.ts"
import * as Form from "./Form.ts"
import { type Given, given as read, session as sessionOf } from "./given.ts"
import { loaded, type Parts } from "./parts.ts"
import * as Saying from "./Saying.ts"
import * as Sending from "./Sending.ts"

const start = (given: Given, parts: Parts): void => {
  const element = document.querySelector<HTMLFormElement>("form[data-live]")
  const session = sessionOf(given)
  let changed: (before: State, now: State) => void = () => {}
  const filling = Filling.make(given, session, (before, now) => changed(before, now))
  const { state, send, over } = filling
  const saying = Saying.make(element ?? document.body, filling)
  const { words } = given

  const line = () => {
    const isFailing = session.saving(state()).state === "failing" || !state().online
    saying.bar(isFailing && over() === null ? words.offline : isWaiting ? words.held : null)
  }
  let isWaiting = false

  const fields = (page: HTMLFormElement) => {
    const form = Form.make(page, filling, parts)
    const conflicts = parts.conflicts?.make(form, filling, parts)
    const whole = parts.whole?.make(page, filling)
    const sending = Sending.make(page, filling, {
      carries: true,
      isBlocked: () => over() === null && state().conflicts.length > 0 && conflicts?.focus() === true,
      waits: (is) => {
        if (is && !isWaiting) saying.tell(words.held)
        isWaiting = is
        line()
      },
      prepare: (data) => {
        prepare(data, filling)
        if (given.shares) parts.conflicts?.versioned(data, filling)
      },
    })
    changed = (before, now) => {
      const focused = document.activeElement
      const top = focused?.getBoundingClientRect().top ?? 0
      const [more, less, written] = form.show(before, now)
      if (more > 0) saying.tell(counted(words.more, more))
      else if (less > 0) saying.tell(counted(words.less, less))
      if (conflicts?.show() === true) saying.tell(words.choose)
      // what is being read stays where it is
      if (more + less > 0 && focused !== null && focused !== document.body) {
        scrollBy({ top: focused.getBoundingClientRect().top - top, behavior: "instant" })
      }
      whole?.show()
      saying.saving()
      if (written > 0 && before.revision !== now.revision) saying.tell(words.arrived)
      line()
      sending.retry()
    }

    page.addEventListener("input", ({ target }) => {
      way = null
      const entry = form.entryOf(target)
      if (entry !== undefined) form.read(entry)
    })
    page.addEventListener("change", ({ target }) => {
      const entry = form.entryOf(target)
      if (entry !== undefined) form.read(entry)
      if (given.saves) send({ type: "SaveDue" })
    })
    page.addEventListener("focusout", ({ target, relatedTarget }) => {
      const entry = form.entryOf(target)
      // what is just being pressed must not move away
      if (entry !== undefined && form.entryOf(relatedTarget) !== entry) {
        setTimeout(() => {
          const wrong = form.left(entry)
          if (wrong !== "") saying.tell(wrong)
        }, 200)
      }
    })
    page.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("button") : null
      const [act, key = ""] = button?.name === "action" ? button.value.split(":") : []
      if (parts.instances === null || (act !== "add" && act !== "take")) return
      event.preventDefault()
      if (act === "add") form.add(Form.placeOf(key))
      else form.take(Form.placeOf(key))
    })
    // files come and go by the script of uploads, which has taken them to the server
    page.addEventListener("requite:file", ({ detail }) => Files.follow(detail, filling))

    /** What browsers bring back after Back or a reload, and what was typed before this ran. */
    const adopt = () => {
      for (const found of page.querySelectorAll("[data-at]")) {
        const entry = form.entryOf(found)
        if (entry !== undefined && entry.question.items === undefined && Field.isTyped(entry)) form.read(entry)
      }
    }
    const now = state()
    changed({ ...now, changes: {} }, now)
    if (filling.isRestored) saying.tell(words.restored)
    adopt()
    addEventListener("pageshow", adopt)
  }

  if (element !== null) fields(element)
  else if (parts.conflicts !== null) {
    const delivered = parts.conflicts.deliver(filling, Sending.make, (is) => {
      isWaiting = is
      line()
    })
    changed = () => {
      line()
      delivered()
    }
  } else return

  // a way that leads nowhere just now is gone when the line is back, unless another one was chosen
  let way: (() => void) | null = null
  const cameBack = () => {
    if (!navigator.onLine) return
    send({ type: "CameOnline" })
    way?.()
  }
  addEventListener("online", cameBack)
  addEventListener("offline", () => send({ type: "WentOffline", at: Date.now() }))
  if (!navigator.onLine) send({ type: "WentOffline", at: Date.now() })
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) return cameBack()
    if (given.saves) filling.leave()
  })
  if (given.shares) parts.conflicts?.watch(filling)
  // harmless where nothing was brought back
  send({ type: "SessionRestored" })

  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null
    if (state().online || link === null || link.hash !== "") return
    event.preventDefault()
    way = () => link.click()
    saying.tell(words.held)
  })
  document.addEventListener("submit", () => (way = null), true)
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted || given.kept === null) return
    // brought back as it was left: other pages have written since; what was typed is kept on the device
    way = () => location.reload()
    cameBack()
  })
}

const counted = (forms: ReadonlyArray<string>, count: number): string =>
  (forms[count > 1 ? 1 : 0] ?? "").replace("#", String(count))

/** Only what the server has not goes with the button; and which questions were there to be seen. */
const prepare = (data: FormData, { session, given, state }: Filling.Filling): void => {
  const { items } = session.evaluation(state()).program
  const asked = session.asked(state()).filter((place) => {
    const item = items.get(String(place.at(-1)))
    const how = item?.kind?.givenAs ?? ""
    return /value|files/.test(how) || (item?.question.repeat && list(session.answerAt(state(), place)).length === 0)
  })
  data.set("shown", asked.map((place) => `/${place.join("/")}`).join(" "))
  // nothing of it is at the server before the end
  if (given.kept === null) return
  const { changes, saved } = state()
  for (const name of new Set(data.keys())) {
    const [, kind, id = ""] = /^([avw])\.(\w+)/.exec(name) ?? []
    const isMine = Object.hasOwn(changes, id)
    // instances that are only shown are stored with the rest, unless something else is by now (Versions.ts)
    const isAsCame = !isMine && items.get(id)?.question.repeat !== undefined && saved[id] === given.answers[id]
    if (kind !== undefined && !isAsCame && (kind === "v" || !isMine)) data.delete(name)
  }
}

const uploads = document.querySelector<HTMLFormElement>("form[data-uploads]")?.dataset["uploads"]
// without it they go with the form
if (uploads !== undefined) import(uploads).catch(() => {})

const found = read()
if (found !== null) start(found, await loaded(found))
