// Prints src/dataplane/iptables/scanner-code.ts: the scanner of dumps (assembly/), compiled to WebAssembly. Plain JavaScript, as the compiler's types change those of arrays.
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const folder = fileURLToPath(new URL('../src/dataplane/iptables/assembly/', import.meta.url));
// No functions of the host, no garbage collection: all it keeps are its own blocks of memory.
const options = ['-O3', '--noAssert', '--runtime', 'stub', '--use', 'abort=', '--outFile', 'scanner.wasm'];

let binary = new Uint8Array(0);
const { error, stderr } = await asc.main(['index.ts', '--baseDir', folder, ...options], {
  writeFile: (_name, contents) => {
    binary = contents;
  },
});
if (error) throw new Error(`the scanner does not compile: ${stderr.toString()}`);
console.log(`/** Made of assembly/ by \`npm run generate\`: WebAssembly in base64. */
export const SCANNER_CODE: string =
  '${Buffer.from(binary).toString('base64')}';`);
