import type { PeerId } from '../shared/ids.ts';
import type { NetworkRequest, Profile } from '../shared/http/Network.ts';
import type { PartitionRequest } from '../shared/http/Partition.ts';
import type { Rule } from '../shared/http/Rule.ts';

/** What a caller writes down: names are texts, which the relay checks, and nothing of it is changed. */
type Given<Value> = Value extends PeerId
  ? string
  : Value extends object
    ? { readonly [Key in keyof Value]: Given<Value[Key]> }
    : Value;

export type GivenRule = Given<Rule>;
export type GivenProfile = Given<Profile>;
export type GivenPartition = Given<PartitionRequest>;
export type GivenNetwork = Given<NetworkRequest>;
