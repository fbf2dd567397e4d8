/** The page around a preview and its style sheet; everything that moves is in `browser/page.ts`. */
import * as Modules from "./Modules.ts"

export { styles } from "./styles.ts"

export const page = (): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>requite preview</title>
<link rel="stylesheet" href="/preview.css">
<script type="importmap" nonce="preview">${JSON.stringify(Modules.importMap)}</script>
<script type="module" src="${Modules.pageScript}"></script>
</head>
<body>
<header><strong id="name"></strong><span id="status" role="status"></span><span id="languages"></span></header>
<main id="form" aria-label="As a customer sees it"><noscript>The preview needs JavaScript.</noscript></main>
<aside aria-label="What requite check finds"><h2>Findings</h2><ol id="findings"></ol><details><summary>Answers</summary><pre id="answers"></pre></details></aside>
</body>
</html>
`
