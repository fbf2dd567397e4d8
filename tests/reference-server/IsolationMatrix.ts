/** What both isolation matrices share: which of a firm's things a part of an address stands for, and how answers compare. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Firms from "./IsolationFirm.ts"
import type * as World from "./SecurityWorld.ts"

/** Thousands of calls, on a machine that has other things to do. */
export const patience = 240_000

/** Parameters that name nothing of a firm: they are the same in every one. */
const common: Readonly<Record<string, string>> = {
  item: "about",
  kind: "invitation",
  language: "en",
  proposal: "proposal",
  question: "passport",
  section: "about",
}

const namesIn = (path: string) => [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name)

/** The parameters of a path that name something of a firm. */
export const namesOfThings = (path: string) => namesIn(path).filter((name) => !(name in common))

/** The parameter of a path, as this firm has it; undefined: nobody said what it is. */
const parameter = (path: string, name: string, things: Firms.Things, request: string): string | undefined => {
  const of = (part: string, ids: Readonly<Record<string, string>>) => (path.includes(part) ? ids[name] : undefined)
  return (
    of("/requests/bulk/", { batch: things.batch, id: things.batch }) ??
    of("/requests/", {
      id: request,
      request,
      recipient: things.recipient,
      file: things.file,
      handout: things.handout,
    }) ??
    of("/work-items/", { id: things.work, task: things.task, contact: things.contact }) ??
    of("/documents/folders/", { id: things.folder }) ??
    of("/folders/", { id: things.folder }) ??
    of("/contacts/", { id: things.contact }) ??
    of("/documents/", { id: things.document, share: things.share }) ??
    of("/questionnaires/", { id: things.questionnaire }) ??
    of("/keys/", { id: things.key }) ??
    of("/members/invitations/", { id: things.invitation }) ??
    of("/members/", { id: things.member }) ??
    of("/webhooks/", { id: things.webhook, endpoint: things.webhook, delivery: things.delivery }) ??
    of("/operations/files/", { file: things.file }) ??
    of("/customer/", { handle: things.handle, file: things.file, upload: things.upload }) ??
    of("/q/", { handle: things.handle, file: things.file }) ??
    common[name]
  )
}

/** Fails where a path has a part of which nobody said what it is. */
export const assertKnown = (path: string, things: Firms.Things) => {
  for (const name of namesIn(path))
    assert.isDefined(parameter(path, name, things, "x"), `what is :${name} in ${path}? Say it in IsolationMatrix.ts.`)
}

/** The path with this firm's ids in it. */
export const addressOf = (path: string, things: Firms.Things, request: string) =>
  path.replaceAll(/:(\w+)/g, (_, name: string) => parameter(path, name, things, request) ?? "unknown")

/** What two answers differ in, in a line, as far as `masked` shows them; undefined: nothing. */
export const difference = (
  one: World.Answer,
  other: World.Answer,
  masked: (answer: World.Answer) => string = (answer) => JSON.stringify(Firms.masked(answer)),
): string | undefined => {
  const [a, b] = [masked(one), masked(other)]
  if (a === b) return undefined
  const at = [...a].findIndex((letter, index) => letter !== b[index])
  return `${a.slice(Math.max(0, at - 80), at + 300)}\n  is not ${b.slice(Math.max(0, at - 80), at + 300)}`
}

/** The rows of a firm in which something of another one stands now, but for what may well be the same in both. */
export const takenBy = (theirs: Firms.Furnished, things: Omit<Firms.Things, "batch">) => {
  const { requests, address: _, recipient: __, questionnaire: ___, ...ids } = things
  const all = [...Object.values(requests), ...Object.values(ids)]
  return Effect.map(Firms.rowsOf(theirs), (rows) => rows.filter((row) => all.some((id) => row.includes(id))))
}
