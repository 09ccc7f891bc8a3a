import { existsSync } from "node:fs";
import { chromium } from "@playwright/test";
import { Failure } from "../command.ts";
import { runCommand } from "../run-command.ts";

const systemBrowsers = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** A Chromium to test with: the given one, Playwright's, or the system's; Debian's is installed when this runs as root. */
export async function ensureBrowser(): Promise<string> {
  const given = process.env["KHIPU_BROWSER"];
  if (given !== undefined && given !== "") {
    if (existsSync(given)) return given;
    throw new Failure(`KHIPU_BROWSER is "${given}": there is no such file.`);
  }
  const found = [chromium.executablePath(), ...systemBrowsers].find(existsSync);
  if (found !== undefined) return found;

  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    process.stdout.write("Installing Chromium for the browser test …\n");
    await runCommand("apt-get", ["update"]);
    await runCommand("apt-get", ["install", "-y", "--no-install-recommends", "chromium"]);
    if (existsSync("/usr/bin/chromium")) return "/usr/bin/chromium";
  }
  throw new Failure(
    "No Chromium was found for the browser test. Install one (`npx playwright install chromium`, or your system's package `chromium`), or name one with KHIPU_BROWSER.",
  );
}
