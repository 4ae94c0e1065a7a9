import { nodeReadings } from '../node-readings.ts';
import { beginScript } from './begin-script.ts';
import { configurationScript } from './configuration-script.ts';
import { endScript } from './end-script.ts';
import { kernelFilesScript } from './kernel-files-script.ts';
import { kubeProxyScript } from './kube-proxy-script.ts';
import { readingFunctions } from './reading-functions.ts';

/** What the script is written for. */
export interface CaptureScriptOptions {
  /** The node's name; else the script asks kubelet's arguments, then the host. */
  readonly node?: string;
}

/**
 * A POSIX shell script that an administrator runs as root on a node; it writes `plumb-NODE.tgz` (or the folder, where tar
 * or gzip is missing), which `--from` takes. It needs nothing but a shell and what every system has; tools that are
 * missing are noted in the manifest. It only reads, and no file with credentials. *Source:* POSIX.1-2017 XCU 2; runs in dash and in busybox sh.
 */
export function captureScript({ node = '' }: CaptureScriptOptions = {}): string {
  const readings = nodeReadings.map(({ what, isNeeded, ways, onlyWith }) => {
    const words = ways.map(({ file, argv }) => `${file} '${argv.join(' ')}'`);
    const reading = `reading '${what}' ${isNeeded ? 'needed' : 'wanted'} ${words.join(' ')}`;
    return onlyWith === undefined ? reading : `[ ! -r ${onlyWith} ] || ${reading}`;
  });
  return [
    beginScript(node.replaceAll(/[^\w.-]/g, '')),
    readingFunctions,
    readings.join('\n'),
    kernelFilesScript,
    kubeProxyScript,
    configurationScript,
    endScript,
  ].join('\n');
}
