// SPDX-License-Identifier: Apache-2.0

/**
 * The order in which jest starts the test files: those that take longest first, so that no worker is left alone with one of them at the end.
 * jest itself knows how long a file took the last time, but on a fresh clone it begins with the largest files, and these are small.
 */
const { default: Sequencer } = require('@jest/test-sequencer');

/** Seconds of processor time that a file takes, with all that it starts, on a fresh clone. More than 20 is worth a line. */
const LONGEST = {
  'languages/python': 130,
  'ring2/ring2': 115,
  'languages/go': 80,
  'faults/late-data': 80,
  'languages/java': 70,
  'faults/faults': 70,
  'languages/typescript': 45,
  'documents/external-links': 35, // of waiting
  'languages/latest': 30,
  'end-to-end/stream': 25,
  'conformance/flows': 20,
  'documents/snippets': 20,
};

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const seconds = ({ path }) => LONGEST[/test\/([^/]+\/[^/]+)\.test\.ts$/.exec(path.replaceAll('\\', '/'))?.[1]] ?? 0;
    return super.sort(tests).sort((one, other) => seconds(other) - seconds(one));
  }
};
