// Reads one dump and walks packets of every class of clients to one address, in a process of its own: what B3 times.
import { networkOf, readTables, walkClasses } from '../one-service.ts';

const [path = '', address = '', port = ''] = process.argv.slice(2);
const outcomes = walkClasses(networkOf(readTables(path)), address, Number(port));
console.log(JSON.stringify(outcomes.map(({ result, destination }) => [result, destination.port])));
