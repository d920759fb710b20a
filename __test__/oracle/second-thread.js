'use strict';

// The thread in which DevTools builds retainers, dominators and retained sizes.

const { workerData } = require('node:worker_threads');
const { devtools } = require('./devtools.js');

devtools().then(({ HeapSnapshot }) => new HeapSnapshot.SecondaryInitManager(workerData.port));
