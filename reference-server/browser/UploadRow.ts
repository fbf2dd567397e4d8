/** What the two scripts of uploads share: a *row* for each file, in the *group* of its question (Uploads.ts, UploadLine.ts). */
import type { Upload } from "tus-js-client"
import type { Words } from "../src/CustomerPages/Uploading.ts"

/**
 *   queued  sending  paused  offline  judging   on its way
 *   ready  checking                             in the request; nobody has yet called a `checking` one clean
 *   refused  failed                             not in it, and why
 *   gone                                        taken out by a person: its row is no longer there
 */
export type State =
  | "queued"
  | "sending"
  | "paused"
  | "offline"
  | "judging"
  | "ready"
  | "checking"
  | "refused"
  | "failed"
  | "gone"

/** The fields of a question for files. */
export interface Fields {
  readonly box: HTMLElement
  readonly input: HTMLInputElement
  readonly camera: HTMLElement
  /** Says which files were begun before, and not chosen again. */
  readonly unfinished: HTMLElement
  readonly list: HTMLElement
}

export interface Group {
  /** Its id; of files that stand apart from any question, empty. */
  readonly question: string
  readonly most: number
  /** Null: its files stand apart. */
  readonly fields: Fields | null
}

export interface Row {
  readonly li: HTMLElement
  readonly group: Group
  /** Null: it came with the page. */
  readonly file: File | null
  /** Once it is in the request. */
  id: string | null
  name: string
  state: State
  /** How much of it has arrived, from 0 to 1. */
  share: number
  /** How often it was tried since anything moved, and when that was, in milliseconds since the epoch. */
  tries: number
  at: number
  timer: ReturnType<typeof setTimeout> | undefined
  upload: Upload | null
  /** Its address is being asked for. */
  isBeginning: boolean
  /** Nobody can say what becomes of it. */
  isSilent: boolean
}

/** A file that was begun on this device, as tus keeps it. */
export interface Unfinished {
  readonly key: string
  readonly url: string
  readonly file: string
  readonly at: number
}

/** What the line needs of the page. */
export interface Page {
  readonly form: HTMLFormElement
  readonly words: Words
  readonly rows: ReadonlySet<Row>
  readonly states: (...these: ReadonlyArray<State>) => ReadonlyArray<Row>
  readonly show: (row: Row, state: State, why?: string) => void
  readonly move: (row: Row, share: number) => void
  readonly link: (row: Row) => void
  /** Says more beside how it stands. */
  readonly add: (row: Row, text: string) => void
}

export interface Line {
  /** Sends what waits, a few at a time. */
  readonly next: () => void
  readonly again: (row: Row) => void
  /** Asks about those that a scanner has not seen, as long as somebody looks. */
  readonly watch: (pause?: number) => void
  /** Takes it out of the request; true: it is no longer there. */
  readonly takeOut: (row: Row) => Promise<boolean>
  readonly unfinishedIn: (group: Group) => ReadonlyArray<Unfinished>
}

/** The field of a form that has it. */
export const valueIn = (form: HTMLFormElement, name: string): string =>
  form.querySelector<HTMLInputElement>(`input[name="${name}"]`)?.value ?? ""

/** The server made the page, in the same release: what these scripts look for is there. */
export const there = <E extends Element>(element: E | null | undefined): E => {
  if (element === null || element === undefined) throw new Error("not a page of uploads")
  return element
}
