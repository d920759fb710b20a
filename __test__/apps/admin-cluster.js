'use strict';

// Two workers of node:cluster, each with a guard of its own, and the primary process's.

const cluster = require('node:cluster');
const { start } = require('../..');

start({ admin: { port: Number(process.argv[2]) }, snapshotDir: false });
if (cluster.isPrimary) for (let i = 0; i < 2; i++) cluster.fork();
setInterval(() => {}, 1000);
