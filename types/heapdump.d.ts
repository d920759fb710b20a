// leakguard/heapdump, in place of heapdump.

type Callback = (error: Error | null, filename?: string) => void;

/** Writes a snapshot, synchronously, and calls back before it returns. Returns whether it was written. */
export function writeSnapshot(callback?: Callback): boolean;
/** `filename`: default `heapdump-<sec>.<usec>.heapsnapshot` in the working directory. */
export function writeSnapshot(filename?: string, callback?: Callback): boolean;
