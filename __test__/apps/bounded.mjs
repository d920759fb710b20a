import { setImmediate as turn } from 'node:timers/promises';

const recent = [];

export async function iterate(i) {
  recent.push({ id: i, at: new Date(i), text: `entry ${i}` });
  if (recent.length > 50) recent.shift();
  await turn();
}
