/** The page around a preview and its style sheet; everything that moves is in `browser/page.ts`. */
import { createHash } from "node:crypto"
import * as Modules from "./Modules.ts"

export { styles } from "./styles.ts"

const importMap = JSON.stringify(Modules.importMap)

/** The only script in the page itself, by its digest: the security policy lets no other one run. */
export const importMapDigest = `sha256-${createHash("sha256").update(importMap).digest("base64")}`

export const page = (): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>requite preview</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/preview.css">
<script type="importmap">${importMap}</script>
<script type="module" src="${Modules.pageScript}"></script>
</head>
<body>
<header><strong id="name"></strong><span id="status" role="status"></span><span id="languages" role="group" aria-label="Languages"></span></header>
<main id="form" aria-label="As a customer sees it"><noscript>The preview needs JavaScript.</noscript></main>
<aside aria-label="About this questionnaire">
<h2>Findings</h2><ol id="findings"></ol>
<details id="context"><summary>Context</summary><div></div></details>
<details><summary>Answers</summary><pre id="answers" tabindex="0"></pre></details>
</aside>
</body>
</html>
`
