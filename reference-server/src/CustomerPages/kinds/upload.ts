/**
 * The kind `upload` on a page: the files that are there, and a box to choose or drop more. The box is the browser's own
 * file field, which takes drops by itself and offers the camera on phones.
 */
import type { FileRef, UploadQuestion } from "@requite/core/QuestionKind/upload"
import * as upload from "@requite/core/QuestionKind/upload"
import * as Schema from "effect/Schema"
import type { Html } from "../../Html.ts"
import { html } from "../../Html.ts"
import type { Reader } from "../Reader.ts"
import type { FieldInput, KindView } from "./KindView.ts"
import { controlAnchor, fileField } from "./KindView.ts"
import { described, grouped, invalid } from "./parts.ts"

const isFiles = Schema.is(Schema.Array(upload.FileRef))
const filesOf = (answer: unknown): ReadonlyArray<FileRef> => (isFiles(answer) ? answer : [])

const field = (input: FieldInput<UploadQuestion>): Html => {
  const { question, reader } = input
  const files = filesOf(input.answer)
  const most = upload.maxFiles(question)
  return grouped(
    input,
    html`${files.length === 0 ? null : attached(input, files)}${
      // for the script, which can make room without a new page
      files.length < most ? box(input, most - files.length) : html`<template data-room>${box(input, 1)}</template>`
    }`,
    files.length < most ? allowed(question, reader) : undefined,
  )
}

/** "PDF or picture (JPG, PNG, HEIC), up to 15 MB each, at most 3 files" */
const allowed = (question: UploadQuestion, reader: Reader): string =>
  reader.t("upload.allowed", {
    types: types(question, reader),
    max: reader.bytes(question.maxBytes),
    files: upload.maxFiles(question),
  })

const attached = (
  { place, question, reader, filePath }: FieldInput<UploadQuestion>,
  files: ReadonlyArray<FileRef>,
): Html =>
  html`<ul class="files" data-given aria-label="${reader.t("upload.added")}">
    ${files.map(({ id, name, bytes, sha256 }, index) =>
      row({ id, name, bytes }, filePath(id), reader, {
        same: files.slice(0, index).find((other) => other.sha256 === sha256),
        anchor: index === 0 && files.length >= upload.maxFiles(question) ? controlAnchor(place) : null,
      }),
    )}
  </ul>`

/** That there is one with the same content already (S68). */
const sameAs = (other: FileRef | undefined, { t }: Reader): Html | null =>
  other === undefined ? null : html`<span class="duplicate">${t("upload.duplicate", { name: other.name })}</span>`

/**
 * A file that can be removed again, in the form that the script's own rows have (Uploading.ts), so that nothing moves when it
 * comes. `path`: null while nobody may read it. `same`: one with the same content.
 */
export const row = (
  { id, name, bytes }: Pick<FileRef, "id" | "name" | "bytes">,
  path: string | null,
  reader: Reader,
  { same, anchor = null }: { readonly same?: FileRef | undefined; readonly anchor?: string | null } = {},
): Html => {
  const { t } = reader
  return html`<li data-state="${path === null ? "checking" : "ready"}">
    ${linked(name, path, html`class="name"`)}
    <span class="about">
      <span class="size">${reader.bytes(bytes)}</span>
      <span class="status">${path === null ? t("upload.checking") : null}</span>
      ${sameAs(same, reader)}
    </span>
    <span class="acts">
      <button class="quiet" name="remove" value="${id}" ${anchor === null ? null : html`id="${anchor}"`}>
        ${t("upload.remove")}<span class="unseen"> ${name}</span>
      </button>
    </span>
  </li>`
}

/** The name as a link to the file, where that is given out. */
const linked = (name: string, path: string | null, more: Html | null = null): Html =>
  path === null ? html`<span dir="auto" ${more}>${name}</span>` : html`<a href="${path}" dir="auto" ${more}>${name}</a>`

/** The same; while it is withheld, with the word that says so. */
const nameOf = (name: string, path: string | null, { t }: Reader): Html =>
  html`${linked(name, path)}${path === null ? html` <span class="checking">${t("upload.checking")}</span>` : null}`

