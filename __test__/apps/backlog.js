'use strict';

// Jobs pile up as long as work comes in; a second after the last one of the hunt they begin to be done.
// (The hunt's test says how many there are: a rate would depend on how long the captures take.)
const LAST = Number(process.env.JOBS) - 1;

class Job {
  constructor(id) {
    this.id = id;
    this.steps = [id, id + 1, id + 2];
  }
}

const queue = [];
let consumer;

exports.iterate = (i) => {
  queue.push(new Job(i));
  if (i === LAST) setTimeout(consume, 1000);
};

function consume() {
  consumer = setInterval(() => queue.splice(0, 50), 20);
}

exports.teardown = () => clearInterval(consumer);
