'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { Steepness } = require('../lib/monitor/steepness.js');

const MIB = 2 ** 20;
const ROOM = 2000 * MIB;

// What is said after floors of so many MiB, so many seconds apart.
function judged(floors, { everyS = 3, room = ROOM, laterS = 0 } = {}) {
  const steepness = new Steepness();
  floors.forEach((mib, i) => steepness.add(i * everyS * 1000, mib * MIB));
  return steepness.judge(((floors.length - 1) * everyS + laterS) * 1000, room);
}

test('growth that would meet the limit within the hour is steep', () => {
  const { bytesPerHour, timeLeftMs } = judged([20, 30, 40, 50]);
  assert.equal(Math.round(bytesPerHour / MIB), 12_000);
  assert.equal(Math.round(timeLeftMs / 1000), 600);
  assert.notEqual(judged([20, 20, 20, 30, 40, 50, 60]), null, 'after a quiet time');
});

test('what does not go on rising, or not fast, is not', () => {
  assert.equal(judged([20, 30], { everyS: 6 }), null, 'too few to tell');
  assert.equal(judged([20, 30, 40, 39]), null, 'it fell');
  assert.equal(judged([20, 60, 70]), null, 'it fills up');
  assert.equal(judged([20, 21, 22, 23]), null, 'too little');
  assert.equal(judged([20, 30, 40, 50], { room: 20_000 * MIB }), null, 'there is room for hours');
  assert.equal(judged([20, 30, 40, 50], { laterS: 100 }), null, 'it was long ago');
  assert.equal(judged([20, 30, 40, 50], { everyS: 1.6 }), null, 'it began a moment ago');
});

test('collections right after one another count once', () => {
  const steepness = new Steepness();
  for (let i = 0; i < 40; i++) steepness.add(i * 300, (20 + i) * MIB);
  assert.equal(steepness.rises, true);
  const { bytesPerHour } = steepness.judge(12_000, ROOM);
  assert.equal(Math.round(bytesPerHour / MIB), 12_000);
});
