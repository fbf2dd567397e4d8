/** On the page after the end: whatever was kept of the request on this device goes. */
import { kept } from "./Kept.ts"

const own = document.querySelector<HTMLElement>("script[data-kept]")?.dataset["kept"]
if (own !== undefined) kept(own, () => false).clear()
