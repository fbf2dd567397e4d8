// requite: shows what a customer is asked inside a page of yours. How, and what it tells you: docs/embedding.md.
;(() => {
  const { currentScript } = document
  if (!(currentScript instanceof HTMLScriptElement)) throw new Error("requite: embed.js is no module")
  const { origin } = new URL(currentScript.src)
  const words = {
    en: ["Questions for you", "This cannot be shown here.", "Open it in a window of its own"],
    es: ["Preguntas para usted", "Esto no se puede mostrar aquí.", "Ábralo en su propia ventana"],
    sv: ["Frågor till dig", "Det här kan inte visas här.", "Öppna det i ett eget fönster"],
  }
  const permitted =
    "allow-downloads allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox allow-same-origin allow-scripts"

  /** @type {(place: HTMLElement, link: string) => void} */
  const embed = (place, link) => {
    const url = new URL(link, origin)
    // whoever can write the attribute can show nothing but a link of ours
    if (url.origin !== origin || !/^\/r\/[\w-]+$/.test(url.pathname)) {
      throw new Error(`requite: ${link} is no customer's link of ${origin}`)
    }
    const language = (place.closest("[lang]")?.getAttribute("lang") ?? "").slice(0, 2)
    const [title, sentence, open] = words[language === "es" || language === "sv" ? language : "en"]
    /** @type {(name: string, detail?: object) => void} */
    const tell = (name, detail) => {
      place.dispatchEvent(new CustomEvent(`requite:${name}`, { bubbles: true, detail: detail ?? null }))
    }

    const frame = document.createElement("iframe")
    frame.src = url.href
    frame.title = place.dataset["title"] ?? title
    frame.setAttribute("sandbox", permitted)
    frame.referrerPolicy = "no-referrer"
    frame.style.cssText = "display:block;width:100%;height:30rem;border:0"
    const note = document.createElement("p")
    note.hidden = true
    note.setAttribute("role", "status")
    const way = document.createElement("a")
    Object.assign(way, { href: url.href, target: "_blank", rel: "noopener noreferrer", textContent: open })
    note.append(`${place.dataset["sentence"] ?? sentence} `, way)

    /** @param {boolean} isShown */
    const shows = (isShown) => {
      frame.style.display = isShown ? "block" : "none"
      note.hidden = isShown
      if (!isShown) tell("failed")
    }
    // a page that may not be framed says nothing: neither whose it is, nor why
    let waiting = setTimeout(shows, 20_000, false)
    let isDone = false
    let isFirst = true
    frame.addEventListener("load", () => {
      clearTimeout(waiting)
      waiting = setTimeout(shows, 4000, false)
      frame.contentWindow?.postMessage("requite:hello", origin)
      if (!isFirst && frame.getBoundingClientRect().top < 0) frame.scrollIntoView()
      isFirst = false
    })
    window.addEventListener("message", (/** @type {MessageEvent<unknown>} */ { source, origin: from, data }) => {
      if (source !== frame.contentWindow || from !== origin) return
      if (typeof data !== "object" || data === null || !("requite" in data)) return
      clearTimeout(waiting)
      if (!note.hidden) shows(true)
      if ("height" in data && typeof data.height === "number") {
        frame.style.height = `${data.height}px`
        tell("height", { height: data.height })
      }
      if ("submitted" in data && !isDone) {
        isDone = true
        tell("submitted")
      }
    })
    place.append(frame, note)
  }

  const all = () => {
    for (const place of document.querySelectorAll("[data-requite]")) {
      if (!(place instanceof HTMLElement)) continue
      const { requite = "" } = place.dataset
      if (place.querySelector("iframe") === null) embed(place, requite)
    }
  }
  const link = currentScript.dataset["link"]
  if (link !== undefined) {
    const place = document.createElement("div")
    Object.assign(place.dataset, currentScript.dataset)
    currentScript.after(place)
    embed(place, link)
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all)
  else all()
  Object.assign(window, { requite: { embed } })
})()
