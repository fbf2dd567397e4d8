/**
 * What goes between the page of uploads and the server: pieces of files by tus, at most three files at a time, tried again for
 * as long as there is no line; and what has become of them. A row is the page's (Uploads.ts), and so is all that is seen.
 */
import type * as Tus from "tus-js-client"
import { isRecord, list } from "@requite/core/FillSession/Place"
import type { Told } from "./Files.ts"
import { type Group, type Line, type Page, type Row, type State, type Unfinished, valueIn } from "./UploadRow.ts"

declare global {
  /** The client, once its script is loaded. */
  var tus: typeof Tus
}

const atOnce = 3
const pieceBytes = 8 * 1024 * 1024
const seconds = [1, 2, 4, 8, 15, 30]
const longest = 30
/** So long may nothing move before the line counts as dead; a whole file is looked at for longer. */
const stillness: Partial<Record<State, number>> = { sending: 30_000, judging: 120_000 }
const patience = 120_000
const running = new Set<State>(["sending", "judging"])

const textIn = (record: unknown, key: string): string => {
  const value = isRecord(record) ? record[key] : undefined
  return typeof value === "string" ? value : ""
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

const codesIn = (answer: unknown, key: "problems" | "reasons"): ReadonlyArray<string> =>
  list(isRecord(answer) ? answer[key] : []).map((one) => textIn(one, "code"))

export const line = ({ form, words, rows, states, show, move, link, add }: Page): Line => {
  const { api = "", tus: client = "" } = form.dataset
  const here = new URL(api, location.href).href
  const csrf = { "x-csrf-token": valueIn(form, "csrf") }
  /** Nothing is kept before Finish: files wait under a hidden field. */
  const isStaged = form.hasAttribute("data-staged")

  let loading: Promise<void> | undefined
  /** The client of the protocol, when there is something to send. */
  const loaded = () =>
    (loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script")
      script.src = client
      script.addEventListener("load", () => resolve())
      script.addEventListener("error", () => {
        loading = undefined
        reject(new Error("no client"))
      })
      document.head.append(script)
    }))

  const handle = api.split("/").pop() ?? ""
  const prefixOf = ({ question }: Group) => `requite-${handle}-${question}-`

  const uploadOf = (row: Row, file: File) => {
    const { group } = row
    const upload = new globalThis.tus.Upload(file, {
      endpoint: `${here}/uploads`,
      headers: csrf,
      metadata: { question: group.question, filename: file.name, revision: valueIn(form, "revision") },
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

  const isSending = ({ state }: Row): boolean => state === "sending"

  const start = async (row: Row): Promise<void> => {
    row.at = Date.now()
    show(row, "sending")
    try {
      await loaded()
    } catch {
      return wait(row)
    }
    // it goes on when its address is known
    if (!isSending(row) || row.isBeginning) return
    // what came of a piece whose answer was lost is asked for, and not sent again
    if (row.upload?.url) return learn(row)
    if (row.upload === null && row.file !== null) {
      row.upload = uploadOf(row, row.file)
      const before = (await row.upload.findPreviousUploads()).at(-1)
      if (!isSending(row)) return
      if (before !== undefined && !isTaken(before.uploadUrl)) row.upload.resumeFromPreviousUpload(before)
    }
    begin(row)
  }

  const begin = (row: Row): void => {
    row.isBeginning = !row.upload?.url
    row.upload?.start()
  }

  const stop = (row: Row): void => {
    row.isBeginning = false
    void row.upload?.abort()
  }

  const isTaken = (url: string | null) => [...rows].some(({ upload }) => upload !== null && upload.url === url)

  const next = (): void => {
    for (const row of states("queued")) {
      if (states(...running).length >= atOnce) return
      void start(row)
    }
  }

  const wait = (row: Row): void => {
    if (!running.has(row.state)) return
    show(row, "offline")
    row.timer = setTimeout(() => again(row), 1000 * (seconds[row.tries++] ?? longest))
    next()
  }

  const again = (row: Row): void => {
    clearTimeout(row.timer)
    show(row, "queued")
    next()
  }

  const refuse = async (row: Row, why: string): Promise<void> => {
    show(row, "refused", why)
    if (row.id !== null) inForm(row, { id: row.id }, false)
    keptOf(row.id)?.remove()
    next()
    for (const { urlStorageKey } of (await row.upload?.findPreviousUploads()) ?? [])
      localStorage.removeItem(urlStorageKey)
  }

  const give = (row: Row, text: string): void => {
    show(row, "failed", text.replace("{name}", row.name))
    next()
  }

  /** Ends: the page is over, the questions are others by now, the file is not taken. Anything else is tried again. */
  const over = (row: Row, status: number, answer: unknown): void => {
    const tag = textIn(answer, "_tag")
    if (tag === "UploadRefused") {
      if (codesIn(answer, "problems").includes("upload-too-many") && clear(row)) return
      return void refuse(row, textIn(answer, "message") || words.failed.replace("{name}", row.name))
    }
    if (status === 401 || status === 403 || status === 410) return give(row, words.dead)
    if (status === 409 && tag === "Refusal") return give(row, words.stale)
    if (status === 0 || status >= 500 || [408, 409, 423, 429, 460].includes(status)) return wait(row)
    return give(row, words.failed)
  }

  const failed = (row: Row, error: Error | Tus.DetailedError): void => {
    row.isBeginning = false
    if (!running.has(row.state)) return
    const answer = "originalResponse" in error ? error.originalResponse : null
    over(row, answer?.getStatus() ?? 0, jsonOf(answer?.getBody() ?? ""))
  }

  /** Files that were begun before a reload and not chosen again keep room that is wanted now. */
  const clear = (row: Row): boolean => {
    const left = unfinishedIn(row.group).filter(({ url }) => !isTaken(url))
    if (left.length === 0) return false
    for (const { key } of left) localStorage.removeItem(key)
    const headers = { ...csrf, "tus-resumable": "1.0.0" }
    void Promise.allSettled(left.map(({ url }) => fetch(url, { method: "DELETE", headers }))).then(() => again(row))
    return true
  }

  /** Asks what has become of it. */
  const learn = async (row: Row): Promise<void> => {
    let answer: Response
    try {
      answer = await fetch(`${row.upload?.url ?? `${here}/uploads/${row.id ?? ""}`}/result`, {
        headers: { accept: "application/json" },
        signal: AbortSignal.timeout(patience),
      })
    } catch {
      return wait(row)
    }
    // gone: it begins anew, or is told why not
    if (answer.status === 410 && isSending(row)) return begin(row)
    // one that came with a form is asked about by loading the page
    row.isSilent = answer.status === 410
    if (!answer.ok) return row.id === null ? over(row, answer.status, jsonOf(await answer.text())) : undefined
    tell(row, jsonOf(await answer.text()))
  }

  const tell = (row: Row, told: unknown): void => {
    if (row.state === "gone" || !isRecord(told)) return
    const { state, file, problem } = told
    if (state === "refused") return void refuse(row, textIn(problem, "message"))
    if (state === "arriving") {
      if (!running.has(row.state)) return
      if (!isSending(row)) show(row, "sending")
      return begin(row)
    }
    if (row.id !== null && state === "checking") return
    const id = textIn(file, "id")
    row.id = id
    row.name = textIn(file, "name")
    if (isStaged && keptOf(id) === null) {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "kept", value: id }))
    }
    inForm(row, isRecord(file) ? { ...file, id } : { id }, true)
    show(row, state === "checking" ? "checking" : "ready")
    if (state === "checking") watch()
    else link(row)
    const same = [...rows].find((one) => one.id !== null && one.id === textIn(told, "duplicateOf"))
    if (same !== undefined) add(row, words.duplicate.replace("{name}", same.name))
    next()
  }

  const keptOf = (id: string | null) => form.querySelector(`input[name=kept][value="${id ?? ""}"]`)

  /** The rest of the page hears which files there are: what is asked and what is missing may hang on them. */
  const inForm = ({ group: { question } }: Row, file: Told["file"], isThere: boolean): void => {
    const detail: Told = { question, file, isThere }
    if (question !== "") form.dispatchEvent(new CustomEvent("requite:file", { detail }))
  }

  let watching: ReturnType<typeof setTimeout> | undefined
  const watch = (pause = 3000): void => {
    clearTimeout(watching)
    const waiting = () => states("checking").filter(({ isSilent }) => !isSilent)
    if (waiting().length === 0) return
    const look = async () => {
      if (!document.hidden) await Promise.all(waiting().map(async (row) => learn(row)))
      watch(Math.min(pause * 1.5, 60_000))
    }
    watching = setTimeout(() => void look(), pause)
  }

  const takeOut = async (row: Row): Promise<boolean> => {
    const id = row.id ?? ""
    try {
      const isGone = isStaged ? await unstaged(id) : await removed(id)
      if (isGone) inForm(row, { id }, false)
      return isGone
    } catch {
      return false
    }
  }

  const unstaged = async (id: string): Promise<boolean> => {
    const body = new FormData()
    for (const name of ["csrf", "revision"]) body.append(name, valueIn(form, name))
    body.append("action", "check")
    body.append("remove", id)
    const headers = { accept: "application/json" }
    const gone = await fetch(form.getAttribute("action") ?? "", { method: "POST", body, headers, redirect: "manual" })
    if (gone.ok) keptOf(id)?.remove()
    return gone.ok
  }

  const removed = async (id: string): Promise<boolean> => {
    const query = `revision=${valueIn(form, "revision")}`
    const gone = await fetch(`${here}/files/${id}?${query}`, { method: "DELETE", headers: csrf })
    return gone.ok || codesIn(jsonOf(await gone.text()), "reasons").includes("file-unknown")
  }

  setInterval(() => {
    for (const row of states("sending", "judging")) {
      if (Date.now() - row.at < (stillness[row.state] ?? patience)) continue
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

  const unfinishedIn = (group: Group): ReadonlyArray<Unfinished> =>
    Object.keys(localStorage)
      .filter((key) => key.startsWith(`tus::${prefixOf(group)}`))
      .map((key) => {
        const kept = jsonOf(localStorage.getItem(key) ?? "")
        const metadata = isRecord(kept) ? kept["metadata"] : undefined
        const at = Date.parse(textIn(kept, "creationTime"))
        return { key, url: textIn(kept, "uploadUrl"), file: textIn(metadata, "filename"), at }
      })

  return { next, again, watch, takeOut, unfinishedIn }
}
