import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { folderOfKeptCode, keep, readKept } from './kept-code.ts';

/** What a file in CommonJS is wrapped in, as Node does it. */
type Wrapped = (
  exports: object,
  require: (id: string) => unknown,
  module: { exports: object },
  filename: string,
  folder: string,
) => void;

/** The build's own name, made of what it holds; the build writes it here. */
declare const BUILD: string;

const kept = folderOfKeptCode(BUILD, process.env);
const loaded = new Map<string, { exports: object }>();
const scripts = new Map<string, Script>();
let isNew = false;

/** Runs a file of the shipped program as `require` would, with the code that an earlier run compiled where that was kept. */
export function loadKept(path: string): unknown {
  const before = loaded.get(path);
  if (before) return before.exports;
  const module = { exports: {} };
  loaded.set(path, module);
  const node = createRequire(path);
  const need = (id: string): unknown => (id.startsWith('.') ? loadKept(join(dirname(path), id)) : node(id));
  const run = compile(path).runInThisContext() as Wrapped;
  run(module.exports, need, module, path, dirname(path));
  return module.exports;
}

function compile(path: string): Script {
  const cachedData = kept === undefined ? undefined : readKept(fileFor(kept, path));
  const source = readFileSync(path, 'utf8');
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename: path,
    ...(cachedData ? { cachedData } : {}),
  });
  scripts.set(path, script);
  if (cachedData === undefined || script.cachedDataRejected === true) isNew = true;
  return script;
}

const fileFor = (folder: string, path: string): string => join(folder, `${basename(path)}.bin`);

// At the end, since a function is compiled when it is first called.
if (kept !== undefined)
  process.once('exit', () => {
    if (isNew) for (const [path, script] of scripts) keep(fileFor(kept, path), script);
  });
