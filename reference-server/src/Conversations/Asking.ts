/** A document that is asked for out of a conversation (F13): one section more at the end of what is asked already. */
import { JsonText, LocalText } from "@requite/core"
import * as Schema from "effect/Schema"
import * as DocumentList from "../FirmPages/DocumentList.ts"
import type { Stored } from "../Questionnaires.ts"

const Definition = Schema.Record(Schema.String, Schema.Unknown)
const Sections = Schema.Array(Definition)

/** The definition with the document, as JSON text, and the id of its section; the same call gives the same again. */
export const withDocument = (
  { source, questionnaire, ref }: Stored,
  label: string,
  commandId: string,
): { readonly source: string; readonly section: string } => {
  const definition = Schema.decodeUnknownSync(Definition)(JSON.parse(source))
  const sections = Schema.decodeUnknownSync(Sections)(definition["sections"] ?? [])
  const section = `asked${questionnaire.sections.length + 1}x${commandId.replaceAll(/[^a-z0-9]/g, "").slice(0, 12)}`
  const title = LocalText.oneLine(label)
  return {
    section,
    source: JsonText.canonical({
      ...definition,
      version: ref.version + 1,
      sections: [...sections, { id: section, title, items: [DocumentList.documentOf(`${section}file`, title)] }],
    }),
  }
}
