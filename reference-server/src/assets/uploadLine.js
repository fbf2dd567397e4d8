/* oxlint-disable typescript/no-unsafe-argument, typescript/no-unsafe-assignment, typescript/no-unsafe-call, typescript/no-unsafe-member-access, typescript/no-unsafe-return -- plain JavaScript, served as it is */
/*
 * What goes between the page of uploads and the server: pieces of files by tus, at most three files at a time, tried again for as
 * long as there is no line; and what has become of them. A row is upload.js', and so is all that is seen.
 */
const atOnce = 3
const pieceBytes = 8 * 1024 * 1024
const seconds = [1, 2, 4, 8, 15, 30]
/** So long may nothing move before the line counts as dead; a whole file is looked at for longer. */
const stillness = { sending: 30_000, judging: 120_000 }
const running = new Set(["sending", "judging"])

/** `page`: its form, its words, its rows, and how a row is shown. */
export const line = ({ form, words, rows, states, show, move, link, part }) => {
  const api = new URL(form.dataset.api, location.href).href
  const csrf = { "x-csrf-token": form.elements.csrf.value }
  /** Nothing is kept before Finish: files wait under a hidden field. */
  const isStaged = form.hasAttribute("data-staged")

  let loading
  /** The client of the protocol, when there is something to send. */
  const loaded = () =>
    (loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script")
      script.src = form.dataset.tus
      script.addEventListener("load", resolve)
      script.addEventListener("error", () => {
        loading = undefined
        reject(new Error("no client"))
      })
      document.head.append(script)
    }))

  const handle = form.dataset.api.split("/").pop()
  const prefixOf = ({ question }) => `requite-${handle}-${question}-`

  const uploadOf = (row) => {
    const { file, group } = row
    const upload = new globalThis.tus.Upload(file, {
      endpoint: `${api}/uploads`,
      headers: csrf,
      metadata: { question: group.question, filename: file.name, revision: form.elements.revision.value },
      chunkSize: pieceBytes,
      retryDelays: null,
      removeFingerprintOnSuccess: true,
      // whoever chooses the same file after a reload goes on where it stopped
      fingerprint: () => Promise.resolve(`${prefixOf(group)}${file.name}-${file.size}-${file.lastModified}`),
      onUploadUrlAvailable: () => {
        row.isBeginning = false
        // paused, or given up, before its address was known
        if (row.state !== "sending") void upload.abort(row.state === "gone").catch(() => {})
      },
      onProgress: (sent, all) => {
        if (row.state !== "sending") return
        row.tries = 0
        move(row, sent / all)
        if (sent === all) show(row, "judging")
      },
      onSuccess: () => void learn(row),
      onError: (error) => failed(row, error),
    })
    return upload
  }

  const start = async (row) => {
    row.at = Date.now()
    show(row, "sending")
    try {
      await loaded()
    } catch {
      return wait(row)
    }
    // it goes on when its address is known
    if (row.state !== "sending" || row.isBeginning) return
    // what came of a piece whose answer was lost is asked for, and not sent again
    if (row.upload?.url) return learn(row)
    if (!row.upload) {
      row.upload = uploadOf(row)
      const before = (await row.upload.findPreviousUploads()).at(-1)
      if (row.state !== "sending") return
      if (before && !isTaken(before.uploadUrl)) row.upload.resumeFromPreviousUpload(before)
    }
    begin(row)
  }

  const begin = (row) => {
    row.isBeginning = !row.upload.url
    row.upload.start()
  }

  const stop = (row) => {
    row.isBeginning = false
    void row.upload?.abort()
  }

  const isTaken = (url) => [...rows].some(({ upload }) => upload?.url === url)

  const next = () => {
    for (const row of states("queued")) {
      if (states(...running).length >= atOnce) return
      void start(row)
    }
  }

  const wait = (row) => {
    if (!running.has(row.state)) return
    show(row, "offline")
    row.timer = setTimeout(() => again(row), 1000 * seconds[Math.min(row.tries++, seconds.length - 1)])
    next()
  }

  const again = (row) => {
    clearTimeout(row.timer)
    show(row, "queued")
    next()
  }

  const refuse = async (row, why) => {
    show(row, "refused", why)
    if (row.id) inForm(row, { id: row.id }, false)
    keptOf(row.id)?.remove()
    next()
    for (const { urlStorageKey } of (await row.upload?.findPreviousUploads()) ?? [])
      localStorage.removeItem(urlStorageKey)
  }

  const give = (row, text) => {
    show(row, "failed", text.replace("{name}", row.name))
    next()
  }

  const jsonOf = (text) => {
    try {
      return JSON.parse(text)
    } catch {
      return {}
    }
  }

  /** Ends: the page is over, the questions are others by now, the file is not taken. Anything else is tried again. */
  const over = (row, status, { _tag, message, problems }) => {
    if (_tag === "UploadRefused") {
      const isFull = problems?.some(({ code }) => code === "upload-too-many")
      if (isFull && clear(row)) return
      return void refuse(row, message ?? words.failed.replace("{name}", row.name))
    }
    if (status === 401 || status === 403 || status === 410) return give(row, words.dead)
    if (status === 409 && _tag === "Refusal") return give(row, words.stale)
    if (status === 0 || status >= 500 || [408, 409, 423, 429, 460].includes(status)) return wait(row)
    return give(row, words.failed)
  }

  const failed = (row, error) => {
    row.isBeginning = false
    if (!running.has(row.state)) return
    const answer = error.originalResponse
    over(row, answer?.getStatus() ?? 0, jsonOf(answer?.getBody() ?? ""))
  }

  /** Files that were begun before a reload and not chosen again keep room that is wanted now. */
  const clear = (row) => {
    const left = unfinishedIn(row.group).filter(({ url }) => !isTaken(url))
    if (left.length === 0) return false
    for (const { key } of left) localStorage.removeItem(key)
    const headers = { ...csrf, "tus-resumable": "1.0.0" }
    void Promise.allSettled(left.map(({ url }) => fetch(url, { method: "DELETE", headers }))).then(() => again(row))
    return true
  }

  /** Asks what has become of it. */
  const learn = async (row) => {
    let answer
    try {
      answer = await fetch(`${row.upload?.url ?? `${api}/uploads/${row.id}`}/result`, {
        headers: { accept: "application/json" },
        signal: AbortSignal.timeout(stillness.judging),
      })
    } catch {
      return wait(row)
    }
    // gone: it begins anew, or is told why not
    if (answer.status === 410 && row.state === "sending") return begin(row)
    // one that came with a form is asked about by loading the page
    row.isSilent = answer.status === 410
    if (!answer.ok) return row.id ? undefined : over(row, answer.status, jsonOf(await answer.text()))
    tell(row, await answer.json())
  }

  const tell = (row, { state, file, duplicateOf, problem }) => {
    if (row.state === "gone") return
    if (state === "refused") return void refuse(row, problem.message)
    if (state === "arriving") {
      if (!running.has(row.state)) return
      if (row.state !== "sending") show(row, "sending")
      return begin(row)
    }
    if (row.id && state === "checking") return
    row.id = file.id
    row.name = file.name
    if (isStaged && !keptOf(row.id)) {
      const kept = Object.assign(document.createElement("input"), { type: "hidden", name: "kept", value: row.id })
      form.append(kept)
    }
    inForm(row, file, true)
    show(row, state === "checking" ? "checking" : "ready")
    if (state === "checking") watch()
    else link(row)
    const same = [...rows].find(({ id }) => id && id === duplicateOf)
    if (same) part(row, ".status").textContent += ` · ${words.duplicate.replace("{name}", same.name)}`
    next()
  }

  const keptOf = (id) => form.querySelector(`input[name=kept][value="${id}"]`)

  /** The rest of the page hears which files there are: what is asked and what is missing may hang on them. */
  const inForm = ({ group }, file, isThere) => {
    const detail = { question: group.question, file, isThere }
    form.dispatchEvent(new CustomEvent("requite:file", { detail }))
  }

  /** Asks about those that a scanner has not seen, as long as somebody looks. */
  let watching
  const watch = (pause = 3000) => {
    clearTimeout(watching)
    const waiting = () => states("checking").filter(({ isSilent }) => !isSilent)
    if (waiting().length === 0) return
    watching = setTimeout(async () => {
      if (!document.hidden) await Promise.all(waiting().map(async (row) => learn(row)))
      watch(Math.min(pause * 1.5, 60_000))
    }, pause)
  }

  /** Takes it out of the request; true: it is no longer there. */
  const takeOut = async (row) => {
    try {
      if (isStaged) {
        const body = new FormData()
        for (const [field, value] of [
          ["csrf", form.elements.csrf.value],
          ["revision", form.elements.revision.value],
          ["action", "check"],
          ["remove", row.id],
        ]) {
          body.append(field, value)
        }
        const headers = { accept: "application/json" }
        const gone = await fetch(form.getAttribute("action"), { method: "POST", body, headers, redirect: "manual" })
        if (gone.ok) keptOf(row.id)?.remove()
        if (gone.ok) inForm(row, { id: row.id }, false)
        return gone.ok
      }
      const query = `revision=${form.elements.revision.value}`
      const gone = await fetch(`${api}/files/${row.id}?${query}`, { method: "DELETE", headers: csrf })
      const { reasons = [] } = gone.ok ? {} : jsonOf(await gone.text())
      const isGone = gone.ok || reasons.some(({ code }) => code === "file-unknown")
      if (isGone) inForm(row, { id: row.id }, false)
      return isGone
    } catch {
      return false
    }
  }

  setInterval(() => {
    for (const row of states("sending", "judging")) {
      if (Date.now() - row.at < stillness[row.state]) continue
      stop(row)
      wait(row)
    }
  }, 5000)

  addEventListener("offline", () => {
    for (const row of states("sending")) {
      stop(row)
      wait(row)
    }
  })
  addEventListener("online", () => states("offline").forEach(again))

  function unfinishedIn(group) {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(`tus::${prefixOf(group)}`))
      .map((key) => ({ key, ...jsonOf(localStorage.getItem(key)) }))
      .map(({ key, uploadUrl, metadata, creationTime }) => ({
        key,
        url: uploadUrl,
        file: metadata?.filename ?? "",
        at: Date.parse(creationTime),
      }))
  }

  return { next, again, watch, takeOut, unfinishedIn }
}
