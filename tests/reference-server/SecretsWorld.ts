// What SecretsNowhere.test.ts stands on: secrets that are given from outside, those who listen, and how a secret is found in a text.
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"
import { formsOf } from "../support/Forms.ts"

/** What the operator sets. */
export const given = {
  SECRET_KEY: "the-key-that-all-others-come-from-0123456789",
  SETUP_CODE: "set-up-code-of-the-operator",
  METRICS_TOKEN: "metrics-token-that-nobody-guesses",
  SMS_TOKEN: "token-of-the-sms-provider",
  MAIL_RETURN_TOKEN: "token-of-the-pipe-that-brings-mail-back",
  MAIL_EVENTS_SECRET: "whsec_bWFpbC1ldmVudHMtc2VjcmV0LW9mLXRoZS1wcm92aWRlcg==",
}
/** What people, and the addresses of other servers, are let in by. */
export const passwords = {
  "password of the first member": "correct horse battery",
  "wrong password": "correct horse batteries",
  "password of the second member": "staple of the invited one",
  "new password": "another staple of the first",
  "SMTP password": "smtp-password-of-the-firm",
  "database password": "database-password-of-the-firm",
  "collector's key": "key-of-the-collector",
  "path of the SMS provider": "sms-path-with-a-key",
}

/** Whoever is sent something over HTTP: takes it, and says so. */
export const listener = async (answer: (path: string, body: string) => void) => {
  const server = createServer((request, response) => {
    const take = async () => {
      answer(request.url ?? "", await text(request))
      response.writeHead(204).end()
    }
    void take()
  })
  await new Promise<void>((go) => server.listen(0, "127.0.0.1", go))
  // a listening TCP server has an AddressInfo
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${port}`, close }
}

/** Tries until there is something. */
export const eventually = async <A>(what: string, look: () => A | undefined | Promise<A | undefined>): Promise<A> => {
  for (const end = performance.now() + 60_000; performance.now() < end;) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((go) => setTimeout(go, 20))
  }
  throw new Error(`${what} did not come`)
}

/** Is it in the text? Six digits alone are found between what is no digit, since any long number has them. */
export const stands = (secret: string, place: string): boolean =>
  /^\d{6}$/.test(secret)
    ? new RegExp(`(?<![\\w.])${secret}(?!\\w)`).test(place) ||
      formsOf(secret).some((form) => form !== secret && place.includes(form))
    : formsOf(secret).some((form) => place.includes(form))
