import * as G from './lib/gen.mjs';
import { time } from './lib/measure.mjs';
// One cell of the table: an adapter, an operation, a size; prints one line of JSON.
const [adapter, op, nStr] = process.argv.slice(2);
const n = Number(nStr);
const A = await import(adapter === 'requite' ? '../adapters/requite.ts' : `./adapters/${adapter}.mjs`);
const out = { adapter, name: A.name, version: A.version, op, n };
const prep = (def) => (A.prepare ? A.prepare(def) : JSON.stringify(def));
try {
  if (op === 'load') {
    const json = prep(G.sections(n));
    out.bytes = json.length;
    Object.assign(out, await time(() => A.load(json), { maxMs: 4000, minRuns: 3 }));
  } else if (op === 'load-only' && A.loadOnly) {
    const json = prep(G.sections(n));
    Object.assign(out, await time(() => A.loadOnly(json), { maxMs: 4000, minRuns: 3 }));
  } else if (op === 'change' && A.change) {
    const def = G.sections(n);
    const m = await A.load(prep(def));
    A.setAll(m, G.answers(def).answers);
    const id = `q${Math.floor(n / 20) * 10}`;
    const dep = Math.min(10, n) - 1;
    let flip = false, ok = true;
    const r = await time(() => { flip = !flip; const v = A.change(m, id, flip ? 'no' : 'yes'); if (v !== -1 && v !== (flip ? n - dep : n)) ok = false; return v; }, { maxMs: 3000, minRuns: 4 });
    Object.assign(out, r, { correct: r.last === -1 ? null : ok });
  } else if ((op === 'chain' || op === 'chain-reversed') && A.change) {
    const def = G.chain(n, op === 'chain-reversed');
    const json = prep(def);
    const { answers } = G.answers(def);
    const m = await A.load(json);
    let seen;
    const r = await time(() => (seen = A.change(m, 'q0', 'no')), { maxMs: 4000, minRuns: 3, maxRuns: 200, setup: () => { for (let k = 0; k < 2; k++) A.setAll(m, answers); } });
    Object.assign(out, r, { expected: 1, visible: seen, correct: seen === -1 ? null : seen === 1 });
  } else if (op === 'validate' && A.validate) {
    const def = G.sections(n);
    const m = await A.load(prep(def));
    const good = G.answers(def).answers, bad = G.answers(def, 7);
    const e0 = await A.validate(m, good);
    const r = await time(() => A.validate(m, good), { maxMs: 3000, minRuns: 3 });
    const m2 = await A.load(prep(def));
    const e1 = await A.validate(m2, bad.answers);
    Object.assign(out, r, { errorsOnGood: e0, errorsOnBad: e1, expectedOnBad: bad.wrong, correct: e0 === 0 && e1 === bad.wrong });
  } else out.skipped = true;
} catch (e) { out.error = String(e?.stack ?? e).split('\n').slice(0, 2).join(' ').slice(0, 300); }
delete out.last;
out.rssMb = Math.round(process.memoryUsage().rss / 1e6);
console.log('RESULT ' + JSON.stringify(out));
process.exit(0);
