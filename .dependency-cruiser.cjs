// The walls of the house, each a sentence. docs/architecture.md has the picture.
// Whoever trips on one finds in its comment what to do instead.

/** A wall: files in `room` may import only what `allowed` names (and their own room). */
function wall(room, allowed, comment) {
  const own = `^src/${room}/`;
  const rooms = allowed.map((name) => `^src/${name}`);
  return {
    name: `${room.replaceAll('/', '-')}-imports-only-what-stands-above-it`,
    severity: 'error',
    comment,
    from: { path: own, pathNot: '(\\.test|-fixture)\\.ts$' },
    to: { path: '^src/', pathNot: [own, ...rooms] },
  };
}

const pureRooms =
  '^src/(model|snapshot|pseudonyms|world|intent|dataplane|kubeproxy|dns|policy|verify|checks|diagnosis|report|investigate)';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Data flows one way. Move what both need into the room above.',
      from: {},
      to: { circular: true },
    },
    wall('model', [], 'Nouns and value arithmetic only: move behaviour to the room that needs it.'),
    wall('snapshot', ['model/'], 'A snapshot is what was observed, unread: interpretation belongs in world.'),
    wall('dataplane', ['model/'], 'The packet path knows no Kubernetes object: translate in world.'),
    wall('dns', ['model/'], 'Pure reading of DNS configuration: link to objects in world or checks.'),
    wall('policy', ['model/'], 'Pure evaluation of policies: link to objects in world or checks.'),
    wall(
      'world',
      ['model/', 'snapshot/', 'dataplane/', 'dns/', 'policy/'],
      'World parses and links; it neither judges nor observes.',
    ),
    wall('intent', ['model/', 'world/', 'policy/'], 'A promise does not know how it is kept.'),
    wall(
      'kubeproxy',
      ['model/', 'intent/', 'world/', 'dataplane/ruleset/'],
      'It predicts what kube-proxy writes; it does not simulate.',
    ),
    wall(
      'verify',
      ['model/', 'world/', 'intent/', 'dataplane/', 'kubeproxy/'],
      'Compare here; draw in report; what kube-proxy would have written is known to kubeproxy.',
    ),
    wall(
      'checks',
      ['model/', 'world/', 'intent/', 'verify/', 'kubeproxy/', 'dns/', 'policy/', 'dataplane/'],
      'A check is one small pure fact.',
    ),
    wall(
      'diagnosis',
      ['model/', 'world/', 'intent/', 'verify/', 'checks/', 'dataplane/walk/trace'],
      'Rank and prove; words belong in report.',
    ),
    wall(
      'report',
      ['model/', 'diagnosis/'],
      'Words and pictures only: put what you need into the diagnosis.',
    ),
    wall(
      'pseudonyms',
      ['model/', 'snapshot/', 'kubeproxy/names'],
      'It changes texts; what they mean is for world.',
    ),
    wall(
      'observe',
      ['model/', 'snapshot/', 'dns/'],
      'Observation ends with a snapshot; of what it means it knows only which names a client would ask for.',
    ),
    wall(
      'cli',
      ['investigate', 'observe/', 'pseudonyms/', 'report/', 'model/', 'snapshot/'],
      'Shells read arguments, call and draw.',
    ),
    {
      name: 'only-shells-and-observe-touch-the-outside',
      severity: 'error',
      comment: 'Time, randomness, files and the network travel in the snapshot.',
      from: { path: pureRooms, pathNot: '(\\.test|-fixture)\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'a-check-imports-no-other-check',
      severity: 'error',
      comment: 'Move what two checks need into the room that owns the concept.',
      from: { path: '^src/checks/[^/]+/[^/.]+\\.ts$', pathNot: '/index\\.ts$' },
      to: { path: '^src/checks/[^/]+/[^/.]+\\.ts$' },
    },
    {
      name: 'walk-is-not-for-kubeproxy',
      severity: 'error',
      comment: 'kubeproxy predicts rules; walking them is for verify.',
      from: { path: '^src/kubeproxy/' },
      to: { path: '^src/dataplane/walk/' },
    },
    {
      name: 'nothing-imports-lab-scenarios-bench',
      severity: 'error',
      comment: 'They are judges and shells; what they share with src belongs in src.',
      from: { path: '^src/', pathNot: '(\\.test|-fixture)\\.ts$' },
      to: { path: '^(lab|scenarios|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};
