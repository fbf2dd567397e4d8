/** Compares what is asked in two versions, question by question, along the tracks of the later one's migrations. */
import * as JsonText from "../JsonText.ts"
import { guards, type Place, places, requirement } from "../Migration/Place.ts"
import { conversion, formOf, isAlive, liesIn, type Track, type Tracks } from "../Migration/Track.ts"
import type { Question, Questionnaire } from "../Questionnaire/Definition.ts"
import type { Registry } from "../QuestionKind.ts"
import { admits } from "./admits.ts"
import type { Change } from "./Change.ts"
import { Normal, type Node } from "./Normal.ts"
import { compareOptions } from "./options.ts"
import { compareProperties, sameText } from "./properties.ts"
import { removal, removals } from "./removals.ts"
import { earlier, later, type Pair, pointers, type Versions } from "./Versions.ts"

export const compareQuestions = (
  from: Questionnaire,
  to: Questionnaire,
  tracks: Tracks,
  kinds: Registry,
): ReadonlyArray<Change> => {
  const before = new Map(places(from).map((place) => [place.item.id, place]))
  const after = new Map(places(to).map((place) => [place.item.id, place]))
  const pairs: Array<Pair> = []
  const gone: Array<{ readonly place: Place; readonly track: Track }> = []
  for (const [id, track] of tracks.origins) {
    const place = before.get(id)
    const now = isAlive(track) ? after.get(track.id) : undefined
    if (place === undefined) continue
    if (now === undefined) gone.push({ place, track })
    else pairs.push({ from: place, to: now, track })
  }
  const paired = new Map(pairs.map((pair) => [pair.to.item.id, pair]))
  const added = [...after.values()].filter(({ item }) => !paired.has(item.id))
  const filled = new Map(
    [...tracks.ends].flatMap(([id, { said }]) => (said.value === undefined ? [] : [[id, said.value] as const])),
  )
  const normal = new Normal()
  const versions: Versions = {
    kinds,
    normal,
    tracks,
    filled,
    nodeBefore: normal.reader(from, earlier(tracks)),
    nodeAfter: normal.reader(to, later(paired, after, filled)),
  }
  // a section or group whose condition changed says so once, not for each question in it
  const said = new Set<string>()
  const once = pairs
    .flatMap((pair) => comparePair(pair, versions))
    .filter(({ kind, code, id }) => said.size < said.add(`${kind} ${code} ${id}`).size || !conditional.has(code))
  return [...once, ...removals(gone, added, versions), ...added.flatMap((place) => compareAdded(place, versions))]
}

const conditional = new Set(["asked-more", "condition-changed"])

const comparePair = (pair: Pair, versions: Versions): ReadonlyArray<Change> => {
  const { from, to, track } = pair
  const { kinds } = versions
  const id = to.item.id
  const at = pointers(from, to)
  const renamed: ReadonlyArray<Change> =
    from.item.id === id || track.form === "nothing"
      ? []
      : [
          {
            kind: "migratable",
            code: "question-renamed",
            id,
            ...at,
            covered: true,
            message: `"${from.item.id}" is called "${id}" now.`,
          },
        ]
  const form = formOf(to.item, kinds)
  if (track.form === "nothing" && form === "nothing") return [...renamed, ...compareTexts(pair, versions)]
  if (track.form === "nothing") return [...renamed, ...compareAdded(to, versions)]
  if (form === "nothing") return [removal(from, { drop: [from.item.id] })]
  if (!liesIn(track, to)) {
    const message = `"${id}" lies in other repeated groups than before: its answers have no one place to go to.`
    return [...renamed, { kind: "breaking", code: "repeat-changed", id, ...at, message }]
  }
  return [
    ...renamed,
    ...compareAsking(pair, versions),
    ...compareForms(pair, form, versions),
    ...compareTexts(pair, versions),
    ...compareMoves(pair),
  ]
}

const compareForms = (pair: Pair, form: Track["form"], versions: Versions): ReadonlyArray<Change> => {
  const { from, to, track } = pair
  const id = to.item.id
  const at = pointers(from, to, "type")
  if (track.form !== form) {
    const target = conversion(track.form, form)
    return target !== undefined
      ? [
          {
            kind: "migratable",
            code: "type-changed",
            id,
            ...at,
            covered: false,
            message: `Answers to "${id}" have another type now, to which they can be converted.`,
            suggestion: { convert: [id, target] },
          },
        ]
      : [{ kind: "breaking", code: "type-changed", id, ...at, message: `Answers to "${id}" have another type now.` }]
  }
  if (track.converted)
    return [
      {
        kind: "migratable",
        code: "type-changed",
        id,
        ...at,
        covered: true,
        message: `Answers to "${id}" are converted.`,
      },
      ...compareOptions(pair, versions),
    ]
  const schemas = { from: schemaOf(from.item, versions.kinds), to: schemaOf(to.item, versions.kinds) }
  const options = compareOptions(pair, versions)
  const isSameType = from.item.type === to.item.type
  const properties = isSameType ? compareProperties(from.item, to.item, schemas) : []
  const changes = [
    ...options,
    ...properties.map(({ property, ...change }) => ({ ...change, id, ...pointers(from, to, property) })),
  ]
  const isExplained = changes.some(({ kind }) => kind !== "safe")
  if (isExplained || track.said.mapped !== undefined || admits(schemas.from, schemas.to))
    return isSameType
      ? changes
      : [...changes, { kind: "safe", code: "type-changed", id, ...at, message: `"${id}" is asked in another way.` }]
  const message = `"${id}" may refuse answers that were right before.`
  return [...changes, { kind: "breaking", code: "limit-tightened", id, ...pointers(from, to), message }]
}

