/** `requite preview FILE`: a local page that shows the questionnaire as a customer would see it. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { Command, Flag } from "../Cli.ts"
import { HttpServer } from "../Http.ts"
import * as Preview from "../Preview.ts"
import * as Reading from "./Reading.ts"

export const preview = Command.make(
  "preview",
  {
    file: Reading.definition,
    port: Flag.Int("port").pipe(
      Flag.withDescription("The port to listen on; left out, any that is free"),
      Flag.withDefault(0),
    ),
  },
  ({ file, port }) =>
    Effect.gen(function* () {
      yield* HttpServer.addressFormattedWith((address) =>
        Console.log(`${file} at ${address} (reloads when you save it; Ctrl+C ends)`),
      )
      return yield* Effect.never
    }).pipe(Effect.provide(Preview.layer(file, { port }))),
).pipe(
  Command.withDescription("Show a questionnaire as a customer would see it, and what is wrong with it, in a browser"),
  Command.withExamples([{ command: "requite preview kyc.json", description: "Prints the address to open" }]),
)
