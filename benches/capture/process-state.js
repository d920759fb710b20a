'use strict';

const { readdirSync, readFileSync } = require('node:fs');

// What a capture could leave behind in a process, counted from /proc: descriptors, threads, children
// (zombies included) and resident memory.
function processState() {
  const children = readdirSync('/proc/self/task').flatMap((thread) => {
    try {
      return readFileSync(`/proc/self/task/${thread}/children`, 'utf8').split(' ').filter(Boolean);
    } catch {
      // The thread has ended since it was listed.
      return [];
    }
  });
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    threads: readdirSync('/proc/self/task').length,
    children: children.length,
    rss: process.memoryUsage.rss(),
  };
}

module.exports = { processState };
