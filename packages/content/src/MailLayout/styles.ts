/** What the inline styles of a mail cannot say, and the inline styles of its body. */
import * as Contrast from "../Contrast.ts"
import * as Remembered from "../internal/Remembered.ts"
import * as SafeHtml from "../SafeHtml.ts"

const darkCard = "#1d2026"

/** The firm's colour as links on the card have it. */
export const linkColour = Remembered.by((accent) => Contrast.adjusted(accent, "#ffffff"))

/** What the dark scheme changes, by selector. */
const dark = (accent: string): ReadonlyArray<readonly [selector: string, rule: string]> => [
  [".page", "background:#121418"],
  [".card", `background:${darkCard}`],
  [".card", "border-color:#343943"],
  [".panel", "background:#252932"],
  [".panel", "border-color:#3a404b"],
  [".line", "border-color:#3a404b"],
  [".text", "color:#eceef2"],
  [".text h2", "color:#eceef2"],
  [".text h3", "color:#eceef2"],
  [".text h4", "color:#eceef2"],
  [".muted", "color:#a7aeba"],
  [".link", `color:${Contrast.adjusted(accent, darkCard)}`],
  [".edge", `border-color:${Contrast.adjusted(accent, darkCard, 3)}`],
  [".quote", "border-color:#4a515e"],
  [".quote", "color:#c3c8d1"],
  [".code", "background:#2c313b"],
]

/** Phones, and the dark scheme. Rules need `!important`, as they stand against inline styles. The same for all mails of a firm. */
export const styleSheet = Remembered.by(
  (accent): string => `:root{color-scheme:light dark;supported-color-schemes:light dark}
.body > :first-child{margin-top:0!important}
.body > :last-child{margin-bottom:0!important}
.body li > p{margin:0!important}
@media (max-width:520px){
.gutter{padding:12px 10px 28px!important}
.inset{padding-left:22px!important;padding-right:22px!important}
.wide{width:100%!important}
.press{display:block!important}
.cell{display:block!important;width:auto!important;padding:12px 16px!important}
.cell.value{padding-top:0!important;margin-top:-10px;border-top:0!important}
}
@media (prefers-color-scheme:dark){
${dark(accent)
  .map(([selector, rule]) => `${selector}{${rule}!important}`)
  .join("\n")}
}
${dark(accent)
  // Outlook on the web and its apps know no such query: they mark what they darkened, text and backgrounds apart
  .map(([selector, rule]) => `[data-ogs${rule.startsWith("background") ? "b" : "c"}] ${selector}{${rule}!important}`)
  .join("\n")}`,
)

/**
 * Safe HTML with the mail's inline styles on its tags. It opens no tag but those of its short list and writes `<` for nothing else, so the
 * names can be found by their bracket.
 */
export const styleBody = (html: SafeHtml.SafeHtml, accent: string): SafeHtml.SafeHtml => {
  const heading = "margin:24px 0 8px;line-height:1.35;font-weight:700;color:#16181d"
  const styles: Readonly<Record<string, string>> = {
    p: 'style="margin:0 0 16px"',
    ul: 'style="margin:0 0 16px;padding-inline-start:24px"',
    ol: 'style="margin:0 0 16px;padding-inline-start:24px"',
    li: 'style="margin:0 0 6px"',
    h2: `style="${heading};font-size:19px"`,
    h3: `style="${heading};font-size:17px"`,
    h4: `style="${heading};font-size:16px"`,
    blockquote:
      'class="quote" style="margin:0 0 16px;padding-inline-start:16px;border-inline-start:3px solid #d5d9e0;color:#4c525d"',
    code: 'class="code" style="padding:1px 5px;border-radius:4px;background:#f0f1f4;font-family:ui-monospace,Menlo,Consolas,monospace;font-size:14px"',
    hr: 'class="line" style="margin:24px 0;border:0;border-top:1px solid #e3e5ea"',
    a: `class="link" style="color:${linkColour(accent)};text-decoration:underline;word-break:break-word"`,
  }
  const styled = html.replace(/<([a-z][a-z0-9]*)(?=[ >])/g, (opened, name: string) =>
    styles[name] === undefined ? opened : `${opened} ${styles[name]}`,
  )
  return SafeHtml.trust(`<div class="body">\n${styled}\n</div>`)
}
