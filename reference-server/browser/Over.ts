/**
 * What is decided is not asked again: on the page after the end, whatever was kept of the request on this device goes; and
 * where a form asks which of two answers shall stand, one's own goes when it is sent with the other.
 */
import { forget, kept } from "./Kept.ts"

const own = document.querySelector<HTMLElement>("script[data-kept]")?.dataset["kept"]
const form = document.querySelector<HTMLFormElement>("form[data-live]")
if (own !== undefined && form === null) kept(own, () => false).clear()
else if (own !== undefined) {
  form?.addEventListener("submit", () => {
    for (const { name } of form.querySelectorAll<HTMLInputElement>("[name^='w.'][value=theirs]:checked")) {
      forget(own, name.slice(2))
    }
  })
}
