/** The sentences in Spanish. */
import type { Catalogue } from "./en.ts"

export const es: Catalogue = {
  other: () => "Dé esta respuesta otra vez.",
  required: () => "Escriba una respuesta.",
  "required:option": () => "Elija una opción.",
  "required:options": () => "Marque al menos una.",
  "required:number": () => "Escriba un número.",
  "required:date": () => "Escriba una fecha.",
  "required:boolean": () => "Marque la casilla para aceptar.",
  "required:count": () => "Añada al menos uno.",
  "required:files": () => "Añada un archivo.",
  "unknown-question": () => "Este cuestionario no hace esa pregunta.",
  "not-asked": () => "Esto no se pregunta, según las demás respuestas.",
  "unknown-kind": () => "Esta pregunta no se puede responder aquí.",
  "text-type": () => "Escriba un texto.",
  "text-too-long": (w) => `Acórtelo a ${w.number("max")} caracteres. Ahora tiene ${w.number("length")}.`,
  "text-too-short": (w) =>
    w.plural("min", { one: "Escriba al menos # carácter.", other: "Escriba al menos # caracteres." }),
  "text-email": () => "Escriba un correo electrónico como nombre@ejemplo.es.",
  "text-phone": () => "Escriba un número de teléfono como +34 910 000 018.",
  "text-url": () => "Escriba una dirección como https://ejemplo.es.",
  "text-control-characters": () => "Quite los caracteres invisibles o escriba la respuesta en lugar de pegarla.",
  "text-pattern": () => "Escríbalo en la forma que se pide.",
  "number-type": () => "Escriba un número, solo con cifras.",
  "number-too-small": (w) => `Escriba ${w.number("min")} o más.`,
  "number-too-large": (w) => `Escriba ${w.number("max")} o menos.`,
  "number-decimals": (w) =>
    w.plural("max", {
      one: "Escriba como mucho # cifra decimal.",
      other: w.text("max") === "0" ? "Escriba un número entero." : "Escriba como mucho # cifras decimales.",
    }),
  "date-type": () => "Escriba una fecha como 27 3 2027.",
  "date-too-early": (w) => `Escriba una fecha a partir del ${w.date("min")}.`,
  "date-too-late": (w) => `Escriba una fecha hasta el ${w.date("max")}.`,
  "note-answered": () => "Aquí no se pregunta nada: déjelo vacío.",
  "confirm-type": () => "Marque la casilla o déjela.",
  "choice-type": () => "Elija de nuevo en la lista.",
  "choice-unknown": () => "Elija de nuevo en la lista.",
  "choice-twice": () => "Elija cada opción una sola vez.",
  "choice-not-offered": () => "Esto no se puede elegir, según las demás respuestas. Elija de nuevo.",
  "choice-other-empty": () => "Escriba su respuesta en el campo debajo de «Otra».",
  "choice-too-few": (w) => w.plural("min", { one: "Elija al menos #.", other: "Elija al menos #." }),
  "choice-too-many": (w) => w.plural("max", { one: "Elija solo #.", other: "Elija como mucho #." }),
  "upload-type": () => "Añada un archivo.",
  "upload-too-large": (w) =>
    w.text("bytes") === ""
      ? `«${w.text("name")}» es demasiado grande. Un archivo puede tener hasta ${w.bytes("max")}.`
      : `«${w.text("name")}» es demasiado grande: ${w.bytes("bytes")}. Un archivo puede tener hasta ${w.bytes("max")}.`,
  "upload-wrong-type": (w) =>
    `«${w.text("name")}» es de un tipo que aquí no se admite. Puede añadir: ${w.text("accept")}.`,
  "upload-empty": (w) => `«${w.text("name")}» está vacío. Elija el archivo de nuevo.`,
  "upload-too-many": (w) =>
    w.plural("max", {
      one: "Aquí cabe un solo archivo. Para añadir otro, quite antes el que hay.",
      other: "Aquí caben solo # archivos. Para añadir otro, quite antes uno.",
    }),
  "upload-too-few": (w) => {
    const few = w.plural("min", { one: "Añada al menos # archivo.", other: "Añada al menos # archivos." })
    return `${few} ${w.plural("count", { one: "Por ahora hay #.", other: "Por ahora hay #." })}`
  },
  "group-type": () => "Rellene esto otra vez.",
  "group-too-few": (w) => w.plural("min", { one: "Añada al menos #.", other: "Añada al menos #." }),
  "group-too-many": (w) => w.plural("max", { one: "Aquí cabe uno solo.", other: "Aquí caben solo #." }),
}
