'use strict';

// The directory in which snapshots are kept. Only files named as snapshotId() names them are ever touched.

const path = require('node:path');
const { isMainThread, threadId } = require('node:worker_threads');

const native = require('../addon.js');
const { clusterId } = require('../cluster-id.js');
const { fromNative } = require('../errors.js');

/**
 * A name that sorts by time and tells apart the processes, cluster workers and worker threads that share a
 * directory: 2026-01-31T12-00-00-000Z-4711-w2-t1-near-limit.
 */
function snapshotId(at, label, worker = isMainThread ? null : threadId) {
  const time = at.toISOString().replace(/[:.]/g, '-');
  const instance = clusterId();
  const cluster = instance === null ? '' : `w${named(instance)}`;
  const thread = worker === null ? '' : `t${worker}`;
  return [time, process.pid, cluster, thread, named(label)].filter((part) => part !== '').join('-');
}

// As part of a file's name.
function named(text) {
  return text.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 64);
}

class Store {
  #directory;

  constructor(directory) {
    this.#directory = directory;
  }

  /** Where a snapshot of that id is, or shall be. */
  fileOf(id) {
    return path.join(this.#directory, `${id}.heapsnapshot.gz`);
  }

  /** @returns {Promise<{ id: string, bytes: number, modified: number }[]>} newest first */
  list() {
    return coded(native.listSnapshots(this.#directory));
  }

  /**
   * Removes what crashed processes left unfinished and what exceeds the bounds, oldest first; the newest
   * snapshot always stays.
   * @param {{ count?: number, bytes?: number, ageMs?: number }} bounds
   * @returns {Promise<string[]>} the ids removed
   */
  tidy(bounds = {}) {
    return coded(native.tidySnapshots(this.#directory, bounds));
  }

  /** @returns {Promise<boolean>} whether it was there */
  remove(id) {
    return coded(native.removeSnapshot(this.#directory, id));
  }
}

async function coded(promise) {
  try {
    return await promise;
  } catch (error) {
    throw fromNative(error);
  }
}

module.exports = { Store, snapshotId };
