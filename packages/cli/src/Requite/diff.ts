/** `requite diff OLD NEW`: what a new version changes for answers to the old one, and whether it may be published. */
import * as Difference from "@requite/core/Difference"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { Argument, Command } from "../Cli.ts"
import * as Paint from "../Paint.ts"
import * as Reading from "./Reading.ts"

const styles = { safe: "good", migratable: "warning", breaking: "error" } as const

/** A line for each change, those that matter most first, and a line that says what they come to. */
const readable = (verdict: Difference.Verdict, paint: Paint.Paint): string => {
  const order = ["breaking", "migratable", "safe"]
  const changes = [...verdict.changes].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
  const rows = Paint.columns(changes.map(({ kind, covered }) => [covered === true ? `${kind}, migrated` : kind]))
  return [
    ...changes.map(
      ({ kind, covered, message }, index) =>
        `${paint(covered === true ? "good" : styles[kind], rows[index]?.[0] ?? "")}  ${Paint.visible(message)}`,
    ),
    ...verdict.problems.map(({ message }) => `${paint("error", "migration")}  ${Paint.visible(message)}`),
    ...(verdict.isLater ? [] : [paint("error", "The new version must have a higher version number.")]),
    verdict.publishable
      ? paint("good", `${Paint.amount(changes.length, "change")}: may be published while requests are open`)
      : paint("error", `${Paint.amount(changes.length, "change")}: not while requests on the old version are open`),
  ].join("\n")
}

export const diff = Command.make(
  "diff",
  {
    old: Argument.String("old").pipe(Argument.withDescription("The version that requests may be open on")),
    new: Argument.String("new").pipe(Argument.withDescription("The version that shall take its place")),
    json: Reading.json,
  },
  Effect.fnUntraced(function* (files) {
    const verdict = Difference.verdict(
      yield* Reading.questionnaire(files.old, files.json),
      yield* Reading.questionnaire(files.new, files.json),
    )
    const paint = Paint.paint({ colour: yield* Reading.colour })
    yield* Console.log(files.json ? JSON.stringify(verdict, null, 2) : readable(verdict, paint))
    if (!verdict.publishable) return yield* new Reading.Refused()
  }),
).pipe(
  Command.withDescription("Sort what changed between two versions into safe, migratable and breaking"),
  Command.withExamples([
    { command: "requite diff kyc-2.json kyc-3.json", description: "Before you publish version 3" },
  ]),
)
