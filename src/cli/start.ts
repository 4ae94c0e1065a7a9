#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { loadKept } from './load-kept.ts';

// The shipped program's first file, which stands alone: all others are loaded by it.
loadKept(fileURLToPath(new URL('chunks/main.cjs', import.meta.url)));
