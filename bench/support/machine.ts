import { readFileSync } from 'node:fs';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { createRequire } from 'node:module';

/** Where figures come from. Nothing here names the machine or its user. */
export interface Machine {
  readonly cpuModel: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly nodeVersion: string;
  readonly wsVersion: string;
  /** Processes that wanted a core in the minute before the bench began; more than a few tenths spoils the figures. */
  readonly loadBefore: number;
}

/** From this load average a core on, somebody else is at work. */
const BUSY_FROM = 0.5;

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    cpuModel: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    nodeVersion: process.version,
    wsVersion: versionOf('ws'),
    loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

export function machineLine(machine: Machine): string {
  const { cpuModel, cores, memoryGiB, system, nodeVersion, wsVersion, loadBefore } = machine;
  const line = `${cpuModel}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${nodeVersion}, ws ${wsVersion}; load average before: ${loadBefore}.`;
  if (loadBefore < cores * BUSY_FROM) return line;
  return `${line} **The machine was busy with other work**: rates are lower and latencies higher than they would be, and only what is compared within the run means much.`;
}

function versionOf(name: string): string {
  const path = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
