// Lets npm's canonicalize (RFC 8785) write JSON: a document on each line of the input, its canonical form on each line of
// the output, or "refused: " and why.
const { readFileSync, writeFileSync } = require('node:fs');
const canonicalize = require('canonicalize');

const lines = readFileSync(0, 'utf8').split('\n').slice(0, -1);
const answers = lines.map((line) => {
  try {
    return canonicalize(JSON.parse(line));
  } catch (e) {
    return 'refused: ' + e.message;
  }
});
writeFileSync(1, answers.map((answer) => answer + '\n').join(''));
