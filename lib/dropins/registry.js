'use strict';

// What v8-profiler's `snapshots` and `profiles` are: things by their uid. In the packages' older versions they were
// arrays, so there is also a length and a slice(), which nobody who lists the keys will see.

class Registry {
  #last = 0;

  nextUid() {
    this.#last++;
    return this.#last;
  }

  get length() {
    return Object.keys(this).length;
  }

  slice(...range) {
    return Object.values(this).slice(...range);
  }
}

module.exports = { Registry };
