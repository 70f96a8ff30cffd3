import { VIRTUAL_TESTS } from './virtualTests.ts';

/**
 * A process that plays tests of the lab in virtual time, for `npm run test:lab:virtual` and for `npm test`: tap follows every promise
 * of its own process, which costs such a test as much as it does itself.
 */

/** One seed of one test. */
interface Job {
  readonly test: string;
  readonly seed: string;
}

process.on('message', ({ test: name, seed }: Job) => {
  const test = VIRTUAL_TESTS.find((one) => one.name === name);
  if (test === undefined) throw new Error(`there is no test ${name}`);
  const startedUs = process.cpuUsage();
  test.play(seed).then(
    (lines) => process.send?.({ lines, cpuSeconds: secondsSince(startedUs) }),
    (error: unknown) =>
      process.send?.({
        failure: error instanceof Error ? error.message : String(error),
        cpuSeconds: secondsSince(startedUs),
      }),
  );
});

process.on('disconnect', () => process.exit());

process.send?.({ tests: VIRTUAL_TESTS.map(({ name, lab, word }) => ({ name, lab, word })) });

function secondsSince(startedUs: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(startedUs);
  return (user + system) / 1e6;
}
