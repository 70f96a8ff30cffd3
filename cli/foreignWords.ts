/** Words by which other tools call what a command or a flag here does, where the letters are of no help. */
const COMMANDS: Readonly<Record<string, string>> = {
  cut: 'partition',
  split: 'partition',
  block: 'link',
  drop: 'link',
  delay: 'link',
  fault: 'link',
  faults: 'rules',
  reset: 'heal',
  repair: 'heal',
  kill: 'process kill',
  stop: 'process stop',
  start: 'process start',
  pause: 'process pause',
  resume: 'process resume',
  restart: 'process restart',
  show: 'status',
  clusters: 'status',
  set: 'put',
  rm: 'delete',
  ls: 'list',
  election: 'timeout',
  simulate: 'sim',
};

const FLAGS: Readonly<Record<string, string>> = {
  '--loss': '--drop',
  '--lose': '--drop',
  '--latency': '--delay',
  '--jitter': '--delay',
  '--bandwidth': '--rate',
  '--throttle': '--rate',
  '--duration': '--ttl',
  '--expire': '--ttl',
  '--type': '--types',
  '--bidirectional': '--both',
  '--secret': '--secret-file',
  '--out': '--output',
  '--relay': '--url',
  '--address': '--url',
  '--nodes': '--peers',
};

export function commandMeant(word: string): string | undefined {
  return Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
}

/** @param flags those that the command has */
export function flagMeant(word: string, flags: readonly string[]): string | undefined {
  const meant = Object.hasOwn(FLAGS, word) ? FLAGS[word] : undefined;
  return meant !== undefined && flags.includes(meant) ? meant : undefined;
}
