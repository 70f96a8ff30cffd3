import { clusterId } from '../../shared/ids.ts';
import { parseTraceTopics } from '../../shared/trace.ts';
import { parseHttpAddress } from '../parse/relayAddress.ts';
import { parseSwitch } from '../parse/switch.ts';
import type { Setting } from './Setting.ts';

/** The port on which a relay listens unless told otherwise; commands that talk to one look there. */
export const PORT_DEFAULT = 7070;
export const CLUSTER_DEFAULT = clusterId('demo');

export function textSetting(
  setting: Pick<Setting<unknown>, 'name' | 'placeholder' | 'description' | 'secret'> & { fallbackText?: string },
): Setting<string | undefined> {
  return { fallbackText: 'none', ...setting, fallback: undefined, parse: notEmpty };
}

export function switchSetting(
  setting: Pick<Setting<boolean>, 'name' | 'description' | 'negatable' | 'fallback'>,
): Setting<boolean> {
  return { ...setting, parse: parseSwitch, fallbackText: setting.fallback ? 'on' : 'off' };
}

function notEmpty(text: string): string {
  if (text === '') throw new RangeError('it is empty');
  return text;
}

/** Whose cluster a command is about, when it makes one. */
export const CLUSTER: Setting<ReturnType<typeof clusterId>> = {
  name: 'cluster',
  placeholder: '<name>',
  description: 'name of the cluster',
  parse: clusterId,
  fallback: CLUSTER_DEFAULT,
  fallbackText: CLUSTER_DEFAULT,
};

/** Whose cluster a command is about, when it talks to a relay that may have several. */
export const WHICH_CLUSTER: Setting<ReturnType<typeof clusterId> | undefined> = {
  name: 'cluster',
  placeholder: '<name>',
  description: 'name of the cluster',
  parse: clusterId,
  fallback: undefined,
  fallbackText: 'the only one, if the relay has one',
};

export const URL_OF_RELAY: Setting<string> = {
  name: 'url',
  placeholder: '<address>',
  description: 'where the relay answers',
  parse: parseHttpAddress,
  fallback: `http://127.0.0.1:${PORT_DEFAULT}`,
  fallbackText: `http://127.0.0.1:${PORT_DEFAULT}`,
};

export const TOKEN = textSetting({
  name: 'token',
  placeholder: '<token>',
  description: 'what a relay with a token asks for; on a command line others on this machine can see it',
  secret: true,
});

export const TOKEN_FILE = textSetting({
  name: 'tokenFile',
  placeholder: '<file>',
  description: 'a file that holds the token',
});

export const SECRET_FILE = textSetting({
  name: 'secretFile',
  placeholder: '<file>',
  description: 'a file with the secret by which the endpoints of the cluster sign what they say to each other',
});

export const TRACE: Setting<ReturnType<typeof parseTraceTopics> | undefined> = {
  name: 'trace',
  placeholder: '<topics>',
  list: true,
  description:
    'write a trace: all, or some of election,vote,timer,replication,storage,transport,frame,fault; one JSON object a line',
  parse: parseTraceTopics,
  fallback: undefined,
  fallbackText: 'off',
};

export const TRACE_FILE = textSetting({
  name: 'traceFile',
  placeholder: '<file>',
  description: 'append the trace to this file; alone it means --trace all',
  fallbackText: 'standard error',
});

export const JSON_OUTPUT = switchSetting({
  name: 'json',
  description: "print the relay's answer as JSON instead of a text for people",
  fallback: false,
});

export const PLAIN = switchSetting({
  name: 'plain',
  description: 'print lines of what happens, on a terminal too, instead of a live table',
  fallback: false,
});
