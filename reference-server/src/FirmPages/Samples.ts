/**
 * Sample questionnaires that a newcomer can send at once: the definitions of the repository's `examples/questionnaires`.
 * Where that folder is not (an installation without the examples) there are none.
 */
import { type LocalText, Questionnaire } from "@requite/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Effort from "../CustomerPages/Effort.ts"
import * as Filling from "../Filling.ts"
import { FileSystem, Path } from "../platform/Files.ts"

export interface Sample {
  readonly id: string
  readonly title: LocalText.LocalText
  readonly description: LocalText.LocalText | undefined
  /** How many questions it asks of somebody who begins. */
  readonly questions: number
  /** About how long they take. */
  readonly minutes: number
  /** The author's JSON text. */
  readonly source: string
}

export class Samples extends Context.Service<
  Samples,
  {
    /** The quickest first. */
    readonly list: Effect.Effect<ReadonlyArray<Sample>>
  }
>()("@requite/reference-server/Samples") {}

/** Reads the folder once, when the server starts. */
export const layer: Layer.Layer<Samples, never, FileSystem.FileSystem | Path.Path> = Layer.effect(
  Samples,
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const folder = path.join(import.meta.dirname, "..", "..", "..", "examples", "questionnaires")
    const names = yield* fs.readDirectory(folder).pipe(Effect.orElseSucceed(() => []))
    const sources = yield* Effect.forEach(
      names.filter((name) => name.endsWith(".json") && !name.endsWith(".tests.json")),
      (name) => fs.readFileString(path.join(folder, name)).pipe(Effect.orElseSucceed(() => "")),
    )
    return { list: Effect.succeed(sources.flatMap(sampleOf).sort((a, b) => a.minutes - b.minutes)) }
  }),
)

/** A definition as a sample; none where the text is something else. */
export const sampleOf = (source: string): ReadonlyArray<Sample> => {
  const { questionnaire } = Questionnaire.check(source)
  if (questionnaire === null) return []
  const { id, title, description } = questionnaire
  const questions = Filling.questions(Filling.blank(questionnaire))
  return [{ id, title, description, questions: questions.length, minutes: Effort.minutes(questions), source }]
}
