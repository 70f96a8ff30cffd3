import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { makeCertificate } from '../support/certificates.ts';
import { RunningProcess } from '../support/processes.ts';
import { endedWith, run, WITHIN_MS } from './endings.ts';

const SECRETS = ['the-admin', 'the-peer', 'the-client', 'the-reader'];

function tokensFile(folder: string): string {
  const path = join(folder, 'tokens.json');
  const demo = { peer: ['the-peer'], client: ['the-client'], readOnly: ['the-reader'] };
  writeFileSync(path, JSON.stringify({ admin: ['the-admin'], clusters: { demo } }), { mode: 0o600 });
  return path;
}

t.test('up with a self-signed certificate and tokens of several roles works as it is', async (t) => {
  const folder = t.testdir();
  const { certFile, keyFile } = makeCertificate(folder, 'own');
  const locks = ['--tls-cert', certFile, '--tls-key', keyFile, '--tokens-file', tokensFile(folder)];
  const traces = join(folder, 'traces');
  const args = ['up', '--port', '0', '--peers', '3', '--preset', 'relaxed', '--trace-dir', traces, ...locks];
  const up = RunningProcess.start(t, { name: 'up', args });
  const [, url = ''] = await up.line(/the relay listens at (https:\S+)/, WITHIN_MS);
  await up.line(/p\d leads in term \d+/, WITHIN_MS);
  const as = (token: string, ...words: string[]) =>
    run(t, [...words, '--url', url], { NODE_EXTRA_CA_CERTS: certFile, WHITEWATER_TOKEN: token });
  t.match(await as('the-client', 'put', 'colour', 'blue'), { code: 0 });
  t.match(await as('the-reader', 'get', 'colour'), { code: 0, stdout: 'blue\n' });
  endedWith(
    t,
    await as('the-reader', 'put', 'colour', 'red'),
    'ACCESS_DENIED',
    /needs a token with the role admin or client/,
  );
  endedWith(t, await as('the-client', 'partition', 'p1|p2,p3'), 'ACCESS_DENIED', /the role admin/);
  endedWith(t, await as('nobody', 'status'), 'TOKEN_WRONG', /the token that was given is none of this relay/);
  t.match(await as('the-admin', 'partition', 'p1|p2,p3'), { code: 0 });
  t.match(await as('the-reader', 'status'), { code: 0, stdout: /3 of 3 peers connected/ });
  const untrusting = await run(t, ['status', '--url', url], { WHITEWATER_TOKEN: 'the-admin' });
  endedWith(t, untrusting, 'RELAY_UNREACHABLE', /certificate.*NODE_EXTRA_CA_CERTS/);
  await up.kill('SIGTERM');
  const told = [up.text('stdout'), up.text('stderr')];
  for (const name of ['relay', 'demo-p1', 'demo-p2', 'demo-p3']) {
    told.push(readFileSync(join(traces, `${name}.ndjson`), 'utf8'));
  }
  t.ok(told.join('').length > 10_000, 'there is something to look through');
  for (const secret of SECRETS) t.notOk(told.join('').includes(secret), `${secret} stands in no log and no trace`);
});

t.test('peers and commands reach a relay whose certificate comes from a private authority', async (t) => {
  const folder = t.testdir();
  const authority = makeCertificate(folder, 'authority');
  const { certFile, keyFile } = makeCertificate(folder, 'signed', { authority });
  const relay = RunningProcess.start(t, {
    name: 'relay',
    args: ['relay', '--port', '0', '--tls-cert', certFile, '--tls-key', keyFile],
  });
  const [, url = ''] = await relay.line(/listens at (https:\S+)/, WITHIN_MS);
  const env = { NODE_EXTRA_CA_CERTS: authority.certFile };
  RunningProcess.start(t, {
    ...{ name: 'p1', env },
    args: ['peer', '--id', 'p1', '--peers', 'p1', '--relay', url.replace('https', 'wss')],
  });
  await relay.line(/p1 leads/, WITHIN_MS);
  t.match(await run(t, ['put', 'colour', 'blue', '--url', url], env), { code: 0 });
});

t.test('what is wrong with tokens and certificates is told in one line, without a secret', async (t) => {
  const folder = t.testdir();
  const file = join(folder, 'tokens.json');
  const ended = async (text: string, message: RegExp): Promise<void> => {
    writeFileSync(file, text);
    const result = await run(t, ['relay', '--port', '0', '--tokens-file', file]);
    endedWith(t, result, 'USAGE', message);
    t.notMatch(result.stderr, /s3cret/);
  };
  await ended('{"admin":["s3cret"', /tokens\.json is not JSON/);
  await ended(
    '{"admin":["s3cret"],"clusters":{"demo":{"reader":["s3cret2"]}}}',
    /"reader" in tokens\.clusters\.demo is unknown/,
  );
  const { certFile, keyFile } = makeCertificate(folder, 'own');
  endedWith(t, await run(t, ['relay', '--tls-cert', certFile]), 'USAGE', /--tls-cert needs --tls-key too/);
  const wrong = ['relay', '--port', '0', '--tls-cert', keyFile, '--tls-key', keyFile];
  endedWith(t, await run(t, wrong), 'CERTIFICATE_UNUSABLE', /holds no certificate/);
  writeFileSync(file, '{"clusters":{"demo":{"client":["s3cret"]}}}');
  endedWith(t, await run(t, ['up', '--port', '0', '--tokens-file', file]), 'USAGE', /"up" needs a token for its peers/);
});

t.test('a file of tokens that others can read is worth a warning', async (t) => {
  const file = tokensFile(t.testdir());
  chmodSync(file, 0o644);
  const relay = RunningProcess.start(t, { name: 'relay', args: ['relay', '--port', '0', '--tokens-file', file] });
  await relay.line(/warning: others on this machine can read .*tokens\.json \(mode 644\).*chmod 600/, WITHIN_MS);
  await relay.line(/listens at .*, behind its token/, WITHIN_MS);
});
