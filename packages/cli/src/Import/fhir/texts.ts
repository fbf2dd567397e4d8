/** Texts of FHIR elements: the text itself and its translations, which stand in an extension of the element beside it. */
import { at, fromHtml, languageTag, listAt, plain, stringAt } from "../Imported.ts"

/** One text in several languages, the element's own first. */
export type Texts = ReadonlyArray<readonly [language: string, text: string]>

export const translationUrl = "http://hl7.org/fhir/StructureDefinition/translation"
const xhtmlUrl = "http://hl7.org/fhir/StructureDefinition/rendering-xhtml"

/** The texts of `element[key]`, with what `element._key` says of it. */
export const textsAt = (element: unknown, key: string, language: string): Texts => {
  const beside = listAt(at(element, `_${key}`), "extension")
  const own = plain(stringAt(element, key) ?? "", true)
  const xhtml = beside.find((extension) => stringAt(extension, "url") === xhtmlUrl)
  const first = own === "" ? fromHtml(stringAt(xhtml, "valueString") ?? "", true) : own
  const texts = new Map([[language, first]])
  for (const extension of beside) {
    if (stringAt(extension, "url") !== translationUrl) continue
    const parts = listAt(extension, "extension")
    const part = (url: string) => parts.find((one) => stringAt(one, "url") === url)
    const tag = languageTag(stringAt(part("lang"), "valueCode") ?? "")
    const content = part("content")
    const text = plain(stringAt(content, "valueString") ?? stringAt(content, "valueMarkdown") ?? "", true)
    if (tag !== undefined && text !== "" && !texts.has(tag)) texts.set(tag, text)
  }
  return [...texts]
}

/** The same with something put before each of them. */
export const prefixed = (prefix: string, texts: Texts): Texts =>
  prefix === ""
    ? texts
    : texts.map(([language, text]) => [language, text.startsWith(prefix) ? text : plain(`${prefix} ${text}`, true)])

export const yes: ReadonlyMap<string, string> = new Map([
  ["en", "Yes"],
  ["es", "Sí"],
  ["sv", "Ja"],
  ["da", "Ja"],
  ["de", "Ja"],
  ["fr", "Oui"],
  ["it", "Sì"],
  ["nl", "Ja"],
  ["pl", "Tak"],
  ["pt", "Sim"],
])
export const no: ReadonlyMap<string, string> = new Map([
  ["en", "No"],
  ["es", "No"],
  ["sv", "Nej"],
  ["da", "Nej"],
  ["de", "Nein"],
  ["fr", "Non"],
  ["it", "No"],
  ["nl", "Nee"],
  ["pl", "Nie"],
  ["pt", "Não"],
])
