import { type Check, defineCheck } from '../check.ts';
import { clientPod } from '../client-pod.ts';

/** Alpine Linux by the tag of an image: `alpine:3.16`, `node:18-alpine3.16`. */
const ALPINE = /(?:^|\/)alpine:v?3\.(\d+)|[-:]alpine-?3\.(\d+)/;

/** The first Alpine whose musl asks again by TCP what did not fit into an answer by UDP. *Source:* musl 1.2.4 release notes; Alpine 3.18.0 release notes. */
const ASKS_BY_TCP = 18;

/** The client that is asked about resolves names by an old musl, which gives up where others do not. */
export const clientMusl: Check = defineCheck({
  id: 'dns/client-musl',
  asserts: 'the client’s resolver asks by TCP what does not fit into UDP',
  faults: ['D15'],
  needs: ['pods'],
  *run({ world, subject: { from } }) {
    const pod = clientPod(world, from);
    if (!pod) return;
    const old = pod.spec.containers.flatMap(({ name, image = '' }) => {
      const [, alone, behind] = ALPINE.exec(image) ?? [];
      const minor = Number(alone ?? behind);
      return minor < ASKS_BY_TCP ? [{ name, image, minor }] : [];
    });
    const [first] = old;
    if (!first) return;
    const { namespace, name } = pod.metadata;
    yield {
      severity: 'info',
      subject: `Pod ${namespace}/${name}`,
      share: [0, 0],
      summary: `${namespace}/${name} resolves names by the musl of Alpine 3.${first.minor} (container ${first.name}): it does not ask by TCP for answers that are too large for UDP, and takes the first answer of several servers, also where it is that the name does not exist`,
      evidence: [{ ...world.locate(pod, 'spec.containers'), text: `image: ${first.image}` }],
      remedy: { text: 'build the image on Alpine 3.18 or later, or on one with glibc', commands: [] },
    };
  },
});
