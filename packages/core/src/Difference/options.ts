/** Compares the options of a question. */
import * as JsonText from "../JsonText.ts"
import type { Question } from "../Questionnaire/Definition.ts"
import type { Registry } from "../QuestionKind.ts"
import type { Change } from "./Change.ts"
import { type Pair, pointers, type Versions } from "./Versions.ts"

/** Options are gone, more, called otherwise, or offered in other cases. */
export const compareOptions = ({ from, to, track }: Pair, versions: Versions): ReadonlyArray<Change> => {
  const { kinds, normal } = versions
  const id = to.item.id
  const at = pointers(from, to, "options")
  const offersBefore = offersOf(from.item, kinds)
  const offersAfter = offersOf(to.item, kinds)
  const changes: Array<Change> = []
  const missing: Array<string> = []
  for (const [value, origins] of track.options ?? []) {
    const offer = offersAfter.get(value)
    if (offer === undefined) missing.push(value)
    for (const origin of origins) {
      if (offer !== undefined && origin !== value) {
        const message = `The option "${origin}" of "${id}" is "${value}" now.`
        changes.push({ kind: "migratable", code: "option-renamed", id, ...at, covered: true, message })
      }
      const whenBefore = versions.normal.all([offersBefore.get(origin)?.when ?? []].flat().map(versions.nodeBefore))
      const whenAfter = normal.all([offer?.when ?? []].flat().map(versions.nodeAfter))
      if (offer === undefined || whenBefore.key === whenAfter.key) continue
      const isSafe = normal.implies(whenBefore, whenAfter)
      changes.push({
        kind: isSafe ? "safe" : "breaking",
        code: isSafe ? "option-offered-more" : "condition-changed",
        id,
        ...at,
        message: isSafe
          ? `The option "${value}" of "${id}" is offered in more cases.`
          : `The option "${value}" of "${id}" may not be offered where it was: answers that have it would be wrong.`,
      })
    }
  }
  const known = new Set(track.options?.keys() ?? [])
  const more = [...offersAfter.keys()].filter((value) => !known.has(value))
  for (const value of track.options === undefined ? [] : more)
    changes.push({ kind: "safe", code: "option-added", id, ...at, message: `"${id}" offers "${value}" too.` })
  for (const value of offersAfter.size === 0 ? [] : missing) {
    const origin = [...(track.options?.get(value) ?? [])][0] ?? value
    const same = more.filter((other) => labelOf(to.item, other) === labelOf(from.item, origin))
    const only = same.length === 1 ? same[0] : missing.length === 1 && more.length === 1 ? more[0] : undefined
    const message = `The option "${value}" of "${id}" is gone: answers that have it need another.`
    const suggestion = only === undefined ? {} : { suggestion: { mapOptions: [id, { [value]: only }] } as const }
    changes.push({ kind: "migratable", code: "option-removed", id, ...at, covered: false, message, ...suggestion })
  }
  return changes
}

const offersOf = (question: Question, kinds: Registry) => {
  const type = kinds.get(question.type)?.valueType(question)
  return new Map(
    type?.type === "option" || type?.type === "options" ? type.options.map((offer) => [offer.value, offer]) : [],
  )
}

/** What stands beside an option, as far as it can be told without knowing the kind. */
const labelOf = (question: Question, value: string): string => {
  const options: unknown = Reflect.get(question, "options")
  const option: unknown = Array.isArray(options)
    ? options.find((one: unknown) => typeof one === "object" && one !== null && Reflect.get(one, "value") === value)
    : undefined
  return typeof option === "object" && option !== null && "label" in option ? JsonText.canonical(option.label) : value
}
