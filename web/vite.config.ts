import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const outDir = process.env["KHIPU_WEB_OUT"] ?? `${import.meta.dirname}/../.khipu/web`;

// A build empties the folder: it must be nobody else's.
if (existsSync(outDir) && readdirSync(outDir).length > 0) {
  const page = join(outDir, "index.html");
  if (!existsSync(page) || !readFileSync(page, "utf8").includes("KhipuVault")) {
    throw new Error(
      `${outDir} holds things that are no build of this app: name an empty folder with KHIPU_WEB_OUT.`,
    );
  }
}

export default defineConfig({
  root: import.meta.dirname,
  // relative addresses, so that the same build works from any folder, CDN or IPFS gateway
  base: "./",
  plugins: [react()],
  build: {
    outDir,
    emptyOutDir: true,
    target: "es2022",
    // light-dark() stays as it is written
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
  },
});
