// Runs kernels for `pykern bench jit`: on each line of standard input there is one request.
//     load NAME PATH    -> "ready"
//     run NAME SEED     -> the checksum, and the nanoseconds of processor time it took
const fs = require("fs");
const readline = require("readline");
const kernels = new Map();

function load(name, path) {
  const module = new WebAssembly.Module(fs.readFileSync(path));
  kernels.set(name, new WebAssembly.Instance(module, {}).exports.run);
  return "ready";
}

function run(name, seed) {
  const kernel = kernels.get(name);
  const start = process.cpuUsage();
  const sum = kernel(Number(seed));
  const used = process.cpuUsage(start);
  return `${BigInt.asUintN(64, sum)} ${(used.user + used.system) * 1000}`;
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const [what, name, argument] = line.split("\t");
  console.log(what === "load" ? load(name, argument) : run(name, argument));
});
