'use strict';

// Nodes and edges of a held snapshot, read when they are looked at.

class GraphNode {
  #held;
  #edges;
  #children = null;

  constructor(held, { type, name, id, shallowSize, children }) {
    this.#held = held;
    this.#edges = children;
    this.type = type;
    this.name = name;
    this.id = id;
    this.shallowSize = shallowSize;
  }

  /** @returns {{ type: string, name: string | number, from: GraphNode, to: GraphNode }[]} */
  get children() {
    this.#children ??= this.#edges.map(({ type, name, to }) => new GraphEdge(this.#held, this, type, name, to));
    return this.#children;
  }
}

class GraphEdge {
  #held;
  #row;
  #to = null;

  constructor(held, from, type, name, row) {
    this.#held = held;
    this.#row = row;
    this.type = type;
    this.name = name;
    this.from = from;
  }

  get to() {
    this.#to ??= nodeAt(this.#held, this.#row);
    return this.#to;
  }
}

/** @returns {GraphNode | undefined} */
function nodeAt(held, row) {
  const json = held.node(row);
  return json === null ? undefined : new GraphNode(held, JSON.parse(json));
}

module.exports = { nodeAt };
