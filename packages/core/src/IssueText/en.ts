/** The sentences in English: the catalogue that says which keys there are. */
import type { Words } from "./Words.ts"

type Sentence = (words: Words) => string

export const en = {
  other: () => "Give this answer once more.",
  required: () => "Enter an answer.",
  "required:option": () => "Choose one.",
  "required:options": () => "Choose at least one.",
  "required:number": () => "Enter a number.",
  "required:date": () => "Enter a date.",
  "required:boolean": () => "Tick the box to agree.",
  "required:count": () => "Add at least one.",
  "required:files": () => "Add a file.",
  "unknown-question": () => "This questionnaire asks no such question.",
  "not-asked": () => "This is not asked, going by the other answers.",
  "unknown-kind": () => "This question cannot be answered here.",
  "text-type": () => "Enter a text.",
  "text-too-long": (w) => `Shorten this to ${w.number("max")} characters. It has ${w.number("length")} now.`,
  "text-too-short": (w) =>
    w.plural("min", { one: "Write at least # character.", other: "Write at least # characters." }),
  "text-email": () => "Enter an e-mail address like name@example.com.",
  "text-phone": () => "Enter a phone number like +44 20 7946 0018.",
  "text-url": () => "Enter an address like https://example.com.",
  "text-control-characters": () => "Remove the invisible characters, or type the answer instead of pasting it.",
  "text-pattern": () => "Write this in the form that is asked for.",
  "number-type": () => "Enter a number, with digits only.",
  "number-too-small": (w) => `Enter ${w.number("min")} or more.`,
  "number-too-large": (w) => `Enter ${w.number("max")} or less.`,
  "number-decimals": (w) =>
    w.plural("max", {
      one: "Enter at most # digit after the point.",
      other: w.text("max") === "0" ? "Enter a whole number." : "Enter at most # digits after the point.",
    }),
  "date-type": () => "Enter a date like 27 3 2027.",
  "date-too-early": (w) => `Enter ${w.date("min")} or a later date.`,
  "date-too-late": (w) => `Enter ${w.date("max")} or an earlier date.`,
  "note-answered": () => "Nothing is asked here: leave it empty.",
  "confirm-type": () => "Tick the box, or leave it.",
  "choice-type": () => "Choose again from the list.",
  "choice-unknown": () => "Choose again from the list.",
  "choice-twice": () => "Choose each only once.",
  "choice-not-offered": () => "This cannot be chosen, going by the other answers. Choose again.",
  // the name of that choice is the page's own, and the same everywhere
  "choice-other-empty": () => "Write your answer in the field under “Other”.",
  "choice-too-few": (w) => w.plural("min", { one: "Choose at least #.", other: "Choose at least #." }),
  "choice-too-many": (w) => w.plural("max", { one: "Choose only #.", other: "Choose at most #." }),
  "upload-type": () => "Add a file.",
  "upload-too-large": (w) =>
    w.text("bytes") === ""
      ? `“${w.text("name")}” is too large. A file may be up to ${w.bytes("max")}.`
      : `“${w.text("name")}” is too large: ${w.bytes("bytes")}. A file may be up to ${w.bytes("max")}.`,
  "upload-wrong-type": (w) =>
    `“${w.text("name")}” is of a type that cannot be taken here. You can add: ${w.text("accept")}.`,
  "upload-empty": (w) => `“${w.text("name")}” is empty. Choose the file again.`,
  "upload-too-many": (w) =>
    w.plural("max", {
      one: "Only one file fits here. To add another, remove it first.",
      other: "Only # files fit here. To add another, remove one first.",
    }),
  "upload-too-few": (w) => {
    const few = w.plural("min", { one: "Add at least # file.", other: "Add at least # files." })
    return `${few} ${w.plural("count", { one: "There is # so far.", other: "There are # so far." })}`
  },
  "group-type": () => "Fill these in once more.",
  "group-too-few": (w) => w.plural("min", { one: "Add at least #.", other: "Add at least #." }),
  "group-too-many": (w) => w.plural("max", { one: "Only one fits here.", other: "Only # fit here." }),
} satisfies Record<string, Sentence>

/** A language's sentences, with the keys of the English ones. */
export type Catalogue = Readonly<Record<keyof typeof en, Sentence>>
