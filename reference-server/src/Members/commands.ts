/** The operator's commands about people: another firm on this server, and a way back in for who has none. */
import { Crypto, LocalText } from "@requite/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Config } from "../Config.ts"
import { isAddress } from "../Mailer/MailAddress.ts"
import { type Command, Mistake } from "../Operator.ts"
import { SqlClient } from "../platform/Sql.ts"
import * as Tenancy from "../Tenancy.ts"
import { WorkspaceEvents } from "../WorkspaceEvents.ts"
import * as Links from "./Links.ts"
import { Passwords } from "./Passwords.ts"

const linkFor = Effect.fnUntraced(function* (email: string, millis: number) {
  const { publicUrl } = yield* Config
  const secret = yield* (yield* Passwords).linkFor(email, millis)
  return `${publicUrl}${Links.paths.password}/${Redacted.value(secret)}`
})

const isZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).format(0) !== ""
  } catch {
    return false
  }
}

const createWorkspace: Command = {
  name: "workspace create",
  usage: "--name FIRM --email ADDRESS --member NAME [--language en] [--time-zone Europe/Stockholm]",
  meaning: "Makes another firm with its first administrator, and prints the link that sets their password.",
  flags: ["name", "email", "member", "language", "time-zone"],
  run: Effect.fnUntraced(function* ({ flag }) {
    const sql = yield* SqlClient.SqlClient
    const events = yield* WorkspaceEvents
    const [name, member] = [LocalText.oneLine(flag("name")), LocalText.oneLine(flag("member"))]
    const email = flag("email")
    const [language, timeZone] = [flag("language") || "en", flag("time-zone") || "UTC"]
    if (name === "" || member === "") return yield* new Mistake({ message: "Give --name and --member." })
    if (!isAddress(email)) return yield* new Mistake({ message: "--email must be one e-mail address." })
    if (!isZone(timeZone)) return yield* new Mistake({ message: "--time-zone must be one like Europe/Stockholm." })
    const [workspaceId, id] = [yield* Crypto.uuid, yield* Crypto.uuid]
    const createdAt = new Date(yield* Clock.currentTimeMillis)
    yield* Effect.gen(function* () {
      yield* sql`INSERT INTO workspaces ${sql.insert({ id: workspaceId, name, accent: "#1f5eff", language, timeZone, createdAt })}`
      // no password is this one: the link sets the first
      const made = yield* sql`
        INSERT INTO members ${sql.insert({ id, workspaceId, name: member, email, role: "admin", passwordHash: "", createdAt })}
        ON CONFLICT (email_key) DO NOTHING RETURNING id`
      if (made.length === 0) {
        return yield* new Mistake({ message: `${email} is a member on this server already: use another address.` })
      }
      yield* events.add({
        workspaceId,
        type: "WorkspaceMade",
        by: null,
        about: id,
        data: { name: member, email, firm: name },
      })
    }).pipe(sql.withTransaction, Tenancy.within(workspaceId), Effect.catchTag("SqlError", Effect.die))
    const link = yield* Effect.orDie(linkFor(email, Links.invitationMillis))
    return `${name} is there. ${member} sets a password at this address, once, within seven days:\n${link}`
  }),
}

const resetPassword: Command = {
  name: "member reset-password",
  usage: "ADDRESS",
  meaning: "Prints a link that sets a new password for a member of any firm; it works once, for an hour.",
  flags: [],
  run: Effect.fnUntraced(function* ({ words: [email = ""] }) {
    return yield* linkFor(email, Links.passwordMillis).pipe(
      Effect.catchTag("NobodyThere", () =>
        Effect.fail(new Mistake({ message: `Nobody who can sign in has the address ${email || "(none was given)"}.` })),
      ),
    )
  }),
}

export const commands: ReadonlyArray<Command> = [createWorkspace, resetPassword]
