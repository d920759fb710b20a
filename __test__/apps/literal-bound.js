'use strict';

const recent = new Map();

exports.iterate = (i) => {
  recent.set(i, { id: i, at: new Date(i), text: `entry ${i}` });
  if (recent.size > 900) recent.delete(recent.keys().next().value);
};
