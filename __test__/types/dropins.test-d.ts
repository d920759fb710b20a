// Compiled, never run: the drop-ins as the originals' users call them.

import { writeSnapshot } from 'leakguard/heapdump';
import memwatch = require('leakguard/memwatch');
import * as profiler from 'leakguard/v8-profiler';

const written: boolean = writeSnapshot((error, filename) => console.log(error?.message, filename));
writeSnapshot('a.heapsnapshot');
// @ts-expect-error a name, not a number
writeSnapshot(1);

memwatch.on('leak', ({ start, growth, reason }) => console.log(start.getTime(), growth, reason));
memwatch.once('stats', (stats) => console.log(stats.current_base, stats.gcScavengeCount));
memwatch.gc();
const { change } = new memwatch.HeapDiff().end();
const allocated: number | undefined = change.details[0]?.['+'];

const snapshot: profiler.Snapshot = profiler.takeSnapshot('name');
const difference: Record<string, number> = snapshot.compare(profiler.takeSnapshot());
snapshot.export().pipe(process.stdout);
snapshot.export((error, text) => console.log(error, text?.length));
profiler.startProfiling('name', true);
const samples: number[] | undefined = profiler.stopProfiling('name')?.samples;
profiler.startSamplingHeapProfiling();
const { head } = profiler.stopSamplingHeapProfiling();
// @ts-expect-error two forms
profiler.setGenerateType(2);

export { allocated, difference, head, samples, written };
