/**
 * A person at a browser, without the browser: keeps cookies, and sends what a page of ours would send. For tests that
 * need the server's real HTTP but not its looks.
 */
export interface Person {
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>
  /** Posts JSON (or with another `method`) and gives the JSON back; throws on any other status than 2xx. */
  readonly json: (path: string, body?: unknown, init?: RequestInit) => Promise<Record<string, unknown>>
  /** Opens the page with the form, fills it in beside its hidden fields, posts it, and gives the answer as it is. */
  readonly form: (path: string, fields: Readonly<Record<string, string>>) => Promise<Response>
}

/** `extra` headers go with every request: those of a proxy, say. `issued` is told each cookie and form token it is given. */
export const make = (
  url: string,
  extra: Readonly<Record<string, string>> = {},
  issued: (name: string, value: string) => void = () => {},
): Person => {
  const cookies = new Map<string, string>()
  const fetchHere: Person["fetch"] = async (path, init = {}) => {
    const headers = new Headers(init.headers)
    if (cookies.size > 0) headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "))
    headers.set("origin", url)
    for (const [name, value] of Object.entries(extra)) headers.set(name, value)
    const answer = await fetch(new URL(path, url), { ...init, headers, redirect: "manual" })
    for (const cookie of answer.headers.getSetCookie()) {
      const [name = "", value = ""] = cookie.split(";")[0]?.split("=") ?? []
      if (value === "") cookies.delete(name)
      else cookies.set(name, value)
      if (value !== "") issued(`cookie ${name}`, decodeURIComponent(value))
    }
    return answer
  }
  return {
    fetch: fetchHere,
    json: async (path, body, init = {}) => {
      const headers = { "content-type": "application/json", ...Object.fromEntries(new Headers(init.headers)) }
      const answer = await fetchHere(path, {
        method: body === undefined ? "GET" : "POST",
        ...init,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`)
      const value: unknown = text === "" ? {} : JSON.parse(text)
      return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {}
    },
    form: async (path, fields) => {
      const page = await (await fetchHere(path)).text()
      const inputs = [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)]
      const hidden = Object.fromEntries(inputs.map(([, name = "", value = ""]) => [name, value]))
      if (hidden["csrf"] !== undefined) issued("form token", hidden["csrf"])
      return fetchHere(path, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ ...hidden, ...fields }).toString(),
      })
    },
  }
}

/** Makes the first member, as the set-up page would, and is signed in as them afterwards. */
export const setUp = async (url: string): Promise<Person> => {
  const member = make(url)
  const answer = await member.form("/setup", {
    firm: "Ask & Answer Ltd",
    accent: "#0b6e4f",
    hex: "#0b6e4f",
    language: "en",
    timeZone: "Europe/Stockholm",
    name: "Moa Member",
    email: "moa@firm.example",
    password: "correct horse battery",
  })
  if (answer.status !== 303) throw new Error(`set-up: ${answer.status} ${await answer.text()}`)
  return member
}

/** Another browser of the same member. */
export const signIn = async (url: string): Promise<Person> => {
  const member = make(url)
  const answer = await member.form("/sign-in", { email: "moa@firm.example", password: "correct horse battery" })
  if (answer.status !== 303) throw new Error(`sign-in: ${answer.status}`)
  return member
}
