'use strict';

// Serves nothing and works by itself: a timer makes objects and keeps them.
class Reading {
  constructor(at) {
    this.at = at;
    this.values = [at, at + 1];
  }
}

const readings = [];
setInterval(() => {
  for (let i = 0; i < 20; i++) readings.push(new Reading(Date.now()));
}, 20);
