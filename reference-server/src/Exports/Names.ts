/**
 * Names of files in a ZIP: made of words that authors and customers wrote, so that a person finds their way, and safe to unpack on
 * every system. No name leaves the folder, none takes another's place, whatever the words are.
 */
import * as FileName from "../Uploads/FileName.ts"

const encoder = new TextEncoder()

/** What Windows takes for a device, whatever its extension. */
const device = /^(con|prn|aux|nul|com\d|lpt\d)(?=$|\.)/i

/** One part of a path: no separators, no end of the name that gets lost, not longer than a file system takes. */
const part = (words: string): string =>
  FileName.safe(words.replace(/[/\\]+/g, "_").trim()).replace(device, (name) => `${name}_`)

/** As much of it as leaves room for what comes after. */
const short = (words: string, mostBytes: number): string => {
  let kept = ""
  for (const letter of words) {
    if (encoder.encode(kept + letter).length > mostBytes) return `${kept.trimEnd()}…`
    kept += letter
  }
  return kept
}

/** Words for a folder. */
export const folder = (words: string): string => short(part(words), 80)

/** `Passport - scan.pdf`: what was asked, and what the customer called it. */
export const ofAnswer = (label: string, name: string): string => {
  const safe = part(name)
  const extension = /(?<=.)\.[A-Za-z0-9]{1,10}$/.exec(safe)?.[0] ?? ""
  const stem = safe.slice(0, safe.length - extension.length)
  return `${folder(label)} - ${short(stem, 120)}${extension}`
}

/** Keeps apart what would have the same name: also where upper and lower case, or two spellings of å, are one. */
export const make = () => {
  const used = new Set<string>()
  const isFree = (path: string) => {
    const key = path.normalize("NFC").toLowerCase()
    if (used.has(key)) return false
    used.add(key)
    return true
  }
  return (folders: ReadonlyArray<string>, name: string): string => {
    const safe = part(name)
    const [, stem = safe, extension = ""] = /^(.+?)(\.[A-Za-z0-9]{1,10})$/.exec(safe) ?? []
    const under = folders.map(folder)
    for (let number = 1; ; number++) {
      const path = [...under, number === 1 ? safe : `${stem} (${number})${extension}`].join("/")
      if (isFree(path)) return path
    }
  }
}
