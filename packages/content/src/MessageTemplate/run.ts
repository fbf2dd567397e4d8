/** Runs a template that passed the grammar. */
import * as Result from "effect/Result"
import { handlebars } from "./grammar.ts"
import { ValueRefused } from "./values.ts"

/** Compiled once, for as long as the template that was read is there. */
const compiled = new WeakMap<hbs.AST.Program, HandlebarsTemplateDelegate<object>>()

const compile = (program: hbs.AST.Program): HandlebarsTemplateDelegate<object> => {
  const known =
    compiled.get(program) ??
    handlebars.compile<object>(program, { strict: true, knownHelpersOnly: true, noEscape: true })
  compiled.set(program, known)
  return known
}

/** The text of a template. Nothing is escaped: what enters is marks or plain text. Errors: a printed variable without a value. */
export const fill = (program: hbs.AST.Program, context: object): Result.Result<string, ValueRefused> =>
  Result.try({
    try: () => compile(program)(context),
    // Strict mode is the only thing that can fail in a template of our grammar; its message begins with the name.
    catch: (error) =>
      new ValueRefused({
        variable: /^"([^"]*)"/.exec(error instanceof Error ? error.message : "")?.[1] ?? "?",
        detail: "the message prints it, but it has no value.",
      }),
  })
