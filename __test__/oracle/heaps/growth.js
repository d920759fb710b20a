'use strict';

// Things that grow while they stay: one array of numbers, one Map, one Set, one object used as a dictionary, one
// listener list, one string builder. No new object owns the growth.

const { EventEmitter } = require('node:events');
const { capture, kept } = require('./capture.js');

class Metrics {
  samples = [];
  byName = new Map();
  seen = new Set();
  index = {};
  bus = new EventEmitter().setMaxListeners(0);
}

const metrics = new Metrics();
kept.push(metrics);

function work(from, to) {
  for (let n = from; n < to; n++) {
    metrics.samples.push(n + 0.5);
    metrics.samples.push(n + 0.25);
    if (n % 4) continue;
    metrics.byName.set(n, n);
    metrics.seen.add(n);
    metrics.index[n * 7919] = n;
    if (n % 400 === 0) metrics.bus.on('tick', noop);
  }
}

function noop() {}

work(0, 1000);
capture('a');
work(1000, 101000);
capture('b');
