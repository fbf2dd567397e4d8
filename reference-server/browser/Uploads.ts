/**
 * Files on their way, where scripts run: each goes up by itself as soon as it is chosen, dropped or photographed, in pieces
 * that survive a broken line (UploadLine.ts), and has a row that says how it stands. The page's words and the row come with
 * the page (CustomerPages/Uploading.ts).
 */
import { isRecord } from "@requite/core/FillSession/Place"
import type { Words } from "../src/CustomerPages/Uploading.ts"
import * as UploadFields from "./UploadFields.ts"
import type * as UploadLine from "./UploadLine.ts"
import { type Group, type Row, type State, there } from "./UploadRow.ts"

const isWords = (data: unknown): data is Words => isRecord(data)
const isLine = (module: unknown): module is typeof UploadLine => isRecord(module)

const form = there(document.querySelector<HTMLFormElement>("form[data-uploads]"))
const held = there(form.querySelector<HTMLTemplateElement>("template[data-words]"))
const template = held.content
const given: unknown = JSON.parse(held.dataset["words"] ?? "")
if (!isWords(given)) throw new Error("no words")
const words = given
const spoken = there(form.querySelector("[data-spoken]"))
const holding = there(form.querySelector(".holding"))

const day = 86_400_000

const acts: Readonly<Record<State, ReadonlyArray<string>>> = {
  queued: ["cancel"],
  sending: ["pause", "cancel"],
  paused: ["resume", "cancel"],
  offline: ["pause", "cancel"],
  judging: [],
  ready: ["replace", "remove"],
  checking: ["replace", "remove"],
  refused: ["replace", "remove"],
  failed: ["again", "remove"],
  gone: [],
}
const underWay: ReadonlyArray<State> = ["queued", "sending", "offline", "judging"]

const rows = new Set<Row>()
const states = (...these: ReadonlyArray<State>): ReadonlyArray<Row> =>
  [...rows].filter(({ state }) => these.includes(state))

const { lang } = document.documentElement
const percent = new Intl.NumberFormat(lang, { style: "percent" })
const units = [
  ["gigabyte", 1e9],
  ["megabyte", 1e6],
  ["kilobyte", 1e3],
] as const
const sizeOf = (bytes: number): string => {
  const [unit, one] = units.find(([, least]) => bytes >= least) ?? (["byte", 1] as const)
  const unitDisplay = unit === "byte" ? "long" : "short"
  const maximumFractionDigits = unit === "megabyte" && bytes < 1e7 ? 1 : 0
  return new Intl.NumberFormat(lang, { style: "unit", unit, unitDisplay, maximumFractionDigits })
    .format(bytes / one)
    .replace(/\s/g, "\u00a0")
}

/** Ears hear where a file begins, its middle and its end, and whatever stops it. */
const say = (text: string): void => {
  const line = document.createElement("p")
  line.textContent = text
  spoken.append(line)
  // said is said: it is no part of the page
  setTimeout(() => line.remove(), 5000)
}

// ---- rows

const part = (row: Row, selector: string): HTMLElement => there(row.li.querySelector<HTMLElement>(selector))
const buttonsOf = (li: HTMLElement) => li.querySelectorAll<HTMLButtonElement>("[data-act]")
const isFocused = (element: Element) => element.contains(document.activeElement)

const offer = ({ li, state }: Row): void => {
  for (const button of buttonsOf(li)) button.hidden = !acts[state].includes(button.dataset["act"] ?? "")
}

const wordsOf = (row: Row, state: State): string =>
  state === "refused" || state === "gone" ? "" : words[state].replace("{percent}", percent.format(row.share))

const show = (row: Row, state: State, why = ""): void => {
  row.state = state
  row.li.dataset["state"] = state
  const text = why === "" ? wordsOf(row, state) : ""
  part(row, ".status").textContent = text
  const error = part(row, ".error")
  error.hidden = why === ""
  error.textContent = why
  const hadFocus = isFocused(row.li)
  offer(row)
  const near = row.li.querySelector<HTMLElement>("[data-act]:not([hidden])") ?? part(row, ".name")
  if (hadFocus && document.activeElement instanceof HTMLElement && document.activeElement.hidden) near.focus()
  if (why !== "") say(why)
  else if (state !== "queued") say(`${row.name}: ${text}`)
  fit(row.group)
  if (!underWay.includes(state)) settled()
}

