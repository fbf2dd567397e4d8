/**
 * The layout of every mail that requite sends: the firm's head, an optional heading, the body, a panel of details, one button with its bare
 * link below, and a foot. `render` gives the HTML part and the text part (M9).
 *
 * Hand-written tables with inline styles, because Outlook knows nothing else and some clients drop style sheets; the style sheet in the head
 * only adds what such clients can do without: the dark scheme and a full-width button on phones. All words come from the caller, in the
 * recipient's language; everything that is not safe HTML already is escaped here.
 */
import * as Contrast from "./Contrast.ts"
import { foldLines } from "./MailLayout/foldLines.ts"
import { linkColour, styleBody, styleSheet } from "./MailLayout/styles.ts"
import { wrapText } from "./MailLayout/wrapText.ts"
import { safeHref } from "./RichText/links.ts"
import * as Remembered from "./internal/Remembered.ts"
import * as SafeHtml from "./SafeHtml.ts"

/** A mail before its layout. */
export interface Mail {
  /** BCP 47 tag of the mail's language. */
  readonly lang: string
  readonly dir: "ltr" | "rtl"
  /** Of what stands around the body (details, button, foot), where that is another language than the body's. */
  readonly frame?: { readonly lang: string; readonly dir: "ltr" | "rtl" }
  readonly subject: string
  /** What the list of mails shows behind the subject: a sentence that the body does not begin with. */
  readonly preheader: string
  readonly brand: Brand
  readonly heading?: string
  readonly bodyHtml: SafeHtml.SafeHtml
  readonly bodyText: string
  /** Rows such as "Due" and "Friday, 27 March 2027". */
  readonly details: ReadonlyArray<{ readonly label: string; readonly value: string }>
  /** A mail that only carries a code has none. */
  readonly action?: Action
  /** Who sent this and why, one paragraph a line. */
  readonly footer: string
}

export interface Brand {
  /** The firm's name, shown where there is no logo. */
  readonly name: string
  /** An https address; the image is shown 40 px high. */
  readonly logoUrl?: string
  /** The firm's colour as `#rrggbb`. */
  readonly accent?: string
}

/** The one thing to do. */
export interface Action {
  readonly label: string
  /** An http or https address. */
  readonly href: string
  /** What stands before the bare link: "If the button does not work, open this link:". */
  readonly hint: string
}

/** The parts of a multipart/alternative mail. Lines of the HTML have at most 998 octets, lines of the text 76 characters where words allow. */
export interface Parts {
  readonly html: string
  readonly text: string
}

const defaultAccent = "#1f5eff"

export const render = (mail: Mail): Parts => ({ html: foldLines(htmlPart(mail)), text: textPart(mail) })

const textPart = (mail: Mail): string => {
  const { action, bodyText, details, footer, heading } = mail
  const linked = action !== undefined && bodyText.split("\n").some((line) => line.trim() === action.href)
  return [
    wrapText(oneLine(heading ?? "")),
    wrapText(bodyText),
    details.map(({ label, value }) => wrapText(oneLine(`${label}: ${value}`))).join("\n"),
    // M20: once as text, and on a line of its own so that no client breaks it.
    action === undefined || linked ? "" : `${wrapText(oneLine(`${action.label}:`))}\n${oneLine(action.href)}`,
    `${"-".repeat(24)}\n${wrapText(footer)}`,
  ]
    .filter((block) => block !== "")
    .join("\n\n")
    .concat("\n")
}

/** So that no value can pretend to be the next line of the mail. */
const oneLine = (text: string) => text.replace(/[\p{Cc}\p{Z}]+/gu, " ")

const htmlPart = (mail: Mail): string => {
  const accent = Contrast.normalize(mail.brand.accent ?? "") ?? defaultAccent
  const direction = mail.dir === "rtl" ? "rtl" : "ltr"
  const align = sideOf(direction)
  const lang = tagOf(mail.lang)
  const heading =
    mail.heading === undefined
      ? ""
      : `<h1 class="text" style="margin:0 0 16px;font-size:22px;line-height:1.3;font-weight:700;color:#16181d">${SafeHtml.escape(mail.heading)}</h1>`
  return `<!doctype html>
<html lang="${lang}" dir="${direction}" xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="x-apple-disable-message-reformatting">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${SafeHtml.escape(short(mail.subject))}</title>
<style>
${styleSheet(accent)}
</style>
</head>
<body class="page" style="margin:0;padding:0;width:100%;background:#f2f3f6;-webkit-text-size-adjust:100%">
${preheader(mail.preheader)}
<div role="article" aria-roledescription="email" lang="${lang}" dir="${direction}">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f2f3f6">
<tr><td class="gutter" align="center" style="padding:32px 16px">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;background:#ffffff;border:1px solid #e3e5ea;border-radius:12px;border-collapse:separate">
<tr><td class="inset line" align="${align}" style="padding:20px 40px;border-bottom:1px solid #e3e5ea">
${brandHead(mail.brand, accent)}
</td></tr>
<tr><td class="inset text" align="${align}" style="padding:30px 40px 36px;font-family:${fonts};font-size:16px;line-height:1.6;color:#2b2f38">
${heading}
${styleBody(mail.bodyHtml, accent)}
${panel(mail, direction)}
${button(mail, accent)}
</td></tr>
</table>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px">
<tr><td class="inset muted" align="center" style="padding:20px 40px 0;font-family:${fonts};font-size:13px;line-height:1.6;color:#626975">
${mail.footer
  .trim()
  .split("\n")
  .map((line) => framed(mail, line))
  .join("<br>\n")}
</td></tr>
</table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr>
</table>
</div>
</body>
</html>
`
}

