/* oxlint-disable typescript/no-unsafe-argument, typescript/no-unsafe-assignment, typescript/no-unsafe-call, typescript/no-unsafe-member-access, typescript/no-unsafe-return -- plain JavaScript, served as it is */
/*
 * Passkeys: making one, and logging in with one. The browser asks its owner; what it answers goes to the server, which says where
 * to go on. Without scripts, or where a browser knows no passkeys, the part stays hidden.
 */
/** The server's answer to what it does not take; its message may be empty. */
class Refused extends Error {}

for (const part of document.querySelectorAll("[data-passkeys]")) {
  const { passkeys: at, csrf, library, failed } = part.dataset
  const problem = part.querySelector("[data-problem]")

  const send = async (path, body) => {
    const response = await fetch(`${at}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-csrf-token": csrf },
      body: JSON.stringify(body),
    })
    const said = await response.json()
    if (!response.ok) throw new Refused(said.problem)
    return said
  }

  const run = (button, steps) =>
    button?.addEventListener("click", async () => {
      problem.hidden = true
      button.disabled = true
      try {
        const { to } = await steps(globalThis.SimpleWebAuthnBrowser)
        location.assign(to)
      } catch (error) {
        // whoever closed the browser's own question is told the same: they may try again
        problem.textContent = error instanceof Refused && error.message !== "" ? error.message : failed
        problem.hidden = false
      }
      button.disabled = false
    })

  const begin = () => {
    if (!globalThis.SimpleWebAuthnBrowser.browserSupportsWebAuthn()) return
    part.hidden = false
    run(part.querySelector("[data-log-in]"), async ({ startAuthentication }) => {
      const answer = await startAuthentication({ optionsJSON: await send("/log-in/options", {}) })
      const { next } = part.querySelector("[data-log-in]").dataset
      return send("/log-in", { answer, next })
    })
    run(part.querySelector("[data-make]"), async ({ startRegistration }) => {
      const answer = await startRegistration({
        optionsJSON: await send("/options", { password: part.querySelector("#passkey-password").value }),
      })
      return send("", { answer, name: part.querySelector("#passkey").value })
    })
  }

  const script = document.createElement("script")
  script.src = library
  script.addEventListener("load", begin)
  document.head.append(script)
}
