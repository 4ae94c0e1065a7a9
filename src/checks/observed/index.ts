import type { Check } from '../check.ts';
import { endpointConnects } from './endpoint-connects.ts';
import { frontendConnects } from './frontend-connects.ts';
import { httpAnswers } from './http-answers.ts';
import { nameAnswered } from './name-answered.ts';
import { reachedFromHere } from './reached-from-here.ts';

/** What was asked and tried on the running cluster. What causes it is named by the areas before, where it was seen. */
export const observedChecks: readonly Check[] = [
  nameAnswered,
  endpointConnects,
  frontendConnects,
  httpAnswers,
  reachedFromHere,
];
