/** The entry point `whitewater/shared`: what both ends of the wire agree on. */
export { ClusterId, clusterId, PeerId, peerId } from './ids.ts';
export { ID_PATTERN, isId } from './legalId.ts';
export { Count, FrameId, LogIndex, MEMBERS_MAX, Milliseconds, Term } from './numbers.ts';
export {
  type Address,
  BODY_NESTING_MAX,
  type Decoded,
  decodeFrame,
  encodeFrame,
  encodeHead,
  type Frame,
  CONTROL_FRAME_BYTES_MAX,
  FRAME_BYTES_MAX,
  type Head,
  HEAD_BYTES_MAX,
  RELAY_ADDRESS,
  sliceHead,
} from './envelope.ts';
export {
  type Bodies,
  CONTROL_MESSAGES,
  type ControlMessage,
  type ControlMessageType,
  isMessageType,
  isRaftMessageType,
  isRequestType,
  type Message,
  MESSAGES,
  type MessageType,
  PROTOCOL_VERSION,
  RAFT_MESSAGES,
  type RaftMessage,
  type RaftMessageType,
} from './protocol.ts';
export { checkSecret, FRAME_KEY_LABEL, signedText, type SignedHead } from './signing.ts';
export { validateBody, type Validated } from './validate.ts';
export { type ErrorCode, ERRORS, isErrorCode, WhitewaterError } from './errors.ts';
export {
  lineTrace,
  parseTraceTopics,
  SILENT_TRACE,
  type Trace,
  TRACE_TOPICS,
  type TraceRecord,
  type TraceTopic,
} from './trace.ts';
export { type Random, seededRandom } from './random.ts';
export { VERSION } from './version.ts';

export { AppendEntries } from './messages/AppendEntries.ts';
export { AppendEntriesReply } from './messages/AppendEntriesReply.ts';
export { Entry } from './messages/Entry.ts';
export { Hello } from './messages/Hello.ts';
export { Ping } from './messages/Ping.ts';
export { Pong } from './messages/Pong.ts';
export { PreVote } from './messages/PreVote.ts';
export { PreVoteReply } from './messages/PreVoteReply.ts';
export { Refused } from './messages/Refused.ts';
export { RequestVote } from './messages/RequestVote.ts';
export { RequestVoteReply } from './messages/RequestVoteReply.ts';
export {
  CommitTimes,
  DiskBacklog,
  ElectionTimer,
  Role,
  Status,
  TimerResetReason,
  VoteCount,
} from './messages/Status.ts';
export { TimeOut } from './messages/TimeOut.ts';
export { VoteRefusal } from './messages/VoteRefusal.ts';
export { Welcome } from './messages/Welcome.ts';

export { ClusterSummary, ClusterView, PeerView } from './http/ClusterView.ts';
export { ErrorAnswer } from './http/ErrorAnswer.ts';
export { FrameEnd, FrameGist, FrameSample, FrameText, LiveFrames } from './http/Frames.ts';
export { LinkTraffic, LiveDelta, LiveEvent, type LiveMessage, LiveSnapshot, type SampledMessage } from './http/Live.ts';
export { Partition } from './http/Partition.ts';
export { ElectionSettings, ProcessAction, ProcessesView, ProcessView } from './http/Processes.ts';
export { SafetyCheck, SafetyOffence, SafetyRule, SafetyView } from './http/Safety.ts';
export { DROP_CAUSES, type DropCause, Traffic } from './http/Traffic.ts';
