/** The style sheet of the preview: the customer's page at the left, plain and roomy; what there is to say at the right. */
export const styles = `
:root{color-scheme:light dark;--ink:light-dark(#1a1d21,#e8eaed);--paper:light-dark(#fff,#1b1e22);--edge:light-dark(#8a9099,#868d96);--soft:light-dark(#f3f4f6,#25292f);--accent:light-dark(#1f4e79,#8db9e8);--bad:light-dark(#b3261e,#ff9d94);--warn:light-dark(#7a5200,#f0c060)}
*{box-sizing:border-box} [hidden]{display:none!important}
body{margin:0;font:17px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--soft);display:grid;grid-template-columns:minmax(0,1fr) minmax(18rem,26rem);grid-template-rows:auto 1fr;min-height:100vh}
header{grid-column:1/-1;display:flex;gap:1rem;align-items:baseline;flex-wrap:wrap;padding:.6rem 1.2rem;border-bottom:1px solid var(--edge);font-size:15px}
header #languages{margin-left:auto;display:flex;gap:.4rem} [aria-pressed=true]{background:var(--accent);color:var(--paper)}
#findings:empty::before{content:"Nothing found."}
main{padding:1.2rem;max-width:44rem;width:100%;margin:0 auto}
aside{border-left:1px solid var(--edge);padding:1rem;font-size:15px;overflow-wrap:anywhere;background:var(--paper)}
aside ol{list-style:none;padding:0;margin:0;display:grid;gap:.8rem}
aside li{border-left:4px solid var(--edge);padding-left:.7rem}
aside li.error{border-color:var(--bad)} aside li.warning{border-color:var(--warn)}
aside label{display:block;margin:.6rem 0} aside label :is(input,select){display:block} aside summary{cursor:pointer;padding:.5rem 0;min-height:44px}
.with-unit{display:flex;gap:.6rem;align-items:center}
aside pre{white-space:pre-wrap;font-size:13px}
section.part{background:var(--paper);border:1px solid var(--edge);border-radius:10px;padding:1rem 1.2rem;margin:0 0 1.2rem}
h1{font-size:1.5rem;line-height:1.25} h2{font-size:1.2rem;margin:.2rem 0 .6rem} h3{font-size:1.05rem;margin:0}
.question{margin:0 0 1.3rem}
.label,legend{font-weight:700;display:block;padding:0} .optional,.help,.why{color:inherit;opacity:.75;font-weight:400}
fieldset{border:0;margin:0;padding:0;min-width:0}
.group{border-left:3px solid var(--edge);padding-left:1rem}
.question>.option{grid-row:1} .question:has(>.option){display:grid;grid-template-columns:auto 1fr;column-gap:.7rem;align-items:center} .question:has(>.option)>:not(.option,.label){grid-column:1/-1}
.question ul{padding-left:1.2rem} .group:empty{display:none} .group+button{margin-top:.6rem} .instance h3{margin-bottom:.6rem}
.instance{border:1px solid var(--edge);border-radius:8px;padding:.8rem 1rem;margin:.6rem 0}
input:not([type=checkbox],[type=radio],[type=file]),textarea,select{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--edge);border-radius:6px;padding:.55rem .7rem;width:100%;min-height:44px}
input[inputmode=decimal],input[type=date]{max-width:14rem}
.option{display:flex;gap:.7rem;align-items:center;min-height:44px;cursor:pointer}
.option input{width:1.3rem;height:1.3rem;flex:none;accent-color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.error-text{color:var(--bad);margin:.2rem 0}
button{font:inherit;min-height:44px;padding:.4rem 1rem;border-radius:6px;border:1px solid var(--accent);background:transparent;color:var(--accent);cursor:pointer}
progress{width:100%;margin-bottom:1rem}
@media (max-width:860px){body{grid-template-columns:minmax(0,1fr)}aside{border-left:0;border-top:1px solid var(--edge)}}
`
