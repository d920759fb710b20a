'use strict';

// Plain text tables: first column to the left, the others to the right, widths from what is in them.

/** @param {string[][]} rows the first one holds the headings */
function formatTable(rows, { indent = '', firstWidth = 50 } = {}) {
  const cut = rows.map(([first, ...rest]) => [clip(first, firstWidth), ...rest]);
  const widths = cut[0].map((_, column) => Math.max(...cut.map((row) => row[column].length)));
  const line = (row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  return cut.map((row) => `${indent}${line(row).trimEnd()}\n`).join('');
}

/** One line, at most `width` characters; control characters would move the cursor. */
function clip(text, width) {
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
  return plain.length > width ? `${plain.slice(0, width - 1)}…` : plain;
}

module.exports = { clip, formatTable };
