import type { Command } from '../Command.ts';
import { JOURNAL_FILE, RUN_JSON, RUN_SEED, URL_OF_RUNNING } from '../settings/runSettings.ts';
import { TOKEN, TOKEN_FILE, WHICH_CLUSTER } from '../settings/sharedSettings.ts';

export const runCommand: Command = {
  name: 'run',
  summary: 'run scenarios: faults, requests, and what is to come of them',
  description:
    'Runs scenarios of YAML or JSON, one after the other: each with a relay and peers of its own, which are gone afterwards. Prints what was done, what was waited for and what was seen. Ends with exit code 0 when all passed, 1 when one failed, and 2, before anything starts, when one is wrong. docs/SCENARIOS.md describes the language.',
  args: [{ name: '<scenarios...>', description: 'files of YAML or JSON' }],
  settings: [RUN_SEED, JOURNAL_FILE, RUN_JSON, URL_OF_RUNNING, WHICH_CLUSTER, TOKEN, TOKEN_FILE],
  examples: [
    { line: 'whitewater run scenarios/initial-election.yaml', what: "the lab's first test" },
    { line: 'whitewater run scenarios/*.yaml', what: 'all that ship' },
    { line: 'whitewater run ours.yaml --seed 7 --journal run.ndjson', what: 'and keep what happened' },
    { line: 'whitewater run ours.yaml --url http://127.0.0.1:7070', what: 'with peers that run already' },
  ],
  run: async (invocation) => (await import('../scenario/runScenarios.ts')).runScenarios(invocation),
};
