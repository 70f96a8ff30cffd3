import { WhitewaterError } from '../../shared/errors.ts';
import { FrameText } from '../../shared/http/Frames.ts';
import { ClusterId } from '../../shared/ids.ts';
import { Type } from '../../shared/schema.ts';
import type { RelayApp } from '../http/RelayApp.ts';
import type { Hub } from '../hub/Hub.ts';
import { answers } from './answers.ts';

const FrameParams = Type.Object({
  cluster: ClusterId,
  seq: Type.String({ pattern: '^[0-9]{1,15}$', description: "The frame's number in the journal" }),
});

/** What single frames say. */
export function frameRoutes(app: RelayApp, hub: Hub): void {
  app.get(
    '/api/clusters/:cluster/frames/:seq',
    {
      config: { access: 'read' },
      schema: { params: FrameParams, ...answers('A frame as it came, of those that a live feed told of', FrameText) },
    },
    async ({ params }) => {
      const text = hub.cluster(params.cluster).samples?.text(Number(params.seq));
      if (text !== undefined) return text;
      const message = `the relay does not keep the text of frame ${params.seq}: it keeps the newest that a live feed told of, while somebody follows one with frames=sampled; keep a viewer open, or look into the journal for its fate`;
      throw new WhitewaterError('FRAME_FORGOTTEN', message);
    },
  );
}
