import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  // relative addresses, so that the same build works from any folder, CDN or IPFS gateway
  base: "./",
  plugins: [react()],
  build: {
    outDir: process.env["KHIPU_WEB_OUT"] ?? `${import.meta.dirname}/../.khipu/web`,
    emptyOutDir: true,
    target: "es2022",
    // light-dark() stays as it is written
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
  },
});
