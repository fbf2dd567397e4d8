/**
 * What the page's script for uploads needs to know: where it is, where the server's side of it is, and the words and the row that it
 * shows, so that it has none of its own. Without scripts all of this says nothing, and files go with the form.
 */
import type { QuestionKind } from "@requite/core"
import * as upload from "@requite/core/QuestionKind/upload"
import { walk } from "@requite/core/Questionnaire/Definition"
import * as Assets from "../Assets.ts"
import type { Html } from "../Html.ts"
import { html } from "../Html.ts"
import type { Reader } from "./Reader.ts"
import type { Session } from "./Session.ts"
import { paths } from "./Session.ts"

/** Can files be asked for among these? */
export const isIn = (items: ReadonlyArray<QuestionKind.Question>): boolean => walk(items).some(upload.isUpload)

/** For the form that has the fields. */
export const attributes = ({ customer }: Session): Html =>
  html`data-uploads="${Assets.path("customer.uploads.js")}" data-line="${Assets.path("customer.uploadLine.js")}"
  data-tus="${Assets.path("tus.min.js")}" data-api="/api/customer/${customer.handle}"
  data-files="${paths.file(customer.handle, "")}"`

/** Stands in for what only the script knows. */
const [name, percent] = ["{name}", "{percent}"]

export type Words = ReturnType<typeof words>

const words = ({ t }: Reader, firm: string) => ({
  queued: t("uploading.queued"),
  sending: t("uploading.sending", { percent }),
  paused: t("uploading.paused"),
  offline: t("uploading.offline"),
  judging: t("uploading.judging"),
  checking: t("upload.checking"),
  ready: t("uploading.ready"),
  failed: t("uploading.failed", { name }),
  dead: t("uploading.dead"),
  stale: t("uploading.stale", { firm }),
  many: t("uploading.many", { name }),
  duplicate: t("upload.duplicate", { name }),
  unfinished: t("uploading.unfinished", { name }),
  removed: t("uploading.removed", { name }),
  kept: t("uploading.kept", { name }),
  hold: t("uploading.hold"),
})

/** What a row can be told to do. */
const acts = {
  pause: "uploading.pause",
  resume: "uploading.resume",
  again: "uploading.again",
  cancel: "uploading.cancel",
  replace: "uploading.replace",
  remove: "upload.remove",
} as const

/** Inside of that form: the row of a file on its way, the button of a camera, and a place for what is said to ears. */
export const parts = ({ customer, reader }: Session): Html => {
  const { t } = reader
  return html`<template data-words="${JSON.stringify(words(reader, customer.workspace.name))}">
      <li>
        <span class="name" dir="auto" tabindex="-1"></span>
        <span class="about"><span class="size"></span> <span class="status"></span></span>
        <span class="acts">
          ${Object.entries(acts).map(
            ([act, key]) =>
              html`<button type="button" class="quiet" data-act="${act}" hidden>
                ${t(key)}<span class="unseen"></span>
              </button>`,
          )}
        </span>
        <p class="error" hidden></p>
        <progress max="1" value="0"></progress>
      </li>
      <button type="button" class="secondary camera">${t("uploading.camera")}</button>
    </template>
    <p class="holding" role="status"></p>
    <div class="unseen" data-spoken aria-live="polite"></div>`
}
