/** The first line that `kubectl cluster-info dump` writes before the log of a container. */
const DUMPED = /^==== START logs for container \S+ of pod ([^/\s]+)\/(\S+) ====\n/;

/** Where logs of pods stand: a capture, a support bundle of troubleshoot.sh, a must-gather of OpenShift, a node’s `/var/log/pods`. */
const PATHS = [
  /(?:^|\/)pods\/([^/_]+)_([^/]+?)(?:\.log|\.txt)?$/,
  /(?:^|\/)pods\/logs\/([^/]+)\/([^/]+)\/[^/]+\.log$/,
  /(?:^|\/)namespaces\/([^/]+)\/pods\/([^/]+)\/[^/]+\/[^/]+\/logs\/[^/]+\.log$/,
  /(?:^|\/)pods\/([^/_]+)_([^/_]+)_[^/_]+\/[^/]+\/\d+\.log$/,
];

/** The pod (`namespace/name`) whose log a file is, by its path or its first line; undefined where neither tells. */
export function podOfLog(path: string, head: string): string | undefined {
  const found = [...PATHS.map((pattern) => pattern.exec(path)), DUMPED.exec(head)].find((each) => each);
  return found ? `${found[1]}/${found[2]}` : undefined;
}

/** What stands below the line that names the pod. */
export function withoutLogHead(head: string): string {
  return head.replace(DUMPED, '');
}
