/** Which version of requite this is. */
import manifest from "../../package.json" with { type: "json" }

export const ours: string = manifest.version
