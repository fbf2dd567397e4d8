/** `requite answers FILE ANSWERS.json`: what is asked and required of somebody who answered so, and what is wrong. */
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { Argument, Command, Flag } from "../Cli.ts"
import * as Examine from "../Examine.ts"
import * as Reading from "./Reading.ts"

export const answers = Command.make(
  "answers",
  {
    file: Reading.definition,
    answers: Argument.String("answers").pipe(
      Argument.withDescription("Answers by question id, as a JSON object; - reads the standard input"),
    ),
    context: Flag.String("context").pipe(
      Flag.withDescription("The context values, as a file with a JSON object; today is today unless it says otherwise"),
      Flag.optional,
    ),
    language: Flag.String("language").pipe(
      Flag.withDescription("The language of the sentences: en, es or sv; left out, the questionnaire's own"),
      Flag.optional,
    ),
    json: Reading.json,
  },
  Effect.fnUntraced(function* ({ file, answers, context, language, json }) {
    const questionnaire = yield* Reading.questionnaire(file, json)
    const given = Examine.read(yield* Reading.text(answers))
    const today = new Date(yield* Clock.currentTimeMillis).toISOString().slice(0, 10)
    const supplied = Option.isSome(context) ? yield* Reading.object(context.value) : {}
    const examined = Result.match(given, {
      onFailure: Examine.unreadable,
      onSuccess: (given) =>
        Examine.examine(questionnaire, given, {
          context: { today, ...supplied },
          languages: Option.toArray(language),
        }),
    })
    yield* Console.log(
      json ? JSON.stringify(examined, null, 2) : Examine.readable(examined, { colour: yield* Reading.colour }),
    )
    if (examined.submission === null) return yield* new Reading.Refused()
  }),
).pipe(
  Command.withDescription(
    "Say what is asked, what is required and what is wrong, for given answers; status 1 while they are no submission",
  ),
  Command.withExamples([
    { command: "requite answers kyc.json answers.json", description: "What somebody who answered so is asked" },
  ]),
)
