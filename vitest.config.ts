import { type ViteUserConfig, defineConfig } from 'vitest/config';

// One project a tier. `npm test` chooses the tiers this machine can run (scripts/test.ts says which it left out, and why).
const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          // Another program may want the machine, too.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          include: [
            'lab/{score,faults,reference}/**/*.test.ts',
            'src/**/*.test.ts',
            'bench/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
        },
      },
      { test: { name: 'scenarios', include: ['scenarios/**/*.test.ts'], testTimeout: 300_000 } },
      // Needs root, Linux and built binaries (npm run lab:build).
      { test: { name: 'lab', include: ['lab/*.test.ts'], fileParallelism: false } },
      // Needs Linux, qemu and Debian's kernel package.
      { test: { name: 'emulated', include: ['lab/emulated/**/*.test.ts'] } },
      // Needs root, Linux, iptables and nft.
      { test: { name: 'kernel', include: ['lab/kernel-judge/**/*.test.ts'], fileParallelism: false } },
    ],
  },
});

export default config;
