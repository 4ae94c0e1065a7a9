import { describe, expect, it } from 'vitest';
import { slimPod } from './slim-pod.ts';

const pod = (name: string) => ({
  metadata: { name, labels: { app: 'web' }, managedFields: [] },
  spec: {
    nodeName: 'node-a',
    containers: [
      {
        name: 'app',
        image: 'web:1',
        command: ['web'],
        env: [{ name: 'PASSWORD', value: 'x' }],
        ports: [{ containerPort: 80 }],
        volumeMounts: [],
      },
    ],
    volumes: [
      { name: 'token', projected: {} },
      { name: 'config', configMap: { name: 'coredns' } },
    ],
  },
  status: {
    podIP: '10.0.0.7',
    conditions: [
      { type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime: '2026-01-05T11:00:00Z' },
    ],
    containerStatuses: [{ name: 'app', imageID: 'sha256:0', restartCount: 2, state: { running: {} } }],
  },
});

describe('slimPod', () => {
  it('keeps what is judged by', () => {
    expect(slimPod(pod('a'))).toEqual({
      metadata: { name: 'a', labels: { app: 'web' } },
      spec: {
        nodeName: 'node-a',
        containers: [{ name: 'app', image: 'web:1', command: ['web'], ports: [{ containerPort: 80 }] }],
        volumes: [{ name: 'config', configMap: { name: 'coredns' } }],
      },
      status: {
        podIP: '10.0.0.7',
        conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-05T11:00:00Z' }],
        containerStatuses: [{ name: 'app', restartCount: 2, state: { running: {} } }],
      },
    });
  });

  it('keeps the names of proxies, and that there may be more variables', () => {
    const made = pod('a');
    const env = [
      ...made.spec.containers[0]!.env,
      { name: 'HTTP_PROXY', value: 'http://user:hush@proxy:3128' },
    ];
    Object.assign(made.spec.containers[0]!, { env, envFrom: [{ secretRef: { name: 'hush' } }] });
    const { spec } = slimPod(made) as { spec: { containers: object[] } };
    expect(spec.containers[0]).toMatchObject({ env: [{ name: 'HTTP_PROXY' }], envFrom: [{}] });
    expect(JSON.stringify(spec)).not.toContain('hush');
  });

  it('has copies share their parts, and only those that are alike', () => {
    const shared = new Map();
    const [one, two, other] = ['a', 'b', 'c'].map((name) => {
      const made = pod(name);
      if (name === 'c') made.spec.containers[0]!.image = 'web:2';
      return slimPod(made, shared) as ReturnType<typeof pod>;
    });
    expect(two?.spec.containers).toBe(one?.spec.containers);
    expect(two?.metadata.name).toBe('b');
    expect(other?.spec.containers[0]?.image).toBe('web:2');
    expect(other?.metadata.labels).toBe(one?.metadata.labels);
  });

  it('takes a pod of which little is there', () => {
    expect(slimPod({ metadata: { name: 'a' } })).toMatchObject({
      metadata: { name: 'a' },
      spec: {},
      status: {},
    });
  });
});
