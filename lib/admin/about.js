'use strict';

const path = require('node:path');

const { clusterId } = require('../cluster-id.js');

// Who this process is, for those who look at several.
function about() {
  const startedAt = new Date(Date.now() - process.uptime() * 1000).toISOString();
  const { pid, title, version: node, platform, argv0 } = process;
  return { pid, title, app: appName(), node, platform, startedAt, argv0, cluster: clusterId() };
}

// The main file, or the folder it stands for.
function appName({ argv, env } = process) {
  if (env.npm_package_name) return env.npm_package_name;
  const main = argv[1];
  if (main === undefined) return 'node';
  const { name, dir } = path.parse(main);
  return name === 'index' ? path.basename(dir) || name : path.basename(main);
}

module.exports = { about, appName };
