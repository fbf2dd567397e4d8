/** The DNS as this machine's resolver knows it (node:dns), two tries of five seconds each. */
import { Resolver } from "node:dns/promises"
import * as Effect from "effect/Effect"

/** `failed` makes the error of a look-up that came to no answer. */
export const make = <E>(failed: (name: string, code: string) => E) => {
  const resolver = new Resolver({ timeout: 5000, tries: 2 })
  const ask = <A>(name: string, look: () => Promise<ReadonlyArray<A>>): Effect.Effect<ReadonlyArray<A>, E> =>
    Effect.tryPromise({ try: look, catch: codeOf }).pipe(
      Effect.catch((code) => (absent.has(code) ? Effect.succeed([]) : Effect.fail(failed(name, code)))),
    )
  return {
    txt: (name: string) =>
      Effect.map(
        ask(name, () => resolver.resolveTxt(name)),
        (records) => records.map((pieces) => pieces.join("")),
      ),
    mx: (name: string) =>
      Effect.map(
        ask(name, () => resolver.resolveMx(name)),
        (records) => records.toSorted((a, b) => a.priority - b.priority).map(({ exchange }) => exchange),
      ),
  }
}

/** The name is not there, or has no record of this kind: an answer. */
const absent: ReadonlySet<string> = new Set(["ENOTFOUND", "ENODATA"])

const codeOf = (cause: unknown): string => (cause instanceof Error && "code" in cause ? String(cause.code) : "EUNKNOWN")
