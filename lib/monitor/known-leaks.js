'use strict';

const { mkdir, readFile, rename, writeFile } = require('node:fs/promises');
const path = require('node:path');

const FILE = 'known-leaks.json';
const MOST = 1000;

// Fingerprints of leaks that were reported before, by this process or one before it. A fingerprint is made of
// the class, the place where it piles up and the path to it, so it survives restarts and most deploys.
class KnownLeaks {
  #file;
  // fingerprint -> when it was first reported, ISO time
  #first = null;

  // Without a directory, what is known ends with the process.
  constructor(directory) {
    this.#file = directory ? path.join(directory, FILE) : null;
  }

  // Since when the fingerprint is known, or null. From now on it is.
  async meet(fingerprint, now = new Date()) {
    this.#first ??= await this.#load();
    const since = this.#first.get(fingerprint) ?? null;
    if (since === null) {
      this.#first.set(fingerprint, now.toISOString());
      if (this.#first.size > MOST) this.#first.delete(this.#first.keys().next().value);
      await this.#save();
    }
    return since;
  }

  async #load() {
    if (this.#file === null) return new Map();
    try {
      return new Map(Object.entries(JSON.parse(await readFile(this.#file, 'utf8'))));
    } catch {
      // Missing, or not ours to understand: nothing is known, which costs a second report at worst.
      return new Map();
    }
  }

  // Another process may write at the same time: the file stays whole, and a lost entry is met again.
  async #save() {
    if (this.#file === null) return;
    const draft = `${this.#file}.${process.pid}.tmp`;
    try {
      await mkdir(path.dirname(this.#file), { recursive: true });
      await writeFile(draft, JSON.stringify(Object.fromEntries(this.#first)));
      await rename(draft, this.#file);
    } catch {
      // A full or read-only disk must not silence the alarm itself.
    }
  }
}

module.exports = { KnownLeaks };
