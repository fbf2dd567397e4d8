/* oxlint-disable typescript/no-unsafe-argument, typescript/no-unsafe-assignment, typescript/no-unsafe-call, typescript/no-unsafe-member-access, typescript/no-unsafe-return -- plain JavaScript, served as it is */
/*
 * Files on their way, where scripts run: each goes up by itself as soon as it is chosen, dropped or photographed, in pieces
 * that survive a broken line (tus), and has a row that says how it stands. The page's words and the row come with the page.
 *
 *   queued  sending  paused  offline  judging   on its way
 *   ready  checking                             in the request; nobody has yet called a `checking` one clean
 *   refused  failed                             not in it, and why
 */
const form = document.querySelector("form[data-uploads]")
const template = form.querySelector("template[data-words]").content
const words = JSON.parse(form.querySelector("template[data-words]").dataset.words)
const spoken = form.querySelector("[data-spoken]")
const holding = form.querySelector(".holding")

const day = 86_400_000

const acts = {
  queued: ["cancel"],
  sending: ["pause", "cancel"],
  paused: ["resume", "cancel"],
  offline: ["pause", "cancel"],
  judging: [],
  ready: ["replace", "remove"],
  checking: ["replace", "remove"],
  refused: ["replace", "remove"],
  failed: ["again", "remove"],
}
const underWay = new Set(["queued", "sending", "offline", "judging"])

const rows = new Set()
const states = (...these) => [...rows].filter(({ state }) => these.includes(state))

const { lang } = document.documentElement
const percent = new Intl.NumberFormat(lang, { style: "percent" })
const sizeOf = (bytes) => {
  const [unit, one] = [
    ["gigabyte", 1e9],
    ["megabyte", 1e6],
    ["kilobyte", 1e3],
  ].find(([, least]) => bytes >= least) ?? ["byte", 1]
  const unitDisplay = unit === "byte" ? "long" : "short"
  const maximumFractionDigits = unit === "megabyte" && bytes < 1e7 ? 1 : 0
  return new Intl.NumberFormat(lang, { style: "unit", unit, unitDisplay, maximumFractionDigits })
    .format(bytes / one)
    .replace(/\s/g, "\u00a0")
}

/** Ears hear where a file begins, its middle and its end, and whatever stops it. */
const say = (text) => {
  const line = document.createElement("p")
  line.textContent = text
  spoken.append(line)
  // said is said: it is no part of the page
  setTimeout(() => line.remove(), 5000)
}

// ---- rows

const part = (row, selector) => row.li.querySelector(selector)

const show = (row, state, why = "") => {
  row.state = state
  row.li.dataset.state = state
  const text = why === "" ? words[state].replace("{percent}", percent.format(row.share)) : ""
  part(row, ".status").textContent = text
  const error = part(row, ".error")
  error.hidden = why === ""
  error.textContent = why
  const hadFocus = row.li.contains(document.activeElement)
  for (const button of row.li.querySelectorAll("[data-act]")) button.hidden = !acts[state].includes(button.dataset.act)
  const near = part(row, "[data-act]:not([hidden])") ?? part(row, ".name")
  if (hadFocus && document.activeElement.hidden) near.focus()
  if (why !== "") say(why)
  else if (state !== "queued") say(`${row.name}: ${text}`)
  fit(row.group, roomIn(row.group) <= 0)
  if (!underWay.has(state)) settled()
}

const move = (row, share) => {
  const before = row.share
  row.share = share
  row.at = Date.now()
  part(row, "progress").value = share
  const text = words.sending.replace("{percent}", percent.format(share))
  part(row, ".status").textContent = text
  if (before < 0.5 && share >= 0.5 && share < 1) say(`${row.name}: ${text}`)
}

const makeRow = (group, file) => {
  const li = template.querySelector("li").cloneNode(true)
  const row = { li, group, file, name: file.name, state: "queued", share: 0, tries: 0, at: Date.now() }
  rows.add(row)
  part(row, ".name").textContent = file.name
  part(row, ".size").textContent = sizeOf(file.size)
  part(row, "progress").setAttribute("aria-label", file.name)
  name(li, file.name)
  return row
}

