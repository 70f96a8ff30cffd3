import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { setTimeout as after } from 'node:timers/promises';

/** Where figures come from. Nothing here names the machine or its user. */
export interface Machine {
  readonly cpuModel: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly nodeVersion: string;
  readonly wsVersion: string;
}

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    cpuModel: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    nodeVersion: process.version,
    wsVersion: versionOf('ws'),
  };
}

export function machineLine(machine: Machine): string {
  const { cpuModel, cores, memoryGiB, system, nodeVersion, wsVersion } = machine;
  return `${cpuModel}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${nodeVersion}, ws ${wsVersion}`;
}

/** How busy a machine is over the next moment, all cores together: from 0 to 1. */
export async function busyShare(forMs = 500): Promise<number> {
  const before = coreTimes();
  await after(forMs);
  const later = coreTimes();
  const passed = later.all - before.all;
  return passed === 0 ? 0 : 1 - (later.idle - before.idle) / passed;
}

function coreTimes(): { idle: number; all: number } {
  const times = cpus().map((core) => core.times);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return { idle: sum(times.map(({ idle }) => idle)), all: sum(times.flatMap((time) => Object.values(time))) };
}

function versionOf(name: string): string {
  const path = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
