/**
 * The tiptap schema of our rich texts, one for the editor in the browser and the renderer on the server: a subset of StarterKit and the
 * *template tag*, an inline atom that the writer can move or remove but not edit (C8).
 */
import { Node, type Extensions } from "@tiptap/core"
import { StarterKit } from "@tiptap/starter-kit"

/** `{ "type": "templateTag", "attrs": { "name": "firmName" } }`: the value of `firmName` stands here. */
export const TemplateTag = Node.create({
  name: "templateTag",
  group: "inline",
  inline: true,
  atom: true,
  addAttributes: () => ({
    name: {
      default: "",
      parseHTML: (element: { getAttribute(name: string): string | null }) => element.getAttribute("data-tag") ?? "",
      renderHTML: ({ name }) => ({ "data-tag": String(name) }),
    },
  }),
  parseHTML: () => [{ tag: "span[data-tag]" }],
  renderHTML: ({ node, HTMLAttributes }) => [
    "span",
    { ...HTMLAttributes, contenteditable: "false" },
    String(node.attrs["name"]),
  ],
  renderText: ({ node }) => `{{${String(node.attrs["name"])}}}`,
})

/** What an editor of our rich texts is made with. */
export const extensions: Extensions = [
  StarterKit.configure({
    codeBlock: false,
    strike: false,
    underline: false,
    heading: { levels: [2, 3, 4] },
    link: { openOnClick: false, protocols: ["http", "https", "mailto", "tel"] },
  }),
  TemplateTag,
]
