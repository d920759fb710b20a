import { Tree } from '../../parts/tree';
import { refine } from '../../route';

/** From the roots down, reference by reference. */
export function Containment({ base }: { base: string }) {
  return (
    <Tree
      label="Containment, from the roots down"
      root={0}
      branches={(index) => `${base}/nodes/${index}/children`}
      onOpen={({ index }) => refine({ node: index })}
    />
  );
}
