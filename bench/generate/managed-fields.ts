const set = {};
const fields = (...names: readonly string[]): object =>
  Object.fromEntries(names.map((name) => [`f:${name}`, set]));

/** Who set which field of a pod, as the API tells of every object: half of what it sends of it. */
export const managedFields: readonly object[] = [
  {
    manager: 'kube-controller-manager',
    operation: 'Update',
    apiVersion: 'v1',
    time: '2026-01-05T11:00:00Z',
    fieldsType: 'FieldsV1',
    fieldsV1: {
      'f:metadata': {
        'f:generateName': set,
        'f:labels': { '.': set, ...fields('app', 'pod-template-hash') },
        'f:ownerReferences': { '.': set, 'k:{"uid":"2c4b0f4e-3d57-4d5a-8f0a-1f6c1b7a9e01"}': set },
      },
      'f:spec': {
        'f:containers': {
          'k:{"name":"app"}': {
            '.': set,
            'f:env': { '.': set, 'k:{"name":"LISTEN"}': { '.': set, ...fields('name', 'value') } },
            'f:livenessProbe': {
              '.': set,
              'f:httpGet': { '.': set, ...fields('path', 'port', 'scheme') },
              ...fields('failureThreshold', 'periodSeconds', 'successThreshold', 'timeoutSeconds'),
            },
            'f:ports': {
              '.': set,
              'k:{"containerPort":8080,"protocol":"TCP"}': {
                '.': set,
                ...fields('containerPort', 'name', 'protocol'),
              },
            },
            'f:readinessProbe': {
              '.': set,
              'f:httpGet': { '.': set, ...fields('path', 'port', 'scheme') },
              ...fields('failureThreshold', 'periodSeconds', 'successThreshold', 'timeoutSeconds'),
            },
            'f:resources': {
              '.': set,
              'f:limits': { '.': set, ...fields('memory') },
              'f:requests': { '.': set, ...fields('cpu', 'memory') },
            },
            ...fields(
              'image',
              'imagePullPolicy',
              'name',
              'terminationMessagePath',
              'terminationMessagePolicy',
            ),
          },
        },
        ...fields(
          'dnsPolicy',
          'enableServiceLinks',
          'restartPolicy',
          'schedulerName',
          'securityContext',
          'terminationGracePeriodSeconds',
        ),
      },
    },
  },
  {
    manager: 'kubelet',
    operation: 'Update',
    apiVersion: 'v1',
    time: '2026-01-05T11:00:04Z',
    fieldsType: 'FieldsV1',
    subresource: 'status',
    fieldsV1: {
      'f:status': {
        'f:conditions': Object.fromEntries(
          ['ContainersReady', 'Initialized', 'PodReadyToStartContainers', 'Ready'].map((type) => [
            `k:{"type":"${type}"}`,
            {
              '.': set,
              ...fields('lastProbeTime', 'lastTransitionTime', 'observedGeneration', 'status', 'type'),
            },
          ]),
        ),
        'f:podIPs': { '.': set, 'k:{"ip":"10.128.0.2"}': { '.': set, ...fields('ip') } },
        ...fields(
          'containerStatuses',
          'hostIP',
          'hostIPs',
          'observedGeneration',
          'phase',
          'podIP',
          'startTime',
        ),
      },
    },
  },
];
