import type { Traffic } from '../../shared/http/Traffic.ts';

export function sumOfTraffic(parts: readonly Traffic[]): Traffic {
  const sum = (pick: (traffic: Traffic) => number): number => parts.reduce((total, part) => total + pick(part), 0);
  return {
    framesIn: sum((traffic) => traffic.framesIn),
    bytesIn: sum((traffic) => traffic.bytesIn),
    framesDelivered: sum((traffic) => traffic.framesDelivered),
    bytesDelivered: sum((traffic) => traffic.bytesDelivered),
    framesDropped: {
      partition: sum((traffic) => traffic.framesDropped.partition),
      absent: sum((traffic) => traffic.framesDropped.absent),
      slowReader: sum((traffic) => traffic.framesDropped.slowReader),
    },
    requests: sum((traffic) => traffic.requests),
    labBytes: sum((traffic) => traffic.labBytes),
    controlFrames: sum((traffic) => traffic.controlFrames),
  };
}
