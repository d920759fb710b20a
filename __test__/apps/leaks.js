'use strict';

class Session {
  constructor(id) {
    this.id = id;
    this.started = new Date(id);
  }
}

const sessions = new Map();

exports.iterate = (i) => {
  sessions.set(i, new Session(i));
};