/** Buttons say what they are about. */
const name = (li, text) => {
  for (const button of li.querySelectorAll("[data-act]")) {
    button.lastElementChild.textContent = ` ${text}`
    button.addEventListener("click", () => does[button.dataset.act](rowOf(li)))
  }
}

const rowOf = (li) => [...rows].find((row) => row.li === li)

/** A file that came with the page: its row gets what those made here have. */
const adopt = (li, group) => {
  const remove = li.querySelector("[name=remove]")
  const named = li.querySelector("[dir]")
  if (!remove || !named) return
  const row = { li, group, name: named.textContent, id: remove.value, share: 1, state: li.dataset.state }
  rows.add(row)
  if (named.localName !== "a") named.tabIndex = -1
  const made = template.querySelector("li").cloneNode(true)
  if (!group.box) made.querySelector("[data-act=replace]").remove()
  li.querySelector(".acts").replaceWith(made.querySelector(".acts"))
  li.append(made.querySelector(".error"))
  for (const button of li.querySelectorAll("[data-act]")) button.hidden = !acts[row.state].includes(button.dataset.act)
  name(li, row.name)
}

const link = (row) => {
  const old = part(row, ".name")
  if (old.localName === "a") return
  const to = Object.assign(document.createElement("a"), {
    href: form.dataset.files + row.id,
    className: "name",
    dir: "auto",
  })
  to.textContent = row.name
  const hadFocus = old === document.activeElement
  old.replaceWith(to)
  if (hadFocus) to.focus()
}

const { line } = await import(form.dataset.line)
const { next, again, watch, takeOut, unfinishedIn } = line({
  form,
  words,
  rows,
  states,
  show,
  move,
  link,
  part,
})

// ---- questions

const isIn = ({ state }) => state !== "refused" && state !== "failed"
const roomIn = (group) => group.most - [...rows].filter((row) => row.group === group && isIn(row)).length

/** The box is there while there is room; who stood in it goes on to the file. */
const fit = ({ box, camera, list }, isFull) => {
  if (!box) return
  const hadFocus = box.contains(document.activeElement) || camera === document.activeElement
  box.hidden = camera.hidden = isFull
  if (hadFocus && isFull) list.querySelector("li:last-child .name")?.focus()
}

const add = (group, files) => {
  if (files.length === 0) return
  group.unfinished.textContent = ""
  for (const file of files) {
    const hasRoom = roomIn(group) > 0
    const row = makeRow(group, file)
    group.list.append(row.li)
    group.list.hidden = false
    if (hasRoom) show(row, "queued")
    else show(row, "refused", words.many.replace("{name}", file.name))
  }
  next()
}

const picks = (input, taken) =>
  input.addEventListener("change", (event) => {
    event.stopPropagation()
    taken(emptied(input))
  })

/** What was chosen; the form goes without it. */
const emptied = (input) => {
  const files = [...input.files]
  input.value = ""
  return files
}

/** Everything of that kind in the form: what is not asked yet stands in templates, and moves as it is. */
const everywhere = (root, selector) => [
  ...root.querySelectorAll(selector),
  ...[...root.querySelectorAll("template:not([data-words], [data-blank], [data-room])")].flatMap(({ content }) =>
    everywhere(content, selector),
  ),
]

const groups = everywhere(form, "input[type=file], template[data-room]").map((found) => {
  const held = found.content?.querySelector(".drop")
  const box = held ?? found.closest(".drop")
  const fieldset = found.closest("fieldset")
  if (!box || !fieldset) return null
  const button = (found.content ?? fieldset).querySelector("button[value^='upload:']")
  const input = box.querySelector("input")
  const given = fieldset.querySelector("[data-given]")
  const list = given ?? document.createElement("ul")
  if (held) {
    fieldset.querySelector(`[id="${input.id}"]`)?.removeAttribute("id")
    found.replaceWith(box)
  }
  if (!given) {
    list.className = "files"
    list.hidden = true
    list.setAttribute("aria-label", fieldset.querySelector("legend").textContent.trim())
    box.before(list)
  }
  const camera = template.querySelector(".camera").cloneNode(true)
  const unfinished = document.createElement("p")
  unfinished.className = "unfinished"
  const group = {
    question: input.name.slice(2),
    most: form.classList.contains("uploads") ? Infinity : Number(box.dataset.most),
    list,
    box,
    input,
    camera,
    unfinished,
  }
  button?.remove()
  box.classList.add("live")
  box.after(unfinished)
  photographs(group)
  for (const li of list.children) adopt(li, group)
  picks(input, (files) => add(group, files))
  drops(group)
  fit(group, roomIn(group) <= 0)
  return group
})

