import { createRequire } from "node:module";

/**
 * Ponder builds its schema with the CommonJS copy of graphql; Vite would hand out the ESM copy, and graphql refuses to
 * mix the two. So everything in this folder takes graphql from here.
 */
export const graphql = createRequire(import.meta.url)("graphql") as typeof import("graphql");
