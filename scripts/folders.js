/** Every folder at the root that holds sources, in the order of "who may know whom" (docs/ARCHITECTURE.md). */
export const FOLDERS = [
  'shared',
  'endpoint',
  'client',
  'peer',
  'server',
  'sim',
  'cli',
  'test',
  'bench',
  'torture',
  'examples',
  'scripts',
];
