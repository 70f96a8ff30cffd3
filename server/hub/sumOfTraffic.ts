import { DROP_CAUSES, type Traffic } from '../../shared/http/Traffic.ts';

export function sumOfTraffic(parts: readonly Traffic[]): Traffic {
  const sum = (pick: (traffic: Traffic) => number): number => parts.reduce((total, part) => total + pick(part), 0);
  return {
    framesIn: sum((traffic) => traffic.framesIn),
    bytesIn: sum((traffic) => traffic.bytesIn),
    framesCopied: sum((traffic) => traffic.framesCopied),
    framesDelivered: sum((traffic) => traffic.framesDelivered),
    bytesDelivered: sum((traffic) => traffic.bytesDelivered),
    framesUnsent: sum((traffic) => traffic.framesUnsent),
    framesDropped: Object.fromEntries(
      DROP_CAUSES.map((cause) => [cause, sum((traffic) => traffic.framesDropped[cause])]),
    ) as Traffic['framesDropped'],
    requests: sum((traffic) => traffic.requests),
    labBytes: sum((traffic) => traffic.labBytes),
    controlFrames: sum((traffic) => traffic.controlFrames),
  };
}
