// People of a firm, at the whole server over HTTP: they sign in, invite, come by links, and press the buttons of the pages.
import { Crypto } from "@requite/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { type Member, Members, type Role } from "../../reference-server/src/Members.ts"
import { Invitations } from "../../reference-server/src/Members/Invitations.ts"
import { SqlClient } from "../../reference-server/src/platform/Sql.ts"
import * as Secret from "../../reference-server/src/Secret.ts"
import * as TestFirm from "../support/TestFirm.ts"
import * as World from "./SecurityWorld.ts"

export const password = "correct horse battery"

/** Somebody more in a firm. */
export const colleague = Effect.fnUntraced(function* (
  { workspaceId }: Member,
  role: Role,
  name: string = "Moa Member",
) {
  const sql = yield* SqlClient.SqlClient
  const id = yield* Crypto.uuid
  const member: Member = { id, workspaceId, name, email: `moa.${id}@firm.example`, role }
  yield* sql`INSERT INTO members ${sql.insert({ ...member, passwordHash: "", createdAt: new Date() })}`
  return member
})

/** Gives a member a password. */
export const withPassword = Effect.fnUntraced(function* (member: Member, secret: string = password) {
  const sql = yield* SqlClient.SqlClient
  const passwordHash = yield* Secret.hashPassword(Redacted.make(secret))
  yield* sql`UPDATE members SET password_hash = ${passwordHash} WHERE id = ${member.id}`
})

/** A tab in which a member is signed in. */
export const signedIn = Effect.fnUntraced(function* (member: Member) {
  const session = yield* (yield* Members).openSession(member)
  return tab(Redacted.value(session))
})

/** A tab; without a session, a stranger's. */
export const tab = (session?: string) => {
  const jar = new Map<string, string>(session === undefined ? [] : [["rq-member", session]])
  const visit = (method: string, path: string, body?: URLSearchParams) =>
    Effect.gen(function* () {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ")
      const headers = {
        cookie,
        "accept-language": "en",
        ...(body === undefined ? {} : { "sec-fetch-site": "same-origin" }),
      }
      const answer = yield* World.call(method, path, body === undefined ? { headers } : { headers, body })
      for (const line of answer.cookies) {
        const [name = "", value = ""] = line.split("=")
        if (value === "") jar.delete(name)
        else jar.set(name, value)
      }
      return answer
    })
  const get = (path: string) => visit("GET", path)
  /** Reads the page at `from` for the token of its forms, and sends one. */
  const post = (path: string, fields: Readonly<Record<string, string>>, from = path) =>
    Effect.gen(function* () {
      const csrf = /name="csrf" value="([^"]*)"/.exec((yield* get(from)).body)?.[1] ?? ""
      return yield* visit("POST", path, new URLSearchParams({ csrf, ...fields }))
    })
  return { jar, get, post }
}

/** Waits for the nth letter to an address; gives the path of its link. */
export const letterTo = Effect.fnUntraced(function* (email: string, nth: number = 1) {
  const mail = yield* TestFirm.mailTo(email, nth)
  return /\/(?:join|password)\/[A-Za-z0-9_-]{43}/.exec(mail.text)?.[0] ?? ""
})

export const invited = Effect.fnUntraced(function* (by: Member, role: Role = "member", to?: string) {
  const email = to ?? `nea.${yield* Crypto.uuid}@firm.example`
  const invitation = yield* (yield* Invitations).invite(by, { name: "Nea New", email, role })
  return { ...invitation, path: yield* letterTo(email) }
})
