// `ponder codegen` and the generated types look for the config beside the schema.
export { default } from "../ponder.config.ts";
