/** The types of the rows of a survey, by all the names that they have had. */

export type Type =
  | { readonly is: "begin" | "end"; readonly what: "group" | "repeat" | "loop"; readonly list: string }
  | {
      readonly is: "select"
      readonly multiple: boolean
      readonly ranked: boolean
      readonly list: string
      readonly from: "choices" | "external" | "file"
      readonly other: boolean
    }
  | { readonly is: "text" | "note" | "date" | "dateTime" | "time" | "acknowledge" | "calculate" | "today" }
  | { readonly is: "integer" | "decimal" | "range"; readonly min?: number; readonly max?: number }
  | { readonly is: "upload"; readonly accept: ReadonlyArray<string> }
  /** Answered on a phone in a way of its own, and typed here. */
  | { readonly is: "typed"; readonly what: string }
  | { readonly is: "hidden" }
  /** What a phone knows by itself, or XForms need for something else. */
  | { readonly is: "metadata"; readonly what: string }
  | { readonly is: "setting"; readonly name: string }
  | { readonly is: "unknown"; readonly what: string }

const control = /^(begin|end)[ _](group|lgroup|repeat|looped group|loop)(?: (?:over )?(\S+))?$/
const select =
  /^(add select one prompt using|add select multiple prompt using|select_one_from_file|select_multiple_from_file|select one from file|select multiple from file|select_one_external|select one external|select all that apply from|select all that apply|select one from|select one using|select multiple from|select multiple using|select_multiple|select multiple|select_one|select one|select1|rank|q select1|q select) (\S+)(?: (or specify other|or_other|or other))?$/

const simple: ReadonlyMap<string, Type> = new Map<string, Type>([
  ...["text", "string", "q string"].map((name) => [name, { is: "text" }] as const),
  ...["note", "q note"].map((name) => [name, { is: "note" }] as const),
  ...["integer", "int", "q int"].map((name) => [name, { is: "integer" }] as const),
  ...["decimal", "q decimal", "double", "float"].map((name) => [name, { is: "decimal" }] as const),
  ["percentage", { is: "integer", min: 0, max: 100 }],
  ["number of days in last month", { is: "integer", min: 0, max: 31 }],
  ["number of days in last six months", { is: "integer", min: 0, max: 183 }],
  ["number of days in last year", { is: "integer", min: 0, max: 365 }],
  ["range", { is: "range" }],
  ...["date", "q date"].map((name) => [name, { is: "date" }] as const),
  ...["datetime", "date time", "q datetime", "q date time"].map((name) => [name, { is: "dateTime" }] as const),
  ["time", { is: "time" }],
  ...["acknowledge", "trigger", "q acknowledge"].map((name) => [name, { is: "acknowledge" }] as const),
  ...["calculate", "q calculate"].map((name) => [name, { is: "calculate" }] as const),
  ...["hidden"].map((name) => [name, { is: "hidden" }] as const),
  ...["image", "photo", "q picture", "q image"].map((name) => [name, { is: "upload", accept: ["image/*"] }] as const),
  ...["audio", "q audio"].map((name) => [name, { is: "upload", accept: ["audio/*"] }] as const),
  ...["video", "q video"].map((name) => [name, { is: "upload", accept: ["video/*"] }] as const),
  ["file", { is: "upload", accept: ["application/*", "image/*", "text/*"] }],
  ...["geopoint", "geotrace", "geoshape", "location", "gps", "barcode"].flatMap((what) => [
    [what, { is: "typed", what }] as const,
    [`q ${what}`, { is: "typed", what }] as const,
  ]),
  ["phone number", { is: "typed", what: "phone number" }],
  ["today", { is: "today" }],
  ["get today", { is: "today" }],
  ...(
    "start,end,start time,end time,get start time,get end time,deviceid,device id,get device id,imei,subscriberid,subscriber id,get subscriber id,simserial,sim id,get sim id,phonenumber,get phone number," +
    "username,email,uri:deviceid,uri:username,uri:email,uri:phonenumber,uri:simserial,uri:subscriberid,audit,start-geopoint,background-audio,background-geopoint,xml-external,csv-external,entity"
  )
    .split(",")
    .map((what) => [what, { is: "metadata", what }] as const),
  ...["form_title", "set_form_title", "form_id", "set_form_id"].map(
    (name) => [name, { is: "setting", name: name.replace("set_", "") }] as const,
  ),
])

/** The type that is written there. */
export const typeOf = (written: string): Type => {
  const exact = written.trim().split(/\s+/).join(" ").slice(0, 500)
  const text = exact.toLowerCase()
  const around = control.exec(text)
  if (around !== null) {
    const [, is, kind = ""] = around
    const what = kind === "group" ? "group" : kind === "loop" ? "loop" : "repeat"
    const list = around[3] === undefined ? "" : exact.slice(-around[3].length)
    return { is: is === "begin" ? "begin" : "end", what, list }
  }
  const picked = select.exec(text)
  if (picked !== null) {
    const [, command = "", small = "", other] = picked
    return {
      is: "select",
      multiple: /multiple|all that apply|rank|q select$/.test(command),
      ranked: command === "rank",
      list: exact.slice(command.length + 1, command.length + 1 + small.length),
      from: command.includes("file") ? "file" : command.includes("external") ? "external" : "choices",
      other: other !== undefined,
    }
  }
  if (/^osm\b/.test(text)) return { is: "typed", what: "osm" }
  const prompt = /^add (.*) prompt$/.exec(text)?.[1]
  return simple.get(text) ?? simple.get(prompt ?? "") ?? { is: "unknown", what: exact.slice(0, 100) }
}
