import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { liveError } from "../errors.ts";
import { parseRecord, type OperationRequest } from "./request.ts";

export interface PersistedOperations {
  /** The document that a request means. Throws a named error when it is not on the list. */
  documentOf(request: OperationRequest): string;
}

/** Operations by the SHA-256 of their text. With `isOnly` nothing but these is run. */
export function createPersistedOperations(
  documents: ReadonlyMap<string, string>,
  isOnly: boolean,
): PersistedOperations {
  return {
    documentOf({ query, extensions }) {
      const asked = extensions?.["persistedQuery"];
      if (query === "" && typeof asked === "object" && asked !== null && "sha256Hash" in asked) {
        const document = documents.get(String(asked.sha256Hash));
        if (document !== undefined) return document;
        throw liveError("PERSISTED_QUERY_NOT_FOUND", "There is no operation with this hash.");
      }
      if (isOnly && !documents.has(createHash("sha256").update(query).digest("hex"))) {
        throw liveError(
          "OPERATION_NOT_ALLOWED",
          "This server runs only the operations on its list.",
        );
      }
      return query;
    },
  };
}

/** Reads `{ "<sha256>": "<document>" }`. Throws one clear sentence when the file is not that. */
export function readPersistedOperations(file: string): ReadonlyMap<string, string> {
  const content = parseRecord(readFileSync(file, "utf8"));
  if (!content) throw new Error(`${file} must be a JSON object of documents by their SHA-256.`);
  const documents = new Map<string, string>();
  for (const [hash, document] of Object.entries(content)) {
    if (
      typeof document !== "string" ||
      createHash("sha256").update(document).digest("hex") !== hash
    ) {
      throw new Error(`${file}: the document under ${hash} does not have that SHA-256.`);
    }
    documents.set(hash, document);
  }
  return documents;
}
