/* oxlint-disable typescript/no-unsafe-argument, typescript/no-unsafe-assignment, typescript/no-unsafe-call, typescript/no-unsafe-member-access, typescript/no-unsafe-return -- plain JavaScript, served as it is */
/*
 * What the customer's pages do more where scripts run; all of them work without. It moves no focus and changes nothing that
 * is being read.
 *
 *   form[data-saves]   is saved as it is typed (T16)
 *   form[data-checks]  asks what is missing, and holds Finish back until nothing is (P24)
 *   form[data-uploads] sends files as they are chosen (upload.js)
 */
const pause = 800
const patience = [2, 4, 8, 15, 30]

/** Without the bytes of files: those go with a button. */
const bodyOf = (form) => {
  const body = new FormData(form)
  for (const field of form.querySelectorAll("input[type=file]")) {
    body.delete(field.name)
    if (field.files.length > 0) body.append("chosen", field.name.slice(2))
  }
  return body
}

/** The buttons are called `action`, so `form.action` is one of them. */
const send = (form, body, options = {}) =>
  fetch(form.getAttribute("action"), {
    method: "POST",
    body,
    headers: { accept: "application/json" },
    redirect: "manual",
    ...options,
  })

/** `now`: when nothing was typed for a while, or a field is left. */
const whenTyped = (form, changed, now) => {
  let timer
  const soon = () => {
    changed()
    clearTimeout(timer)
    timer = setTimeout(() => now(), pause)
  }
  form.addEventListener("input", soon)
  form.addEventListener("change", () => {
    soon()
    clearTimeout(timer)
    now()
  })
  return () => clearTimeout(timer)
}

const saves = (form) => {
  const line = form.querySelector(".saving")
  const [shown, spoken] = line.children
  let state = ""
  let edits = 0
  let saved = 0
  let tries = 0
  let running = false
  let over = false
  let retry

  /** Ears hear only the first "saved", what fails, and that it works again. */
  const say = (next) => {
    const isWell = ["", "saving", "saved"].includes(state)
    // while it is tried again it still is not saved
    if (next === "saving" && !isWell) return
    const text = line.dataset[next]
    if (next !== "saving" && !(next === "saved" && isWell && spoken.textContent)) spoken.textContent = text
    shown.textContent = text
    state = line.dataset.state = next
  }

  const stop = (why) => {
    over = true
    quiet()
    clearTimeout(retry)
    say(why)
  }

  const failed = () => {
    say("unsaved")
    clearTimeout(retry)
    retry = setTimeout(() => void save(), 1000 * patience[Math.min(tries++, patience.length - 1)])
  }

  const taken = ({ seen, conflicts }) => {
    for (const [id, value] of Object.entries(seen)) {
      const field = form.elements[`v.${id}`]
      if (field) field.value = value
    }
    tries = 0
    // the button shows both
    if (conflicts.length > 0) stop("conflict")
    else say("saved")
  }

  const save = async (leaving) => {
    if (over || saved === edits || (running && !leaving)) return
    running = true
    clearTimeout(retry)
    const these = edits
    say("saving")
    try {
      const how = leaving ? { keepalive: true } : { signal: AbortSignal.timeout(20_000) }
      const answer = await send(form, bodyOf(form), how)
      if (over) return
      const { status } = answer
      if (answer.ok) {
        saved = Math.max(saved, these)
        taken(await answer.json())
      } else if (status === 409) stop("stale")
      else if (status === 410 || status === 403 || answer.type === "opaqueredirect") stop("dead")
      else if (status === 422 || status === 413) {
        saved = these
        say("refused")
      } else failed()
    } catch {
      if (!over) failed()
    } finally {
      running = false
      if (saved !== edits && tries === 0) void save()
    }
  }

  const typed = () => void edits++
  const quiet = whenTyped(form, typed, () => void save())
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) void save(true)
  })
  addEventListener("online", () => void save())
  addEventListener("beforeunload", (event) => {
    if (!over && saved !== edits && tries > 0) event.preventDefault()
  })
  // a button saves everything itself
  form.addEventListener("submit", () => {
    over = true
    quiet()
    clearTimeout(retry)
  })
}

const checks = (form) => {
  const line = form.querySelector(".left")
  const finish = form.querySelector(".primary[name=action]")
  const names = new Map(
    [...form.querySelectorAll("[data-state]")].map((state) => [
      state.dataset.state,
      { state, part: state.closest("details"), name: state.closest("summary").querySelector("h2").textContent.trim() },
    ]),
  )
  let asked = 0

  const show = ({ left, done, changed }) => {
    for (const [ids, kind] of [
      [left, "todo"],
      [done, "done"],
    ]) {
      for (const id of ids) {
        const found = names.get(id)
        if (!found) continue
        found.state.textContent = found.state.dataset[kind]
        found.part.classList.toggle("complete", kind === "done")
      }
    }
    const missing = left.flatMap((id) => names.get(id)?.name ?? [])
    finish.disabled = left.length > 0 || changed
    line.hidden = false
    const text = changed
      ? line.dataset.changed
      : missing.length > 0
        ? line.dataset.left.replace("…", missing.join(", "))
        : line.dataset.done
    if (line.textContent !== text) line.textContent = text
  }

  const check = async () => {
    const mine = ++asked
    try {
      const body = bodyOf(form)
      body.set("action", "check")
      const answer = await send(form, body, { signal: AbortSignal.timeout(20_000) })
      const found = await answer.json()
      if (mine === asked) show(found)
    } catch {
      // where it cannot be asked, Finish itself says what is missing
      if (mine === asked) {
        finish.disabled = false
        line.hidden = true
      }
    }
  }
  whenTyped(
    form,
    () => {},
    () => void check(),
  )
  addEventListener("pageshow", () => void check())
}

document.querySelectorAll("form[data-saves]").forEach(saves)
document.querySelectorAll("form[data-checks]").forEach(checks)

const uploads = document.querySelector("form[data-uploads]")
// without it they go with the form
if (uploads) import(uploads.dataset.uploads).catch(() => {})
