/** The firm's own texts as a reader sees them: in their language, else in the firm's, marked with it (WCAG 3.1.2). */
import { type Html, html } from "../Html.ts"
import type { Workspace } from "../Workspaces.ts"
import { standard, type TextName } from "./Look.ts"

type Firm = Pick<Workspace, "language" | "look">

interface Said {
  readonly text: string
  /** BCP 47: of the text. */
  readonly language: string
}

/** Null: the firm says nothing of its own there. */
export const find = ({ look, language: own }: Firm, name: TextName, language: string): Said | null => {
  const texts: Readonly<Record<string, string | undefined>> = (look ?? standard).texts[name]
  for (const tag of [language, own].map((one) => one.split("-")[0] ?? "")) {
    const text = texts[tag]
    if (text !== undefined) return { text, language: tag }
  }
  return null
}

/** As paragraphs, of this class; lines within one stay lines. */
export const paragraphs = (
  firm: Firm,
  name: TextName,
  language: string,
  kind = "typed",
): ReadonlyArray<Html> | null => {
  const said = find(firm, name, language)
  if (said === null) return null
  const foreign = said.language !== language.split("-")[0]
  return said.text
    .split(/\n{2,}/)
    .map((text) => html`<p class="${kind}" ${foreign && html` lang="${said.language}"`} dir="auto">${text}</p>`)
}
