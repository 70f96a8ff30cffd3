import type { Invocation } from '../Command.ts';
import { lineLogger } from '../process/lineLogger.ts';
import { outputIsLog } from '../process/output.ts';
import { exitUnlessStopped, stopRequested } from '../process/shutdown.ts';
import { isSupervised, tellSupervisor } from '../process/supervised.ts';
import { openTrace } from '../process/traceFile.ts';
import { ALLOW_HOST, FRAME_BYTES_MAX_SETTING, HOST, PORT, RELAY_SEED, tlsOf } from '../settings/relaySettings.ts';
import { TRACE, TRACE_FILE } from '../settings/sharedSettings.ts';
import { secretOf } from '../settings/secret.ts';
import { tokenOf } from '../settings/token.ts';
import { tokensOf } from '../settings/tokensFile.ts';
import { IpcProcessOwner } from './IpcProcessOwner.ts';
import { listenRelay } from '../../server/listen.ts';

/** Runs a relay until the process is asked to stop. */
export async function runRelay({ settings, stdout, stderr }: Invocation): Promise<number> {
  outputIsLog();
  const stop = stopRequested(() => process.exit(0));
  const token = tokenOf(settings);
  const logger = lineLogger(stdout, stderr);
  const tokens = tokensOf(settings, (message) => logger.warn(message));
  const tls = tlsOf(settings);
  const secret = secretOf(settings, (message) => logger.warn(message));
  const seed = settings.get(RELAY_SEED);
  const opened = openTrace(settings.get(TRACE), settings.get(TRACE_FILE));
  const relay = await listenRelay({
    host: settings.get(HOST),
    port: settings.get(PORT),
    allowedHosts: settings.get(ALLOW_HOST),
    frameBytesMax: settings.get(FRAME_BYTES_MAX_SETTING),
    ...(token === undefined ? {} : { token }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(tls === undefined ? {} : { tls }),
    ...(secret === undefined ? {} : { secret }),
    ...(seed === undefined ? {} : { seed }),
    // Whoever started this process may have started peers too.
    ...(isSupervised() ? { processes: new IpcProcessOwner(process, tellSupervisor) } : {}),
    logger,
    trace: opened.trace,
  });
  void tellSupervisor({ type: 'listening', url: relay.url, timeMs: Date.now() });
  const locked = token === undefined && tokens === undefined ? '' : ', behind its token';
  const everywhere = isEveryAddress(relay.host) ? ' and on every other address of this machine' : '';
  if (!isSupervised()) stdout.write(`the relay listens at ${relay.url}${everywhere}${locked}\n`);
  await stop;
  exitUnlessStopped(0);
  await relay.close();
  opened.close();
  return 0;
}

function isEveryAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
