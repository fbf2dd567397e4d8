/** The fields for files on a page of uploads, found and put right for what happens there (Uploads.ts). */
import { type Fields, type Group, there } from "./UploadRow.ts"

type Taken = (files: ReadonlyArray<File>) => void

/** What was chosen; the form goes without it. */
export const emptied = (input: HTMLInputElement): ReadonlyArray<File> => {
  const files = [...(input.files ?? [])]
  input.value = ""
  return files
}

export const picks = (input: HTMLInputElement, taken: Taken): void =>
  input.addEventListener("change", (event) => {
    event.stopPropagation()
    taken(emptied(input))
  })

/** Everything of that kind in the form: what is not asked yet stands in templates, and moves as it is. */
const everywhere = (root: ParentNode, selector: string): ReadonlyArray<HTMLElement> => [
  ...root.querySelectorAll<HTMLElement>(selector),
  ...[...root.querySelectorAll<HTMLTemplateElement>("template:not([data-words], [data-blank], [data-room])")].flatMap(
    ({ content }) => everywhere(content, selector),
  ),
]

/** Where a hand holds the device, a button of its own for its camera; mice have none. */
const photographs = ({ input, camera, box }: Fields, taken: Taken): void => {
  if (!/image\//.test(input.accept) || !matchMedia("(pointer: coarse)").matches) return
  const shot = Object.assign(document.createElement("input"), { type: "file", accept: "image/*", hidden: true })
  shot.setAttribute("capture", "environment")
  camera.addEventListener("click", () => shot.click())
  picks(shot, taken)
  box.after(camera, shot)
}

/** The browser's own field takes drops as well, but only as many as it likes. */
const drops = ({ box }: Fields, taken: Taken): void => {
  const over = (is: boolean) => (event: DragEvent) => {
    event.preventDefault()
    box.classList.toggle("over", is)
  }
  box.addEventListener("dragover", over(true))
  box.addEventListener("dragleave", over(false))
  box.addEventListener("drop", (event) => {
    over(false)(event)
    taken([...(event.dataTransfer?.files ?? [])])
  })
}

/** `copied`: of the page's template. `taken`: files were chosen, dropped or photographed. */
export const find = (
  form: HTMLFormElement,
  copied: (selector: string) => HTMLElement,
  taken: (group: Group, files: ReadonlyArray<File>) => void,
): ReadonlyArray<Fields & { readonly group: Group }> =>
  everywhere(form, "input[type=file], template[data-room]").flatMap((found) => {
    const room = found instanceof HTMLTemplateElement ? found.content : null
    const waiting = room?.querySelector<HTMLElement>(".drop") ?? null
    const box = waiting ?? found.closest<HTMLElement>(".drop")
    const fieldset = found.closest("fieldset")
    if (box === null || fieldset === null) return []
    const button = (room ?? fieldset).querySelector("button[value^='upload:']")
    const input = there(box.querySelector("input"))
    const before = fieldset.querySelector<HTMLElement>("[data-given]")
    const list = before ?? document.createElement("ul")
    if (waiting !== null) {
      fieldset.querySelector(`[id="${input.id}"]`)?.removeAttribute("id")
      found.replaceWith(box)
    }
    if (before === null) {
      list.className = "files"
      list.hidden = true
      list.setAttribute("aria-label", fieldset.querySelector("legend")?.textContent.trim() ?? "")
      box.before(list)
    }
    const unfinished = Object.assign(document.createElement("p"), { className: "unfinished" })
    const fields = { list, box, input, camera: copied(".camera"), unfinished }
    const most = form.classList.contains("uploads") ? Infinity : Number(box.dataset["most"])
    const group = { question: input.name.slice(2), most, fields }
    const ours: Taken = (files) => taken(group, files)
    button?.remove()
    box.classList.add("live")
    box.after(unfinished)
    photographs(fields, ours)
    picks(input, ours)
    drops(fields, ours)
    return [{ ...fields, group }]
  })
