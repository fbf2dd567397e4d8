/** Everything that a firm words and a customer reads, made safe: rich text, message templates, and the mails they travel in. */
export * as Contrast from "./Contrast.ts"
export * as MailLayout from "./MailLayout.ts"
export * as MessageTemplate from "./MessageTemplate.ts"
export * as RichText from "./RichText.ts"
export * as SafeHtml from "./SafeHtml.ts"
