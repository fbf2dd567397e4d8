/**
 * The message that stands in the e-mail when the firm writes none of its own (P11). Markdown with tags, so not in the ICU
 * catalogues: the braces of the two would be at odds.
 */
import type { Language } from "../Messages.ts"

export const messages: Readonly<Record<Language, string>> = {
  en: `{{greeting}},

{{memberName}} at {{firmName}} asks you for some information: **{{requestTitle}}**.

Press the button to open it. You can use your phone or your computer, and you need no account.`,
  es: `{{greeting}}:

{{memberName}}, de {{firmName}}, le pide información: **{{requestTitle}}**.

Pulse el botón para abrir la solicitud. Puede usar el teléfono o el ordenador, y no necesita ninguna cuenta.`,
  sv: `{{greeting}},

{{memberName}} på {{firmName}} ber dig om några uppgifter: **{{requestTitle}}**.

Tryck på knappen för att öppna förfrågan. Du kan använda mobilen eller datorn, och du behöver inget konto.`,
}
