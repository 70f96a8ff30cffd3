import { AppendEntries } from './messages/AppendEntries.ts';
import { AppendEntriesReply } from './messages/AppendEntriesReply.ts';
import { ClientReply } from './messages/ClientReply.ts';
import { ClientRequest } from './messages/ClientRequest.ts';
import { Directory } from './messages/Directory.ts';
import { Lookup } from './messages/Lookup.ts';
import { InstallSnapshot } from './messages/InstallSnapshot.ts';
import { InstallSnapshotReply } from './messages/InstallSnapshotReply.ts';
import { ReadIndex } from './messages/ReadIndex.ts';
import { ReadIndexReply } from './messages/ReadIndexReply.ts';
import { TimeOut } from './messages/TimeOut.ts';
import { TimeoutNow } from './messages/TimeoutNow.ts';
import { Hello } from './messages/Hello.ts';
import { Ping } from './messages/Ping.ts';
import { Pong } from './messages/Pong.ts';
import { PreVote } from './messages/PreVote.ts';
import { PreVoteReply } from './messages/PreVoteReply.ts';
import { Refused } from './messages/Refused.ts';
import { RequestVote } from './messages/RequestVote.ts';
import { RequestVoteReply } from './messages/RequestVoteReply.ts';
import { Status } from './messages/Status.ts';
import { Welcome } from './messages/Welcome.ts';

/** Grows with every change of a schema or of the envelope; a test compares it with a hash of both. */
export const PROTOCOL_VERSION = 2;

/** What peers say to each other. The relay's faults apply to these. */
export const RAFT_MESSAGES = {
  RequestVote,
  RequestVoteReply,
  PreVote,
  PreVoteReply,
  AppendEntries,
  AppendEntriesReply,
  InstallSnapshot,
  InstallSnapshotReply,
  TimeoutNow,
  ReadIndex,
  ReadIndexReply,
} as const;

/** What clients and peers say to each other. The relay's faults apply to these too. */
export const CLIENT_MESSAGES = { ClientRequest, ClientReply } as const;

/** What an endpoint and its relay say to each other. No fault applies to these. */
export const CONTROL_MESSAGES = { Hello, Welcome, Status, Lookup, Directory, Ping, Pong, TimeOut, Refused } as const;

export const MESSAGES = { ...RAFT_MESSAGES, ...CLIENT_MESSAGES, ...CONTROL_MESSAGES } as const;

export type RaftMessageType = keyof typeof RAFT_MESSAGES;
export type ClientMessageType = keyof typeof CLIENT_MESSAGES;
export type ControlMessageType = keyof typeof CONTROL_MESSAGES;
export type MessageType = keyof typeof MESSAGES;

export interface Bodies {
  RequestVote: RequestVote;
  RequestVoteReply: RequestVoteReply;
  PreVote: PreVote;
  PreVoteReply: PreVoteReply;
  AppendEntries: AppendEntries;
  AppendEntriesReply: AppendEntriesReply;
  InstallSnapshot: InstallSnapshot;
  InstallSnapshotReply: InstallSnapshotReply;
  TimeoutNow: TimeoutNow;
  ReadIndex: ReadIndex;
  ReadIndexReply: ReadIndexReply;
  ClientRequest: ClientRequest;
  ClientReply: ClientReply;
  Hello: Hello;
  Welcome: Welcome;
  Status: Status;
  Lookup: Lookup;
  Directory: Directory;
  Ping: Ping;
  Pong: Pong;
  TimeOut: TimeOut;
  Refused: Refused;
}

/** A message and its body, told apart by `type`. */
export type Message<Type extends MessageType = MessageType> = {
  [Name in Type]: { readonly type: Name; readonly body: Bodies[Name] };
}[Type];

export type RaftMessage = Message<RaftMessageType>;
export type ClientMessage = Message<ClientMessageType>;
export type ControlMessage = Message<ControlMessageType>;
/** What the relay carries from one endpoint to another. */
export type EndpointMessage = RaftMessage | ClientMessage;

export function isMessageType(type: string): type is MessageType {
  return Object.hasOwn(MESSAGES, type);
}

export function isRaftMessageType(type: string): type is RaftMessageType {
  return Object.hasOwn(RAFT_MESSAGES, type);
}

export function isClientMessageType(type: string): type is ClientMessageType {
  return Object.hasOwn(CLIENT_MESSAGES, type);
}

/** The calls among the messages, as the lab counts them: a request, as against the reply to one. */
export function isRequestType(type: string): boolean {
  return isRaftMessageType(type) && !type.endsWith('Reply');
}
