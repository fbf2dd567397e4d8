import { type Imported, refused } from "./Imported.ts"

export const from = (_text: string): Imported => refused("text", "This source cannot be imported yet.")
