// A customer's page in a frame, to the page around it: how high it is, and that it was submitted. Nothing else is told, and
// that only to the origins that the firm lists, once one of them has asked. See docs/embedding.md.
const listed = document.querySelector('meta[name="requite:origins"]')?.getAttribute("content")?.split(" ") ?? []
/** @type {string | null} */
let around = null

/** @param {object} message */
const tell = (message) => {
  if (around !== null) window.parent.postMessage({ requite: 1, ...message }, around)
}
const tellHeight = () => tell({ height: Math.ceil(document.body.getBoundingClientRect().height) })

window.addEventListener("message", (/** @type {MessageEvent<unknown>} */ { source, origin, data }) => {
  if (source !== window.parent || !listed.includes(origin) || data !== "requite:hello") return
  around = origin
  tellHeight()
  if (/^\/q\/[^/]+\/done$/.test(window.location.pathname)) tell({ submitted: true })
})
new ResizeObserver(tellHeight).observe(document.body)

// what leads elsewhere, and what is in no frame (the portal, the answer that is the same for everybody), get a window of their own
for (const link of document.links) {
  const isElsewhere = link.origin !== window.location.origin || link.pathname.startsWith("/portal/")
  if (isElsewhere) Object.assign(link, { target: "_blank", rel: "noopener noreferrer" })
}
for (const form of document.forms) {
  if (form.action.includes("?send-access-link")) Object.assign(form, { target: "_blank", rel: "noopener" })
}
