import { everyMode, type Fault } from './fault.ts';
import { changeDeployment, restoreDeployment } from './planting/workload.ts';

/** The server accepts connections and never answers. */
export const acceptsNeverAnswers: Fault = {
  name: 'p04-accepts-never-answers',
  causes: ['P04', 'P05', 'E04'],
  modes: everyMode,
  text: 'The server of `solo` accepts connections on 8080 and never answers; its readiness probe asks port 8090, which does.',
  service: 'solo',
  verdicts: ['broken', 'unknown'],
  shows: [{ from: /node/u, to: /^solo$/u, expect: 'fails', errors: ['no-answer'] }],
  plant: () =>
    changeDeployment('solo', { listeners: ['mute:0.0.0.0:8080', 'http:0.0.0.0:8090'], readinessPort: 8090 }),
  heal: (lab) => restoreDeployment(lab, 'solo'),
};
