/**
 * The command `requite`, for authors of questionnaires and for whoever checks a record. Each subcommand reads, asks a module that knows nothing of files
 * or terminals, and prints. Exit status: 0, or 1 when something is wrong with a definition or with the command line.
 */
import { Command } from "./Cli.ts"
import { answers } from "./Requite/answers.ts"
import { check } from "./Requite/check.ts"
import { diff } from "./Requite/diff.ts"
import { imports } from "./Requite/import.ts"
import { preview } from "./Requite/preview.ts"
import { schema } from "./Requite/schema.ts"
import { simulate } from "./Requite/simulate.ts"
import { test } from "./Requite/test.ts"
import { types } from "./Requite/types.ts"
import { verify } from "./Requite/verify.ts"

export const version = "0.1.0"

export const command = Command.make("requite").pipe(
  Command.withDescription("For authors of questionnaires, and for whoever checks what was recorded"),
  Command.withSubcommands([check, answers, types, schema, diff, test, imports, preview, simulate, verify]),
)