const fonts = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"

/** Where lines begin; Outlook does not know `start`. */
const sideOf = (direction: Mail["dir"]) => (direction === "rtl" ? "right" : "left")

/** Texts of a title or an attribute cannot be folded, so they are cut to what fits into a line in any script. */
const short = (text: string): string => [...text].slice(0, 120).join("")

/** Hidden, and followed by so much invisible space that no client fills up the line with the body. */
const preheader = (text: string): string =>
  `<div style="display:none;max-height:0;max-width:0;overflow:hidden;mso-hide:all;font-size:1px;line-height:1px;color:#f2f3f6;opacity:0">
${SafeHtml.escape(text)}
${`${"&#847;&zwnj;&nbsp;".repeat(20)}\n`.repeat(4)}</div>`

/** The firm's logo, or its name behind a dot of its colour. */
const brandHead = ({ logoUrl, name }: Brand, accent: string): string => {
  const source = logoUrl !== undefined && /^https:/i.test(logoUrl) ? safeHref(logoUrl) : undefined
  const words = `font-family:${fonts};font-size:16px;line-height:1.4;font-weight:700;color:#16181d`
  return source === undefined
    ? `<div class="text" style="${words}"><span class="edge" style="display:inline-block;width:11px;height:11px;border-radius:3px;background:${accent};border:1px solid ${edge(accent)};margin-inline-end:10px"></span>${SafeHtml.escape(name)}</div>`
    : `<img src="${SafeHtml.escape(source)}" alt="${SafeHtml.escape(short(name))}" height="40" style="display:block;height:40px;max-width:220px;border:0;${words}">`
}

/** The outline that keeps a pale colour apart from the card (WCAG 1.4.11). */
const edge = Remembered.by((accent) => Contrast.adjusted(accent, "#ffffff", 3))

const tagOf = (lang: string) => lang.replace(/[^A-Za-z0-9-]/g, "").slice(0, 35)

/** A text of the frame: in its own language and direction, where the body's are others (WCAG 2.2, 3.1.2). */
const framed = ({ frame }: Mail, text: string): string => {
  if (frame === undefined) return SafeHtml.escape(text)
  return `<bdi lang="${tagOf(frame.lang)}" dir="${frame.dir === "rtl" ? "rtl" : "ltr"}">${SafeHtml.escape(text)}</bdi>`
}

const panel = (mail: Mail, direction: Mail["dir"]): string => {
  const { details } = mail
  if (details.length === 0) return ""
  const align = sideOf(direction)
  const rows = details.map(({ label, value }, index) => {
    const line = index === 0 ? "" : ";border-top:1px solid #e3e5ea"
    return `<tr>
<td class="cell muted line" align="${align}" valign="top" width="34%" style="padding:11px 16px${line};font-size:14px;line-height:1.5;color:#626975">${framed(mail, label)}</td>
<td class="cell value text line" align="${align}" valign="top" style="padding:11px 16px${line};font-size:15px;line-height:1.45;font-weight:600;color:#16181d">${framed(mail, value)}</td>
</tr>`
  })
  return `<table role="presentation" class="panel" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:24px 0 0;background:#f7f8fa;border:1px solid #e3e5ea;border-radius:10px;border-collapse:separate;font-family:${fonts}">
${rows.join("\n")}
</table>`
}

/** The button, and the same address as text where the body does not show it already (M20). */
const button = (mail: Mail, accent: string): string => {
  const { action, bodyHtml } = mail
  if (action === undefined) return ""
  const { href: address, hint, label } = action
  const href = /^https?:/i.test(address) ? safeHref(address) : undefined
  const shown = SafeHtml.escape(address)
  const words = Contrast.readableOn(accent)
  const pressed =
    href === undefined
      ? ""
      : `<table role="presentation" class="wide" cellpadding="0" cellspacing="0" border="0" style="margin:28px 0 0;border-collapse:separate">
<tr><td class="edge" align="center" bgcolor="${accent}" style="border-radius:8px;background:${accent};border:1px solid ${edge(accent)}">
<a class="press" href="${SafeHtml.escape(href)}" rel="noopener noreferrer" style="display:inline-block;padding:14px 30px;font-family:${fonts};font-size:16px;line-height:20px;font-weight:600;color:${words};text-decoration:none;border-radius:8px">${framed(mail, label)}</a>
</td></tr>
</table>`
  if (bodyHtml.includes(`>${shown}</a>`)) return pressed
  const link = `<a class="link" href="${SafeHtml.escape(href ?? "")}" rel="noopener noreferrer" style="color:${linkColour(accent)};text-decoration:underline;word-break:break-all">${shown}</a>`
  return `${pressed}
<p class="muted" style="margin:20px 0 0;font-size:13px;line-height:1.6;color:#626975">${framed(mail, hint)}<br>
${href === undefined ? shown : link}</p>`
}
