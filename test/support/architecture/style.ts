import ts from 'typescript';
import { finding, walk, type Finding, type SourceTree } from './sourceTree.ts';

const LINES_MAX = 500;
const PURE_FOLDERS = ['peer/raft/', 'server/faults/'];
/** Clocks, chance, timers, promises, logs and the world outside. */
const IMPURE = new Set([
  ...['Date', 'performance', 'crypto', 'Promise', 'console', 'process', 'fetch', 'WebSocket', 'globalThis', 'Buffer'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'requestAnimationFrame', 'require'],
]);
/** Written so that this file is not found by its own rule. */
const UNFINISHED = /\b(?:TOD[O]|FIXM[E]|XX[X])\b/;
const SILENCED = /@ts-(?:ignore|nocheck)/;

/**
 * Tests that have to let real time pass, because time is what they test.
 * Every other one waits for a condition: test/support/until.ts.
 */
const MAY_SLEEP = [
  /^test\/support\//,
  /^test\/peer\/clock\.test\.ts$/, // the system's clock against itself
  /^test\/processes\/(?:flappingSockets|relayRestart)\.test\.ts$/, // how long an outage lasts is their input
  /^test\/lab\//, // the lab's tester sleeps by its own rules
];

export function styleFindings(tree: SourceTree): Finding[] {
  return [...tree.values()].flatMap((file) => [...textFindings(file), ...nodeFindings(file)]);
}

function textFindings(file: ts.SourceFile): Finding[] {
  const findings: Finding[] = [];
  const lines = file.text.split('\n');
  if (lines.length - 1 > LINES_MAX) findings.push(`${file.fileName}: ${lines.length - 1} lines; split it by role`);
  lines.forEach((line, index) => {
    if (UNFINISHED.test(line)) findings.push(`${file.fileName}:${index + 1}: finish it instead of noting it`);
    if (SILENCED.test(line)) findings.push(`${file.fileName}:${index + 1}: the compiler is silenced`);
  });
  return findings;
}

function nodeFindings(file: ts.SourceFile): Finding[] {
  const findings: Finding[] = [];
  const isPure = PURE_FOLDERS.some((folder) => file.fileName.startsWith(folder));
  const isTest = file.fileName.startsWith('test/') && !MAY_SLEEP.some((pattern) => pattern.test(file.fileName));
  walk(file, (node) => {
    const problem =
      problemAnywhere(node, file) ??
      (isPure ? impurityOf(node) : undefined) ??
      (isTest && isSleep(node) ? 'a test waits for a condition: test/support/until.ts' : undefined);
    if (problem !== undefined) findings.push(finding(file, node, problem));
  });
  return findings;
}

function problemAnywhere(node: ts.Node, file: ts.SourceFile): string | undefined {
  if (node.kind === ts.SyntaxKind.AnyKeyword) {
    // In a test the linter asks for a reason; a cast has none anywhere.
    const isAllowed = file.fileName.startsWith('test/') && !ts.isAsExpression(node.parent);
    return isAllowed ? undefined : '`any` switches the compiler off; use `unknown`';
  }
  if (ts.isExportAssignment(node) && file.fileName !== 'eslint.config.js') return 'export by name';
  if (hasModifier(node, ts.SyntaxKind.DefaultKeyword)) return 'export by name';
  const isMember = ts.isPropertyDeclaration(node) || ts.isMethodDeclaration(node) || ts.isAccessor(node);
  if (isMember && hasModifier(node, ts.SyntaxKind.PrivateKeyword)) return 'private state is a #field';
  return undefined;
}

function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some((modifier) => modifier.kind === kind);
}

function impurityOf(node: ts.Node): string | undefined {
  if (ts.isAwaitExpression(node) || hasModifier(node, ts.SyntaxKind.AsyncKeyword))
    return 'this folder waits for nothing';
  if (!ts.isIdentifier(node)) return undefined;
  const { parent, text } = node;
  const isMemberName = ts.isPropertyAccessExpression(parent) && parent.name === node;
  if (isMemberName) {
    const isChance = text === 'random' && ts.isIdentifier(parent.expression) && parent.expression.text === 'Math';
    return isChance ? 'Math.random: chance comes in as an argument' : undefined;
  }
  return IMPURE.has(text) ? `${text}: this folder is pure; time and chance come in as arguments` : undefined;
}

/** `setTimeout` of node:timers/promises, or a promise that nothing but a timer fulfils. */
function isSleep(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) {
    const { moduleSpecifier } = node;
    return ts.isStringLiteral(moduleSpecifier) && moduleSpecifier.text === 'node:timers/promises';
  }
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression) || node.expression.text !== 'setTimeout')
    return false;
  const [callback] = node.arguments;
  return callback !== undefined && ts.isIdentifier(callback) && /^(?:resolve|done|fulfil|next|ok)/i.test(callback.text);
}
