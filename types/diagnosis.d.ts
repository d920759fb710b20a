// What a diagnosis says. Sizes are bytes, lines and columns one-based. Fields may be added, none renamed.

export type Verdict =
  /** Something the program made grows with the work done, and stays. */
  | 'leak'
  /** Nothing the program made grows with the work done. */
  | 'healthy'
  /** It grew under load and drained when the load stopped. */
  | 'backlog'
  /** The evidence does not allow an answer; `advice` says what to change. */
  | 'inconclusive';

export interface Diagnosis {
  schema: 1;
  verdict: Verdict;
  /** One sentence that gives the reason for the verdict. */
  reason: string;
  /** What to change to get a clearer answer. */
  advice?: string;
  /** What `…PerIteration` counts: calls of iterate(), requests, or captures where neither is known. */
  unit: 'iteration' | 'request' | 'second' | 'snapshot';
  rounds: Round[];
  growth: {
    /** Growth of the objects the program made. */
    bytesPerIteration: number;
    /** How well a straight line explains it, 0 to 1. */
    r2: number;
    /** Growth of what V8 made for itself: compiled code, feedback, shapes. */
    metadataBytesPerIteration: number;
  };
  /** Worst first. */
  suspects: Suspect[];
}

/** One batch of identical work and the capture after it. */
export interface Round {
  /** Iterations since the capture before; of the first, the warm-up. */
  iterations: number;
  /** Present on the capture after the load had stopped and everything had time to drain. */
  coolDown?: true;
  /** Since the capture before. */
  seconds?: number;
  heapUsed?: number;
  external?: number;
  arrayBuffers?: number;
  rss?: number;
  programBytes?: number;
  metadataBytes?: number;
}

/** One thing that grows, and who keeps it. */
export interface Suspect {
  rank: number;
  /** The kind of leak; `noise` for what V8 made for itself, `backlog` for what drained. */
  category: string;
  className: string;
  countPerIteration: number;
  bytesPerIteration: number;
  /** Bytes held by everything this suspect covers, in the last capture. */
  retainedBytes: number;
  /** The one object whose children multiply while it stays. */
  growsAt: GrowthPoint;
  /** From the GC root through the growth point to one of the objects that pile up. */
  path: Hop[];
  /** Where the class or closure that piles up is defined. */
  definedAt?: Place;
  /** Who made it, when samples of the program's allocations tell (`allocationSites`). */
  allocatedAt?: AllocatedAt;
  /** What to do about it. */
  hint: string;
  /** The whole finding in one line. */
  sentence: string;
  /** Stable across runs, processes and small code moves. */
  fingerprint: string;
  evidence: Evidence;
  /** Everything that piles up here, most bytes first. */
  classes: { className: string; countPerIteration: number; bytesPerIteration: number }[];
  /** Other objects that hold the same ones. */
  alsoHeldBy?: string[];
}

export interface GrowthPoint {
  /** In words. */
  text: string;
  kind: string;
  className: string;
  /** The variable or property that names it. */
  name?: string;
  id: number;
  /** Elements it held in each capture; `null` where not known. */
  elements: (number | null)[];
  /** How many objects of this kind grow alike. */
  instances: number;
  place?: Place;
}

/** One step of a retaining path. */
export interface Hop {
  /** How the object before refers to this one: property, variable, `[]`, or internal name. */
  edge: string;
  name: string;
  type: string;
  id: number;
  location?: Place;
  role?: 'growth-point' | 'leaked';
  /** How many times the segment of `repeatedHops` hops that ends here repeats. */
  repeats?: number;
  repeatedHops?: number;
}

export interface Place {
  /** The original source where a source map leads to it, else the path or URL of the script. */
  file: string;
  line?: number;
  column?: number;
  scriptId?: number;
  /** The npm package, of files in a `node_modules` folder. */
  package?: { name: string; version?: string };
  /** The code that ran, when `file` is what it was made from. */
  generated?: { file: string; line: number; column: number };
}

/** The function that makes what piles up. */
export interface AllocatedAt {
  functionName: string;
  /** Where the function is. */
  place: Place;
  /** What it allocated on V8's heap, by itself and in what it called, that stayed: an estimate from samples. */
  bytesPerIteration: number;
  /** The function and its callers, innermost first; the program's own and its packages'. */
  stack: { functionName: string; place: Place }[];
}

/** The numbers a suspect rests on, one per capture. */
export interface Evidence {
  counts: (number | null)[];
  bytes: (number | null)[];
  r2: number;
  strength: 'weak' | 'strong';
  /** The same objects got bigger rather than more. */
  inPlace: boolean;
  /** Part of the growth that was gone in the cool-down capture, 0 to 1. */
  drained?: number;
  /** What the program lets it grow to (`max`, `capacity` …), where that is known and not reached. */
  bound?: { name: string; value: number };
  /** When a pending timer will have taken it away, where that is later than the captures show. `text`: what it does. */
  expiry?: { text: string; afterMs: number; place?: Place };
}
