// Runs scripts/<name>.ts under Node 24, installing the packages first when that is needed.
// It has no dependencies, so that `npm start` and `npm test` work on a bare clone with Node 20 or newer.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const modules = join(root, "node_modules");
const binaries = join(modules, ".bin");
const [name, ...args] = process.argv.slice(2);

const script = join(root, "scripts", `${name}.ts`);
if (!name || !existsSync(script)) {
  fail(`There is no script "${name ?? ""}". Run \`npm run\` to list them.`);
}
if (Number(process.versions.node.split(".")[0]) < 20) {
  fail(`KhipuVault needs Node 20 or newer; this is ${process.version}.`);
}

if (process.platform === "win32") {
  fail(
    "Windows itself is not supported: run this inside of WSL (https://learn.microsoft.com/windows/wsl/install).",
  );
}

install();
run(node24());

/** Installs exactly the lock file, once per version of it. */
function install() {
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  const stamp = join(modules, ".khipuvault-installed");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;

  console.error(
    "Installing packages (once for each change of package-lock.json; about a minute) …",
  );
  // npm under older Nodes leaves out native packages that the compiler and the chain need.
  const [command, ...commandArgs] =
    Number(process.versions.node.split(".")[0]) >= 24
      ? ["npm", "ci"]
      : ["npx", "-y", "-p", "node@24", "--", "npm", "ci"];
  const { status } = spawnSync(command, commandArgs, {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) {
    fail(
      "The packages could not be installed: see the messages above, mend the cause and run the same command again.",
    );
  }
  writeFileSync(stamp, lock);
}

/** The Node 24 of the packages, or this one where it is as new. */
function node24() {
  const packaged = join(binaries, "node");
  if (spawnSync(packaged, ["--version"]).status === 0) return packaged;
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  return fail(
    "The packages' Node 24 is not there, because npm ran no install scripts (its setting ignore-scripts). Run `npm rebuild --ignore-scripts=false node` once, or use Node 24 or newer.",
  );
}

function run(node) {
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", script, ...args], {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      PATH: `${binaries}${delimiter}${process.env.PATH}`,
      // By which the script knows that it is ours to outlive.
      KHIPU_RUNNER: String(process.pid),
    },
  });
  // A terminal's Ctrl-C reaches the child by itself; it decides when to end, and this process waits for it.
  process.on("SIGINT", () => undefined);
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  // npm passes a SIGTERM on to the shell between itself and this process, and the shell to nobody: its death is the sign.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    child.kill("SIGTERM");
  }, 250);
  child.on("error", (error) => fail(`${node} could not be started (${error.message}).`));
  child.on("exit", (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
}

/** @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(1);
}
