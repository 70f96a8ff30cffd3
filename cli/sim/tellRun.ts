import { writeFileSync } from 'node:fs';
import { WhitewaterError } from '../../shared/errors.ts';
import { Chronicle } from '../../sim/chronicle/Chronicle.ts';
import { logLines } from '../../sim/chronicle/logLines.ts';
import { drawDiagram } from '../../sim/diagram/drawDiagram.ts';
import { porcupineHistory } from '../../sim/porcupineHistory.ts';
import { replayCommand } from '../../sim/replayCommand.ts';
import type { SeedListeners, SeedOptions } from '../../sim/runSeed.ts';
import { tryRun } from '../../sim/tryRun.ts';
import type { Settings } from '../settings/Settings.ts';
import { DIAGRAM_FILE, HISTORY_FILE, LOG_FILE, SHOWN_INTERVAL, VERBOSE } from '../settings/simSettings.ts';

/** So many lines are written at a time. */
const LINES_PER_WRITE = 1000;

/** Whether somebody wants to know what happened in a run. */
export function wantsToBeTold(settings: Settings): boolean {
  const files = [LOG_FILE, DIAGRAM_FILE, HISTORY_FILE];
  return settings.get(VERBOSE) || files.some((file) => settings.get(file) !== undefined);
}

/**
 * Runs it once more, here, and writes down what happens: on standard output, in a log, as a diagram, as a history, as the settings say.
 * @throws {WhitewaterError} OUTPUT_FAILED when a file cannot be written
 */
export async function tellRun(
  settings: Settings,
  stdout: NodeJS.WriteStream,
  options: SeedOptions,
  listeners: SeedListeners,
): Promise<string[]> {
  const chronicle = new Chronicle();
  const outcome = await tryRun(options, { ...listeners, ...chronicle.listeners });
  const failure = outcome.passed ? undefined : outcome.failure;
  if (settings.get(VERBOSE)) writeLines(chronicle, (text) => stdout.write(text));
  const written: string[] = [];
  const log = settings.get(LOG_FILE);
  if (log !== undefined) {
    const parts: string[] = [];
    writeLines(chronicle, (text) => parts.push(text));
    write(log, parts.join(''));
    written.push(`log         ${log}`);
  }
  const diagram = settings.get(DIAGRAM_FILE);
  if (diagram !== undefined) {
    const interval = settings.get(SHOWN_INTERVAL);
    write(diagram, drawDiagram(chronicle, { title: replayCommand(options), interval, failure }));
    written.push(`diagram     ${diagram}`);
  }
  const history = settings.get(HISTORY_FILE);
  if (history !== undefined) {
    const { text, told, operations } = porcupineHistory(chronicle.history);
    write(history, text);
    written.push(`history     ${history}: ${told} of ${operations} operations, the others cannot be said in it`);
  }
  return written;
}

function writeLines(chronicle: Chronicle, writeText: (text: string) => void): void {
  let lines: string[] = [];
  for (const line of logLines(chronicle)) {
    lines.push(line);
    if (lines.length < LINES_PER_WRITE) continue;
    writeText(`${lines.join('\n')}\n`);
    lines = [];
  }
  if (lines.length > 0) writeText(`${lines.join('\n')}\n`);
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new WhitewaterError('OUTPUT_FAILED', `${reason}: name a file that can be written`, { cause: error });
  }
}
