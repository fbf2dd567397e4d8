/** `requite verify FILE`: whether an exported record, or a customer's receipt, is as it was written. */
import { createHash } from "node:crypto"
import { AuditRecord, Crypto } from "@requite/core"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Argument, Command, Flag } from "../Cli.ts"
import * as Check from "../Check.ts"
import * as Sources from "../Sources.ts"
import * as Verify from "../Verify.ts"
import * as Reading from "./Reading.ts"

/** Node's own hashing is done before Web Crypto's thread has woken up, and a record has two hashes an entry. */
const hashing = Layer.effect(
  Crypto.Crypto,
  Effect.map(Crypto.Crypto, (crypto) =>
    Crypto.Crypto.of({
      ...crypto,
      sha256: (data) => Effect.sync(() => new Uint8Array(createHash("sha256").update(data).digest())),
    }),
  ),
).pipe(Layer.provide(Crypto.layer(globalThis.crypto)))

export const verify = Command.make(
  "verify",
  {
    file: Argument.String("file").pipe(
      Argument.withDescription("A record or a receipt that requite wrote; - reads the standard input"),
    ),
    key: Flag.String("key").pipe(
      Flag.withDescription(
        "A public key that may have signed it; can be given more than once. Left out: those it names",
      ),
      Flag.atLeast(0),
    ),
    checkpoint: Flag.String("checkpoint").pipe(
      Flag.withDescription("The hash of a checkpoint, from a log or an older record: it must be there"),
      Flag.optional,
    ),
    json: Reading.json,
  },
  Effect.fnUntraced(
    function* ({ file, key, checkpoint, json }) {
      const trusted = key.length > 0
      const outcome = yield* Verify.verify(Sources.lines(file), {
        ...(trusted ? { keys: key } : {}),
        ...(Option.isSome(checkpoint) ? { checkpoint: checkpoint.value } : {}),
      }).pipe(
        Effect.catchTag("Unreadable", ({ name, message }) =>
          Effect.andThen(
            Console.error(Check.readable([Check.unreadable(name, message)], { colour: false })),
            Effect.fail(new Reading.Refused()),
          ),
        ),
      )
      yield* Console.log(
        json ? JSON.stringify(outcome, null, 2) : Verify.readable(outcome, { colour: yield* Reading.colour, trusted }),
      )
      if (!outcome.holds) return yield* new Reading.Refused()
    },
    Effect.provide(Layer.merge(hashing, AuditRecord.Signatures.layer(globalThis.crypto))),
  ),
).pipe(
  Command.withDescription(
    "Prove that a record or a receipt is as it was written, and name the first broken link; status 1 where it is not",
  ),
  Command.withExamples([
    { command: "requite verify record.ndjson --key 3OJyzh1F…", description: "With the key that the firm publishes" },
    { command: "requite verify receipt.json", description: "What a customer kept of a submission" },
  ]),
)