const move = (row: Row, share: number): void => {
  const before = row.share
  row.share = share
  row.at = Date.now()
  const bar = row.li.querySelector("progress")
  if (bar !== null) bar.value = share
  const text = wordsOf(row, "sending")
  part(row, ".status").textContent = text
  if (before < 0.5 && share >= 0.5 && share < 1) say(`${row.name}: ${text}`)
}

const copied = (selector: string): HTMLElement =>
  document.importNode(there(template.querySelector<HTMLElement>(selector)), true)

const rowOf = (li: HTMLElement, group: Group, file: File | null, name: string): Row => {
  const row: Row = {
    li,
    group,
    file,
    name,
    id: null,
    state: "queued",
    share: 0,
    tries: 0,
    at: Date.now(),
    timer: undefined,
    upload: null,
    isBeginning: false,
    isSilent: false,
  }
  rows.add(row)
  return row
}

const makeRow = (group: Group, file: File): Row => {
  const row = rowOf(copied("li"), group, file, file.name)
  part(row, ".name").textContent = file.name
  part(row, ".size").textContent = sizeOf(file.size)
  part(row, "progress").setAttribute("aria-label", file.name)
  hear(row)
  return row
}

/** Buttons say what they are about. */
const hear = (row: Row): void => {
  for (const button of buttonsOf(row.li)) {
    there(button.lastElementChild).textContent = ` ${row.name}`
    button.addEventListener("click", () => void does[button.dataset["act"] ?? ""]?.(row))
  }
}

const isState = (text: string | undefined): text is State => text !== undefined && Object.hasOwn(acts, text)

/** A file that came with the page: its row gets what those made here have. */
const adopt = (li: HTMLElement, group: Group): void => {
  const remove = li.querySelector<HTMLButtonElement>("[name=remove]")
  const named = li.querySelector<HTMLElement>("[dir]")
  const { state } = li.dataset
  if (remove === null || named === null || !isState(state)) return
  const row = rowOf(li, group, null, named.textContent)
  Object.assign(row, { id: remove.value, share: 1, state })
  if (named.localName !== "a") named.tabIndex = -1
  const made = copied("li")
  if (group.fields === null) made.querySelector("[data-act=replace]")?.remove()
  part(row, ".acts").replaceWith(there(made.querySelector(".acts")))
  li.append(there(made.querySelector(".error")))
  offer(row)
  hear(row)
}

const link = (row: Row): void => {
  const old = part(row, ".name")
  if (old.localName === "a") return
  const to = Object.assign(document.createElement("a"), {
    href: `${form.dataset["files"] ?? ""}${row.id ?? ""}`,
    className: "name",
    dir: "auto",
    textContent: row.name,
  })
  const hadFocus = old === document.activeElement
  old.replaceWith(to)
  if (hadFocus) to.focus()
}

const loaded: unknown = await import(form.dataset["line"] ?? "")
if (!isLine(loaded)) throw new Error("no line")
const { next, again, watch, takeOut, unfinishedIn } = loaded.line({
  form,
  words,
  rows,
  states,
  show,
  move,
  link,
  add: (row, text) => part(row, ".status").append(` · ${text}`),
})

// ---- questions

const roomIn = (group: Group): number =>
  group.most -
  [...rows].filter((row) => row.group === group && row.state !== "refused" && row.state !== "failed").length

/** The box is there while there is room; who stood in it goes on to the file. */
function fit(group: Group): void {
  if (group.fields === null) return
  const { box, camera, list } = group.fields
  const isFull = roomIn(group) <= 0
  const hadFocus = isFocused(box) || camera === document.activeElement
  box.hidden = camera.hidden = isFull
  if (hadFocus && isFull) list.querySelector<HTMLElement>("li:last-child .name")?.focus()
}

const add = (group: Group, files: Iterable<File>): void => {
  const { fields } = group
  const chosen = [...files]
  if (fields === null || chosen.length === 0) return
  fields.unfinished.textContent = ""
  for (const file of chosen) {
    const hasRoom = roomIn(group) > 0
    const row = makeRow(group, file)
    fields.list.append(row.li)
    fields.list.hidden = false
    if (hasRoom) show(row, "queued")
    else show(row, "refused", words.many.replace("{name}", file.name))
  }
  next()
}