const box = (input: FieldInput<UploadQuestion>, free: number): Html => {
  const { place, question, reader } = input
  const id = controlAnchor(place)
  return html`<div class="drop" data-most="${upload.maxFiles(question)}">
      <label for="${id}">
        <span class="unseen">${reader.t("upload.choose", { free })}</span>
        <span class="with-mouse" aria-hidden="true">${reader.t("upload.drop", { free })}</span>
      </label>
      <input
        type="file"
        id="${id}"
        name="${fileField(question.id)}"
        accept="${question.accept.join(",")}"
        ${free > 1 ? html`multiple` : null}
        ${described(input, "hint")}
        ${invalid(input)}
      />
    </div>
    <button class="secondary" name="action" value="upload:${question.id}">
      ${reader.t("upload.now")}<span class="unseen">: ${reader.text(question.label)}</span>
    </button>`
}

const names: ReadonlyArray<readonly [type: RegExp, key: Parameters<Reader["t"]>[0]]> = [
  [/^application\/pdf$/, "type.pdf"],
  [/^image\/\*$/, "type.picture"],
  [/^image\/(jpeg|png|heic)$/, "type.picture"],
  [/wordprocessingml|msword/, "type.word"],
  [/spreadsheetml|ms-excel/, "type.excel"],
  [/presentationml|ms-powerpoint/, "type.powerpoint"],
  [/^text\/csv$/, "type.csv"],
  [/^text\/plain$/, "type.plain"],
  [/^video\/\*$/, "type.video"],
  [/^audio\/\*$/, "type.audio"],
]

/** The allowed types in words; those without a word by their technical name, which still is better than none. */
const types = ({ accept }: UploadQuestion, { t, either }: Reader): string => {
  const words = accept.map((type) => {
    const key = names.find(([pattern]) => pattern.test(type))?.[1]
    return key === undefined ? type.replace(/^.*\//, "").toUpperCase() : t(key)
  })
  return either([...new Set(words)])
}

export const view: KindView<UploadQuestion> = {
  type: "upload",
  asksFor: "document",
  seconds: () => 90,
  field,
  read: () => undefined,
  summary: ({ answer, reader, filePath }) =>
    html`<ul class="files">
      ${filesOf(answer).map(
        ({ id, name, bytes, sha256 }) =>
          html`<li>
            ${filePath === null ? html`<span dir="auto">${name}</span>` : nameOf(name, filePath(id), reader)}
            <span class="size">${reader.bytes(bytes)}</span>
            ${filePath === null ? html`<code class="digest"><span class="unseen">SHA-256 </span>${sha256}</code>` : null}
          </li>`,
      )}
    </ul>`,
  sentence: (question, { code, values = {} }, reader) => {
    const name = String(values["name"] ?? "")
    switch (code) {
      // types have names only here
      case "upload-wrong-type":
        return reader.t("problem.upload-wrong-type", { name, types: types(question, reader) })
      case "upload-infected":
        return reader.t("upload.infected", { name })
      case "upload-no-room-request":
        return reader.t("problem.upload-no-room-request", { name, max: reader.bytes(Number(values["max"] ?? 0)) })
      // the request's own word for it
      case "file-limit":
        return reader.sentence({ code: "upload-too-many", values: { max: upload.maxFiles(question) } }, question)
      default: {
        const key = refusals[code]
        return key === undefined ? undefined : reader.t(key, { name })
      }
    }
  },
}

/** What a file is not taken for, where its name is all there is to say. */
const refusals: Readonly<Record<string, Parameters<Reader["t"]>[0]>> = {
  "upload-broken": "problem.upload-broken",
  "upload-damaged": "problem.upload-damaged",
  "upload-encrypted": "problem.upload-encrypted",
  "upload-archive": "problem.upload-archive",
  "upload-picture-too-large": "problem.upload-picture-too-large",
  "upload-location": "problem.upload-location",
  "upload-no-room-workspace": "problem.upload-no-room-workspace",
  "upload-no-room-session": "problem.upload-no-room-session",
}
