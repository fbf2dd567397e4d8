/** The sentences in Swedish. */
import type { Catalogue } from "./en.ts"

export const sv: Catalogue = {
  other: () => "Ge det här svaret en gång till.",
  required: () => "Skriv ett svar.",
  "required:option": () => "Välj ett alternativ.",
  "required:options": () => "Välj minst ett alternativ.",
  "required:number": () => "Skriv ett tal.",
  "required:date": () => "Skriv ett datum.",
  "required:boolean": () => "Kryssa i rutan för att godkänna.",
  "required:count": () => "Lägg till minst en.",
  "required:files": () => "Lägg till en fil.",
  "unknown-question": () => "Den frågan finns inte i formuläret.",
  "not-asked": () => "Det här efterfrågas inte, att döma av de andra svaren.",
  "unknown-kind": () => "Den här frågan kan inte besvaras här.",
  "text-type": () => "Skriv en text.",
  "text-too-long": (w) => `Korta ned till ${w.number("max")} tecken. Nu är det ${w.number("length")}.`,
  "text-too-short": (w) => w.plural("min", { one: "Skriv minst # tecken.", other: "Skriv minst # tecken." }),
  "text-email": () => "Skriv en e-postadress som namn@exempel.se.",
  "text-phone": () => "Skriv ett telefonnummer som 08-465 004 18.",
  "text-url": () => "Skriv en adress som https://exempel.se.",
  "text-control-characters": () => "Ta bort de osynliga tecknen, eller skriv svaret i stället för att klistra in det.",
  "text-pattern": () => "Skriv det i den form som efterfrågas.",
  "number-type": () => "Skriv ett tal, bara med siffror.",
  "number-too-small": (w) => `Skriv ${w.number("min")} eller mer.`,
  "number-too-large": (w) => `Skriv ${w.number("max")} eller mindre.`,
  "number-decimals": (w) =>
    w.plural("max", {
      one: "Skriv högst # decimal.",
      other: w.text("max") === "0" ? "Skriv ett heltal." : "Skriv högst # decimaler.",
    }),
  "date-type": () => "Skriv ett datum som 27 3 2027.",
  "date-too-early": (w) => `Skriv ${w.date("min")} eller ett senare datum.`,
  "date-too-late": (w) => `Skriv ${w.date("max")} eller ett tidigare datum.`,
  "note-answered": () => "Här efterfrågas inget: lämna det tomt.",
  "confirm-type": () => "Kryssa i rutan eller lämna den.",
  "choice-type": () => "Välj igen i listan.",
  "choice-unknown": () => "Välj igen i listan.",
  "choice-twice": () => "Välj varje alternativ bara en gång.",
  "choice-not-offered": () => "Det här kan inte väljas, att döma av de andra svaren. Välj igen.",
  "choice-other-empty": () => "Skriv ditt svar i fältet under ”Annat”.",
  "choice-too-few": (w) => w.plural("min", { one: "Välj minst #.", other: "Välj minst #." }),
  "choice-too-many": (w) => w.plural("max", { one: "Välj bara #.", other: "Välj högst #." }),
  "upload-type": () => "Lägg till en fil.",
  "upload-too-large": (w) =>
    w.text("bytes") === ""
      ? `”${w.text("name")}” är för stor. En fil får vara högst ${w.bytes("max")}.`
      : `”${w.text("name")}” är för stor: ${w.bytes("bytes")}. En fil får vara högst ${w.bytes("max")}.`,
  "upload-wrong-type": (w) =>
    `”${w.text("name")}” är av en typ som inte kan tas emot här. Du kan lägga till: ${w.text("accept")}.`,
  "upload-empty": (w) => `”${w.text("name")}” är tom. Välj filen igen.`,
  "upload-too-many": (w) =>
    w.plural("max", {
      one: "Här får bara en fil plats. Ta bort den först om du vill lägga till en annan.",
      other: "Här får bara # filer plats. Ta bort en först om du vill lägga till en annan.",
    }),
  "upload-too-few": (w) => {
    const few = w.plural("min", { one: "Lägg till minst # fil.", other: "Lägg till minst # filer." })
    return `${few} ${w.plural("count", { one: "Än så länge finns det #.", other: "Än så länge finns det #." })}`
  },
  "group-type": () => "Fyll i det här en gång till.",
  "group-too-few": (w) => w.plural("min", { one: "Lägg till minst #.", other: "Lägg till minst #." }),
  "group-too-many": (w) => w.plural("max", { one: "Här får bara en plats.", other: "Här får bara # plats." }),
}
