import eslint from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { FOLDERS } from './scripts/folders.js';

const SCHEMA_LIBRARY_ONLY = {
  regex: String.raw`^(?!\.{1,2}/|typebox(?:/|$)|nanoid$)`,
  message: 'shared needs a schema library and nanoid, and nothing of Node or of a browser.',
};
const FAULTS_ONLY = {
  regex: String.raw`^(?:\.\./)+server/(?!faults/)`,
  message: 'sim may know server/faults and nothing else of server.',
};
const NO_NODE = {
  regex: '^(?:node:|classic-level$|memory-level$|ws$)',
  message:
    'This runs in a browser too: Node stays in endpoint/transport, endpoint/clock, peer/storage and peer/snapshots.',
};

/**
 * "Who may know whom" of docs/ARCHITECTURE.md for the files of one folder at the root.
 * @param {{ files: string[], folder: string, allowed: string[], refused?: object[] }} row
 * @returns {import('eslint').Linter.Config}
 */
function importTable({ files, folder, allowed, refused = [] }) {
  const others = FOLDERS.filter((other) => other !== folder && !allowed.includes(other));
  const table = {
    regex: String.raw`^(?:\.\./)+(?:${others.join('|')})/`,
    message: `${folder} may not know this folder: see "Who may know whom" in docs/ARCHITECTURE.md.`,
  };
  return { files, rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [table, ...refused] }] } };
}

/**
 * The files of a pure folder that lie `depth` folders below it: they know each other, and shared, or types of it only.
 * @param {{ folder: string, typesOnly: boolean }} row @param {number} depth
 * @returns {import('eslint').Linter.Config}
 */
function pureImports({ folder, typesOnly }, depth) {
  const parent = String.raw`\.\./`.repeat(depth + 1);
  const toShared = String.raw`\.\./`.repeat(folder.split('/').length - 1) + 'shared/';
  const what = typesOnly ? 'types of shared' : 'shared';
  const message = `${folder} is pure: it knows its own files and ${what}, nothing else.`;
  const patterns = [
    { regex: String.raw`^[^.]`, message },
    { regex: `^${parent}(?!${toShared})`, message },
    ...(typesOnly ? [{ regex: `^${parent}${toShared}`, allowTypeImports: true, message }] : []),
  ];
  return {
    files: [`${folder}/${'*/'.repeat(depth)}*.ts`],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
  };
}

const PURE = [
  { folder: 'peer/raft', typesOnly: true },
  { folder: 'server/faults', typesOnly: false },
];
const PURE_DEPTHS = [0, 1, 2];

const IMPURE_GLOBALS = [
  ...['Date', 'performance', 'crypto', 'Promise', 'console', 'process', 'fetch', 'WebSocket', 'globalThis'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'clearTimeout', 'clearInterval'],
];

const NO_DEFAULT_EXPORT = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export by name, so that one thing has one name everywhere.',
};
const NO_NON_NULL = {
  selector: 'TSNonNullExpression:not([expression.object.name="match"]):not([expression.object.name="groups"])',
  message: 'Check instead of asserting; only a group of a regular expression that matched may be asserted.',
};
const NO_ASYNC = {
  selector: ':function[async=true], AwaitExpression, ImportExpression',
  message: 'This folder is pure: what takes time goes through inputs and effects.',
};

export default defineConfig(
  { ignores: ['node_modules/', 'dist/', 'dist.*/', 'dist-test*/', 'coverage/', '.tap/', 'data/', 'test-failures/'] },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // A schema and the type that it describes share their name; that is the compiler's matter.
      '@typescript-eslint/no-redeclare': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Handlers of fastify and of commander are async by their signature, with or without something to await.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      // A third of the linter's time; a class with #fields is nominal to the compiler anyway, and there are no enums.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT, NO_NON_NULL],
      'no-console': 'error',
      // `== null` asks for null and undefined at once.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['{shared,endpoint,client,peer,server,sim,cli,torture}/**/*.ts'],
    rules: { 'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }] },
  },

  importTable({ files: ['shared/**'], folder: 'shared', allowed: [], refused: [SCHEMA_LIBRARY_ONLY] }),
  importTable({ files: ['client/**'], folder: 'client', allowed: ['shared', 'endpoint'] }),
  importTable({ files: ['endpoint/**'], folder: 'endpoint', allowed: ['shared'] }),
  importTable({ files: ['endpoint/ports/**'], folder: 'endpoint', allowed: ['shared'], refused: [NO_NODE] }),
  importTable({ files: ['peer/**'], folder: 'peer', allowed: ['shared', 'endpoint'] }),
  importTable({
    files: ['peer/*.ts', 'peer/{ports,machine,replica}/**'],
    folder: 'peer',
    allowed: ['shared', 'endpoint'],
    refused: [NO_NODE],
  }),
  importTable({ files: ['server/**'], folder: 'server', allowed: ['shared', 'endpoint', 'client'] }),
  importTable({
    files: ['sim/**'],
    folder: 'sim',
    allowed: ['shared', 'endpoint', 'client', 'peer', 'server'],
    refused: [FAULTS_ONLY],
  }),
  importTable({ files: ['cli/**'], folder: 'cli', allowed: ['shared', 'endpoint', 'client', 'peer', 'server', 'sim'] }),
  ...PURE.flatMap((row) => PURE_DEPTHS.map((depth) => pureImports(row, depth))),
  {
    files: PURE.map(({ folder }) => `${folder}/**`),
    rules: {
      'no-restricted-globals': [
        'error',
        ...IMPURE_GLOBALS.map((name) => ({
          name,
          message: 'This folder is pure: time and chance come in as arguments.',
        })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'This folder is pure: chance comes in as an argument.' },
      ],
      'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT, NO_NON_NULL, NO_ASYNC],
    },
  },

  {
    files: ['test/**'],
    rules: {
      // `t.test(...)` gives a promise that tap itself waits for.
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafePromises: [{ from: 'package', name: 'PromiseWithSubtest', package: '@tapjs/core' }] },
      ],
      // What a test reads back from a socket or a route is of no known type until an assertion has looked at it.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT],
    },
  },
  { files: ['cli/**', 'bench/**', 'torture/**', 'examples/**', 'scripts/**'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.js'],
    extends: [tseslint.configs.disableTypeChecked],
    // The compiler knows what exists: it reads these files too.
    rules: { 'no-undef': 'off' },
  },
  { files: ['eslint.config.js'], rules: { 'no-restricted-syntax': 'off' } },
);
