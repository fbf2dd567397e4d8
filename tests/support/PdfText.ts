/**
 * Reads a PDF of ours back, by nothing but the bytes: the words on its pages in the order in which they are drawn, and the tags of its
 * structure. Knows just what pdfkit writes.
 */
import { inflateSync } from "node:zlib"

export interface Read {
  /** The words of each page. */
  readonly pages: ReadonlyArray<string>
  /** How often there is an element of that tag. */
  readonly tags: Readonly<Record<string, number>>
  /** What the document says of itself: `/Lang`, `/MarkInfo`. */
  readonly catalog: string
  /** The texts that stand for what is drawn, for whoever takes the words out. */
  readonly actual: ReadonlyArray<string>
}

interface Part {
  readonly dictionary: string
  readonly content: string
}

export const read = (bytes: Uint8Array): Read => {
  const text = Buffer.from(bytes).toString("latin1")
  const parts = new Map<string, Part>()
  for (const [, id = "", body = ""] of text.matchAll(/^(\d+) 0 obj\n([\s\S]*?)\nendobj/gm)) {
    const at = body.indexOf("\nstream\n")
    const dictionary = at < 0 ? body : body.slice(0, at)
    const raw = at < 0 ? "" : body.slice(at + 8, body.lastIndexOf("\nendstream"))
    const isPacked = dictionary.includes("/FlateDecode")
    parts.set(id, {
      dictionary,
      content: isPacked ? inflateSync(Buffer.from(raw, "latin1")).toString("latin1") : raw,
    })
  }
  const all = [...parts.values()]
  const part = (id: string | undefined) => parts.get(id ?? "") ?? { dictionary: "", content: "" }

  const lettersOf = (font: string): ReadonlyArray<string> => {
    const map = part(/\/ToUnicode (\d+) 0 R/.exec(part(font).dictionary)?.[1]).content
    return [...map.matchAll(/\[((?:\s*<[0-9a-fA-F ]+>)+)\s*\]/g)].flatMap(([, list = ""]) =>
      [...list.matchAll(/<([0-9a-fA-F ]+)>/g)].map(([, hex = ""]) =>
        Buffer.from(hex.replaceAll(" ", ""), "hex").swap16().toString("utf16le"),
      ),
    )
  }

  const pageOf = ({ dictionary }: Part): string => {
    const resources = part(/\/Resources (\d+) 0 R/.exec(dictionary)?.[1]).dictionary
    const fonts = new Map(
      [...resources.matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name = "", id = ""]) => [name, lettersOf(id)] as const),
    )
    const { content } = part(/\/Contents (\d+) 0 R/.exec(dictionary)?.[1])
    let font: ReadonlyArray<string> = []
    let words = ""
    for (const [, name, shown] of content.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
      if (name !== undefined) font = fonts.get(name) ?? []
      for (const [, hex = ""] of (shown ?? "").matchAll(/<([0-9a-f]+)>/g))
        for (const [code] of hex.matchAll(/[0-9a-f]{4}/g)) words += font[Number.parseInt(code, 16)] ?? "\ufffd"
      if (shown !== undefined) words += "\n"
    }
    return words
  }

  const tags: Record<string, number> = {}
  for (const [, tag = ""] of all.flatMap(({ dictionary }) =>
    dictionary.includes("/Type /StructElem") || dictionary.includes("/K [")
      ? [...dictionary.matchAll(/\/S \/(\w+)/g)]
      : [],
  ))
    tags[tag] = (tags[tag] ?? 0) + 1

  const decoded = (raw: string) => {
    const plain = raw.replace(/\\([\\()])/g, "$1")
    return plain.startsWith("\xfe\xff") ? Buffer.from(plain.slice(2), "latin1").swap16().toString("utf16le") : plain
  }
  return {
    pages: all.filter(({ dictionary }) => /\/Type \/Page\n/.test(`${dictionary}\n`)).map(pageOf),
    tags,
    catalog: all.find(({ dictionary }) => dictionary.includes("/Type /Catalog"))?.dictionary ?? "",
    actual: all.flatMap(({ dictionary }) =>
      [...dictionary.matchAll(/\/ActualText \(((?:\\[\s\S]|[^\\)])*)\)/g)].map(([, raw = ""]) => decoded(raw)),
    ),
  }
}
