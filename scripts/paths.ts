import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** All that the local world writes: chain, index, logs, web build. Not under version control. */
export const stateFolder = process.env["KHIPU_STATE"] ?? join(root, ".khipu");

/** A command that comes with the packages. */
export const binary = (name: string) => join(root, "node_modules", ".bin", name);