const schemaOf = (question: Question, kinds: Registry): unknown => kinds.get(question.type)?.answerSchema(question)

const required = (item: Question, normal: Normal, node: Versions["nodeAfter"]): Node => {
  const demanded = requirement(item)
  return typeof demanded === "boolean" ? (demanded ? normal.always : normal.never) : node(demanded)
}

/** When it is asked, and when it must be answered. */
const compareAsking = ({ from, to }: Pair, versions: Versions): ReadonlyArray<Change> => {
  const { normal, nodeBefore, nodeAfter } = versions
  const changes: Array<Change> = []
  const askedBefore = normal.all(guards(from).map(nodeBefore))
  const askedAfter = normal.all(guards(to).map(nodeAfter))
  if (askedBefore.key !== askedAfter.key) {
    const { id, ...at } = conditionChanged(from, to, versions)
    if (!normal.implies(askedBefore, askedAfter)) {
      const message = `"${id}" may not be asked where it was: answers would vanish.`
      changes.push({ kind: "breaking", code: "condition-changed", id, ...at, message })
    } else {
      const isNeeded = required(to.item, normal, nodeAfter).key !== normal.never.key
      changes.push({ ...demand(to, versions, at, "asked-more", `"${id}" is asked in more cases.`, isNeeded), id })
    }
  }
  const [before, after] = [required(from.item, normal, nodeBefore), required(to.item, normal, nodeAfter)]
  if (before.key !== after.key) {
    const { id } = to.item
    const at = pointers(from, to, "required")
    const isLess = normal.implies(after, before)
    const message = isLess ? `"${id}" need not be answered as often.` : `"${id}" must be answered in more cases.`
    changes.push(demand(to, versions, at, isLess ? "required-less" : "required-more", message, !isLess))
  }
  return changes
}

/** The section or group around a question whose condition is another one now; the question itself when none is. */
const conditionChanged = (
  from: Place,
  to: Place,
  { normal, nodeBefore, nodeAfter }: Versions,
): Pick<Change, "id" | "from" | "to"> => {
  const before = new Map(containers(from).map((one) => [one.id, one]))
  for (const { id, when, path } of containers(to)) {
    const old = before.get(id)
    if (old === undefined) break
    const nodes = [normal.all(old.when.map(nodeBefore)), normal.all(when.map(nodeAfter))]
    if (nodes[0]?.key === nodes[1]?.key) continue
    const at = (one: typeof old) => JsonText.pointer(one.when.length > 0 ? [...one.path, "when"] : one.path)
    return { id, from: at(old), to: at({ id, when, path }) }
  }
  return { id: to.item.id, ...pointers(from, to, "when") }
}

const containers = ({ section, groups, path }: Place) =>
  [section, ...groups].map(({ id, when }, depth) => ({
    id,
    when: when === undefined ? [] : [when],
    // "sections", its index, and two steps for each group
    path: path.slice(0, 2 + 2 * depth),
  }))

/** Something that earlier answers may lack: fine when none must be given, or when a migration gives one. */
const demand = (
  { item }: Place,
  { filled }: Versions,
  at: Pick<Change, "from" | "to">,
  code: string,
  message: string,
  isNeeded: boolean,
): Change => {
  const base = { code, id: item.id, ...at, message }
  if (!isNeeded) return { kind: "safe", ...base }
  return filled.has(item.id) ? { kind: "migratable", ...base, covered: true } : { kind: "breaking", ...base }
}

const compareTexts = ({ from, to }: Pair, { kinds }: Versions): ReadonlyArray<Change> => {
  const [before, after] = [from.item.label, to.item.label]
  if (JsonText.canonical(before) === JsonText.canonical(after)) return []
  const id = to.item.id
  const at = pointers(from, to, "label")
  const type = kinds.get(to.item.type)?.valueType(to.item)
  const isStatement = type?.type === "boolean" && !type.values.includes(false)
  if (isStatement && !sameText(before, after)) {
    const message = `What is agreed to by "${id}" reads differently: nobody has agreed to that yet.`
    return [{ kind: "breaking", code: "statement-changed", id, ...at, message }]
  }
  return [{ kind: "safe", code: "label-changed", id, ...at, message: `The label of "${id}" changed.` }]
}

const compareMoves = ({ from, to }: Pair): ReadonlyArray<Change> => {
  const around = ({ section, groups }: Place) =>
    [section, ...groups.filter(({ repeat }) => repeat === undefined)].map(({ id }) => id).join("/")
  if (around(from) === around(to)) return []
  const message = `"${to.item.id}" stands in ${around(to)} instead of ${around(from)}.`
  return [{ kind: "safe", code: "question-moved", id: to.item.id, ...pointers(from, to), message }]
}

const compareAdded = (place: Place, versions: Versions): ReadonlyArray<Change> => {
  const { item } = place
  const { kinds, normal, nodeAfter } = versions
  const at = pointers(undefined, place)
  const message = `"${item.id}" is new.`
  const isNew = (id: string) => !versions.tracks.ends.get(id)?.origin
  // nobody has an instance of a new repeated group: only the group itself can be missing
  const isInside = place.repeats.some(isNew)
  const isAsked = normal.all(guards(place).map(nodeAfter)).key !== normal.never.key
  const isNeeded = required(item, normal, nodeAfter).key !== normal.never.key
  const needed = !isInside && isAsked && isNeeded && formOf(item, kinds) !== "nothing"
  return [demand(place, versions, at, needed ? "required-added" : "question-added", message, needed)]
}