const questions = UploadFields.find(form, copied, (group, files) => add(group, files))
for (const { group, list } of questions) {
  for (const li of list.querySelectorAll<HTMLElement>(":scope > li")) adopt(li, group)
  fit(group)
}

// a file dropped beside a box would take the place of the page
for (const event of ["dragover", "drop"]) addEventListener(event, (dropped) => dropped.preventDefault())

// ---- what a person does

const leave = (row: Row): void => {
  row.state = "gone"
  const { li, group } = row
  const near = li.nextElementSibling ?? li.previousElementSibling
  const hadFocus = isFocused(li)
  rows.delete(row)
  li.remove()
  if (group.fields !== null) group.fields.list.hidden = group.fields.list.childElementCount === 0
  fit(group)
  const button = near?.querySelector<HTMLElement>("[data-act]:not([hidden])")
  if (hadFocus) (button ?? group.fields?.input ?? document.querySelector("main"))?.focus()
  settled()
  next()
}

const remove = async (row: Row): Promise<boolean> => {
  if (row.id === null || (await takeOut(row))) return true
  const error = part(row, ".error")
  error.hidden = false
  error.textContent = words.kept.replace("{name}", row.name)
  say(error.textContent)
  return false
}

const does: Readonly<Record<string, (row: Row) => void | Promise<void>>> = {
  pause: (row) => {
    clearTimeout(row.timer)
    // one whose address is not known yet stops when it is
    if (row.upload?.url) void row.upload.abort()
    show(row, "paused")
    next()
  },
  resume: again,
  again,
  cancel: (row) => {
    clearTimeout(row.timer)
    if (row.upload?.url) void row.upload.abort(true).catch(() => {})
    say(words.removed.replace("{name}", row.name))
    leave(row)
  },
  remove: async (row) => {
    if (!(await remove(row))) return
    say(words.removed.replace("{name}", row.name))
    leave(row)
  },
  replace: (row) => {
    const accept = row.group.fields?.input.accept ?? ""
    const input = Object.assign(document.createElement("input"), { type: "file", accept, hidden: true })
    const replaced = async (file: File | undefined) => {
      input.remove()
      if (file === undefined || !(await remove(row))) return
      const other = makeRow(row.group, file)
      row.li.replaceWith(other.li)
      rows.delete(row)
      show(other, "queued")
      part(other, ".name").focus()
      next()
    }
    input.addEventListener("cancel", () => input.remove())
    UploadFields.picks(input, ([file]) => void replaced(file))
    row.li.append(input)
    input.click()
  },
}

// ---- the line, and the page

/** A button pressed while files are on their way waits for them, and then does what it says. */
let pressed: { readonly target: HTMLFormElement; readonly button: HTMLElement | null } | null = null
document.addEventListener(
  "submit",
  (event) => {
    states("paused").forEach(again)
    if (states(...underWay).length === 0 || !(event.target instanceof HTMLFormElement)) return
    event.preventDefault()
    event.stopImmediatePropagation()
    pressed = { target: event.target, button: event.submitter }
    holding.textContent = words.hold
  },
  true,
)

function settled(): void {
  if (pressed === null || states(...underWay).length > 0) return
  const { target, button } = pressed
  pressed = null
  holding.textContent = ""
  // what was refused wants to be read first
  if (states("refused", "failed").length === 0) target.requestSubmit(button)
}

addEventListener("beforeunload", (event) => {
  if (states(...underWay, "paused").length > 0) event.preventDefault()
})

try {
  for (const { group, unfinished } of questions) {
    const left = unfinishedIn(group)
    for (const { key, at } of left) if (!(Date.now() - at < day)) localStorage.removeItem(key)
    const fresh = left.filter(({ at }) => Date.now() - at < day)
    unfinished.textContent = fresh.map(({ file }) => words.unfinished.replace("{name}", file)).join(" ")
  }
} catch {
  // a browser that keeps nothing sends a file from its beginning
}

// each goes by itself
if (form.classList.contains("uploads")) form.querySelector(".buttons")?.remove()

// files of this session that stand apart from the box
for (const li of document.querySelectorAll<HTMLElement>("form:not([data-uploads]) .files li")) {
  adopt(li, { question: "", most: Infinity, fields: null })
}
watch()

// what was chosen before all this was here
for (const { group, input } of questions) add(group, UploadFields.emptied(input))
