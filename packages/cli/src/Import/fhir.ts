/**
 * FHIR Questionnaires (R4, R5) as definitions. Groups at the top become sections, or items of one where FHIR decides
 * about them; a question that holds items is followed by them; one that is answered several times becomes a repeated
 * group.
 */
import { type Question, type Section, walk } from "@requite/core/Questionnaire/Definition"
import {
  at,
  fromJson,
  type Imported,
  isObject,
  listAt,
  localText,
  plain,
  type Path,
  questionnaire,
  refused,
  report,
  stringAt,
} from "./Imported.ts"
import { withoutCycles } from "./Imported/circles.ts"
import { items } from "./fhir/items.ts"
import type { Node } from "./fhir/model.ts"
import { type Form, read } from "./fhir/read.ts"
import { textsAt } from "./fhir/texts.ts"

const used = new Set([
  "resourceType",
  "id",
  "title",
  "_title",
  "name",
  "description",
  "_description",
  "language",
  "item",
  "contained",
  "text",
])

/** Reads a Questionnaire, or the first one of a Bundle. Never throws. */
export const from = (text: string): Imported => fromJson(text, imported)

const imported = (value: unknown): Imported => {
  const resource = questionnaireOf(value)
  if (resource === undefined) return refused("resourceType", "This is no FHIR Questionnaire.")

  const said = report()
  for (const key of Object.keys(isObject(resource) ? resource : {})) {
    if (key === "extension") {
      listAt(resource, key).forEach((extension, i) => {
        const name = (stringAt(extension, "url") ?? "extension").replace(/^.*\//, "").slice(0, 100)
        said.drop([key, i], name, "This extension has no counterpart.")
      })
    } else if (!used.has(key)) said.drop([key], key, "What is said about the questionnaire as a whole is not kept.")
  }
  const form = read(resource, said)
  const title = localText(
    textsAt(resource, "title", form.language),
    plain(stringAt(resource, "name") ?? "") || "Questionnaire",
  )
  const description = localText(textsAt(resource, "description", form.language), "")
  const paths = new Map<string, Path>()
  const sections = withoutCycles(sectionsOf(form, title, said, paths), paths, said)
  const definition = questionnaire({
    id: stringAt(resource, "id") ?? stringAt(resource, "name") ?? "",
    title,
    language: form.language,
    ...(description === "" ? {} : { description }),
    sections,
    ids: form.ids,
  })
  const present = new Set(sections.flatMap((section) => [section.id, ...walk(section.items).map(({ id }) => id)]))
  const nodes = [...form.byLinkId]
  return {
    definition,
    ids: Object.fromEntries(nodes.filter(([, { id }]) => present.has(id)).map(([linkId, { id }]) => [linkId, id])),
    values: Object.fromEntries(
      nodes.flatMap(([linkId, { shape }]) =>
        shape.kind === "choice"
          ? [[linkId, Object.fromEntries(shape.options.toReversed().map(({ code, value }) => [code, value]))] as const]
          : [],
      ),
    ),
    warnings: said.warnings,
    unsupported: said.unsupported,
  }
}

const questionnaireOf = (value: unknown): unknown => {
  if (stringAt(value, "resourceType") === "Questionnaire") return value
  return listAt(value, "entry")
    .map((entry) => at(entry, "resource"))
    .find((resource) => stringAt(resource, "resourceType") === "Questionnaire")
}

/** A group that is always there and there once. */
const isFrame = ({ source, shape, repeats, children }: Node): boolean =>
  shape.kind === "group" && repeats.length === 0 && children.length > 0 && listAt(source, "enableWhen").length === 0

const maxSections = 200

const sectionsOf = (
  form: Form,
  title: Section["title"],
  said: ReturnType<typeof report>,
  paths: Map<string, Path>,
): ReadonlyArray<Section> => {
  const note = (node: Node): void => {
    paths.set(node.id, node.path)
    if (node.wrapper !== undefined) paths.set(node.wrapper, node.path)
    for (const child of node.children) note(child)
  }
  for (const node of form.nodes) note(node)

  const framed = form.nodes.filter(isFrame).length < maxSections
  const sections: Array<Section> = []
  let loose: Array<Question> = []
  const close = () => {
    if (loose.length > 0) sections.push({ id: form.ids.fresh("section"), title, items: loose })
    loose = []
  }
  for (const node of form.nodes) {
    const [item, ...rest] = items(node, form, said)
    if (item === undefined) continue
    if (framed && isFrame(node) && item.items !== undefined && item.items.length > 0) {
      close()
      sections.push({
        id: node.id,
        title: item.label,
        ...(item.help === undefined ? {} : { description: item.help }),
        items: item.items,
      })
    } else loose.push(item, ...rest)
  }
  close()
  return sections
}
