import fc from 'fast-check';

// In CI every run makes the same examples, so that a change fails for what it changed. Elsewhere each run makes new ones and prints the seed of those that fail.
if (process.env['CI'] === 'true') fc.configureGlobal({ seed: 1 });

/** For tests: random examples, the same ones each time in CI. */
export default fc;
