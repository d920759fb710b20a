// Compiled, never run: the public types as a user's code meets them.

import { LeakguardError, analyze, compare, hunt, scrub, start, version } from 'leakguard';
import type { ClassRow, Comparison, Diagnosis, Summary, Verdict } from 'leakguard';

const text: string = version;

declare const error: LeakguardError;
const code: string = error.code;
const advice: string = error.advice;
const isError: Error = error;

// @ts-expect-error only leakguard makes them
new LeakguardError('x');

// @ts-expect-error the code of an error does not change
error.code = 'LG_READ';

async function files(): Promise<void> {
  const summary: Summary = await analyze('a.heapsnapshot');
  const first: ClassRow | undefined = summary.classes[0];
  const bytes: number | undefined = first?.retainedSize;
  const controller = new AbortController();
  await analyze(new URL('file:///a.heapsnapshot'), {
    threads: 2,
    signal: controller.signal,
    onProgress: ({ phase, done, total }) => console.log(phase, done / total),
  });

  const comparison: Comparison = await compare(['a', 'b'], { iterations: 1000 });
  const diagnosis: Diagnosis = comparison;
  const verdict: Verdict = diagnosis.verdict;
  const delta: number | undefined = comparison.classes[0]?.sizeDelta;

  const { output } = await scrub('a.heapsnapshot', { output: new URL('file:///b.heapsnapshot.gz') });
  const written: string = output;

  // @ts-expect-error one file is nothing to compare
  await compare('a');
  // @ts-expect-error a number of threads
  await analyze('a', { threads: 'all' });

  console.log(bytes, verdict, delta, written);
}

const functions: Function[] = [hunt, start];

export { advice, code, files, functions, isError, text };
