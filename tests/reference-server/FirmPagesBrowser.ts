// A browser of one tab to visit the pages with, without looks and scripts, and how a test reads what it got.
import * as Effect from "effect/Effect"

export interface Reply {
  readonly status: number
  readonly location: string | null
  readonly headers: Headers
  readonly body: string
}

type Sent = Omit<RequestInit, "headers"> & { readonly headers?: Record<string, string> }

/** A browser tab: keeps cookies, says where its forms come from, follows nothing by itself. */
export const browser = (url: string) => {
  const jar = new Map<string, string>()
  const visit = async (path: string, { headers: more = {}, ...init }: Sent = {}): Promise<Reply> => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ")
    const response = await fetch(`${url}${path}`, {
      redirect: "manual",
      ...init,
      headers: { cookie, "accept-language": "en", ...more },
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === "") jar.delete(name)
      else jar.set(name, value)
    }
    const { status, headers } = response
    return { status, location: headers.get("location"), headers, body: await response.text() }
  }
  return {
    jar,
    get: (path: string, headers: Record<string, string> = {}) => Effect.promise(() => visit(path, { headers })),
    /** Posts a form: a plain one, or with FormData one that may carry files. */
    post: (
      path: string,
      fields: Record<string, string> | FormData,
      headers: Record<string, string> = { "sec-fetch-site": "same-origin" },
    ) =>
      Effect.promise(() =>
        visit(path, {
          method: "POST",
          headers,
          body: fields instanceof FormData ? fields : new URLSearchParams(fields),
        }),
      ),
  }
}

/** The hidden fields of the first form that posts to `action`. */
export const hidden = (page: Reply, action: string): Record<string, string> => {
  const form = page.body.split(/<form /).find((part) => part.includes(`action="${action}"`)) ?? ""
  const fields = [...form.matchAll(/<input\s+type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"/g)]
  return Object.fromEntries(fields.map(([, name = "", value = ""]) => [name, value]))
}

/** What stands on a page, without its markup. */
export const text = (page: Reply): string =>
  page.body
    .replace(/<(style|script)[\s\S]*?<\/\1>/g, "")
    .replace(/<[^>]+>/g, " ")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .replace(/\s+/g, " ")