/** Where a hand holds the device, a button of its own for its camera; mice have none. */
function photographs(group) {
  const { input, camera, box } = group
  if (!/image\//.test(input.accept) || !matchMedia("(pointer: coarse)").matches) return
  const shot = document.createElement("input")
  Object.assign(shot, { type: "file", accept: "image/*", hidden: true })
  shot.setAttribute("capture", "environment")
  camera.addEventListener("click", () => shot.click())
  picks(shot, (files) => add(group, files))
  box.after(camera, shot)
}

/** The browser's own field takes drops as well, but only as many as it likes. */
function drops(group) {
  const { box } = group
  const over = (is) => (event) => {
    event.preventDefault()
    box.classList.toggle("over", is)
  }
  box.addEventListener("dragover", over(true))
  box.addEventListener("dragleave", over(false))
  box.addEventListener("drop", (event) => {
    over(false)(event)
    add(group, event.dataTransfer.files)
  })
}

// a file dropped beside a box would take the place of the page
for (const event of ["dragover", "drop"]) addEventListener(event, (dropped) => dropped.preventDefault())

// ---- what a person does

const leave = (row) => {
  row.state = "gone"
  const { li, group } = row
  const near = li.nextElementSibling ?? li.previousElementSibling
  const hadFocus = li.contains(document.activeElement)
  rows.delete(row)
  li.remove()
  if (group.list) group.list.hidden = group.list.childElementCount === 0
  fit(group, roomIn(group) <= 0)
  if (hadFocus)
    (near?.querySelector("[data-act]:not([hidden])") ?? group.input ?? document.querySelector("main")).focus()
  settled()
  next()
}

const remove = async (row) => {
  if (row.id && !(await takeOut(row))) {
    const error = part(row, ".error")
    error.hidden = false
    say((error.textContent = words.kept.replace("{name}", row.name)))
    return false
  }
  return true
}

const does = {
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
    const { accept } = row.group.input
    const input = Object.assign(document.createElement("input"), { type: "file", accept, hidden: true })
    input.addEventListener("cancel", () => input.remove())
    picks(input, async ([file]) => {
      input.remove()
      if (!file || !(await remove(row))) return
      const other = makeRow(row.group, file)
      row.li.replaceWith(other.li)
      rows.delete(row)
      show(other, "queued")
      part(other, ".name").focus()
      next()
    })
    row.li.append(input)
    input.click()
  },
}

// ---- the line, and the page

/** A button pressed while files are on their way waits for them, and then does what it says. */
let held = null
document.addEventListener(
  "submit",
  (event) => {
    states("paused").forEach(again)
    if (states(...underWay).length === 0) return
    event.preventDefault()
    event.stopImmediatePropagation()
    held = { target: event.target, button: event.submitter }
    holding.textContent = words.hold
  },
  true,
)

function settled() {
  if (held === null || states(...underWay).length > 0) return
  const { target, button } = held
  held = null
  holding.textContent = ""
  // what was refused wants to be read first
  if (states("refused", "failed").length === 0) target.requestSubmit(button)
}

addEventListener("beforeunload", (event) => {
  if (states(...underWay, "paused").length > 0) event.preventDefault()
})

try {
  for (const group of groups) {
    if (group === null) continue
    const left = unfinishedIn(group)
    for (const { key, at } of left) if (!(Date.now() - at < day)) localStorage.removeItem(key)
    const fresh = left.filter(({ at }) => Date.now() - at < day)
    group.unfinished.textContent = fresh.map(({ file }) => words.unfinished.replace("{name}", file)).join(" ")
  }
} catch {
  // a browser that keeps nothing sends a file from its beginning
}

// each goes by itself
if (form.classList.contains("uploads")) form.querySelector(".buttons").remove()

// files of this session that stand apart from the box
for (const li of document.querySelectorAll("form:not([data-uploads]) .files li")) {
  adopt(li, { most: Infinity, list: null })
}
watch()

// what was chosen before all this was here
for (const group of groups) if (group !== null) add(group, emptied(group.input))
