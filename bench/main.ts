// `npm run bench -- [B1 B1b …] [--rounds n]`: times what docs/benchmarks.md tells, against peers, in one run.
import { cpus } from 'node:os';
import { benchAudit } from './audit-benchmarks.ts';
import { benchGrowth, benchMemory, benchNft, benchReading, benchSmall } from './parse-benchmarks.ts';
import { benchLive } from './live-benchmarks.ts';
import { benchStart } from './start-benchmarks.ts';
import { benchWalk } from './walk-benchmarks.ts';
import { type Row, tableText } from './report.ts';

const READING = ['B1', 'B1b', 'B1c', 'B1d'];
const AUDITS = ['B2', 'B2b', 'B2c', 'B2d'];
const LIVE = ['live-scale', 'live-memory'];
const ALL = [...READING, ...AUDITS, 'B2e', 'B3', 'B3b', 'B3c', 'B6', 'B6b', 'B7', 'B9', 'start', ...LIVE];

const words = process.argv.slice(2);
const roundsAt = words.indexOf('--rounds');
const rounds = roundsAt < 0 ? 5 : Number(words[roundsAt + 1]);
const named = words.filter((_, index) => roundsAt < 0 || (index !== roundsAt && index !== roundsAt + 1));
const unknown = named.filter((id) => !ALL.includes(id));
if (unknown.length > 0 || !(rounds >= 1)) {
  console.error(`usage: npm run bench -- [--rounds n] [${ALL.join(' ')}]`);
  process.exit(2);
}
const ids = new Set(named.length > 0 ? named : ALL);

const rows: Row[] = [];
if (READING.some((id) => ids.has(id))) rows.push(...benchReading(ids, { rounds }));
if (AUDITS.some((id) => ids.has(id))) rows.push(...benchAudit(ids, { rounds }));
if (ids.has('B2e')) rows.push(...benchNft({ rounds }));
if (['B3', 'B3b', 'B3c'].some((id) => ids.has(id))) rows.push(...benchWalk(ids, { rounds }));
if (ids.has('B6') || ids.has('B6b')) rows.push(...benchMemory({ rounds }).filter(({ id }) => ids.has(id)));
if (ids.has('B7')) rows.push(...benchGrowth({ rounds }));
if (ids.has('B9')) rows.push(...benchSmall({ rounds }));
if (ids.has('start')) rows.push(...benchStart({ rounds }));
if (LIVE.some((id) => ids.has(id))) rows.push(...(await benchLive(ids, { rounds })));

console.log(tableText(rows));
console.log(
  `\nMedian (least) and CPU time of ${rounds} rounds, ${cpus().length} × ${cpus()[0]?.model ?? '?'}, Node ${process.version}.`,
);
