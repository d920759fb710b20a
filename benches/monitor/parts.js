'use strict';

// What a guard costs, part by part, each measured alone: `node --single-threaded-gc --expose-gc benches/monitor/parts.js`

const { channel, subscribe, unsubscribe } = require('node:diagnostics_channel');
const { PerformanceObserver } = require('node:perf_hooks');
const { setImmediate: turn, setTimeout: sleep } = require('node:timers/promises');

const { Monitor } = require('../../lib/monitor/monitor.js');
const { median } = require('../measure.js');

const ROUNDS = 15;

function cpuUs(before) {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

// With and without take turns; the median of the differences.
async function difference(switchOn, switchOff, work) {
  const differences = [];
  for (let i = 0; i < ROUNDS; i++) {
    const without = await work();
    switchOn();
    const withIt = await work();
    switchOff();
    differences.push(withIt - without);
  }
  return median(differences);
}

// Microseconds per request.
function requestCounted() {
  const started = channel('http.server.request.start');
  const [request, response, socket, server] = [{}, {}, {}, {}];
  let counted = 0;
  const count = () => counted++;
  return difference(() => subscribe('http.server.request.start', count), () => unsubscribe('http.server.request.start', count), () => {
    const publish = (times) => {
      for (let i = 0; i < times; i++) if (started.hasSubscribers) started.publish({ request, response, socket, server });
    };
    publish(1e6);
    const before = performance.now();
    publish(1e6);
    return (performance.now() - before) / 1000;
  });
}

// Microseconds per collection: of processor time, and from its end until the event loop has turned twice.
async function collection() {
  let observer;
  let loop = [];
  const on = () => {
    observer = new PerformanceObserver((list) => list.getEntries());
    observer.observe({ entryTypes: ['gc'] });
  };
  const work = async () => {
    const before = process.cpuUsage();
    loop = [];
    for (let i = 0; i < 300; i++) {
      gc({ type: 'minor' });
      const ended = performance.now();
      await turn();
      await turn();
      loop.push((performance.now() - ended) * 1000);
    }
    return cpuUs(before) / 300;
  };
  const off = () => observer.disconnect();
  const processor = await difference(on, off, work);
  const eventLoop = await difference(on, off, async () => {
    await work();
    return median(loop);
  });
  return { processor, eventLoop };
}

// Microseconds per look: on the event loop, and on the thread.
async function look() {
  const monitor = new Monitor({ probePauseMs: false, intervalMs: 50 });
  await sleep(4000);
  const times = [];
  for (let i = 0; i < 200; i++) {
    const before = performance.now();
    monitor.metrics();
    times.push((performance.now() - before) * 1000);
  }
  const { busyMs, looks } = JSON.parse(monitor.native.state());
  monitor.stop();
  return { eventLoop: median(times), thread: (busyMs / looks) * 1000 };
}

async function main() {
  const us = (value) => `${value.toFixed(3)} us`;
  console.log(`a request counted: ${us(await requestCounted())}`);
  const { processor, eventLoop } = await collection();
  console.log(`a collection timed: ${us(processor)} of processor time, ${us(eventLoop)} on the event loop`);
  const looked = await look();
  console.log(`a look, with the text for Prometheus: ${us(looked.eventLoop)} on the event loop, ${us(looked.thread)} on the thread`);
}

main();
