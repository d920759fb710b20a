'use strict';

const cluster = require('node:cluster');

// Which of several processes of one app this is, as text: workers of node:cluster, instances of pm2. Null for the only one.
function clusterId() {
  // Not NODE_UNIQUE_ID, which Node takes out of a worker's environment.
  if (cluster.isWorker) return String(cluster.worker.id);
  return process.env.NODE_APP_INSTANCE ?? null;
}

module.exports = { clusterId };
