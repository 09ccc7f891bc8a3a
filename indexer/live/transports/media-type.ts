export const graphqlJson = "application/graphql-response+json";
export const plainJson = "application/json";
export const eventStream = "text/event-stream";
export const html = "text/html";

export type MediaType = typeof graphqlJson | typeof plainJson | typeof eventStream | typeof html;

/** The first of the types in an `accept` header that is on offer; anything at all means plain JSON. */
export function preferredType(
  accept: string | null,
  offered: readonly MediaType[],
): MediaType | undefined {
  for (const part of accept?.split(",") ?? ["*/*"]) {
    const name = part.split(";")[0]?.trim().toLowerCase();
    const wanted = name === "*/*" || name === "application/*" ? plainJson : name;
    const found = offered.find((type) => type === wanted);
    if (found) return found;
  }
  return undefined;
}
